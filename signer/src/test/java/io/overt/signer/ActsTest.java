package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.IssuerState;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.x509.CertificateFingerprint;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Acts on a running signer: documents, approvals by ssh-keygen, files in a folder. */
class ActsTest {

    private static final Duration IN_FORCE = Duration.ofSeconds(2);

    @TempDir Path directory;

    private SignerWorld world;
    private TwoApprovers people;
    private Path acts;
    private String issuer;
    private int files;

    @BeforeEach
    void start() throws Exception {
        people = new TwoApprovers(directory);
        acts = directory.resolve("acts");
        world = SignerWorld.idle(directory);
        world.more =
                """
                publication: { listen: "127.0.0.1:0" }
                acts: { approvers: approvers.yaml, every: 100ms }
                """;
        world.start();
        issuer = CertificateFingerprint.of(world.token.issuing()).hex();
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void
            a_revoked_leaf_key_is_refused_at_once_also_when_it_is_enrolled_again_and_its_leaves_are_on_the_crl()
                    throws Exception {
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder before = edge.request(world.upstream("a.example"), "a.example");
        X509Certificate leaf = certificate(edge.forge(before).getCertificate().toByteArray());
        ForgeRequest.Builder next = edge.request(world.upstream("b.example"), "b.example");
        String key = LeafKeyDigest.of(edge.leafKey.getPublic()).hex();

        handIn(
                """
                act: leaf-key-revocation
                number: 1
                site: berlin
                key: %s
                certificates: revoked
                """
                        .formatted(key));
        awaitNumber(1);

        assertThat(edge.refusedForge(next).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_REVOKED);
        assertThat(edge.refusedForge(before).getReason())
                .as("signed before")
                .isEqualTo(RefusalReason.REFUSAL_REASON_REVOKED);
        assertThat(SignerWorld.refusal(() -> enrol(edge)).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_REVOKED);
        awaitRevoked(leaf.getSerialNumber(), "KEY_COMPROMISE");
        SignerWorld.Edge fresh = edge.with(SignerWorld.leafKey()).enrolled();
        fresh.forge(fresh.request(world.upstream("b.example"), "b.example"));

        assertThat(command(new LeafKeysCommand()))
                .containsPattern("site=berlin epoch=\\d+ key=" + key + " .* revoked-by-act=1")
                .contains("requester=overt://berlin/edge/e1 good");
        world.restart();
        SignerWorld.Edge again = world.edge("e1").with(edge.leafKey);
        assertThat(SignerWorld.refusal(() -> enrol(again)).getReason())
                .as("after a start")
                .isEqualTo(RefusalReason.REFUSAL_REASON_REVOKED);
        world.stop();
        LogLines.verified(directory);
        assertThat(LogLines.of(directory))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                " act number=1 kind=leaf-key-revocation approvers=alice,bob "))
                .anySatisfy(line -> assertThat(line).contains(" number=2 revoked=1 "));
    }

    // checklist 59
    @Test
    void a_certificate_is_revoked_by_its_serial_number_and_openssl_refuses_it() throws Exception {
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder good = edge.request(world.upstream("a.example"), "a.example");
        ForgeRequest.Builder bad = edge.request(world.upstream("b.example"), "b.example");
        byte[] kept = edge.forge(good).getCertificate().toByteArray();
        byte[] revoked = edge.forge(bad).getCertificate().toByteArray();

        handIn(
                """
                act: certificate-revocation
                number: 1
                issuer: %s
                serial: %x
                reason: superseded
                """
                        .formatted(issuer, certificate(revoked).getSerialNumber()));
        awaitNumber(1);
        awaitRevoked(certificate(revoked).getSerialNumber(), "SUPERSEDED");
        assertThat(edge.refusedForge(bad).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_REVOKED);
        edge.forge(good);

        Files.write(directory.resolve("kept.der"), kept);
        Files.write(directory.resolve("revoked.der"), revoked);
        Files.write(directory.resolve("now.crl"), crl());
        assertThat(openssl("kept.der")).contains("kept.der: OK");
        assertThat(openssl("revoked.der")).contains("certificate revoked");

        handIn(
                "act: certificate-revocation\nnumber: 2\nissuer: %s\nserial: 1234\n"
                        .formatted(issuer));
        assertThat(awaitRefused())
                .contains("serial: 1234 (expected: of a certificate that this issuer signed here)");
    }

    @Test
    void the_never_forge_list_is_replaced_whole_and_holds_for_what_was_signed_before()
            throws Exception {
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder bank =
                edge.request(world.upstream("www.bank.example"), "www.bank.example");
        edge.forge(bank);
        ForgeRequest.Builder never = edge.request(world.upstream("never.example"), "never.example");
        assertThat(edge.refusedForge(never).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);

        handIn("act: never-forge\nnumber: 1\nlist: 5\nnames: ['*.bank.example']\n");
        awaitNumber(1);
        assertThat(edge.refusedForge(bank).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);
        edge.forge(never);

        handIn("act: never-forge\nnumber: 2\nlist: 5\nnames: []\n");
        assertThat(awaitRefused()).contains("list: 5 (expected: over 5, the one in force)");
        world.restart();
        assertThat(world.edge("e1").with(edge.leafKey).refusedForge(bank).getReason())
                .as("the store's list holds over the configuration's")
                .isEqualTo(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);
        world.stop();
        try (Stream<Path> written = Files.walk(directory.resolve("log"))) {
            for (Path each : written.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(each, StandardCharsets.ISO_8859_1))
                        .doesNotContain("bank.example");
            }
        }
    }

    @Test
    void profiles_are_replaced_whole_and_edges_are_told() throws Exception {
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        handIn(
                """
                act: profiles
                number: 1
                list: 1
                profiles:
                  - { name: mirror, organisation: Example Holding, notice-url: "https://inspection.example/new" }
                """);
        awaitNumber(1);
        assertThat(edge.describe().getProfilesList())
                .singleElement()
                .satisfies(
                        profile ->
                                assertThat(profile.getOrganisation()).isEqualTo("Example Holding"));
        edge.forge(edge.request(world.upstream("a.example"), "a.example"));
    }

    @Test
    void the_last_active_issuer_goes_only_where_the_act_says_so_and_no_state_is_left_out()
            throws Exception {
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        handIn(state(1, "retired"));
        assertThat(awaitRefused()).contains("state: retired after active");
        handIn(state(1, "retiring"));
        assertThat(awaitRefused()).contains("no active issuer that clients trust");
        assertThat(edge.describe().getIssuers(0).getState())
                .isEqualTo(IssuerState.ISSUER_STATE_ACTIVE);

        ForgeRequest.Builder request = edge.request(world.upstream("a.example"), "a.example");
        edge.forge(request);
        handIn(state(1, "retiring") + "leave-none-active: true\n");
        awaitNumber(1);
        assertThat(edge.describe().getIssuers(0).getState())
                .isEqualTo(IssuerState.ISSUER_STATE_RETIRING);
        X509Certificate last = certificate(edge.forge(request).getCertificate().toByteArray());
        handIn(state(2, "retired"));
        assertThat(awaitRefused())
                .contains("state: retired before the last certificate of this issuer has ended")
                .contains(
                        "(expected: after " + last.getNotAfter().toInstant() + ", or force: true");
        handIn(state(2, "retired") + "force: true\n");
        assertThat(awaitRefused()).contains("because: missing (expected: why this is forced");
        handIn(state(2, "retired") + "force: true\nbecause: its key was seen elsewhere\n");
        awaitNumber(2);
        assertThat(edge.describe().getIssuersList()).isEmpty();
        assertThat(edge.refusedForge(request).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE);
        handIn(state(3, "active"));
        assertThat(awaitRefused()).contains("state: active after retired");
    }

    // checklist 73
    @Test
    void without_two_approvals_of_these_bytes_nothing_changes_and_the_act_is_taken_when_they_come()
            throws Exception {
        String document = named("act: never-forge\nnumber: 1\nlist: 1\nnames: [a.example]\n");
        Path file = Files.writeString(acts.resolve("one.yaml"), document);
        people.approve(file, "alice");
        Path refused = acts.resolve("one.yaml.refused");
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(refused));
        assertThat(Files.readString(refused))
                .contains("approved by alice (expected: 2 different people)");
        assertThat(acts("refused")).isEqualTo(1);
        assertThat(number()).isZero();

        people.approve(file, "bob");
        awaitNumber(1);
        await().atMost(Duration.ofSeconds(10)).until(() -> !Files.exists(refused));
        assertThat(Files.readString(acts.resolve("one.yaml.applied")))
                .contains("act 1 (never-forge, sha256:")
                .contains("approved by alice, bob: never-forge list 1 of 1 names");

        // Altered after it was approved: other bytes, no approval.
        Files.writeString(file, document.replace("a.example", "b.example"));
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(refused));
        assertThat(Files.readString(refused)).contains("approved by nobody");
        assertThat(acts("refused")).isEqualTo(2);
        assertThat(number()).isEqualTo(1);
    }

    @Test
    void acts_are_applied_in_the_order_of_their_numbers_each_once_and_for_this_signer_alone()
            throws Exception {
        handIn("act: never-forge\nnumber: 2\nlist: 2\nnames: [b.example]\n");
        assertThat(awaitRefused()).contains("number: 2 (expected: 1, the next)");
        Path later = acts.resolve("act-" + files + ".yaml");
        handIn("act: never-forge\nnumber: 1\nlist: 1\nnames: [a.example]\n");
        awaitNumber(2);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.exists(Path.of(later + ".applied")));
        assertThat(Path.of(later + ".refused")).doesNotExist();

        people.handIn(
                acts,
                "elsewhere.yaml",
                "act: never-forge\nnumber: 3\nsigner: overt://paris/signer/s1\nlist: 3\nnames: []\n");
        Path refused = acts.resolve("elsewhere.yaml.refused");
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(refused));
        assertThat(Files.readString(refused))
                .contains("signer: overt://paris/signer/s1 (expected: overt://berlin/signer/s1");
        handIn("act: never-forge\nnumber: 1\nlist: 9\nnames: []\n");
        assertThat(awaitRefused()).contains("number: 1 (expected: 3, the next)");

        assertThat(command(new ActsCommand(), "list"))
                .contains("act=1 kind=never-forge")
                .contains("act=2 kind=never-forge")
                .contains("next=3 signer=overt://berlin/signer/s1 never-forge-list=2");
        world.restart();
        assertThat(number()).isEqualTo(2);
        assertThat(acts("applied")).as("what was applied is not applied again").isZero();
    }

    @Test
    void an_act_is_shown_before_it_is_handed_in() throws Exception {
        Path file = Files.writeString(directory.resolve("draft.yaml"), named(state(1, "retiring")));
        String said = command(new ActsCommand(), 1, "check", file.toString());
        assertThat(said)
                .contains("would: issuer " + issuer + ": active to retiring")
                .contains("refused: state: retiring would leave no active issuer")
                .contains("not approved: ");
        assertThat(number()).isZero();
    }

    private String state(int number, String state) {
        return "act: issuer-state\nnumber: %d\nissuer: %s\nstate: %s\n"
                .formatted(number, issuer, state);
    }

    private static String named(String document) {
        return document + "signer: overt://berlin/signer/s1\n";
    }

    private void handIn(String document) throws Exception {
        files++;
        people.handIn(acts, "act-" + files + ".yaml", named(document));
    }

    private double acts(String result) {
        return world.serving()
                .registry()
                .get("overt.signer.acts")
                .tag("result", result)
                .counter()
                .count();
    }

    private double number() {
        return world.serving().registry().get("overt.signer.act.number").gauge().value();
    }

    private void awaitNumber(int number) {
        await("act " + number)
                .atMost(IN_FORCE.plusSeconds(3)) // a busy machine is not what is tested
                .pollInterval(Duration.ofMillis(20))
                .until(() -> number() == number);
    }

    private String awaitRefused() throws Exception {
        Path refused = acts.resolve("act-" + files + ".yaml.refused");
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(refused));
        return Files.readString(refused);
    }

    private static void enrol(SignerWorld.Edge edge) {
        try {
            edge.enrolled();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void awaitRevoked(BigInteger serial, String reason) {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(
                        () -> {
                            X509CRL crl =
                                    (X509CRL)
                                            CertificateFactory.getInstance("X.509")
                                                    .generateCRL(new ByteArrayInputStream(crl()));
                            crl.verify(world.token.issuing().getPublicKey());
                            Optional<X509CRLEntry> entry =
                                    Optional.ofNullable(crl.getRevokedCertificate(serial));
                            assertThat(entry.map(each -> each.getRevocationReason().name()))
                                    .contains(reason);
                        });
    }

    private byte[] crl() throws Exception {
        String file = String.valueOf(world.token.issuingPem().getFileName());
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/crl/%s"
                                                            .formatted(
                                                                    world.serving()
                                                                            .publication()
                                                                            .orElseThrow()
                                                                            .address()
                                                                            .getPort(),
                                                                    file.replace(".pem", ".crl"))))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }
    }

    private String openssl(String leaf) throws Exception {
        Process process =
                new ProcessBuilder(
                                "openssl",
                                "verify",
                                "-partial_chain",
                                "-crl_check",
                                "-CRLfile",
                                "now.crl",
                                "-CAfile",
                                world.token.issuingPem().toString(),
                                leaf)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private String command(Object command, String... arguments) {
        return command(command, 0, arguments);
    }

    private String command(Object command, int status, String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        String[] line = Arrays.copyOf(arguments, arguments.length + 2);
        line[arguments.length] = "--config";
        line[arguments.length + 1] = directory.resolve("signer.yaml").toString();
        assertThat(new CommandLine(command).setOut(writer).setErr(writer).execute(line))
                .as(out::toString)
                .isEqualTo(status);
        return out.toString();
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }
}
