package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import io.overt.control.access.AccessRole;
import io.overt.control.access.AccessSettings;
import io.overt.control.access.Grants.Grant;
import io.overt.control.access.Grants.Receiver;
import io.overt.control.access.OidcSettings;
import io.overt.control.access.Reach;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.rollout.FreezeWindow;
import io.overt.control.rollout.Gate;
import io.overt.control.rollout.Plan;
import io.overt.control.rollout.Plan.Wave.Mode;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.StoreConfig.Place;
import io.overt.control.store.StoreConfig.Server;
import io.overt.control.store.StoreConfig.Tls;
import io.overt.control.web.WebSettings;
import io.overt.control.web.notice.Language;
import io.overt.control.web.notice.NoticeSettings;
import io.overt.control.witness.WitnessSettings;
import io.overt.control.witness.WitnessSettings.LogEntry;
import io.overt.policy.Cidr;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetIdentity;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static final RolloutSettings ROLLOUT =
            new RolloutSettings(
                    3,
                    Optional.of(Path.of("/h")),
                    RolloutSettings.Publisher.MAY_APPROVE,
                    new Plan(
                            List.of(
                                    wave("look", Set.of("north"), Set.of(), 100, Mode.SHADOW),
                                    new Plan.Wave(
                                            "canary",
                                            Set.of(),
                                            Set.of("canary"),
                                            10,
                                            Mode.ENFORCE,
                                            Duration.ofMinutes(15),
                                            Duration.ofMinutes(1),
                                            90),
                                    wave("everyone", Set.of(), Set.of(), 100, Mode.ENFORCE)),
                            List.of(
                                    new Gate(
                                            Gate.Metric.HANDSHAKE_FAILURES,
                                            0.02,
                                            1.5,
                                            500,
                                            Gate.Action.ROLL_BACK),
                                    new Gate(Gate.Metric.NACKS, 1, 0, 0, Gate.Action.PAUSE)),
                            Gate.Action.ROLL_BACK,
                            Optional.empty()),
                    List.of(
                            new FreezeWindow.Weekly(
                                    Set.of(DayOfWeek.FRIDAY, DayOfWeek.SATURDAY),
                                    LocalTime.of(16, 0),
                                    LocalTime.of(6, 0),
                                    ZoneId.of("Europe/Berlin")),
                            new FreezeWindow.Dated(
                                    LocalDateTime.of(2026, 12, 20, 0, 0),
                                    LocalDateTime.of(2027, 1, 3, 0, 0),
                                    ZoneId.of("UTC"))),
                    Duration.ofSeconds(5));

    private static Plan.Wave wave(
            String name, Set<String> sites, Set<String> labels, int percent, Mode mode) {
        return new Plan.Wave(name, sites, labels, percent, mode, Duration.ZERO, Plan.DEADLINE, 100);
    }

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
                                RolloutSettings.defaults(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                AccessSettings.defaults()));
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
                                rollout:
                                  approvals: 3
                                  approvers: /h
                                  publisher-may-approve: true
                                  wait-after-start: 5s
                                  plan:
                                    on-deadline: roll-back
                                    waves:
                                      - {name: look, sites: [north], shadow: true}
                                      - {name: canary, labels: [canary], percent: 10, bake: 15m, deadline: 1m, quorum: 90}
                                      - {name: everyone}
                                    gates:
                                      handshake-failures: {at-most: 2%%, times-base: 1.5, connections: 500, action: roll-back}
                                      nacks: {at-most: 1}
                                  freeze:
                                    - {days: [fri, sat], from: "16:00", to: "06:00", zone: Europe/Berlin}
                                    - {from: 2026-12-20T00:00, until: 2027-01-03T00:00, zone: UTC}
                                lists:
                                  folder: /lf
                                  compile-above: 1KiB
                                  keep-versions: 7
                                  calls: 3
                                  fetch-deadline: 90s
                                  trust-anchors: [/li, /lj]
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
                                web:
                                  listen: 127.0.0.4:4
                                  certificate: /h
                                  key: /i
                                  client-trust-anchors: /j
                                  max-body: 1MiB
                                  request-timeout: 7s
                                  idle-timeout: 8s
                                  max-connections: 9
                                notice:
                                  organisation: Example Corp
                                  contact: "call 4711"
                                  about: {en: Everything, de: Alles}
                                  ca-certificates: [/k, /l]
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
                                        Path.of("/lf"),
                                        1 << 10,
                                        7,
                                        3,
                                        Duration.ofSeconds(90),
                                        List.of(Path.of("/li"), Path.of("/lj")),
                                        List.of(Cidr.of("10.1.0.0/16"))),
                                ROLLOUT,
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
                                                                Optional.of(Path.of("/g")))))),
                                Optional.of(
                                        new WebSettings(
                                                new InetSocketAddress(
                                                        InetAddress.ofLiteral("127.0.0.4"), 4),
                                                Path.of("/h"),
                                                Path.of("/i"),
                                                Optional.of(Path.of("/j")),
                                                1 << 20,
                                                Duration.ofSeconds(7),
                                                Duration.ofSeconds(8),
                                                9)),
                                Optional.of(
                                        new NoticeSettings(
                                                "Example Corp",
                                                "call 4711",
                                                Map.of(
                                                        Language.EN,
                                                        "Everything",
                                                        Language.DE,
                                                        "Alles"),
                                                List.of(Path.of("/k"), Path.of("/l")))),
                                AccessSettings.defaults()));
    }

    @Test
    void what_is_wrong_with_rollouts_is_said_at_its_line() {
        assertThatThrownBy(
                        () ->
                                read(
                                        REQUIRED
                                                + """
                                                rollout:
                                                  approvals: 2
                                                  plan:
                                                    start: 2026-03-02T22:00:00Z
                                                    waves:
                                                      - {name: canary, percent: 10}
                                                    gates:
                                                      nacks: {at-most: 2%}
                                                  freeze:
                                                    - {days: [friday], zone: Mars/Base}
                                                """))
                .hasMessageContaining("rollout.approvals: 2 without approvers")
                .hasMessageContaining("wave canary: does not take every edge")
                .hasMessageContaining("rollout.plan.gates.nacks.at-most: 2% (expected: a number)")
                .hasMessageContaining("friday (expected: mon, tue, wed, thu, fri, sat, sun)")
                .hasMessageContaining("Mars/Base (expected: a time zone such as Europe/Berlin)");
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
    void what_is_not_written_of_a_provider_has_its_default() throws Exception {
        var oidc =
                read(REQUIRED
                                + "access: {oidc: {issuer: 'https://login.example/x', client-id: overt}}")
                        .access()
                        .oidc()
                        .orElseThrow();

        assertThat(oidc)
                .isEqualTo(
                        new OidcSettings(
                                URI.create("https://login.example/x"),
                                "overt",
                                Optional.empty(),
                                Set.of("overt"),
                                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256),
                                "groups",
                                List.of("openid", "email", "profile"),
                                Optional.empty(),
                                Optional.empty(),
                                Duration.ofSeconds(30),
                                Duration.ofHours(1),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(30),
                                Duration.ofHours(12)));
    }

    @Test
    void every_key_of_access_is_read() throws Exception {
        var access =
                read(REQUIRED
                                + """
                                audit: {announce-head: 7s}
                                access:
                                  grants:
                                    - {certificate: "overt://*/operator/ci-*", roles: [operator, viewer], sites: [hq, lab]}
                                    - {group: g, roles: [author]}
                                    - {subject: s, roles: [approver]}
                                    - {email: a@b.example, roles: [security]}
                                  oidc:
                                    issuer: http://127.0.0.1:8080/
                                    client-id: c
                                    client-secret: /s
                                    audiences: [a, b]
                                    algorithms: [ES384]
                                    groups-claim: roles
                                    scopes: [openid, groups]
                                    external-address: https://control.example
                                    trust-anchors: /t
                                    clock-skew: 1s
                                    keys-for: 2m
                                    deadline: 3s
                                    sessions: {idle: 4s, absolute: 5s}
                                """)
                        .access();

        assertThat(access.announceHead()).isEqualTo(Duration.ofSeconds(7));
        assertThat(access.oidc())
                .hasValue(
                        new OidcSettings(
                                URI.create("http://127.0.0.1:8080/"),
                                "c",
                                Optional.of(Path.of("/s")),
                                Set.of("a", "b"),
                                Set.of(JWSAlgorithm.ES384),
                                "roles",
                                List.of("openid", "groups"),
                                Optional.of(URI.create("https://control.example")),
                                Optional.of(Path.of("/t")),
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(5)));
        assertThat(access.grants().orElseThrow().subList(1, 4))
                .containsExactly(
                        new Grant(
                                new Receiver.Group("g"),
                                Set.of(AccessRole.AUTHOR),
                                new Reach.Fleet()),
                        new Grant(
                                new Receiver.Subject("s"),
                                Set.of(AccessRole.APPROVER),
                                new Reach.Fleet()),
                        new Grant(
                                new Receiver.Email("a@b.example"),
                                Set.of(AccessRole.SECURITY),
                                new Reach.Fleet()));
        assertThat(access.grants().orElseThrow().getFirst())
                .satisfies(
                        grant -> {
                            assertThat(grant.roles())
                                    .containsExactlyInAnyOrder(
                                            AccessRole.OPERATOR, AccessRole.VIEWER);
                            assertThat(grant.reach())
                                    .isEqualTo(new Reach.Sites(Set.of("hq", "lab")));
                        });
        var granted = access.granted();
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/operator/ci-7")).roles())
                .containsOnlyKeys(AccessRole.OPERATOR, AccessRole.VIEWER);
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/operator/ann")).roles())
                .isEmpty();
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/edge/ci-7")).roles()).isEmpty();
    }

    @Test
    void access_says_all_that_is_wrong_with_it() {
        assertThatThrownBy(
                        () ->
                                read(
                                        REQUIRED
                                                + """
                                                access:
                                                  grants:
                                                    - {roles: [viewer]}
                                                    - {group: a, subject: b, roles: [viewer]}
                                                    - {group: a}
                                                    - {group: a, roles: [admin]}
                                                    - {certificate: "overt://hq/edge/a", roles: [viewer]}
                                                    - {certificate: "ann", roles: [viewer]}
                                                    - {email: ann, roles: [viewer]}
                                                    - {group: a, roles: [viewer], sites: [HQ]}
                                                  oidc:
                                                    issuer: http://login.example
                                                    client-id: overt
                                                    algorithms: [HS256]
                                                """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("control.yaml:5: access.grants[0].grants: to whom?")
                .hasMessageContaining("control.yaml:6: access.grants[1].grants: to whom?")
                .hasMessageContaining("access.grants[2].roles: none (expected: at least one of")
                .hasMessageContaining("access.grants[3].roles: admin (expected: one of viewer,")
                .hasMessageContaining("those of processes are granted nothing")
                .hasMessageContaining("access.grants[5].certificate: ann (expected: overt://<site>")
                .hasMessageContaining("access.grants[6].email: ann (expected: an e-mail address)")
                .hasMessageContaining("access.grants[7].sites: HQ (expected: the name of a site")
                .hasMessageContaining(
                        "access.oidc.issuer: http://login.example (expected: an https")
                .hasMessageContaining("access.oidc.algorithms: HS256 (expected: one of RS256");
    }

    /** Commented out in it: without a provider there is nothing to default to. */
    @Test
    void the_example_of_access_shows_its_defaults() throws Exception {
        var example =
                Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8)
                        .lines()
                        .dropWhile(line -> !line.equals("# access:"))
                        .takeWhile(line -> line.startsWith("# "))
                        .map(line -> line.substring("# ".length()))
                        .collect(Collectors.joining("\n"));
        var shown = read(REQUIRED + example).access();
        var defaults =
                read(REQUIRED
                                + "access: {oidc: {issuer: 'https://login.corp.example/realms/staff', client-id: overt,"
                                + " external-address: 'https://control.corp.example:9449'}}")
                        .access();

        assertThat(shown.oidc()).isEqualTo(defaults.oidc());
        assertThat(shown.grants().orElseThrow()).hasSize(5);
        assertThat(shown.announceHead()).isEqualTo(defaults.announceHead());
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
    void the_example_of_rollouts_is_read_and_names_every_figure() throws Exception {
        var lines = Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8).lines().toList();
        var section =
                lines.stream()
                        .skip(lines.indexOf("# rollout:"))
                        .takeWhile(line -> line.startsWith("#"))
                        .map(line -> line.replaceFirst("# ?", ""))
                        .collect(Collectors.joining("\n"));

        var shown = read(REQUIRED + section + "\n").rollout();

        assertThat(shown.publisher()).isEqualTo(RolloutSettings.defaults().publisher());
        assertThat(shown.waitAfterStart()).isEqualTo(RolloutSettings.defaults().waitAfterStart());
        assertThat(shown.plan().onDeadline()).isEqualTo(Gate.Action.PAUSE);
        assertThat(shown.plan().gates())
                .map(Gate::metric)
                .containsExactlyInAnyOrder(Gate.Metric.values());
        assertThat(shown.freeze()).hasSize(2);
    }

    @Test
    void the_example_of_a_witness_shows_its_defaults() throws Exception {
        var shown = read(REQUIRED + commentedOut("# witness:")).witness().orElseThrow();
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

    /** The listener's section is commented out as well: it needs a certificate. */
    @Test
    void the_example_of_a_web_listener_shows_its_defaults() throws Exception {
        var shown = read(REQUIRED + commentedOut("# web:")).web().orElseThrow();
        var defaults = read(REQUIRED + "web: {certificate: c, key: k}").web().orElseThrow();

        assertThat(shown)
                .usingRecursiveComparison()
                .ignoringFields("certificate", "key", "clientTrustAnchors")
                .isEqualTo(defaults);
        assertThat(defaults.clientTrustAnchors()).isEmpty();
    }

    @Test
    void the_example_of_a_notice_can_be_read() throws Exception {
        var notice =
                read(REQUIRED + "web: {certificate: c, key: k}\n" + commentedOut("# notice:"))
                        .notice()
                        .orElseThrow();

        assertThat(notice.words()).containsKeys(Language.EN, Language.DE);
        assertThat(notice.caCertificates()).hasSize(1);
    }

    @Test
    void a_notice_without_a_listener_is_refused() {
        assertThatThrownBy(
                        () ->
                                read(
                                        REQUIRED
                                                + "notice: {organisation: a, contact: b, about: {en: c},"
                                                + " ca-certificates: [d]}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("notice: without web (expected: web, whose listener serves");
    }

    private static String commentedOut(String section) throws IOException {
        return Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8)
                .lines()
                .dropWhile(line -> !line.equals(section))
                .takeWhile(line -> line.startsWith("# "))
                .map(line -> line.substring("# ".length()))
                .collect(Collectors.joining("\n"));
    }

    /** So is PostgreSQL's: the default is SQLite. */
    @Test
    void the_example_of_postgresql_shows_its_defaults() throws Exception {
        var example =
                Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8)
                        .lines()
                        .dropWhile(line -> !line.equals("  # postgresql:"))
                        .takeWhile(line -> line.startsWith("  # "))
                        .map(line -> "  " + line.substring("  # ".length()))
                        .collect(Collectors.joining("\n"))
                        .replace("credential:postgresql-password", "password");
        var shown = (StoreConfig.InPostgres) read(REQUIRED + "store:\n" + example).store();
        var defaults =
                (StoreConfig.InPostgres)
                        read(REQUIRED
                                        + "store: {postgresql: {url: 'postgresql://h/d', trust-anchors: t}}")
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
