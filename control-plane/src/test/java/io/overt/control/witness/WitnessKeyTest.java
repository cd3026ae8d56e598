package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.x509.tlog.NoteKey;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessKeyTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("w.key");
    }

    @Test
    void it_signs_what_its_verifier_key_verifies_and_that_is_what_the_file_tells()
            throws Exception {
        NoteKey told = WitnessKey.create(file, "witness.example/w").verifier();
        assertThat(NoteKey.parse(Files.readString(WitnessKey.publicHalf(file)).strip()))
                .isEqualTo(told);
        assertThat(told.kind()).isEqualTo(NoteKey.Kind.COSIGNATURE);
        byte[] signature =
                WitnessKey.read(file).sign("text\n", Instant.ofEpochSecond(1)).signature();
        assertThat(told.verifies("text\n", signature)).isTrue();
        assertThat(told.verifies("texts\n", signature)).isFalse();
        signature[7] ^= 1; // the time
        assertThat(told.verifies("text\n", signature)).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void nothing_is_overwritten_and_halves_belong_together() throws Exception {
        WitnessKey.create(file, "witness.example/w");
        assertThatThrownBy(() -> WitnessKey.create(file, "witness.example/w"))
                .isInstanceOf(FileAlreadyExistsException.class);
        Path other = folder.resolve("other");
        WitnessKey.create(other, "witness.example/w");
        Files.copy(
                WitnessKey.publicHalf(other),
                WitnessKey.publicHalf(file),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> WitnessKey.read(file))
                .hasMessage(file + ": is not the private half of " + file + ".pub");
        assertThatThrownBy(() -> WitnessKey.create(folder.resolve("x"), "with space"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void a_file_that_is_no_key_is_told_by_name() throws Exception {
        assertThatThrownBy(() -> WitnessKey.read(file))
                .hasMessage(file + ": no such file (overt-control create-witness-key makes one)");
        NoteKey verifier = WitnessKey.create(file, "witness.example/w").verifier();
        Files.writeString(WitnessKey.publicHalf(file), verifier.vkey().replace("witness", "w"));
        assertThatThrownBy(() -> WitnessKey.read(file))
                .hasMessageStartingWith(file + ".pub: verifier key: ");
    }
}
