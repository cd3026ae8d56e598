package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DialectTest {
    private static final String MIGRATION =
            """
            CREATE TABLE t (n ${integer} PRIMARY KEY, b ${blob}) ${strict};
            ${append-only t: things stay}
            ${sqlite}
            -- lite
            ${end}
            ${postgresql}
            -- great
            ${end}
            """;

    @Test
    void sqlite_reads_its_own() {
        assertThat(Dialect.SQLITE.render("m", MIGRATION))
                .isEqualTo(
                        """
                        CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB) STRICT;
                        CREATE TRIGGER t_stays BEFORE UPDATE ON t BEGIN SELECT RAISE(ABORT, 'things stay'); END;
                        CREATE TRIGGER t_is_kept BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'things stay'); END;
                        -- lite
                        """);
    }

    @Test
    void postgresql_reads_its_own() {
        assertThat(Dialect.POSTGRESQL.render("m", MIGRATION))
                .isEqualTo(
                        """
                        CREATE TABLE t (n BIGINT PRIMARY KEY, b BYTEA) ;
                        CREATE TRIGGER t_stays BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION refuse('things stay');
                        CREATE TRIGGER t_is_kept BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION refuse('things stay');
                        CREATE TRIGGER t_is_kept_whole BEFORE TRUNCATE ON t EXECUTE FUNCTION refuse('things stay');
                        -- great
                        """);
    }

    @Test
    void a_placeholder_that_does_not_exist_is_a_bug() {
        for (var line : new String[] {"${text}", "${append-only t}", "  ${append-only t: a}"}) {
            assertThatThrownBy(() -> Dialect.SQLITE.render("0001-m.sql", "a\n" + line))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("0001-m.sql:2: unknown placeholder: " + line);
        }
        assertThatThrownBy(() -> Dialect.SQLITE.render("0001-m.sql", "${postgresql}\na"))
                .hasMessage("0001-m.sql: ${postgresql} without ${end}");
    }
}
