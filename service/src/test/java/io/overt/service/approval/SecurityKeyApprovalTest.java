package io.overt.service.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.approval.SoftSecurityKey.Algorithm;
import io.overt.service.config.ConfigException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Security keys as approvers, by an authenticator in software; the real {@code ssh-keygen -Y
 * verify}, which needs no device, is the second opinion.
 */
class SecurityKeyApprovalTest {

    @TempDir Path folder;
    private Path document;

    @BeforeEach
    void write() throws Exception {
        document = Files.writeString(folder.resolve("plan.yaml"), "act: root\n");
    }

    @Test
    void two_people_with_security_keys_approve_and_ssh_keygen_agrees() throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(Algorithm.ED25519, "ssh:");
        SoftSecurityKey bob = new SoftSecurityKey(Algorithm.P256, "ssh:overt");
        // Bob's asks for a finger or a PIN as well, and says so.
        bob.flags = 0x05;
        // Several of each: r and s have a leading zero now and then.
        for (int i = 0; i < 8; i++) {
            Path a = sign("alice", alice);
            Path b = sign("bob", bob);

            assertThat(((ApprovedDocument) approvers(alice, bob).approve(document)).approvedBy())
                    .extracting(Approver::name)
                    .containsExactly("alice", "bob");
            assertThat(keygen(alice, a)).contains("Good \"overt-approval\" signature for person");
            assertThat(keygen(bob, b)).contains("Good \"overt-approval\" signature for person");
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_signed_without_a_touch_does_not_count(Algorithm algorithm) throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(algorithm, "ssh:");
        SoftSecurityKey bob = new SoftSecurityKey(algorithm, "ssh:");
        sign("bob", bob);
        alice.flags = 0x04;
        sign("alice", alice);
        assertThat(refused(alice, bob))
                .contains("approved by bob (expected: 2 different people)")
                .contains("flags 0x04 of a security key: nobody touched it");
        // Nor when it is said to have been touched afterwards.
        alice.shownFlags = 0x05;
        sign("alice", alice);
        assertThat(refused(alice, bob)).contains("does not verify with the key of alice");
    }

    @ParameterizedTest
    @EnumSource
    void what_was_signed_for_somebody_else_does_not_count(Algorithm algorithm) throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(algorithm, "ssh:");
        SoftSecurityKey bob = new SoftSecurityKey(algorithm, "ssh:");
        sign("bob", bob);
        alice.signedFor = "https://shop.example";
        Path lie = sign("alice", alice);
        assertThat(refused(alice, bob)).contains("does not verify with the key of alice");
        assertThat(keygen(alice, lie)).doesNotContain("Good");

        alice.signedFor = "";
        Files.writeString(
                folder.resolve("plan.yaml.alice.sig"),
                alice.sign("act: crl\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(refused(alice, bob)).contains("does not verify with the key of alice");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_cut_off_or_has_too_much_is_no_signature(Algorithm algorithm) throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(algorithm, "ssh:");
        SoftSecurityKey bob = new SoftSecurityKey(algorithm, "ssh:");
        sign("bob", bob);
        Path file = sign("alice", alice);
        byte[] whole =
                Base64.getMimeDecoder()
                        .decode(
                                Files.readString(file)
                                        .replaceAll("-----(BEGIN|END) SSH SIGNATURE-----", ""));
        for (int cut : new int[] {1, 4, 5}) {
            // The counter, then the flags: the lengths around it say less as well.
            byte[] shorter = shortened(whole, cut);
            Files.writeString(file, SoftSecurityKey.armoured(shorter));
            assertThat(refused(alice, bob)).contains(cut == 5 ? "within its flags" : "within its");
        }
        Files.writeString(file, SoftSecurityKey.armoured(shortened(whole, -1)));
        assertThat(refused(alice, bob)).contains("1 bytes too many");
    }

    /** Takes bytes from the end of the innermost signature, or puts some there. */
    private static byte[] shortened(byte[] blob, int cut) {
        byte[] shorter = Arrays.copyOf(blob, blob.length - cut);
        // The last string of the blob begins after its type: its length is found by its value.
        for (int i = blob.length - 8; i > 0; i--) {
            int length = ByteBuffer.wrap(blob).getInt(i);
            if (i + 4 + length == blob.length) {
                shorter[i + 2] = (byte) ((length - cut) >> 8);
                shorter[i + 3] = (byte) (length - cut);
                return shorter;
            }
        }
        throw new AssertionError("no string ends with the blob");
    }

    @ParameterizedTest
    @EnumSource
    void a_security_key_and_a_plain_key_of_one_public_half_are_one_person_and_two_keys(
            Algorithm algorithm) throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(algorithm, "ssh:");
        SoftSecurityKey bob = new SoftSecurityKey(algorithm, "ssh:");
        assertThatThrownBy(() -> read(alice.line(), alice.plainLine()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the key of 'alice' (expected: a key for each person)");
        assertThat(ApproverKey.parse(alice.line()))
                .isNotEqualTo(ApproverKey.parse(alice.plainLine()));
        // The file names the plain key: what the device signed is by another one.
        sign("alice", alice);
        sign("bob", bob);
        assertThat(
                        ((NotApproved) read(alice.plainLine(), bob.line()).approve(document))
                                .discounted())
                .extracting(Discounted::reason)
                .containsExactly(Discounted.Reason.UNKNOWN_KEY);
    }

    @Test
    void a_key_that_was_made_for_a_web_site_is_no_approvers() throws Exception {
        SoftSecurityKey alice = new SoftSecurityKey(Algorithm.P256, "https://shop.example");
        assertThatThrownBy(() -> ApproverKey.parse(alice.line()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("security key (sk-…@openssh.com)")
                .cause()
                .hasMessageContaining(
                        "a security key for 'https://shop.example' (expected: ssh:…)");
    }

    private Path sign(String who, SoftSecurityKey key) throws Exception {
        return Files.writeString(
                folder.resolve("plan.yaml." + who + ".sig"),
                key.sign(Files.readAllBytes(document)));
    }

    private String refused(SoftSecurityKey alice, SoftSecurityKey bob) throws Exception {
        return ((NotApproved) approvers(alice, bob).approve(document)).message();
    }

    private Approvers approvers(SoftSecurityKey alice, SoftSecurityKey bob) throws Exception {
        return read(alice.line(), bob.line());
    }

    private Approvers read(String alice, String bob) throws Exception {
        return Approvers.read(
                Files.writeString(
                        folder.resolve("approvers.yaml"),
                        "approvers:\n  - { name: alice, key: '%s alice@example' }\n  - { name: bob, key: '%s' }\n"
                                .formatted(alice, bob)));
    }

    private String keygen(SoftSecurityKey key, Path signature) throws Exception {
        Path signers = Files.writeString(folder.resolve("signers"), "person " + key.line() + "\n");
        Process process =
                new ProcessBuilder(
                                List.of(
                                        "ssh-keygen",
                                        "-Y",
                                        "verify",
                                        "-f",
                                        signers.toString(),
                                        "-I",
                                        "person",
                                        "-n",
                                        "overt-approval",
                                        "-s",
                                        signature.toString()))
                        .redirectInput(document.toFile())
                        .redirectErrorStream(true)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
