package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.testkit.pki.LogReaders;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.softhsm.SoftHsmToken;
import io.overt.x509.TrustAnchors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command that makes the first CA, and a signer that starts on what it made. */
// checklist 64, 65, 70
class CreateCaTest {

    @TempDir Path directory;
    private Path module;
    private String label;

    @BeforeEach
    void write() throws Exception {
        // SoftHSM as every test has it; the token itself is made by the command.
        SoftHsmToken other = SoftHsmToken.create(directory);
        module = other.module();
        label = "ca-" + directory.getFileName();
        label = label.substring(0, Math.min(32, label.length()));
        Files.writeString(directory.resolve("pin"), "1234567890\n");
        Files.writeString(directory.resolve("so-pin"), "9876543210\n");
        TestPki.create().writeAnchor(directory.resolve("anchors.pem"));
        LogReaders.create(directory);
    }

    // checklist 65
    @Test
    void a_signer_starts_on_the_ca_that_was_made_and_the_key_cannot_leave_the_token()
            throws Exception {
        Path config =
                config("token: { module: %s, label: %s, pin-file: pin }".formatted(module, label));

        assertThat(createCa(config, "--init-token", "--so-pin-file", at("so-pin"))).isZero();

        X509Certificate root = certificate("root.pem");
        X509Certificate issuing = certificate("issuing.pem");
        issuing.verify(root.getPublicKey());
        assertThat(issuing.getSubjectX500Principal().getName()).contains("Inspection");
        assertThat(root.getSubjectX500Principal().getName()).contains("Inspection");
        assertThat(issuing.getBasicConstraints()).isZero();
        assertThat(issuing.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(
                        run(
                                Map.of(),
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                at("root.pem"),
                                at("issuing.pem")))
                .contains(": OK");
        String keys =
                run(
                        Map.of("TOKEN_PIN", "1234567890"),
                        "pkcs11-tool",
                        "--module",
                        module.toString(),
                        "--token-label",
                        label,
                        "--login",
                        "--pin",
                        "env:TOKEN_PIN",
                        "--list-objects",
                        "--type",
                        "privkey");
        assertThat(keys.lines().filter(line -> line.contains("Usage:")))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).matches(" *Usage: +sign"));
        assertThat(keys.lines().filter(line -> line.contains("Access:")))
                .hasSize(3)
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "sensitive, always sensitive, never extractable"));

        SignerMain main = new SignerMain(Clock.systemUTC());
        SignerConfig read = SignerConfig.read(ConfigFile.read(config));
        main.check(read);
        try (Parts parts = new Parts()) {
            assertThat(main.serve(read, parts).readiness().unmet()).isEmpty();
        }
    }

    @Test
    void nothing_is_overwritten() throws Exception {
        Path config =
                config("token: { module: %s, label: %s, pin-file: pin }".formatted(module, label));
        assertThat(createCa(config, "--init-token", "--so-pin-file", at("so-pin"))).isZero();
        String issuing = Files.readString(directory.resolve("issuing.pem"));

        assertThatThrownBy(() -> createCa(config))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("root.pem: is there already, and is not overwritten");
        Files.delete(directory.resolve("root.pem"));
        Files.delete(directory.resolve("issuing.pem"));
        assertThatThrownBy(() -> createCa(config))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("the token has a key 'overt-inspection-root' already");
        assertThatThrownBy(() -> createCa(config, "--init-token", "--so-pin-file", at("so-pin")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("is there already, and is not initialised again");
        assertThat(directory.resolve("issuing.pem")).doesNotExist();
        assertThat(issuing).isNotEmpty();
    }

    @Test
    void the_file_fallback_serves_as_well() throws Exception {
        Files.writeString(directory.resolve("password"), "secret\n");
        Path config = config("insecure-file: { pkcs12: issuing.p12, password-file: password }");

        assertThat(createCa(config)).isZero();

        assertThat(Files.getPosixFilePermissions(directory.resolve("issuing.p12")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
        SignerMain main = new SignerMain(Clock.systemUTC());
        SignerConfig read = SignerConfig.read(ConfigFile.read(config));
        main.check(read);
        try (Parts parts = new Parts()) {
            assertThat(main.serve(read, parts).readiness().unmet()).isEmpty();
        }
    }

    /** Onto a signer that has its CA already, as an upgrade meets it. */
    @Test
    void an_untrusted_ca_is_made_beside_the_other_and_nothing_is_overwritten() throws Exception {
        Files.writeString(directory.resolve("password"), "secret\n");
        Path config = config("insecure-file: { pkcs12: issuing.p12, password-file: password }");
        createCa(config);
        assertThatThrownBy(() -> createUntrustedCa(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no issuer with \"trust: untrusted\"");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(
                                "{ certificate: issuing.pem }",
                                "{ certificate: issuing.pem }, { certificate: untrusted.pem, trust: untrusted }"));

        assertThat(createUntrustedCa(config)).isZero();

        X509Certificate untrusted = certificate("untrusted.pem");
        untrusted.verify(untrusted.getPublicKey());
        assertThat(untrusted.getSubjectX500Principal().getName()).contains("Untrusted Inspection");
        assertThat(untrusted.getBasicConstraints()).isZero();
        assertThatThrownBy(() -> createUntrustedCa(config))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("untrusted.pem: is there already, and is not overwritten");
        SignerMain main = new SignerMain(Clock.systemUTC());
        SignerConfig read = SignerConfig.read(ConfigFile.read(config));
        main.check(read);
        try (Parts parts = new Parts()) {
            assertThat(main.serve(read, parts).readiness().unmet()).isEmpty();
        }
        Files.delete(directory.resolve("untrusted.pem"));
        assertThatThrownBy(() -> createUntrustedCa(config))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("has a key 'overt-untrusted-issuing' already");
    }

    /** Onto a signer that is older than the log. */
    @Test
    void a_log_key_is_made_beside_a_ca_that_is_there_and_nothing_is_overwritten() throws Exception {
        Files.writeString(directory.resolve("password"), "secret\n");
        Path config = config("insecure-file: { pkcs12: issuing.p12, password-file: password }");
        createCa(config);
        X509Certificate first = certificate("log.pem");
        assertThat(first.getBasicConstraints()).as("no CA").isEqualTo(-1);
        assertThat(LogFiles.key(first).name()).startsWith("overt-log/");
        assertThat(createLogKeyFails(config))
                .hasMessageContaining("log.pem: is there already, and is not overwritten");
        Files.delete(directory.resolve("log.pem"));
        assertThat(createLogKeyFails(config))
                .hasMessageContaining("has a key 'overt-log' already, and it is not overwritten");

        Files.copy(directory.resolve("issuing.pem"), directory.resolve("log.pem"));
        SignerConfig read = SignerConfig.read(ConfigFile.read(config));
        assertThatThrownBy(() -> new SignerMain(Clock.systemUTC()).check(read))
                .as("a checkpoint is never signed with a CA's key")
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has the key of an issuing CA");
    }

    private static Throwable createLogKeyFails(Path config) {
        CreateLogKey command = new CreateLogKey(Clock.systemUTC());
        new CommandLine(command).parseArgs("--config", config.toString());
        return catchThrowable(command::call);
    }

    private int createUntrustedCa(Path config) throws Exception {
        CreateUntrustedCa command = new CreateUntrustedCa(Clock.systemUTC());
        CommandLine line = new CommandLine(command);
        line.parseArgs("--config", config.toString(), "--organisation", "Example, Inc.");
        return command.call();
    }

    @Test
    void a_wrong_pin_is_the_operators_and_a_token_that_is_away_is_for_another_try()
            throws Exception {
        Path config =
                config("token: { module: %s, label: %s, pin-file: pin }".formatted(module, label));
        createCa(config, "--init-token", "--so-pin-file", at("so-pin"));
        SignerMain main = new SignerMain(Clock.systemUTC());

        Files.writeString(directory.resolve("pin"), "0000\n");
        assertThatThrownBy(() -> main.check(SignerConfig.read(ConfigFile.read(config))))
                .as("exit code 2: a supervisor leaves it")
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("refused the PIN");

        Path away = config("token: { module: %s, label: away, pin-file: pin }".formatted(module));
        assertThatThrownBy(() -> main.check(SignerConfig.read(ConfigFile.read(away))))
                .as("exit code 1: a supervisor tries again")
                .isInstanceOf(StartException.class)
                .hasMessageContaining("token 'away': 0 tokens of this label");
    }

    private int createCa(Path config, String... more) throws Exception {
        CreateCa command = new CreateCa(Clock.systemUTC());
        CommandLine line = new CommandLine(command);
        line.parseArgs(
                Stream.concat(
                                Stream.of(
                                        "--config",
                                        config.toString(),
                                        "--organisation",
                                        "Example, Inc.",
                                        "--root",
                                        at("root.pem")),
                                Stream.of(more))
                        .toArray(String[]::new));
        return command.call();
    }

    private Path config(String keys) throws IOException {
        PemFiles identity = TestPki.fleet(directory, "berlin").issue("signer", "s1");
        return Files.writeString(
                directory.resolve("signer.yaml"),
                """
                listen: 127.0.0.1:0
                admin: { listen: "127.0.0.1:0" }
                identity: { certificate: %s, key: %s, trust-anchors: %s }
                %s
                issuers: [ { certificate: issuing.pem } ]
                profiles: [ { organisation: Example Corp, notice-url: "https://i.example/" } ]
                upstream: { trust-anchors: [anchors.pem] }
                store: { deadline: 60s }
                transparency-log: { certificate: log.pem, readers-key: log-readers.pem }
                """
                        .formatted(
                                identity.certificateChain(),
                                identity.privateKey(),
                                identity.trustAnchors(),
                                keys));
    }

    private X509Certificate certificate(String file) throws Exception {
        return TrustAnchors.fromPem(directory.resolve(file)).certificates().getFirst();
    }

    private String at(String file) {
        return directory.resolve(file).toString();
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new AssertionError(
                    command[0] + " is not installed: apt-get install openssl opensc", e);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
