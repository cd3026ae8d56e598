package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.x509.CertificateFingerprint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An issuing CA is replaced while an edge and its clients go on: the steps of docs/acts.md, each an
 * act on the running signer. Every visit has to be answered over a connection that its client
 * trusts, whichever step it falls into.
 */
class RollOverTest {

    private static final String POLICY =
            """
            policy: onejvm
            rules:
              - name: default
                then: inspect
            """;

    private static final String KNOWN = "known.example";

    private OneJvm one;
    private TwoApprovers people;
    private int acts;
    private int visits;

    @BeforeEach
    void make(@TempDir Path directory) throws Exception {
        people = new TwoApprovers(directory);
        one = new OneJvm(directory, "edge-a");
    }

    @AfterEach
    void close() {
        one.close();
    }

    @Test
    void an_issuing_ca_is_replaced_and_no_client_sees_an_error() throws Exception {
        X509Certificate first = one.issuingCa();
        X509Certificate second = certificate(one.cluster.anotherIssuingCa("second"));
        configure();
        one.startWithoutSigner(POLICY);
        one.startSigner();
        Site known = one.origins.of(KNOWN);

        // Staged: edges know it, and it signs nothing.
        Visit before = answered(known, KNOWN);
        assertIssuedBy(before, first);

        act(second, "active");
        assertThat(answered(known, KNOWN).leaf()).isEqualTo(before.leaf());
        answeredNew("active.example");

        act(first, "retiring");
        // The edge need not have heard of it yet: it is refused, asks, and asks again.
        assertIssuedBy(answeredNew("retiring.example"), second);
        assertThat(answered(known, KNOWN).leaf())
                .as("what the old issuer signed goes on being served")
                .isEqualTo(before.leaf());

        act(first, "retired");
        OneJvm.patiently("the old issuer's leaf is dropped")
                .until(
                        () -> {
                            Visit visit = answered(known, KNOWN);
                            return isIssuedBy(visit, second);
                        });
        assertIssuedBy(answeredNew("retired.example"), second);
        one.awaitOneRecordPerConnection();
        assertThat(one.records("edge-a").all()).hasSize(visits);
    }

    /** Two issuers, the second one staged; acts; and an edge that asks every second. */
    private void configure() throws IOException {
        Path signer = one.cluster.file("signer.yaml");
        Files.writeString(
                signer,
                Files.readString(signer)
                                .replace(
                                        "  - certificate: ca/issuing.pem\n",
                                        "  - certificate: ca/issuing.pem\n  - { certificate: ca/second.pem, state: staged }\n")
                        + "acts: { approvers: %s, every: 100ms }\nwarm-up: 0s\n"
                                .formatted(people.file()));
        Path edge = one.cluster.file("edge-a.yaml");
        Files.writeString(
                edge,
                Files.readString(edge)
                        .replace(
                                "signers:\n",
                                "signers:\n  describe-every: 1s\n  call-deadline: 10s\n  forge-deadline: 20s\n"));
    }

    private void act(X509Certificate issuer, String state) throws Exception {
        acts++;
        people.handIn(
                one.cluster.file("acts"),
                acts + ".yaml",
                """
                act: issuer-state
                number: %d
                signer: overt://%s/signer/signer
                issuer: %s
                state: %s
                force: true
                because: a rehearsal does not wait for leaves to end
                """
                        .formatted(
                                acts,
                                InProcessCluster.SITE,
                                CertificateFingerprint.of(issuer).hex(),
                                state));
        OneJvm.patiently(state)
                .untilAsserted(
                        () ->
                                assertThat(one.cluster.signer().sum("overt_signer_act_number"))
                                        .isEqualTo(acts));
    }

    private Visit answeredNew(String host) throws IOException {
        return answered(one.origins.of(host), host);
    }

    private Visit answered(Site site, String host) throws IOException {
        visits++;
        Visit visit = one.visit("edge-a", site, host);
        assertThat(visit.answer())
                .as("visit %d: %s", visits, visit.failure())
                .hasValueSatisfying(answer -> assertThat(answer).endsWith(Origins.ANSWER));
        return visit;
    }

    private static void assertIssuedBy(Visit visit, X509Certificate issuer) {
        assertThat(visit.shown().get(1)).isEqualTo(issuer);
    }

    private static boolean isIssuedBy(Visit visit, X509Certificate issuer) {
        return visit.shown().get(1).equals(issuer);
    }

    private static X509Certificate certificate(Path pem) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
    }
}
