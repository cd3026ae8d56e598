package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.softhsm.FaultyToken;
import io.overt.testkit.softhsm.FaultyToken.Scope;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two signers, each a process with a token of its own, behind two edges, while clients open
 * connections to hosts that nobody has met: whatever happens to one signer, no client sees it. The
 * rule says {@code block} for a signer that is away, so that a leaf that could not be had would be
 * seen. {@code -Dovert.signers.rounds=N} goes through all of it so often ({@code ./overt soak
 * --signers}); the suite has time for one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.HOURS)
final class SignersUnderFireTest {
    private static final String POLICY =
            """
            policy: signers
            rules:
              - name: default
                then: inspect
                on: { signer-away: block }
            """;

    private static final int ROUNDS = Integer.getInteger("overt.signers.rounds", 1);
    private static final int THREADS = 50;
    private static final int NEW_HOSTS = 4;

    /** As the edges' configuration has it. */
    private static final Duration CALL_DEADLINE = Duration.ofSeconds(2);

    private SplitCluster cluster;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        cluster = new SplitCluster(directory, 2);
        cluster.start(POLICY);
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** A forge key is without an issuer, and every edge knows the issuers of all signers. */
    @Test
    @Order(1)
    void a_leaf_by_either_signer_serves_the_edge_that_did_not_ask_for_it() throws Exception {
        Set<X509Certificate> issuers = new HashSet<>();
        double signatures = cluster.signatures();
        int hosts = 0;
        while (issuers.size() < 2 && hosts < 40) {
            String host = "shared-" + hosts++ + ".example";
            Site site = cluster.origins.of(host);
            Visit first = cluster.visit("edge-a", site, host);
            Visit second = cluster.visit("edge-b", site, host);
            assertThat(second.failure()).isEmpty();
            assertThat(second.shown()).isEqualTo(first.shown());
            issuers.add(first.shown().get(1));
        }
        assertThat(issuers)
                .containsExactlyInAnyOrder(
                        cluster.signer(1).issuing(), cluster.signer(2).issuing());
        assertThat(cluster.signatures() - signatures).isEqualTo(hosts);
    }

    /** "Done when" of the signer: two edges and fifty threads, one new host, one use of a key. */
    @Test
    @Order(2)
    void fifty_threads_at_two_edges_that_meet_one_new_host_cost_one_signature_of_two_signers()
            throws Exception {
        double entries = settledEntries();
        for (int i = 0; i < NEW_HOSTS; i++) {
            String host = "one-" + i + ".example";
            Site site = cluster.origins.of(host);
            double signatures = cluster.signatures();
            var together = new CountDownLatch(1);
            List<Future<Visit>> visits = new ArrayList<>();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int thread = 0; thread < THREADS; thread++) {
                    String edge = SplitCluster.EDGES.get(thread % 2);
                    visits.add(
                            clients.submit(
                                    () -> {
                                        together.await();
                                        return cluster.visit(edge, site, host);
                                    }));
                }
                together.countDown();
            }
            for (Future<Visit> visit : visits) {
                assertThat(visit.get().failure()).isEmpty();
                assertThat(visit.get().leaf()).isEqualTo(visits.getFirst().get().leaf());
            }
            assertThat(cluster.signatures() - signatures).as("uses of a key").isEqualTo(1);
        }
        assertThat(settledEntries() - entries)
                .as("an intent and a result for each, in the logs of both")
                .isEqualTo(2 * NEW_HOSTS);
    }

    /** {@code ./overt failover}: a minute of restarted processes is none of every build's. */
    @Test
    @Order(3)
    @EnabledIfSystemProperty(named = "overt.signers.rounds", matches = "[1-9][0-9]*")
    void whatever_happens_to_one_signer_no_client_sees_it() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (var clients = new BusyClients(cluster)) {
                clients.phase("quiet");
                pause();

                // A power cut: connections are refused at once.
                clients.phase("killed");
                cluster.signer(1).running().kill();
                cluster.awaitHealthy(1);
                pause();
                clients.phase("killed, back");
                cluster.signer(1).start();
                cluster.signer(1).awaitReady();
                cluster.awaitHealthy(2);

                // A machine that hangs: connections stay, and nobody answers.
                clients.phase("stopped");
                double unanswered = cluster.unanswered();
                cluster.signer(2).running().pause();
                cluster.awaitHealthy(1);
                pause();
                assertThat(cluster.unanswered() - unanswered)
                        .as("each client waited for a deadline once at most")
                        .isLessThanOrEqualTo(BusyClients.CLIENTS);
                clients.phase("stopped, back");
                cluster.signer(2).running().resume();
                cluster.awaitHealthy(2);

                clients.phase("token away");
                cluster.signer(1)
                        .token()
                        .fail(Scope.EVERYTHING, FaultyToken.CKR_DEVICE_ERROR, FaultyToken.ALWAYS);
                cluster.awaitHealthy(1);
                pause();
                clients.phase("token back");
                cluster.signer(1).token().failNoMore();
                cluster.awaitHealthy(2);

                clients.phase("token stalled");
                cluster.signer(2).token().stallSignatures(FaultyToken.ALWAYS);
                cluster.awaitHealthy(1);
                pause();
                clients.phase("token released");
                cluster.signer(2).token().releaseStalled();
                cluster.awaitHealthy(2);

                // No fresh session cures this: the process ends, and its supervisor, which is us,
                // starts it again.
                clients.phase("library finalised");
                cluster.signer(1).token().finalise();
                assertThat(cluster.signer(1).running().awaitEnd(Duration.ofMinutes(1)))
                        .as("a status after which supervisors restart")
                        .isEqualTo(1);
                clients.phase("restarted");
                cluster.signer(1).start();
                cluster.signer(1).awaitReady();
                cluster.awaitHealthy(2);

                clients.phase("both again");
                double first = cluster.signer(1).sum("overt_signer_signatures_total");
                double second = cluster.signer(2).sum("overt_signer_signatures_total");
                OneJvm.patiently("both sign")
                        .untilAsserted(
                                () -> {
                                    assertThat(
                                                    cluster.signer(1)
                                                            .sum("overt_signer_signatures_total"))
                                            .isGreaterThan(first + 3);
                                    assertThat(
                                                    cluster.signer(2)
                                                            .sum("overt_signer_signatures_total"))
                                            .isGreaterThan(second + 3);
                                });

                clients.finish();
                System.out.println(clients.report());
                assertThat(clients.failures()).isEmpty();
                // A machine that is busy with other things takes longer for everything.
                Duration busy = clients.longest("quiet").multipliedBy(2);
                assertThat(clients.longest("killed")).isLessThan(Duration.ofSeconds(2).plus(busy));
                for (String phase :
                        List.of("stopped", "token away", "token stalled", "library finalised")) {
                    assertThat(clients.longest(phase))
                            .as(phase)
                            .isLessThan(CALL_DEADLINE.plusSeconds(1).plus(busy));
                }
            }
        }
        assertThat(
                        SplitCluster.EDGES.stream()
                                .flatMap(edge -> cluster.records(edge).all().stream())
                                .map(line -> line.text("outcome") + " " + line.text("reason"))
                                .collect(Collectors.toSet()))
                .containsExactly("inspect rule");
    }

    /** Entries of both logs, once each signer has looked again since the last one was made. */
    private double settledEntries() throws Exception {
        OneJvm.patiently("the logs have come to rest")
                .until(
                        () -> {
                            double before = entries();
                            TimeUnit.MILLISECONDS.sleep(1_200);
                            return before == entries();
                        });
        return entries();
    }

    private double entries() throws Exception {
        return cluster.signer(1).sum("overt_signer_log_entries")
                + cluster.signer(2).sum("overt_signer_log_entries");
    }

    private static void pause() throws InterruptedException {
        // Load, not waiting for something to happen.
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }

    private static final Duration PAUSE =
            Duration.ofMillis(Integer.getInteger("overt.signers.pause", 700));
}
