package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetFiles;
import io.overt.signer.SignerConfig.IssuerEntry;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.SignerConfig.LogEntry;
import io.overt.signer.SignerConfig.VerifyingEntry;
import io.overt.signer.budget.BudgetLimit;
import io.overt.signer.budget.BudgetLimits;
import io.overt.signer.crl.CrlOffice;
import io.overt.signer.issue.EpochWindow;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.VerifyingCode;
import io.overt.signer.key.TokenSettings;
import io.overt.signer.publish.PublicationServer;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MirrorProfile;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerConfigTest {

    private static final String LEAST =
            """
            listen: 127.0.0.1:7443
            identity: { certificate: c.pem, key: k.pem, trust-anchors: a.pem }
            token: { module: /lib/p11.so, label: overt, pin-file: pin }
            issuers: [ { certificate: issuing.pem } ]
            profiles: [ { organisation: Example Corp, notice-url: "https://i.example/" } ]
            upstream: { trust-anchors: [roots.pem] }
            transparency-log: { certificate: log.pem, readers-key: readers.pem }
            """;

    @TempDir Path directory;

    /** The template with every option, IPv6 throughout, as ansible/check-roles renders it. */
    @Test
    void what_the_ansible_role_writes_is_read() throws Exception {
        SignerConfig config =
                read(
                        Files.readString(
                                        Path.of(
                                                "src/test/resources/io/overt/signer/signer-by-ansible.yaml"))
                                // Needs a process that systemd has started.
                                .replace("credential:pin", "pin"));

        InetAddress any = InetAddress.ofLiteral("::");
        assertThat(config.listen()).isEqualTo(new InetSocketAddress(any, 9442));
        assertThat(config.admin())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9101));
        assertThat(config.issuers())
                .extracting(IssuerEntry::trust)
                .containsExactly(IssuerTrust.TRUSTED, IssuerTrust.UNTRUSTED);
        assertThat(config.profiles())
                .extracting(MirrorProfile::organisation)
                .containsExactly("Example Ltd: security");
        assertThat(config.anchors()).contains(Path.of("/etc/overt/signer/trust/corporate.pem"));
        assertThat(config.changes().publication().orElseThrow().listen())
                .isEqualTo(new InetSocketAddress(any, 8080));
        assertThat(config.changes().acts().orElseThrow().approvers())
                .isEqualTo(Path.of("/etc/overt/signer/approvers.yaml"));
        assertThat(config.changes().ceremonies()).isPresent();
    }

    @Test
    void what_is_not_written_has_its_default() throws Exception {
        SignerConfig config = read(LEAST);

        assertThat(config.admin())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9101));
        assertThat(config.keys())
                .isEqualTo(
                        new KeySource.InToken(
                                TokenSettings.of(
                                        Path.of("/lib/p11.so"),
                                        "overt",
                                        directory.resolve("pin"))));
        assertThat(config.issuers())
                .containsExactly(
                        new IssuerEntry(
                                directory.resolve("issuing.pem"),
                                IssuerTrust.TRUSTED,
                                IssuerState.ACTIVE,
                                List.of(),
                                List.of()));
        assertThat(config.profiles())
                .containsExactly(
                        new MirrorProfile(
                                "mirror",
                                Recipe.MIRROR,
                                "Example Corp",
                                "https://i.example/",
                                Duration.ofDays(825),
                                Duration.ofDays(7),
                                Duration.ofDays(1)));
        assertThat(config.epochs())
                .isEqualTo(new EpochWindow(Duration.ofDays(7), Duration.ofMinutes(5)));
        assertThat(config.store()).isEqualTo(directory.resolve("signer.db"));
        assertThat(config.storeDeadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.log())
                .isEqualTo(
                        new LogEntry(
                                directory.resolve("log"),
                                directory.resolve("log.pem"),
                                directory.resolve("readers.pem"),
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(30)));
        assertThat(config.maxMessage()).isEqualTo(512 * 1024);
        assertThat(config.keysPerSite()).isEqualTo(64);
        assertThat(config.budgets()).isEqualTo(BudgetLimits.DEFAULTS);
        assertThat(config.warmUp()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.verifying())
                .isEqualTo(new VerifyingEntry(VerifyingCode.Wanted.NATIVE, 10_000));
        assertThat(config.neverForged().hit(ReferenceIdentity.parse("a.example").orElseThrow()))
                .isFalse();
    }

    @Test
    void every_key_is_read() throws Exception {
        SignerConfig config =
                read(
                        """
                        listen: "[::1]:1"
                        admin: { listen: 127.0.0.2:2 }
                        identity: { certificate: c.pem, key: k.pem, trust-anchors: a.pem }
                        token:
                          module: p11.so
                          label: t
                          pin-file: pin
                          threads: 2
                          queue: 3
                          deadline: 4s
                          stalled-after: 5s
                          give-up-after: 6s
                          retry-interval: 7s
                          keep-alive: 8s
                        issuers:
                          - { certificate: i.pem, state: staged, crl-urls: ["http://c.example/"], ca-issuers-urls: ["http://i.example/"] }
                          - { certificate: u.pem, trust: untrusted }
                        profiles:
                          - { name: p, recipe: strict, organisation: O, notice-url: "https://n.example/", max-lifetime: 9d }
                        epoch: { length: 2d, grace: 1h, clock-tolerance: 1m }
                        upstream: { trust-anchors: [r.pem, s.pem] }
                        never-forge: [n.example]
                        store: { file: db/s.db, deadline: 10s }
                        transparency-log: { folder: l, certificate: c.pem, readers-key: r.pem, interval: 13s, heartbeat: 15s, max-unpublished: 14s }
                        warm-up: 12s
                        limits: { message: 64KiB, leaf-keys-per-site: 11 }
                        crl: { folder: crls, lifetime: 10d, every: 5d }
                        publication: { listen: 127.0.0.3:80, connections: 15, connections-per-client: 16, deadline: 17s }
                        acts: { folder: decrees, approvers: people.yaml, every: 18s }
                        ceremonies: { transcripts: held, approvers: others.yaml, every: 19s }
                        budgets:
                          edge: { amount: 21, per: 22s, burst: 23 }
                          site: { amount: 24, per: 25s, burst: 26 }
                          domain: { amount: 27, per: 28s, burst: 29 }
                          new-names: { amount: 30, per: 31s, burst: 32 }
                          key-per-day: 33
                          tracked: 34
                        verifying: { provider: jdk, remembered-signatures: 15 }
                        """);

        assertThat(config)
                .usingRecursiveComparison()
                .isEqualTo(
                        new SignerConfig(
                                new InetSocketAddress(InetAddress.ofLiteral("::1"), 1),
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 2),
                                new FleetFiles(at("c.pem"), at("k.pem"), at("a.pem")),
                                new KeySource.InToken(
                                        new TokenSettings(
                                                at("p11.so"),
                                                "t",
                                                at("pin"),
                                                2,
                                                3,
                                                Duration.ofSeconds(4),
                                                Duration.ofSeconds(5),
                                                Duration.ofSeconds(6),
                                                Duration.ofSeconds(7),
                                                Duration.ofSeconds(8))),
                                List.of(
                                        new IssuerEntry(
                                                at("i.pem"),
                                                IssuerTrust.TRUSTED,
                                                IssuerState.STAGED,
                                                List.of("http://c.example/"),
                                                List.of("http://i.example/")),
                                        new IssuerEntry(
                                                at("u.pem"),
                                                IssuerTrust.UNTRUSTED,
                                                IssuerState.ACTIVE,
                                                List.of(),
                                                List.of())),
                                List.of(
                                        new MirrorProfile(
                                                "p",
                                                Recipe.STRICT,
                                                "O",
                                                "https://n.example/",
                                                Duration.ofDays(9),
                                                Duration.ofDays(2),
                                                Duration.ofHours(1))),
                                new EpochWindow(Duration.ofDays(2), Duration.ofMinutes(1)),
                                List.of(at("r.pem"), at("s.pem")),
                                new NeverForged(List.of("n.example")),
                                at("db/s.db"),
                                Duration.ofSeconds(10),
                                new LogEntry(
                                        at("l"),
                                        at("c.pem"),
                                        at("r.pem"),
                                        Duration.ofSeconds(13),
                                        Duration.ofSeconds(15),
                                        Duration.ofSeconds(14)),
                                64 * 1024,
                                11,
                                new BudgetLimits(
                                        new BudgetLimit(21, Duration.ofSeconds(22), 23),
                                        new BudgetLimit(24, Duration.ofSeconds(25), 26),
                                        new BudgetLimit(27, Duration.ofSeconds(28), 29),
                                        new BudgetLimit(30, Duration.ofSeconds(31), 32),
                                        33,
                                        34),
                                Duration.ofSeconds(12),
                                new ChangesConfig(
                                        Optional.of(
                                                new CrlOffice.Settings(
                                                        at("crls"),
                                                        Duration.ofDays(10),
                                                        Duration.ofDays(5))),
                                        Optional.of(
                                                new PublicationServer.Settings(
                                                        new InetSocketAddress(
                                                                InetAddress.ofLiteral("127.0.0.3"),
                                                                80),
                                                        15,
                                                        16,
                                                        Duration.ofSeconds(17))),
                                        Optional.of(
                                                new ChangesConfig.ActsEntry(
                                                        at("decrees"),
                                                        at("people.yaml"),
                                                        Duration.ofSeconds(18))),
                                        Optional.of(
                                                new ChangesConfig.CeremoniesEntry(
                                                        at("held"),
                                                        at("others.yaml"),
                                                        Duration.ofSeconds(19)))),
                                new VerifyingEntry(VerifyingCode.Wanted.JDK, 15)));
    }

    @Test
    void crls_are_made_where_they_are_published_and_live_twice_as_long_as_they_must()
            throws Exception {
        assertThat(read(LEAST).changes())
                .isEqualTo(
                        new ChangesConfig(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(read(LEAST + "publication: { listen: \"127.0.0.1:80\" }\n").changes().crl())
                .contains(
                        new CrlOffice.Settings(at("crl"), Duration.ofDays(7), Duration.ofDays(1)));
        assertThatThrownBy(() -> read(LEAST + "crl: { lifetime: 5d, every: 3d }\n"))
                .hasMessageContaining("crl.every: PT72H (expected: at most half of lifetime");
        assertThatThrownBy(
                        () ->
                                read(
                                        LEAST.replace(
                                                        "issuing.pem }",
                                                        "issuing.pem }, { certificate: old/issuing.pem }")
                                                + "crl: {}\n"))
                .hasMessageContaining("a second one of this file name");
    }

    @Test
    void the_documented_sections_that_are_off_say_their_defaults() throws Exception {
        String text =
                Files.readString(
                        Path.of(System.getProperty("basedir", "."), "src/main/dist/signer.yaml"));
        String switchedOn =
                text.replaceAll("(?m)^# (crl|publication|acts|ceremonies):$", "$1:")
                        .replaceAll(
                                "(?m)^#   (folder|lifetime|every|listen|connections|connections-per-client|deadline|approvers|transcripts): ",
                                "  $1: ");
        ChangesConfig said = read(switchedOn).changes();
        ChangesConfig least =
                read(LEAST
                                + "publication: { listen: \"0.0.0.0:8080\" }\nacts: { approvers: approvers.yaml }\nceremonies: { approvers: approvers.yaml }\n")
                        .changes();
        assertThat(said).isEqualTo(least);
    }

    @Test
    void the_file_fallback_is_read_under_its_warning_name() throws Exception {
        assertThat(
                        read(LEAST.replaceFirst(
                                        "token: .*",
                                        "insecure-file: { pkcs12: i.p12, password-file: p }"))
                                .keys())
                .isEqualTo(new KeySource.InsecureFile(at("i.p12"), at("p")));
    }

    @Test
    void all_problems_are_said_at_once_with_their_lines() {
        ConfigException refused =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                read(
                                        """
                                        listen: 127.0.0.1:7443
                                        identity: { certificate: c.pem, key: k.pem, trust-anchors: a.pem }
                                        token: { module: p11.so, label: overt, pin-file: pin, thread: 4 }
                                        insecure-file: { pkcs12: i.p12, password-file: p }
                                        issuers: []
                                        profiles: [ { organisation: O, notice-url: "https://n.example/", max-lifetime: 1d } ]
                                        upstream: { trust-anchors: [] }
                                        never-forge: ["*.192.0.2.1"]
                                        """));

        String file = directory.resolve("signer.yaml").toString();
        assertThat(refused.problems())
                .anySatisfy(
                        problem ->
                                assertThat(problem)
                                        .startsWith(file + ":3: token.thread: unknown key")
                                        .contains("threads"))
                .anySatisfy(
                        problem ->
                                assertThat(problem)
                                        .isEqualTo(
                                                file
                                                        + ":3: token: given beside insecure-file (expected: one of the two)"))
                .anySatisfy(problem -> assertThat(problem).startsWith(file + ":5: issuers: none"))
                .anySatisfy(
                        problem ->
                                assertThat(problem)
                                        .startsWith(
                                                file
                                                        + ":6: profiles[0].name: mirror: max-lifetime"))
                .anySatisfy(problem -> assertThat(problem).contains("trust-anchors: empty"))
                .anySatisfy(
                        problem ->
                                assertThat(problem)
                                        .startsWith(file + ":8: never-forge: *.192.0.2.1"));
    }

    @Test
    void a_token_is_not_left_out() {
        assertThatThrownBy(() -> read(LEAST.replaceFirst("token: .*\n", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "token: missing (expected: token, or for a try-out insecure-file)");
    }

    @Test
    void the_documented_example_is_read_and_says_the_defaults() throws Exception {
        Path example =
                Path.of(System.getProperty("basedir", "."), "src/main/dist/signer.yaml")
                        .toAbsolutePath();
        ConfigNode asShipped = ConfigFile.read(example);
        SignerConfig shipped = SignerConfig.read(asShipped);

        // The same with every commented key switched on: an example that is out of date has a key
        // too many.
        String allKeys =
                Files.readString(example)
                        .replaceAll("(?m)^( *)# ((?:[a-z0-9-]+): [^ ].*)$", "$1$2");
        SignerConfig explicit = read(allKeys);

        assertThat(((KeySource.InToken) explicit.keys()).token())
                .usingRecursiveComparison()
                .ignoringFields("pinFile")
                .isEqualTo(((KeySource.InToken) shipped.keys()).token());
        assertThat(explicit.profiles()).isEqualTo(shipped.profiles());
        assertThat(explicit.epochs()).isEqualTo(shipped.epochs());
        assertThat(explicit.log().interval()).isEqualTo(shipped.log().interval());
        assertThat(explicit.log().maxUnpublished()).isEqualTo(shipped.log().maxUnpublished());
        assertThat(explicit.storeDeadline()).isEqualTo(shipped.storeDeadline());
        assertThat(explicit.maxMessage()).isEqualTo(shipped.maxMessage());
        assertThat(explicit.keysPerSite()).isEqualTo(shipped.keysPerSite());
        assertThat(explicit.warmUp()).isEqualTo(shipped.warmUp());
        assertThat(explicit.verifying()).isEqualTo(shipped.verifying());
        assertThat(explicit.admin()).isEqualTo(shipped.admin());
    }

    private Path at(String file) {
        return directory.resolve(file);
    }

    private SignerConfig read(String text) throws Exception {
        return SignerConfig.read(
                ConfigFile.read(Files.writeString(directory.resolve("signer.yaml"), text)));
    }
}
