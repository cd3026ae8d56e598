package io.overt.edge.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The users of an htpasswd file: a line is {@code name:hash}, an empty line or one that begins with
 * {@code #} is none. Hashes are bcrypt's only ({@code htpasswd -B}): the others that such files may
 * have are fast to guess, or one user's password is seen to be another's. Immutable.
 */
public final class UserFile {
    private final Map<String, String> hashes;
    private final int highestCost;

    private UserFile(Map<String, String> hashes) {
        this.hashes = Map.copyOf(hashes);
        this.highestCost =
                hashes.values().stream().mapToInt(UserFile::cost).max().orElse(USUAL_COST);
    }

    /**
     * @throws UserFileException with all problems, if there is one
     */
    public static UserFile read(Path file) throws UserFileException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new UserFileException(List.of(file + ": more than " + LARGEST + " bytes"));
            }
            return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserFileException(List.of(file + ": cannot be read: " + e));
        }
    }

    static UserFile parse(String name, String text) throws UserFileException {
        var hashes = new LinkedHashMap<String, String>();
        var problems = new ArrayList<String>();
        var number = 0;
        for (var line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var at = name + ":" + number + ": ";
            var colon = line.indexOf(':');
            if (colon <= 0) {
                problems.add(at + "no user (expected: name:hash)");
                continue;
            }
            var user = line.substring(0, colon);
            var hash = BCRYPT.matcher(line.substring(colon + 1).stripTrailing());
            if (!hash.matches()) {
                // Never the hash itself, which would be in a log then.
                problems.add(at + user + ": no bcrypt hash (expected: as htpasswd -B writes it)");
            } else if (cost(hash.group()) > HIGHEST_COST) {
                problems.add(at + user + ": cost " + hash.group(1) + " (expected: 4 to 14)");
            } else if (hashes.putIfAbsent(user, hash.group()) != null) {
                problems.add(at + user + ": given twice");
            }
        }
        if (!problems.isEmpty()) {
            throw new UserFileException(problems);
        }
        return new UserFile(hashes);
    }

    Optional<String> hashOf(String user) {
        return Optional.ofNullable(hashes.get(user));
    }

    /**
     * A hash of nobody's password, as slow as the slowest of the file: whoever asks for a user that
     * does not exist waits as long as for one who does.
     */
    String nobodys() {
        return "$2y$%02d$%s".formatted(highestCost, NOBODYS_SALT_AND_HASH);
    }

    public int size() {
        return hashes.size();
    }

    private static int cost(String hash) {
        return Integer.parseInt(hash.substring(4, 6));
    }

    private static final Pattern BCRYPT =
            Pattern.compile("\\$2[aby]\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");
    private static final String NOBODYS_SALT_AND_HASH =
            "abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0.";

    /** Some 80 ms on a server of today; what `htpasswd -B -C 10` writes. */
    private static final int USUAL_COST = 10;

    /** Over a second: a handful of these would keep the pool busy. */
    private static final int HIGHEST_COST = 14;

    private static final long LARGEST = 16L << 20;
}
