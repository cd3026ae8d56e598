package io.overt.it.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import io.overt.testkit.upstream.TlsManner.ClientCertificate;
import io.overt.testkit.upstream.WebServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A signer, a control plane and two edges in this process, over real sockets. Tests that stop a
 * part start it again, and each has origins of its own: their order does not matter.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ClusterInOneJvmTest {
    /** Rules that all inspect, and differ in what follows where that is impossible. */
    private static final String POLICY =
            """
            policy: onejvm
            rules:
              - name: lenient
                when: { host: ["*.splice.example"] }
                then: inspect
                on: { client-cert: splice, unreachable: splice, handshake-failed: splice, signer-away: splice }
              - name: strict
                when: { host: ["*.block.example"] }
                then: inspect
                on: { client-cert: block, unreachable: block, handshake-failed: block, signer-away: block }
              - name: untrusted-is-spliced
                when: { port: [PORTS] }
                then: inspect
                on: { untrusted: splice }
              - name: default
                then: inspect
                on: { untrusted: block }
            """;

    /** Three ways of being untrusted; the tests of x509 have all of them. */
    private static final List<Fault> UNTRUSTED =
            List.of(Fault.EXPIRED, Fault.WRONG_HOST, Fault.UNTRUSTED_ROOT);

    private static final int CONCURRENT = 50;

    /** Origins with a fault, at ports that the policy names. */
    private final Map<Fault, Site> untrustedAndSpliced = new ConcurrentHashMap<>();

    private OneJvm one;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        one = new OneJvm(directory, "edge-a", "edge-b");
        for (Fault fault : UNTRUSTED) {
            untrustedAndSpliced.put(fault, one.origins.showing(fault.in(one.pki).identity()));
        }
        one.startWithoutSigner(
                POLICY.replace(
                        "PORTS",
                        untrustedAndSpliced.values().stream()
                                .map(site -> Integer.toString(site.address().getPort()))
                                .collect(Collectors.joining(", "))));
        one.startSigner();
    }

    @AfterEach
    void each_connection_is_in_exactly_one_record() throws Exception {
        one.awaitOneRecordPerConnection();
    }

    @AfterAll
    void stop() {
        if (one != null) {
            one.close();
        }
    }

    @Test
    void a_host_first_met_at_one_edge_costs_the_other_no_signature() throws Exception {
        Site shop = one.origins.of("www.shop.example");
        double before = one.cluster.signatures();

        Visit first = one.visit("edge-a", shop, "www.shop.example");
        Visit second = one.visit("edge-b", shop, "www.shop.example");

        assertInspected(first);
        assertInspected(second);
        assertThat(second.leaf()).isEqualTo(first.leaf());
        assertThat(one.cluster.signatures() - before).isEqualTo(1);
        one.awaitFates("edge-a", shop.address(), "inspect rule signer");
        one.awaitFates("edge-b", shop.address(), "inspect rule site-cache");
    }

    @Test
    void concurrent_first_connections_over_both_edges_cost_one_signature() throws Exception {
        Site news = one.origins.of("www.news.example");
        double before = one.cluster.signatures();
        var together = new CountDownLatch(1);
        List<Future<Visit>> visits = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONCURRENT; i++) {
                String edge = i % 2 == 0 ? "edge-a" : "edge-b";
                visits.add(
                        clients.submit(
                                () -> {
                                    together.await();
                                    return one.visit(edge, news, "www.news.example");
                                }));
            }
            together.countDown();
        }

        for (Future<Visit> visit : visits) {
            assertInspected(visit.get());
            assertThat(visit.get().leaf()).isEqualTo(visits.getFirst().get().leaf());
        }
        assertThat(one.cluster.signatures() - before).isEqualTo(1);
    }

    @Test
    void signer_outage_ends_as_the_rule_says_and_spares_hosts_that_are_known() throws Exception {
        Site known = one.origins.of("known.block.example");
        Site spliced = one.origins.of("new.splice.example");
        Site blocked = one.origins.of("new.block.example");
        assertInspected(one.visit("edge-a", known, "known.block.example"));

        one.cluster.signer().stop();
        try {
            assertInspected(one.visit("edge-a", known, "known.block.example"));
            assertShowsItself(spliced, one.visit("edge-a", spliced, "new.splice.example"));
            assertThat(one.visitTrustingOrigins("edge-a", spliced, "new.splice.example").answer())
                    .hasValueSatisfying(answer -> assertThat(answer).endsWith(Origins.ANSWER));
            assertShowsNothing(one.visit("edge-a", blocked, "new.block.example"));

            one.awaitFates("edge-a", known.address(), "inspect rule signer", "inspect rule local");
            one.awaitFates(
                    "edge-a",
                    spliced.address(),
                    "splice signer-away null",
                    "splice signer-away null");
            one.awaitFates("edge-a", blocked.address(), "block signer-away null");
        } finally {
            one.cluster.signer().start();
            one.ready(one.cluster.signer());
        }

        Site after = one.origins.of("after.block.example");
        OneJvm.patiently("a new host is inspected again")
                .untilAsserted(
                        () -> assertInspected(one.visit("edge-a", after, "after.block.example")));
        OneJvm.patiently("and its record says by whom")
                .untilAsserted(
                        () ->
                                assertThat(one.records("edge-a").fates(after.address()).getLast())
                                        .isEqualTo("inspect rule signer"));
    }

    @Test
    void control_plane_outage_stops_neither_connections_nor_the_restart_of_an_edge()
            throws Exception {
        Site before = one.origins.of("before.outage.example");
        Site during = one.origins.of("during.outage.example");
        one.cluster.control().stop();
        try {
            assertInspected(one.visit("edge-a", before, "before.outage.example"));
            assertInspected(one.visit("edge-b", before, "before.outage.example"));

            one.cluster.edge("edge-b").part().stop();
            one.cluster.edge("edge-b").part().start();
            one.awaitSite();

            assertInspected(one.visit("edge-b", during, "during.outage.example"));
            one.awaitOneRecordPerConnection();
            assertThat(one.records("edge-b").all().getLast().text("policy_version")).isEqualTo("1");
            assertThat(one.records("edge-b").all().getLast().text("rule")).isEqualTo("default");
        } finally {
            one.cluster.control().start();
        }
        OneJvm.patiently("both edges come back to the control plane")
                .untilAsserted(
                        () ->
                                assertThat(
                                                one.cluster
                                                        .control()
                                                        .sum("overt_control_edges_connected"))
                                        .isEqualTo(2));
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPIRED", "WRONG_HOST", "UNTRUSTED_ROOT"})
    void untrusted_upstream_under_splice_shows_its_own_certificate(Fault fault) throws Exception {
        Site untrusted = requireNonNull(untrustedAndSpliced.get(fault), fault.name());
        double before = one.cluster.signatures();

        assertShowsItself(untrusted, one.visit("edge-a", untrusted, Fault.HOST));

        assertThat(one.cluster.signatures()).isEqualTo(before);
        one.awaitFates("edge-a", untrusted.address(), "splice untrusted null");
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPIRED", "WRONG_HOST", "UNTRUSTED_ROOT"})
    void untrusted_upstream_under_block_shows_nothing(Fault fault) throws Exception {
        Site untrusted = one.origins.showing(fault.in(one.pki).identity());
        double before = one.cluster.signatures();

        assertShowsNothing(one.visit("edge-a", untrusted, Fault.HOST));

        assertThat(one.cluster.signatures()).isEqualTo(before);
        one.awaitFates("edge-a", untrusted.address(), "block untrusted null");
    }

    /** What the edge fetched is in the evidence: the signer, which fetches nothing, verifies it. */
    // checklist 23
    @Test
    void a_chain_that_an_edge_completed_is_forged_by_a_signer_that_verifies_it() throws Exception {
        TestAuthority forgotten =
                one.pki.root().subordinate(CertificateSpec.ca("Forgotten Intermediate"));
        String host = "www.incomplete.example";
        try (WebServer web = WebServer.start()) {
            web.serve("/ca.cer", forgotten.certificate().getEncoded());
            TestIdentity leaf =
                    forgotten.issue(
                            CertificateSpec.leaf(host)
                                    .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
            Site site = one.origins.showing(leaf.presenting());
            double before = one.cluster.signatures();

            Visit visit = one.visit("edge-a", site, host);

            assertThat(visit.answer().orElseThrow()).contains(Origins.ANSWER);
            assertThat(visit.leaf().getIssuerX500Principal())
                    .isEqualTo(one.issuingCa().getSubjectX500Principal());
            assertThat(one.cluster.signatures()).isEqualTo(before + 1);
            assertThat(web.asked()).contains("GET /ca.cer");
            one.awaitFates("edge-a", site.address(), "inspect rule signer");
        }
    }

    // checklist 46
    @Test
    void upstream_that_demands_a_client_certificate_is_spliced_or_blocked() throws Exception {
        Site spliced = demandsClientCertificate("bank.splice.example");
        Site blocked = demandsClientCertificate("bank.block.example");

        assertShowsItself(spliced, one.visit("edge-a", spliced, "bank.splice.example"));
        assertShowsNothing(one.visit("edge-a", blocked, "bank.block.example"));

        one.awaitFates("edge-a", spliced.address(), "splice client-cert null");
        one.awaitFates("edge-a", blocked.address(), "block client-cert null");
    }

    @Test
    void upstream_that_refuses_connections_is_answered_to_connect_whatever_the_rule_says()
            throws Exception {
        var spliced = MisbehavingUpstream.nobody();
        var blocked = MisbehavingUpstream.nobody();

        assertShowsNothing(one.visit("edge-a", spliced, "absent.splice.example"));
        assertShowsNothing(one.visit("edge-a", blocked, "absent.block.example"));

        // A proxy's client is told 502 before it says hello, so that there is nothing to splice.
        one.awaitFates("edge-a", spliced, "block unreachable null");
        one.awaitFates("edge-a", blocked, "block unreachable null");
    }

    @Test
    void upstream_that_stalls_in_the_handshake_is_spliced_or_blocked() throws Exception {
        Site spliced = stallsOnce("slow.splice.example");
        Site blocked = stallsOnce("slow.block.example");
        // Each takes as long as the edge's deadline: both at once.
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = clients.submit(() -> one.visit("edge-a", spliced, "slow.splice.example"));
            var second = clients.submit(() -> one.visit("edge-a", blocked, "slow.block.example"));

            assertShowsItself(spliced, first.get());
            assertShowsNothing(second.get());
        }
        one.awaitFates("edge-a", spliced.address(), "splice handshake-failed null");
        one.awaitFates("edge-a", blocked.address(), "block handshake-failed null");
    }

    @Test
    void records_and_connections_are_equally_many_and_none_was_dropped() throws Exception {
        Site counted = one.origins.of("www.counted.example");
        int before = one.records("edge-a").all().size();

        for (int i = 0; i < CONCURRENT; i++) {
            assertInspected(one.visit("edge-a", counted, "www.counted.example"));
        }

        one.awaitOneRecordPerConnection();
        assertThat(one.records("edge-a").all()).hasSize(before + CONCURRENT);
        assertThat(one.records("edge-a").fates(counted.address()))
                .hasSize(CONCURRENT)
                .startsWith("inspect rule signer", "inspect rule local")
                .doesNotContain("inspect rule site-cache");
    }

    // --- what a client can end up with

    private void assertInspected(Visit visit) throws Exception {
        assertThat(visit.failure()).isEmpty();
        assertThat(visit.answer())
                .hasValueSatisfying(answer -> assertThat(answer).endsWith(Origins.ANSWER));
        assertThat(visit.leaf().getIssuerX500Principal())
                .isEqualTo(one.issuingCa().getSubjectX500Principal());
    }

    /** The client met the origin itself, and since it trusts the inspection CA alone, left. */
    private static void assertShowsItself(Site origin, Visit visit) {
        assertThat(visit.shown()).isEqualTo(origin.identity().chain());
        assertThat(visit.answer()).isEmpty();
    }

    private static void assertShowsNothing(Visit visit) {
        assertThat(visit.shown()).isEmpty();
        assertThat(visit.answer()).isEmpty();
        assertThat(visit.failure()).isPresent();
    }

    // --- origins

    private Site demandsClientCertificate(String host) {
        TestIdentity identity = one.pki.leaf(host);
        return one.origins.that(
                identity,
                TlsManner.with(identity)
                        .clientCertificate(ClientCertificate.REQUIRED)
                        .speaking(Origins.ANSWERS));
    }

    /** Stalls with the first connection, which is the edge's own, and serves those that follow. */
    private Site stallsOnce(String host) {
        TestIdentity identity = one.pki.leaf(host);
        var connections = new AtomicInteger();
        Manner stalls = Manners.stallsAfterHello();
        Manner serves = TlsManner.with(identity).speaking(Origins.ANSWERS);
        return one.origins.that(
                identity,
                (socket, until) ->
                        (connections.getAndIncrement() == 0 ? stalls : serves)
                                .serve(socket, until));
    }
}
