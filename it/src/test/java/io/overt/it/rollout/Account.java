package io.overt.it.rollout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What was seen in each phase of a story and how long it took: a table that can be quoted. Confined
 * to one thread.
 */
final class Account {
    private final Path file;
    private final StringBuilder table = new StringBuilder();
    private long since = System.nanoTime();

    /**
     * Begins the first phase.
     *
     * @param title of the table, which is kept in {@code target/rehearsal}
     */
    Account(String title) {
        this.file = FOLDER.resolve(title + ".md");
        table.append("| By ").append(title).append(" | Seconds | Seen |\n|---|---:|---|\n");
    }

    /** A phase is over, and the next one begins. */
    void phase(String what, String seen) throws IOException {
        long now = System.nanoTime();
        table.append(
                String.format(
                        Locale.ROOT, "| %s | %.1f | %s |%n", what, (now - since) / 1e9, seen));
        since = now;
        Files.createDirectories(FOLDER);
        Files.writeString(file, table);
    }

    /** Where what was seen is kept. */
    static final Path FOLDER = Path.of(System.getProperty("basedir", ""), "target", "rehearsal");
}
