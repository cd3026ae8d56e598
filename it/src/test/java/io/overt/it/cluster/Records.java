package io.overt.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an edge has written about its connections so far.
 *
 * @param file one JSON line a connection
 */
public record Records(Path file) {

    /**
     * One record.
     *
     * @param line as written
     */
    public record Line(String line) {
        /** A text member's value; "null" where it is null. */
        public String text(String member) {
            var found =
                    Pattern.compile(
                                    "\""
                                            + Pattern.quote(member)
                                            + "\":(?:\"([^\"]*)\"|([^,{\\[]*))")
                            .matcher(line);
            if (!found.find()) {
                throw new AssertionError("no " + member + " in " + line);
            }
            return found.group(1) != null ? found.group(1) : found.group(2);
        }

        /** Outcome, reason, and the tier that the leaf came from. */
        String fate() {
            return text("outcome") + " " + text("reason") + " " + text("leaf_tier");
        }
    }

    /** All of them, oldest first. */
    public List<Line> all() {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream().map(Line::new).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What became of the connections to one origin, oldest first. */
    List<String> fates(InetSocketAddress origin) {
        String asked = origin.getAddress().getHostAddress() + ":" + origin.getPort();
        return all().stream()
                .filter(line -> line.text("connect").equals(asked))
                .map(Line::fate)
                .toList();
    }
}
