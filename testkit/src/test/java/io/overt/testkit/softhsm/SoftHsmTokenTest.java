package io.overt.testkit.softhsm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoftHsmTokenTest {

    @TempDir Path directory;

    @Test
    void another_process_sees_a_key_that_signs_and_never_leaves() throws Exception {
        SoftHsmToken token = SoftHsmToken.create(directory);

        String objects = pkcs11Tool(token, "--list-objects", "--type", "privkey");

        assertThat(objects)
                .contains("Private Key Object; EC")
                .containsPattern("Usage: +sign\n")
                .containsPattern("Access: +sensitive, always sensitive, never extractable, local");
    }

    @Test
    void a_key_that_was_asked_to_be_extractable_is() throws Exception {
        SoftHsmToken token = SoftHsmToken.create(directory, SoftHsmToken.Protection.EXTRACTABLE);

        assertThat(pkcs11Tool(token, "--list-objects", "--type", "privkey"))
                .doesNotContain("never extractable");
    }

    private static String pkcs11Tool(SoftHsmToken token, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        "pkcs11-tool",
                        "--module",
                        token.module().toString(),
                        "--token-label",
                        token.label(),
                        "--login",
                        "--pin",
                        "env:TOKEN_PIN");
        builder.command().addAll(List.of(arguments));
        builder.environment().put("TOKEN_PIN", token.pin());
        builder.redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new AssertionError("pkcs11-tool is not installed: apt-get install opensc", e);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
