package io.overt.service.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signatures of the real ssh-keygen and the real openssl, and what does not count as one. */
class ApproversTest {

    /** Keys are made once; nothing changes them. */
    @TempDir static Path keys;

    @TempDir Path folder;
    private Path document;

    @BeforeAll
    static void makeKeys() throws Exception {
        for (String who : List.of("alice", "mallory")) {
            run(keys, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", who);
        }
        run(keys, "ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", "bob");
        run(keys, "openssl", "genpkey", "-algorithm", "ed25519", "-out", "carol.pem");
        run(keys, "openssl", "pkey", "-in", "carol.pem", "-pubout", "-out", "carol.pub");
    }

    @BeforeEach
    void write() throws IOException {
        document = Files.writeString(folder.resolve("plan.yaml"), "act: root\n");
    }

    @Test
    void two_people_with_ssh_keys_approve() throws Exception {
        ssh("alice", document);
        ssh("bob", document);

        ApprovedDocument approved = approved(approvers().approve(document));

        assertThat(approved.approvedBy())
                .extracting(Approver::name)
                .containsExactly("alice", "bob");
        assertThat(approved.content()).asString().isEqualTo("act: root\n");
        assertThat(approved.sha256())
                .isEqualTo(run(folder, "sha256sum", "plan.yaml").substring(0, 64));
        assertThat(approved.discounted()).isEmpty();
    }

    @Test
    void an_openssl_signature_over_the_statement_counts_as_one_of_ssh_does() throws Exception {
        ssh("alice", document);
        openssl("carol");

        assertThat(approved(approvers().approve(document)).approvedBy())
                .extracting(Approver::name)
                .containsExactly("alice", "carol");
    }

    @Test
    void a_signature_over_a_sha256_of_the_document_counts_too() throws Exception {
        sign("alice", "-O", "hashalg=sha256");
        Files.move(folder.resolve("plan.yaml.sig"), folder.resolve("plan.yaml.alice.sig"));
        ssh("bob", document);

        assertThat(approved(approvers().approve(document)).approvedBy()).hasSize(2);
    }

    @Test
    void what_is_approved_is_what_was_read_and_not_what_the_file_says_later() throws Exception {
        ssh("alice", document);
        ssh("bob", document);
        ApprovedDocument approved = approved(approvers().approve(document));

        Files.writeString(document, "act: key-destruction\n");
        approved.content()[0] = 'X';

        assertThat(approved.content()).asString().isEqualTo("act: root\n");
    }

    /** Each leaves alice's good approval in place and spoils bob's. */
    enum Spoiled {
        NO_SECOND_ONE(null, "approved by alice (expected: 2 different people)"),
        ANOTHER_DOCUMENT(Discounted.Reason.DOES_NOT_VERIFY, "with the key of bob"),
        ANOTHER_NAMESPACE(
                Discounted.Reason.WRONG_NAMESPACE,
                "signed for namespace 'file' (expected: overt-approval)"),
        A_KEY_THAT_IS_NO_APPROVERS(Discounted.Reason.UNKNOWN_KEY, "which is no approver's"),
        THE_SAME_PERSON_TWICE(Discounted.Reason.SAME_PERSON, "by alice, whose approval"),
        A_TRUNCATED_SIGNATURE(Discounted.Reason.NOT_A_SIGNATURE, "it ends within its signature"),
        A_BYTE_TOO_MANY(Discounted.Reason.NOT_A_SIGNATURE, "1 bytes too many"),
        A_FLIPPED_BIT(Discounted.Reason.DOES_NOT_VERIFY, "with the key of bob"),
        ANOTHERS_KEY_WRITTEN_INTO_IT(Discounted.Reason.NOT_A_SIGNATURE, "by a ssh-ed25519 key"),
        NO_ARMOUR_AT_ITS_END(Discounted.Reason.NOT_A_SIGNATURE, "armoured"),
        AN_EMPTY_FILE(Discounted.Reason.NOT_A_SIGNATURE, "0 bytes that are neither"),
        A_FILE_THAT_IS_TOO_LARGE(Discounted.Reason.UNREADABLE, "more than 16384 bytes"),
        NO_FILE(Discounted.Reason.UNREADABLE, "cannot be read"),
        RAW_BUT_OVER_THE_DOCUMENT_ITSELF(Discounted.Reason.DOES_NOT_VERIFY, "with any approver's"),
        RAW_AND_TRUNCATED(Discounted.Reason.NOT_A_SIGNATURE, "63 bytes that are neither"),
        RAW_BY_A_STRANGER(Discounted.Reason.DOES_NOT_VERIFY, "with any approver's");

        final Discounted.@Nullable Reason reason;
        final String said;

        Spoiled(Discounted.@Nullable Reason reason, String said) {
            this.reason = reason;
            this.said = said;
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_does_not_count_is_named_with_its_reason(Spoiled spoiled) throws Exception {
        Path good = ssh("alice", document);
        List<Path> approvals =
                switch (spoiled) {
                    case NO_SECOND_ONE -> List.of(good);
                    case NO_FILE -> List.of(good, folder.resolve("absent.sig"));
                    default -> List.of(good, spoil(spoiled));
                };

        NotApproved refused = refused(approvers().approve(document, approvals));

        assertThat(refused.approvedBy()).extracting(Approver::name).containsExactly("alice");
        assertThat(refused.message()).contains(spoiled.said);
        if (spoiled.reason == null) {
            assertThat(refused.discounted()).isEmpty();
        } else {
            assertThat(refused.discounted())
                    .extracting(Discounted::reason)
                    .containsExactly(spoiled.reason);
        }
    }

    private Path spoil(Spoiled spoiled) throws Exception {
        Path to = folder.resolve("second.sig");
        return switch (spoiled) {
            case NO_SECOND_ONE, NO_FILE -> throw new AssertionError("has no file");
            case ANOTHER_DOCUMENT -> {
                Path other = Files.writeString(folder.resolve("other"), "act: crl\n");
                yield ssh("bob", other);
            }
            case ANOTHER_NAMESPACE -> {
                run(folder, "ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", key("bob"), at());
                yield Files.move(folder.resolve("plan.yaml.sig"), to);
            }
            case A_KEY_THAT_IS_NO_APPROVERS -> ssh("mallory", document);
            case THE_SAME_PERSON_TWICE -> Files.copy(ssh("alice", document), to);
            case A_TRUNCATED_SIGNATURE -> {
                byte[] blob = blob(ssh("bob", document));
                yield armoured(to, Arrays.copyOf(blob, blob.length - 1));
            }
            case A_BYTE_TOO_MANY -> {
                byte[] blob = blob(ssh("bob", document));
                yield armoured(to, Arrays.copyOf(blob, blob.length + 1));
            }
            case A_FLIPPED_BIT -> {
                byte[] blob = blob(ssh("bob", document));
                blob[blob.length - 1] ^= 1;
                yield armoured(to, blob);
            }
            case ANOTHERS_KEY_WRITTEN_INTO_IT -> {
                // Bob's signature under Alice's key would be Alice's second approval at best.
                String bobs = hex(blob(ssh("bob", document)));
                String bobsKey = hex(sshKey("bob"));
                String alicesKey = hex(sshKey("alice"));
                String replaced =
                        bobs.replace(
                                "%08x".formatted(bobsKey.length() / 2) + bobsKey,
                                "%08x".formatted(alicesKey.length() / 2) + alicesKey);
                assertThat(replaced).isNotEqualTo(bobs);
                yield armoured(to, HexFormat.of().parseHex(replaced));
            }
            case NO_ARMOUR_AT_ITS_END ->
                    Files.writeString(
                            to,
                            Files.readString(ssh("bob", document))
                                    .replace("-----END SSH SIGNATURE-----", ""));
            case AN_EMPTY_FILE -> Files.createFile(to);
            case A_FILE_THAT_IS_TOO_LARGE -> Files.write(to, new byte[(16 << 10) + 1]);
            case RAW_BUT_OVER_THE_DOCUMENT_ITSELF -> raw(keys.resolve("carol.pem"), document, to);
            case RAW_AND_TRUNCATED -> {
                byte[] whole = Files.readAllBytes(openssl("carol"));
                yield Files.write(to, Arrays.copyOf(whole, whole.length - 1));
            }
            case RAW_BY_A_STRANGER -> {
                run(folder, "openssl", "genpkey", "-algorithm", "ed25519", "-out", "x.pem");
                yield raw(folder.resolve("x.pem"), statement(), to);
            }
        };
    }

    @Test
    void an_alteration_after_the_approvals_leaves_none_of_them() throws Exception {
        ssh("alice", document);
        ssh("bob", document);
        openssl("carol");
        Files.writeString(document, "act: root\n ");

        NotApproved refused = refused(approvers().approve(document));

        assertThat(refused.approvedBy()).isEmpty();
        assertThat(refused.message()).contains("approved by nobody (expected: 2 different people)");
        assertThat(refused.discounted())
                .extracting(Discounted::reason)
                .containsOnly(Discounted.Reason.DOES_NOT_VERIFY)
                .hasSize(3);
    }

    @Test
    void a_spoiled_approval_beside_two_good_ones_is_reported_and_does_no_harm() throws Exception {
        ssh("alice", document);
        ssh("bob", document);
        ssh("mallory", document);

        ApprovedDocument approved = approved(approvers().approve(document));

        assertThat(approved.approvedBy()).hasSize(2);
        assertThat(approved.discounted())
                .extracting(Discounted::reason)
                .containsExactly(Discounted.Reason.UNKNOWN_KEY);
    }

    @Test
    void a_threshold_of_three_takes_three() throws Exception {
        Path file = file("threshold: 3\n" + everybody());
        ssh("alice", document);
        ssh("bob", document);
        Approvers approvers = Approvers.read(file);

        assertThat(refused(approvers.approve(document)).message())
                .contains("approved by alice, bob (expected: 3 different people)");

        openssl("carol");
        assertThat(approved(approvers.approve(document)).approvedBy()).hasSize(3);
    }

    @Test
    void the_words_of_subjects_and_the_hash_of_the_file_are_told() throws Exception {
        assertThat(approvers().subjectWords()).containsExactly("inspection");
        Approvers given =
                Approvers.read(file("subject-words: [Inspektion, inspection]\n" + everybody()));
        assertThat(given.subjectWords()).containsExactlyInAnyOrder("Inspektion", "inspection");
        assertThat(given.sha256())
                .isEqualTo(run(folder, "sha256sum", "approvers.yaml").substring(0, 64));
        assertProblem(
                "subject-words: [tls]\n" + everybody(),
                "tls (expected: a word of at least 4 letters)");
    }

    @Test
    void words_of_subjects_are_refused_where_there_are_no_subjects() throws Exception {
        Path file = file("subject-words: [inspection, audit]\n" + everybody());

        assertThatThrownBy(() -> Approvers.readForPolicy(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "approvers.yaml:1: subject-words: [inspection, audit] is about the subjects of CAs, and nothing to policies (expected: threshold, approvers)");

        Approvers without = Approvers.readForPolicy(file(everybody()));
        assertThat(without.subjectWords()).isEmpty();
        assertThat(without.people()).isEqualTo(Approvers.read(file(everybody())).people());
    }

    @Test
    void an_approvers_file_is_read_strictly() throws Exception {
        String alice = pub("alice");
        assertProblem("threshold: 1\n" + everybody(), "approvers.yaml:1: threshold: 1 (expected: ");
        assertProblem("threshhold: 2\n" + everybody(), ":1: threshhold: unknown key");
        assertProblem(
                "approvers: [{ name: a, key: '%s' }, { name: b, key: '%s x' }]\n"
                        .formatted(alice, alice),
                "approvers[1].key: the key of 'a' (expected: a key for each person)");
        assertProblem(
                "approvers: [{ name: a, key: '%s' }, { name: a, key: '%s' }]\n"
                        .formatted(alice, pub("bob")),
                "a: an approver of this name was given before");
        assertProblem(
                "approvers: [{ name: a, key: '%s' }]\n".formatted(alice),
                "1 with a key (expected: at least 2, the threshold)");
        assertProblem(
                "approvers: [{ name: a, key: '%s' }, { name: b, key: 'ssh-rsa AAAA' }]\n"
                        .formatted(alice),
                "ssh-rsa AAAA (expected: 'ssh-ed25519 AAAA…'");
        assertProblem(
                "approvers: [{ name: a, key: '%s' }, { name: b, key: '%s' }]\n"
                        .formatted(alice, pub("bob").replace("ecdsa-sha2-nistp256", "ssh-ed25519")),
                "(expected: 'ssh-ed25519 AAAA…'");
        assertProblem(
                "approvers: [{ name: 'a b', key: '%s' }, { name: b, key: '%s' }]\n"
                        .formatted(alice, pub("bob")),
                "a b (expected: 1 to 64 of");
    }

    private void assertProblem(String content, String said) throws IOException {
        Path file = file(content);
        assertThatThrownBy(() -> Approvers.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(said);
    }

    private Approvers approvers() throws Exception {
        return Approvers.read(file(everybody()));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("approvers.yaml"), content);
    }

    private static String everybody() throws IOException {
        return """
        approvers:
          - name: alice
            key: %s
          - name: bob
            key: %s
          - name: carol
            key: |
              %s
        """
                .formatted(
                        pub("alice"),
                        pub("bob"),
                        Files.readString(keys.resolve("carol.pub"))
                                .strip()
                                .replace("\n", "\n      "));
    }

    private Path ssh(String who, Path signed) throws Exception {
        run(
                folder,
                "ssh-keygen",
                "-q",
                "-Y",
                "sign",
                "-n",
                "overt-approval",
                "-f",
                key(who),
                signed.toString());
        return Files.move(
                signed.resolveSibling(signed.getFileName() + ".sig"),
                signed.resolveSibling(signed.getFileName() + "." + who + ".sig"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void sign(String who, String... more) throws Exception {
        run(
                folder,
                Stream.of(
                                Stream.of("ssh-keygen", "-q", "-Y", "sign", "-n", "overt-approval"),
                                Stream.of(more),
                                Stream.of("-f", key(who), at()))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    private Path openssl(String who) throws Exception {
        return raw(
                keys.resolve(who + ".pem"),
                statement(),
                folder.resolve("plan.yaml." + who + ".sig"));
    }

    private Path statement() throws IOException {
        return Files.writeString(
                folder.resolve("statement"), Statement.of(Files.readAllBytes(document)));
    }

    private Path raw(Path key, Path content, Path to) throws Exception {
        run(
                folder,
                "openssl",
                "pkeyutl",
                "-sign",
                "-rawin",
                "-inkey",
                key.toString(),
                "-in",
                content.toString(),
                "-out",
                to.toString());
        return to;
    }

    private String at() {
        return document.toString();
    }

    private static String key(String who) {
        return keys.resolve(who).toString();
    }

    private static String pub(String who) throws IOException {
        return Files.readString(keys.resolve(who + ".pub")).strip();
    }

    private static byte[] sshKey(String who) throws IOException {
        return Base64.getDecoder().decode(pub(who).split(" ")[1]);
    }

    private static byte[] blob(Path signature) throws IOException {
        return Base64.getMimeDecoder()
                .decode(
                        Files.readString(signature)
                                .replaceAll("-----(BEGIN|END) SSH SIGNATURE-----", ""));
    }

    private static Path armoured(Path to, byte[] blob) throws IOException {
        return Files.writeString(
                to,
                "-----BEGIN SSH SIGNATURE-----\n"
                        + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                        + "\n-----END SSH SIGNATURE-----\n");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static ApprovedDocument approved(Approval approval) {
        return switch (approval) {
            case ApprovedDocument document -> document;
            case NotApproved refused -> throw new AssertionError(refused.message());
        };
    }

    private static NotApproved refused(Approval approval) {
        return switch (approval) {
            case ApprovedDocument document ->
                    throw new AssertionError("approved by " + document.approvedBy());
            case NotApproved refused -> refused;
        };
    }

    private static String run(Path folder, String... command)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
