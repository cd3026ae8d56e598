package io.overt.edge.exclusion.site;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Testimony.Accepted;
import io.overt.edge.exclusion.Testimony.Refused;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.TestMaps;
import io.overt.edge.site.TestMaps.Carrier;
import io.overt.policy.FailureAction;
import io.overt.policy.Pinned;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionVerdict;
import io.overt.proto.control.v1.ExclusionWord;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Edges of one site over one carrier, and a clock that is moved by hand. */
final class TestSite implements AutoCloseable {
    static final String HOST = "api.bank.example";
    static final Pinned PINNED = new Pinned(3, Duration.ofHours(12), FailureAction.SPLICE);
    static final String OPERATOR = "overt://hq/operator/ann";

    final Carrier carrier = new Carrier();
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Path folder;
    private final List<Edge> edges = new ArrayList<>();

    TestSite(Path folder) {
        this.folder = folder;
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** An edge that shares. */
    Edge edge(String name) throws IOException {
        var edge = new Edge(name, TestMaps.sealed(SiteExclusions.MAP, carrier));
        edge.exclusions.start();
        return edge;
    }

    /** An edge that has no cluster, and its own disk all the same. */
    Edge alone(String name) throws IOException {
        return new Edge(name, TestMaps.withoutSecret(SiteExclusions.MAP, carrier));
    }

    @Override
    public void close() {
        edges.forEach(each -> each.exclusions.close());
    }

    static Client client(int number) {
        return Client.of(InetAddress.ofLiteral("10.0.0." + number));
    }

    /** One edge. */
    final class Edge {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        final SiteExclusions exclusions;

        Edge(String name, SealedMap map) throws IOException {
            exclusions =
                    new SiteExclusions(
                            name,
                            map,
                            Files.createDirectories(folder.resolve(name)),
                            TestSite.this::now,
                            new SecureRandom(),
                            meters);
            edges.add(this);
        }

        void refuses(Client client, String host, int times) {
            for (var i = 0; i < times; i++) {
                exclusions
                        .exclusions()
                        .hear(
                                host,
                                client,
                                new Refused(RefusalKind.ALERT),
                                Optional.of(PINNED),
                                now());
            }
        }

        void accepts(Client client, String host) {
            exclusions.exclusions().hear(host, client, new Accepted(), Optional.empty(), now());
        }

        Optional<Exclusion> of(Client client) {
            return exclusions.exclusions().of(HOST, client, PINNED);
        }

        ExclusionEffect says(ExclusionWord word, String client) {
            return exclusions
                    .desk()
                    .answer(
                            ExclusionAsk.newBuilder()
                                    .setVerdict(
                                            ExclusionVerdict.newBuilder()
                                                    .setHost(HOST)
                                                    .setClient(client)
                                                    .setWord(word)
                                                    .setBy(OPERATOR)
                                                    .setAt(NoteCodec.timestamp(now())))
                                    .build())
                    .getEffect();
        }

        List<String> list() {
            return exclusions.entries().stream()
                    .map(
                            each ->
                                    each.subject().host()
                                            + " "
                                            + each.subject()
                                                    .client()
                                                    .map(Client::address)
                                                    .orElse("*")
                                            + " "
                                            + each.basis().text()
                                            + " "
                                            + each.refusals())
                    .toList();
        }

        double notes(String fate) {
            return meters.counter("overt.edge.exclusion.notes", "fate", fate).count();
        }

        double defects() {
            return meters.counter("overt.thread.defects", "thread", "exclusions").count();
        }
    }
}
