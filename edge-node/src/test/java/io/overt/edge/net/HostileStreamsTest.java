package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.overt.edge.flow.Stage;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/**
 * Random bytes and damaged hellos at the door of a whole data path, over real sockets: no defect
 * shows, nothing is spliced that no rule splices, and each connection is one record and one count.
 *
 * <p>{@code -Dovert.streams=100000} is the number of random streams, a tenth as many damaged hellos
 * beside them; {@code ./overt fuzz streams} runs those. {@code -Dovert.seed=N} repeats a run.
 */
@ExtendWith(LeakExtension.class)
class HostileStreamsTest {
    private static final int STREAMS = Integer.getInteger("overt.streams", 1_000);
    private static final int AT_ONCE = 64;
    private static final int BATCH = 2_000;
    private static final String HOST = "www.example.com";

    /** Nothing; what a rule does not name is blocked, but for clients without ECDSA (ADR 0033). */
    private static final String NEVER_SPLICES =
            "rules:\n  - {name: default, then: inspect, on: {no-ecdsa: block}}\n";

    private static final String SPLICES_WHAT_IS_NOT_TLS =
            "rules:\n  - {name: default, then: inspect, on: {no-ecdsa: block, not-tls: splice}}\n";

    private final long seed = Long.getLong("overt.seed", new Random().nextLong());
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Integer> fates = new HashMap<>();
    private final AtomicInteger failed = new AtomicInteger();

    // checklist 25, 74
    @Test
    void no_stream_reaches_a_backstop_or_is_spliced_by_no_rule() throws Exception {
        var random = new Random(seed);
        var netty = (Logger) LoggerFactory.getLogger("io.netty");
        var complaints = new ListAppender<ILoggingEvent>();
        complaints.start();
        netty.addAppender(complaints);
        try (var bench =
                        new Bench(
                                NEVER_SPLICES,
                                Bench.settings(
                                        Limits.DEFAULT,
                                        Bench.patientBut(
                                                Duration.ofMillis(250),
                                                Stage.CONNECT_HEAD,
                                                Stage.AWAITING_HELLO,
                                                Stage.PEEKING)));
                var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .speaking(tls -> tls.getInputStream().readAllBytes()))) {
            var made = 0;
            for (var left = STREAMS; left > 0; left -= BATCH) {
                var batch = Math.min(left, BATCH);
                made += run(bench, upstream, batch, batch / 10, random.nextLong());
                assertThat(spliced()).as("seed %d", seed).isEmpty();
            }
            bench.policy(8, SPLICES_WHAT_IS_NOT_TLS);
            made += run(bench, upstream, Math.min(STREAMS / 10, BATCH), 20, random.nextLong());
            assertThat(spliced())
                    .as("seed %d", seed)
                    .isNotEmpty()
                    .allMatch(fate -> fate.startsWith("splice not-tls "));

            // The kernel may refuse a connection before or after the edge has heard of it.
            assertThat(ids.size())
                    .as("records, seed %d", seed)
                    .isBetween(made, made + failed.get());
            assertThat(sum(bench, "overt.edge.connections")).isEqualTo(ids.size());
            assertThat(sum(bench, "overt.edge.endings")).isEqualTo(ids.size());
            assertThat(sum(bench, "overt.edge.shell.failures")).isZero();
            assertThat(fates.keySet())
                    .as("each handshake ends by its own cause, seed %d", seed)
                    .noneMatch(fate -> fate.contains("internal"))
                    .noneMatch(fate -> fate.equals("inspect rule timed-out"));
            assertThat(complaints.list)
                    .as("what Netty caught")
                    .noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
        } finally {
            netty.detachAppender(complaints);
        }
        System.out.printf(
                "%d connections, %d more refused by the kernel, seed %d%n",
                ids.size(), failed.get(), seed);
        fates.forEach((fate, count) -> System.out.printf("%8d %s%n", count, fate));
    }

    /** How many connections were made; returns when each has ended and its record was looked at. */
    private int run(
            Bench bench, MisbehavingUpstream upstream, int streams, int hellos, long batchSeed)
            throws Exception {
        var next = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<CompletableFuture<?>>();
            for (var i = 0; i < AT_ONCE; i++) {
                running.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    for (var n = next.getAndIncrement();
                                            n < streams + hellos;
                                            n = next.getAndIncrement()) {
                                        var stream =
                                                new HostileStream(
                                                        bench,
                                                        upstream.address(),
                                                        new Random(batchSeed + n));
                                        failed.addAndGet(
                                                stream.send(
                                                        n < streams
                                                                ? HostileStream.Kind.RANDOM
                                                                : HostileStream.Kind
                                                                        .DAMAGED_HELLO));
                                    }
                                },
                                threads));
            }
            for (var each : running) {
                each.get();
            }
        }
        bench.awaitQuiet();
        for (var json : bench.takeRecords()) {
            var record = new Bench.Line(json);
            assertThat(ids.add(record.text("id"))).as("one record a connection: %s", json).isTrue();
            fates.merge(record.fate(), 1, Integer::sum);
        }
        return streams + hellos;
    }

    private List<String> spliced() {
        return fates.keySet().stream().filter(fate -> fate.startsWith("splice ")).toList();
    }

    private static double sum(Bench bench, String counter) {
        return bench.meters.find(counter).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }
}
