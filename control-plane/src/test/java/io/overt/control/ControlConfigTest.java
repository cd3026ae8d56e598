package io.overt.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.access.AccessSettings;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.rollout.FreezeWindow;
import io.overt.control.rollout.Gate;
import io.overt.control.rollout.Plan;
import io.overt.control.rollout.Plan.Wave.Mode;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.store.StoreConfig;
import io.overt.control.web.WebSettings;
import io.overt.control.web.notice.Language;
import io.overt.control.web.notice.NoticeSettings;
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
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration as a whole; what is said of a section only is tested beside its settings. */
class ControlConfigTest {
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
        assertThat(ControlYaml.read(folder, ""))
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

    /** The template with every option, IPv6 throughout, as ansible/check-roles renders it. */
    @Test
    void what_the_ansible_role_writes_is_read() throws Exception {
        var written =
                ControlYaml.readAlone(
                        folder,
                        Files.readString(
                                Path.of(
                                        "src/test/resources/io/overt/control/control-by-ansible.yaml")));
        var any = InetAddress.ofLiteral("::");
        assertThat(written.listen()).isEqualTo(new InetSocketAddress(any, 9443));
        assertThat(written.store()).isInstanceOf(StoreConfig.InPostgres.class);
        assertThat(written.rollout().approvers())
                .contains(Path.of("/etc/overt/control/approvers.yaml"));
        assertThat(written.rollout().approvals()).isEqualTo(3);
        assertThat(written.rollout().plan().waves()).hasSize(2);
        assertThat(written.witness().orElseThrow().listen())
                .isEqualTo(new InetSocketAddress(any, 9448));
        assertThat(written.web().orElseThrow().listen())
                .isEqualTo(new InetSocketAddress(any, 9449));
        assertThat(written.notice().orElseThrow().organisation()).isEqualTo("Example Ltd");
        assertThat(written.access().grants().orElseThrow()).hasSize(1);
    }

    @Test
    void every_key_is_read() throws Exception {
        assertThat(
                        ControlYaml.readAlone(
                                folder,
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
    void what_has_no_default_is_asked_for_and_what_is_misspelt_is_told() {
        assertThatThrownBy(() -> ControlYaml.readAlone(folder, "lisen: 1.2.3.4:5\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("control.yaml:1: identity: missing")
                .hasMessageContaining("control.yaml:1: policy: missing")
                .hasMessageContaining("control.yaml:1: lisen: unknown key (did you mean: listen?)");
    }

    /** The distributed example is the documentation of the defaults: it must say what they are. */
    @Test
    void the_example_shows_the_defaults() throws Exception {
        var root = ConfigFile.read(Files.copy(ControlYaml.EXAMPLE, folder.resolve("example.yaml")));
        root.section("log").text("level");

        var shown = ControlConfig.read(root);

        var defaults = ControlYaml.read(folder, "");
        assertThat(shown.listen()).isEqualTo(defaults.listen());
        assertThat(shown.admin()).isEqualTo(defaults.admin());
        assertThat(shown.store()).isEqualTo(defaults.store());
        assertThat(shown.limits()).isEqualTo(defaults.limits());
        assertThat(shown.lists()).isEqualTo(defaults.lists());
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
}
