package io.overt.control.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.bundle.PolicyPublicKey;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicySigningKeyTest {
    private static final byte[] MANIFEST = "manifest".getBytes(UTF_8);
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("policy.key");
    }

    @Test
    void what_it_signs_verifies_with_the_public_half_and_with_no_other() throws Exception {
        PolicySigningKey.create(file);
        var signature = PolicySigningKey.read(file).sign(MANIFEST);

        assertThat(
                        PolicyPublicKey.read(PolicySigningKey.publicHalf(file))
                                .verifies(MANIFEST, signature))
                .isTrue();
        assertThat(
                        PolicySigningKey.create(folder.resolve("other"))
                                .publicKey()
                                .verifies(MANIFEST, signature))
                .isFalse();
        assertThat(
                        PolicySigningKey.read(file)
                                .publicKey()
                                .verifies("manifesto".getBytes(UTF_8), signature))
                .isFalse();
        assertThat(PolicySigningKey.read(file).publicKey().verifies(MANIFEST, new byte[0]))
                .isFalse();
    }

    @Test
    void the_private_half_is_readable_by_its_owner_only() throws Exception {
        PolicySigningKey.create(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    /**
     * The files are PEM as OpenSSL reads it: other tools must be able to look at what edges pin.
     */
    @Test
    void openssl_reads_both_halves() throws Exception {
        PolicySigningKey.create(file);

        assertThat(openssl("pkey", "-in", file.toString(), "-noout", "-text"))
                .startsWith("ED25519 Private-Key:");
        assertThat(openssl("pkey", "-pubin", "-in", file + ".pub", "-noout", "-text"))
                .startsWith("ED25519 Public-Key:");
    }

    @Test
    void nothing_is_overwritten() throws Exception {
        PolicySigningKey.create(file);
        var before = Files.readString(file);

        assertThatThrownBy(() -> PolicySigningKey.create(file))
                .isInstanceOf(FileAlreadyExistsException.class);
        Files.delete(PolicySigningKey.publicHalf(file));
        assertThatThrownBy(() -> PolicySigningKey.create(file))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent(before);
        assertThat(PolicySigningKey.publicHalf(file)).doesNotExist();
    }

    @Test
    void halves_that_do_not_belong_together_are_refused() throws Exception {
        PolicySigningKey.create(file);
        PolicySigningKey.create(folder.resolve("other"));
        Files.writeString(file, Files.readString(folder.resolve("other")));

        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": is not the private half of " + file + ".pub");
    }

    @Test
    void a_file_that_is_no_key_is_told_by_name() throws Exception {
        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .hasMessage(file + ".pub: no such file");
        PolicySigningKey.create(file);
        Files.delete(file);
        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .hasMessage(file + ": no such file (overt-control create-policy-key makes one)");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .hasMessageStartingWith(file + ": no private key in it");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .hasMessage(file + ": not an Ed25519 private key");
        Files.writeString(
                file.resolveSibling("policy.key.pub"),
                Files.readString(file).replace("PRIVATE", "PUBLIC"));
        assertThatThrownBy(() -> PolicySigningKey.read(file))
                .hasMessage(file + ".pub: not an Ed25519 public key");
    }

    private static String openssl(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(java.util.List.of("openssl"));
        command.addAll(java.util.List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
