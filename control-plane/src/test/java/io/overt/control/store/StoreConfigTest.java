package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.ControlConfig;
import io.overt.control.ControlYaml;
import io.overt.control.store.StoreConfig.Place;
import io.overt.control.store.StoreConfig.Server;
import io.overt.control.store.StoreConfig.Tls;
import io.overt.service.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The section {@code store} of the configuration. */
class StoreConfigTest {
    @TempDir Path folder;

    @Test
    void every_key_of_postgresql_is_read() throws Exception {
        assertThat(
                        read("""
                                store:
                                  postgresql:
                                    url: postgresql://db-1.example:5433,[::1]/policy
                                    user: control
                                    password-file: /p
                                    tls: verify
                                    trust-anchors: /t
                                    connections: 3
                                    deadline: 4s
                                    poll: 2s
                                    lease: 20s
                                """)
                                .store())
                .isEqualTo(
                        new StoreConfig.InPostgres(
                                new Place(
                                        List.of(
                                                new Server("db-1.example", 5433),
                                                new Server("[::1]", 5432)),
                                        "policy"),
                                "control",
                                Optional.of(Path.of("/p")),
                                new Tls.Verified(Path.of("/t")),
                                3,
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(20)));
    }

    @Test
    void what_is_not_written_of_postgresql_has_its_default() throws Exception {
        assertThat(
                        read("store: {postgresql: {url: 'postgresql://127.0.0.1/overt', tls: off}}")
                                .store())
                .isEqualTo(
                        new StoreConfig.InPostgres(
                                new Place(List.of(new Server("127.0.0.1", 5432)), "overt"),
                                "overt",
                                Optional.empty(),
                                new Tls.Off(),
                                8,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {postgresql: {tls: off}} | store.postgresql.url: missing
                    {file: a, postgresql: {url: "postgresql://h/d", tls: off}} | store.file: beside store.postgresql (expected: one of the two
                    {postgresql: {url: "postgresql://h/d"}} | store.postgresql.trust-anchors: missing (expected: the CA of the server's certificate
                    {postgresql: {url: "postgresql://h/d", tls: off, trust-anchors: t}} | store.postgresql.trust-anchors: beside tls: off
                    {postgresql: {url: "postgresql://h/d", tls: prefer, trust-anchors: t}} | store.postgresql.tls: prefer (expected: verify or off)
                    {postgresql: {url: "jdbc:postgresql://h/d", tls: off}} | (expected: postgresql://HOST:PORT[,HOST:PORT…]/DATABASE;
                    {postgresql: {url: "postgresql://u:p@h/d", tls: off}} | user and password have keys of their own
                    {postgresql: {url: "postgresql://h", tls: off}} | (expected: postgresql://HOST:PORT
                    {postgresql: {url: "postgresql://h/d?sslmode=disable", tls: off}} | (expected: postgresql://HOST:PORT
                    {postgresql: {url: "postgresql://h:99999999999/d", tls: off}} | (expected: postgresql://HOST:PORT
                    {postgresql: {url: "postgresql:///d", tls: off}} | (expected: postgresql://HOST:PORT
                    {postgresql: {url: "postgresql://h/d", tls: off, connections: 1}} | store.postgresql.connections: 1
                    """)
    void a_store_that_cannot_be_meant_is_refused(String store, String message) {
        assertThatThrownBy(() -> read("store: " + store))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    /** Commented out in it: the default is SQLite. */
    @Test
    void the_example_of_postgresql_shows_its_defaults() throws Exception {
        var example =
                ControlYaml.commentedOut("  ", "postgresql")
                        .replace("credential:postgresql-password", "password");
        var shown = (StoreConfig.InPostgres) read("store:\n" + example).store();
        var defaults =
                (StoreConfig.InPostgres)
                        read("store: {postgresql: {url: 'postgresql://h/d', trust-anchors: t}}")
                                .store();

        assertThat(shown.user()).isEqualTo(defaults.user());
        assertThat(shown.connections()).isEqualTo(defaults.connections());
        assertThat(shown.deadline()).isEqualTo(defaults.deadline());
        assertThat(shown.poll()).isEqualTo(defaults.poll());
        assertThat(shown.lease()).isEqualTo(defaults.lease());
        assertThat(shown.tls())
                .isEqualTo(new Tls.Verified(folder.resolve("identity/postgresql-ca.pem")));
        assertThat(shown.password()).hasValue(folder.resolve("password"));
    }

    private ControlConfig read(String sections) throws Exception {
        return ControlYaml.read(folder, sections);
    }
}
