package io.overt.control.access;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the identity provider says of a person, verified.
 *
 * @param subject its name for them, which it gives to nobody else (OpenID Connect Core §2: at most
 *     255 ASCII characters)
 * @param email only where the provider says that it has verified it
 * @param groups as it names them
 * @param shown for people to read
 */
public record Claims(String subject, Optional<String> email, Set<String> groups, String shown) {

    /** Copies, and refuses a subject that could pass for two. */
    public Claims {
        if (!SUBJECT.matcher(subject).matches()) {
            throw new IllegalArgumentException(
                    "sub: \"" + subject + "\" (expected: 1 to 255 visible ASCII characters)");
        }
        groups = Set.copyOf(groups);
    }

    /** Stable: what versions, approvals and the audit trail say. */
    public String name() {
        return "oidc:" + subject;
    }

    private static final Pattern SUBJECT = Pattern.compile("[!-~]{1,255}");
}
