package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leaf key is lost, and an act on the signer says so: two edges that share it and the leaves that
 * were signed for it are told, and go on with another one, without a restart.
 */
class RevokedLeafKeyTest {

    private static final String POLICY =
            """
            policy: onejvm
            rules:
              - name: default
                then: inspect
            """;

    private static final List<String> EDGES = List.of("edge-a", "edge-b");

    private static final String HOST = "known.example";

    private OneJvm one;
    private TwoApprovers people;

    @BeforeEach
    void make(@TempDir Path directory) throws Exception {
        people = new TwoApprovers(directory);
        one = new OneJvm(directory, EDGES.toArray(String[]::new));
    }

    @AfterEach
    void close() {
        one.close();
    }

    @Test
    void edges_let_go_of_a_revoked_leaf_key_within_seconds_and_make_another() throws Exception {
        configure();
        one.startWithoutSigner(POLICY);
        one.startSigner();
        Site site = one.origins.of(HOST);
        PublicKey lost = answered("edge-a", site).leaf().getPublicKey();
        assertThat(answered("edge-b", site).leaf().getPublicKey())
                .as("the site has one key")
                .isEqualTo(lost);

        people.handIn(
                one.cluster.file("acts"),
                "revoke.yaml",
                """
                act: leaf-key-revocation
                number: 1
                signer: overt://%s/signer/signer
                site: %s
                key: %s
                certificates: revoked
                """
                        .formatted(InProcessCluster.SITE, InProcessCluster.SITE, sha256(lost)));

        for (String edge : EDGES) {
            OneJvm.patiently(edge + " has another key")
                    .untilAsserted(() -> assertThat(revokedAt(edge)).isEqualTo(1));
        }
        OneJvm.patiently("both go on with one other key")
                .untilAsserted(
                        () -> {
                            Visit a = one.visit("edge-a", site, HOST);
                            Visit b = one.visit("edge-b", site, HOST);
                            assertThat(a.answer()).as(a.failure().orElse("")).isPresent();
                            assertThat(b.answer()).as(b.failure().orElse("")).isPresent();
                            assertThat(a.leaf().getPublicKey()).isNotEqualTo(lost);
                            assertThat(b.leaf()).isEqualTo(a.leaf());
                        });
    }

    private void configure() throws IOException {
        Path signer = one.cluster.file("signer.yaml");
        Files.writeString(
                signer,
                Files.readString(signer)
                        + "acts: { approvers: %s, every: 100ms }\nwarm-up: 0s\n"
                                .formatted(people.file()));
        for (String name : EDGES) {
            Path edge = one.cluster.file(name + ".yaml");
            Files.writeString(
                    edge,
                    Files.readString(edge)
                            .replace(
                                    "signers:\n",
                                    "signers:\n  call-deadline: 10s\n  forge-deadline: 20s\n"));
        }
    }

    private double revokedAt(String edge) throws Exception {
        return one.cluster
                .edge(edge)
                .part()
                .sum("overt_site_key_events_total", "event=\"revoked\"");
    }

    private Visit answered(String edge, Site site) throws IOException {
        Visit visit = one.visit(edge, site, HOST);
        assertThat(visit.answer())
                .as("%s: %s", edge, visit.failure())
                .hasValueSatisfying(answer -> assertThat(answer).endsWith(Origins.ANSWER));
        return visit;
    }

    private static String sha256(PublicKey key) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    }
}
