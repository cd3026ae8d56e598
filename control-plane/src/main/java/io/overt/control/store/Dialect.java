package io.overt.control.store;

import java.util.regex.Pattern;

/**
 * What the two kinds of database write differently. Everything else in this package is SQL that
 * both understand. A migration is written once, with placeholders:
 *
 * <ul>
 *   <li>{@code ${integer}}, {@code ${blob}}, {@code ${strict}};
 *   <li>on a line of its own <code>${append-only TABLE: MESSAGE}</code>: rows are added and never
 *       changed nor removed; who tries reads the message, and with <code>MESSAGE | OTHER</code> the
 *       other one for removing;
 *   <li>between lines <code>${sqlite}</code> or <code>${postgresql}</code> and <code>${end}</code>:
 *       what only one of them says, which is what triggers come to. In PostgreSQL a trigger refuses
 *       with <code>EXECUTE FUNCTION refuse('MESSAGE')</code>.
 * </ul>
 */
enum Dialect {
    SQLITE("INTEGER", "BLOB", "STRICT", "CAST(unixepoch('subsec') * 1000 AS INTEGER)") {
        @Override
        String appendOnly(String table, String change, String removal) {
            return """
            CREATE TRIGGER %1$s_stays BEFORE UPDATE ON %1$s BEGIN SELECT RAISE(ABORT, '%2$s'); END;
            CREATE TRIGGER %1$s_is_kept BEFORE DELETE ON %1$s BEGIN SELECT RAISE(ABORT, '%3$s'); END;
            """
                    .formatted(table, change, removal);
        }
    },
    POSTGRESQL(
            "BIGINT", "BYTEA", "", "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)") {
        @Override
        String appendOnly(String table, String change, String removal) {
            return """
            CREATE TRIGGER %1$s_stays BEFORE UPDATE ON %1$s FOR EACH ROW EXECUTE FUNCTION refuse('%2$s');
            CREATE TRIGGER %1$s_is_kept BEFORE DELETE ON %1$s FOR EACH ROW EXECUTE FUNCTION refuse('%3$s');
            CREATE TRIGGER %1$s_is_kept_whole BEFORE TRUNCATE ON %1$s EXECUTE FUNCTION refuse('%3$s');
            """
                    .formatted(table, change, removal);
        }
    };

    private final String integer;
    private final String blob;
    private final String strict;
    private final String now;

    Dialect(String integer, String blob, String strict, String now) {
        this.integer = integer;
        this.blob = blob;
        this.strict = strict;
        this.now = now;
    }

    /**
     * An expression: milliseconds since 1970 by the database's clock, of which there is one where
     * control planes have several.
     */
    String now() {
        return now;
    }

    abstract String appendOnly(String table, String change, String removal);

    /**
     * A migration as this database reads it.
     *
     * @param name for messages
     * @throws IllegalStateException when there is a placeholder that does not exist: a bug of this
     *     build
     */
    String render(String name, String migration) {
        var sql = new StringBuilder();
        var block = "";
        int number = 0;
        for (var line : migration.lines().toList()) {
            number++;
            var marker = BLOCK.matcher(line);
            if (marker.matches()) {
                block = marker.group(1).equals("end") ? "" : marker.group(1);
                continue;
            }
            if (!block.isEmpty() && !block.equals(name().toLowerCase(java.util.Locale.ROOT))) {
                continue;
            }
            var appendOnly = APPEND_ONLY.matcher(line);
            if (appendOnly.matches()) {
                var change = appendOnly.group(2);
                var removal = appendOnly.group(3);
                sql.append(
                        appendOnly(
                                appendOnly.group(1), change, removal == null ? change : removal));
                continue;
            }
            var written =
                    line.replace("${integer}", integer)
                            .replace("${blob}", blob)
                            .replace("${strict}", strict);
            if (written.contains("${")) {
                throw new IllegalStateException(
                        name + ":" + number + ": unknown placeholder: " + line);
            }
            sql.append(written).append('\n');
        }
        if (!block.isEmpty()) {
            throw new IllegalStateException(name + ": ${" + block + "} without ${end}");
        }
        return sql.toString();
    }

    private static final Pattern BLOCK = Pattern.compile("\\$\\{(sqlite|postgresql|end)}");

    /** A message in it is written into SQL as it is, so it has neither quotes nor braces. */
    private static final Pattern APPEND_ONLY =
            Pattern.compile("\\$\\{append-only (\\w+): ([^|{}']+?)(?: \\| ([^|{}']+))?}");
}
