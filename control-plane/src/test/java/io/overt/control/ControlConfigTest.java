package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.StoreConfig.Place;
import io.overt.control.store.StoreConfig.Server;
import io.overt.control.store.StoreConfig.Tls;
import io.overt.control.witness.WitnessSettings;
import io.overt.control.witness.WitnessSettings.LogEntry;
import io.overt.policy.Cidr;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.FleetFiles;
import io.overt.x509.tlog.NoteKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlConfigTest {
    private static final String REQUIRED =
            """
            identity: {certificate: c.pem, key: c.key, trust-anchors: ca.pem}
            policy: {signing-key: policy.key}
            """;

    private static final NoteKey LOG_KEY = logKey();

    @TempDir Path folder;

    @Test
    void what_is_not_written_has_its_default() throws Exception {
        assertThat(read(REQUIRED))
                .isEqualTo(
                        new ControlConfig(
                                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 9443),
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9444),
                                new FleetFiles(
                                        folder.resolve("c.pem"),
                                        folder.resolve("c.key"),
                                        folder.resolve("ca.pem")),
                                new StoreConfig.InFile(folder.resolve("state/control.db")),
                                folder.resolve("policy.key"),
                                new PublicationLimits(64 << 20, 1),
                                new ListsConfig(
                                        folder.resolve("state/lists"),
                                        256 << 10,
                                        20,
                                        64,
                                        Duration.ofMinutes(5),
                                        List.of(),
                                        List.of()),
                                Optional.empty()));
    }

    @Test
    void every_key_is_read() throws Exception {
        assertThat(
                        read(
                                """
                                listen: "[::1]:1"
                                admin: {listen: 127.0.0.2:2}
                                identity: {certificate: /a, key: /b, trust-anchors: /c}
                                store: {file: /d}
                                policy: {signing-key: /e, max-size: 1MiB, next-version-at-least: 9}
                                lists:
                                  folder: /h
                                  compile-above: 1KiB
                                  keep-versions: 7
                                  calls: 3
                                  fetch-deadline: 90s
                                  trust-anchors: [/i, /j]
                                  private-networks: [10.1.0.0/16]
                                witness:
                                  listen: 127.0.0.3:3
                                  key: /f
                                  interval: 2s
                                  deadline: 1s
                                  stale-after: 20m
                                  logs:
                                    - {url: "http://signer-1:8080/log", key: %s}
                                    - {url: "https://signer-2/log/", certificate: /g}
                                """
                                        .formatted(LOG_KEY.vkey())))
                .isEqualTo(
                        new ControlConfig(
                                new InetSocketAddress(InetAddress.ofLiteral("::1"), 1),
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 2),
                                new FleetFiles(Path.of("/a"), Path.of("/b"), Path.of("/c")),
                                new StoreConfig.InFile(Path.of("/d")),
                                Path.of("/e"),
                                new PublicationLimits(1 << 20, 9),
                                new ListsConfig(
                                        Path.of("/h"),
                                        1 << 10,
                                        7,
                                        3,
                                        Duration.ofSeconds(90),
                                        List.of(Path.of("/i"), Path.of("/j")),
                                        List.of(Cidr.of("10.1.0.0/16"))),
                                Optional.of(
                                        new WitnessSettings(
                                                new InetSocketAddress(
                                                        InetAddress.ofLiteral("127.0.0.3"), 3),
                                                Path.of("/f"),
                                                Duration.ofSeconds(2),
                                                Duration.ofSeconds(1),
                                                Duration.ofMinutes(20),
                                                List.of(
                                                        new LogEntry(
                                                                URI.create(
                                                                        "http://signer-1:8080/log"),
                                                                Optional.of(LOG_KEY),
                                                                Optional.empty()),
                                                        new LogEntry(
                                                                URI.create("https://signer-2/log/"),
                                                                Optional.empty(),
                                                                Optional.of(Path.of("/g"))))))));
    }

    @Test
    void every_key_of_postgresql_is_read() throws Exception {
        assertThat(
                        read(REQUIRED
                                        + """
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
                        read(REQUIRED
                                        + "store: {postgresql: {url: 'postgresql://127.0.0.1/overt', tls: off}}")
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
        assertThatThrownBy(() -> read(REQUIRED + "store: " + store))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void what_is_not_written_of_a_witness_has_its_default() throws Exception {
        var witness =
                read(REQUIRED
                                + "witness: {key: w.key, logs: [{url: 'http://s/log', certificate: c.pem}]}")
                        .witness()
                        .orElseThrow();

        assertThat(witness.listen())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 9448));
        assertThat(witness.interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(witness.deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(witness.staleAfter()).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void a_witness_says_what_is_wrong_with_its_logs() {
        assertThatThrownBy(
                        () ->
                                read(
                                        REQUIRED
                                                + """
                                                witness:
                                                  key: w.key
                                                  logs:
                                                    - {url: "ftp://s/log", key: nonsense}
                                                    - {url: "http://s/log"}
                                                """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("witness.logs[0].url: ftp://s/log (expected: http://host")
                .hasMessageContaining("witness.logs[0].key: nonsense (expected: a verifier key")
                .hasMessageContaining("witness.logs[1].key: expected: key or certificate");
        assertThatThrownBy(() -> read(REQUIRED + "witness: {key: w.key}"))
                .hasMessageContaining("witness.logs: none (expected: at least one)");
    }

    @Test
    void what_has_no_default_is_asked_for_and_what_is_misspelt_is_told() {
        assertThatThrownBy(() -> read("lisen: 1.2.3.4:5\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("control.yaml:1: identity: missing")
                .hasMessageContaining("control.yaml:1: policy: missing")
                .hasMessageContaining("control.yaml:1: lisen: unknown key (did you mean: listen?)");
    }

    /** The distributed example is the documentation of the defaults: it must say what they are. */
    @Test
    void the_example_shows_the_defaults() throws Exception {
        var example = Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8);
        Files.writeString(folder.resolve("example.yaml"), example);
        var root = ConfigFile.read(folder.resolve("example.yaml"));
        root.section("log").text("level");

        var shown = ControlConfig.read(root);

        var defaults = read(REQUIRED);
        assertThat(shown.listen()).isEqualTo(defaults.listen());
        assertThat(shown.admin()).isEqualTo(defaults.admin());
        assertThat(shown.store()).isEqualTo(defaults.store());
        assertThat(shown.limits()).isEqualTo(defaults.limits());
        assertThat(shown.lists()).isEqualTo(defaults.lists());
    }

    /**
     * The witness's section is commented out in it: without a log there is nothing to default to.
     */
    @Test
    void the_example_of_a_witness_shows_its_defaults() throws Exception {
        var example =
                Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8)
                        .lines()
                        .dropWhile(line -> !line.equals("# witness:"))
                        .takeWhile(line -> line.startsWith("# "))
                        .map(line -> line.substring("# ".length()))
                        .collect(Collectors.joining("\n"));
        var shown = read(REQUIRED + example).witness().orElseThrow();
        var defaults =
                read(REQUIRED + "witness: {key: w, logs: [{url: 'http://s/l', certificate: c}]}")
                        .witness()
                        .orElseThrow();

        assertThat(shown.listen()).isEqualTo(defaults.listen());
        assertThat(shown.interval()).isEqualTo(defaults.interval());
        assertThat(shown.deadline()).isEqualTo(defaults.deadline());
        assertThat(shown.staleAfter()).isEqualTo(defaults.staleAfter());
        assertThat(shown.logs()).hasSize(1);
    }

    private static NoteKey logKey() {
        try {
            return NoteKey.of(
                    "log.example/a",
                    NoteKey.Kind.ED25519,
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private ControlConfig read(String yaml) throws Exception {
        return ControlConfig.read(
                ConfigFile.read(Files.writeString(folder.resolve("control.yaml"), yaml)));
    }
}
