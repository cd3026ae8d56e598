package io.overt.edge.login;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How users of an explicit proxy show who they are.
 *
 * @param realm what browsers show when they ask for the password: printable ASCII without quotes
 *     and backslashes
 * @param users an htpasswd file, see {@link UserFile}
 * @param remember how long a password that was verified is not hashed again
 * @param attempts wrong passwords of one client within {@code window}
 * @param window from the first wrong one on; afterwards the count begins anew
 * @param queue passwords that may wait to be verified
 */
public record LoginSettings(
        String realm, Path users, Duration remember, int attempts, Duration window, int queue) {

    public static final Duration USUAL_REMEMBER = Duration.ofMinutes(5);
    public static final int USUAL_ATTEMPTS = 10;
    public static final Duration USUAL_WINDOW = Duration.ofMinutes(1);
    public static final int USUAL_QUEUE = 256;

    public LoginSettings {
        if (realm.isEmpty() || !realm.chars().allMatch(LoginSettings::isPlain)) {
            throw new IllegalArgumentException(
                    "realm: \"" + realm + "\" (expected: printable ASCII without quotes)");
        }
    }

    private static boolean isPlain(int c) {
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    }
}
