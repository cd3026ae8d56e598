package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.ShadowDifference;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the control plane is told of real connections: that the figures are those of the records, of
 * the version that decided, and that orders and shadows do what they should.
 */
@ExtendWith(LeakExtension.class)
class VersionFiguresTest {
    private static final String RULES =
            """
            rules:
              - {name: spliced, when: {host: www.splice.test}, then: splice}
              - {name: blocked, when: {host: www.block.test}, then: block}
              - {name: tolerant, when: {host: "*.tolerant.test"}, then: inspect, revocation: off, on: {untrusted: splice, handshake-failed: splice}}
              - {name: default, then: inspect, revocation: off}
            """;

    private final Bench bench = new Bench(RULES);
    private final MisbehavingUpstream good = upstream("www.splice.test", "www.inspect.test");
    private final List<Bench.Line> records = new ArrayList<>();

    @AfterEach
    void close() {
        good.close();
        bench.close();
    }

    private static MisbehavingUpstream upstream(String... names) {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(names))
                        .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream())));
    }

    @Test
    void the_figures_are_those_of_the_records() throws Exception {
        visit("www.splice.test");
        visit("www.splice.test");
        visit("www.inspect.test");
        blocked("www.block.test");
        // The upstream is nobody for this name: untrusted, tolerated and not.
        visitUntrusted("www.tolerant.test");
        blocked("www.strict.test");
        refuseLeaf("www.inspect.test");

        var health = bench.figures.health();

        assertThat(records).hasSize(7);
        assertThat(health.getVersion()).isEqualTo(7);
        assertThat(health.getConnections()).isEqualTo(7);
        assertThat(health.getInspected())
                .isEqualTo(2)
                .isEqualTo(recorded(each -> each.fate().startsWith("inspect")));
        assertThat(health.getSpliced())
                .isEqualTo(2)
                .isEqualTo(recorded(each -> each.fate().startsWith("splice rule")));
        assertThat(health.getSplicedByFailure())
                .isEqualTo(1)
                .isEqualTo(recorded(each -> each.fate().startsWith("splice untrusted")));
        assertThat(health.getBlocked())
                .isEqualTo(2)
                .isEqualTo(recorded(each -> each.fate().startsWith("block")));
        assertThat(health.getClientRefusals())
                .isEqualTo(1)
                .isEqualTo(recorded(each -> each.fate().endsWith("client-refused-leaf")));
        assertThat(health.getHandshakeFailures()).isZero();
        assertThat(health.getSplicedByEmergency()).isZero();
    }

    @Test
    void a_failed_handshake_counts_whatever_the_rule_made_of_it() throws Exception {
        try (var failing = MisbehavingUpstream.that(Manners.answersWithAlert(40))) {
            blocked("www.strict.test", failing);
            try (var client = tls("www.tolerant.test", failing)) {
                assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
            }
            records.add(bench.record());
        }

        assertThat(records)
                .extracting(Bench.Line::fate)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("block handshake-failed"),
                        second -> assertThat(second).startsWith("splice handshake-failed"));
        var health = bench.figures.health();
        assertThat(health.getHandshakeFailures()).isEqualTo(2);
        assertThat(health.getSplicedByFailure()).isEqualTo(1);
        assertThat(health.getBlocked()).isEqualTo(1);
    }

    @Test
    void a_connection_that_lives_counts_long_before_its_end() throws Exception {
        try (var spliced = open("www.splice.test");
                var inspected = open("www.inspect.test")) {
            await().atMost(Bench.PATIENCE)
                    .until(
                            () -> {
                                var health = bench.figures.health();
                                return health.getSpliced() == 1 && health.getInspected() == 1;
                            });
            assertThat(bench.openConnections()).isEqualTo(2);
            assertThat(spliced.isClosed()).isFalse();
            assertThat(inspected.isClosed()).isFalse();
        }
        bench.record();
        bench.record();
        assertThat(bench.figures.health())
                .satisfies(
                        health -> {
                            assertThat(health.getConnections()).isEqualTo(2);
                            assertThat(health.getSpliced()).isEqualTo(1);
                            assertThat(health.getInspected()).isEqualTo(1);
                        });
    }

    @Test
    void a_connection_counts_for_the_version_that_decided_it_and_for_no_other() throws Exception {
        try (var old = open("www.inspect.test")) {
            bench.policy(8, RULES);
            visit("www.splice.test");
            assertThat(old.isClosed()).isFalse();
        }
        assertThat(bench.record().text("policy_version")).isEqualTo("7");

        assertThat(bench.figures.health())
                .isEqualTo(
                        Health.newBuilder()
                                .setVersion(8)
                                .setSince(bench.figures.health().getSince())
                                .setConnections(1)
                                .setSpliced(1)
                                .build());
    }

    // ---- emergency orders

    @Test
    void under_an_order_what_a_rule_would_inspect_is_spliced_and_says_so() throws Exception {
        bench.emergency(12);

        visitSpliced("www.inspect.test");
        blocked("www.block.test");
        visitSpliced("www.splice.test");

        assertThat(records)
                .extracting(Bench.Line::fate)
                .satisfiesExactly(
                        one -> assertThat(one).isEqualTo("splice emergency complete"),
                        two -> assertThat(two).startsWith("block rule"),
                        three -> assertThat(three).isEqualTo("splice rule complete"));
        assertThat(records.get(0).text("emergency")).isEqualTo("12");
        assertThat(records.get(0).text("rule")).isEqualTo("default");
        assertThat(records.get(0).text("detail")).isEqualTo("emergency order 12");
        assertThat(records.get(1).text("emergency")).isEqualTo("null");
        assertThat(records.get(2).text("emergency")).isEqualTo("null");
        assertThat(bench.count("splice", "emergency")).isEqualTo(1);
        var health = bench.figures.health();
        assertThat(health.getSplicedByEmergency()).isEqualTo(1);
        assertThat(health.getSpliced()).isEqualTo(1);
        assertThat(health.getSplicedByFailure()).isZero();

        bench.emergency(0);
        visit("www.inspect.test");
        assertThat(records.getLast().fate()).isEqualTo("inspect rule complete");
    }

    @Test
    void a_connection_that_was_inspected_before_stays_so() throws Exception {
        try (var inspected = open("www.inspect.test")) {
            bench.emergency(12);
            inspected.getOutputStream().write('x');
            assertThat(inspected.getInputStream().read()).isEqualTo('x');
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
    }

    @Test
    void plain_requests_go_unjudged_under_an_order() throws Exception {
        bench.policy(
                9,
                """
                rules:
                  - {name: default, then: inspect}
                http:
                  - {name: nothing-passes, then: block}
                """);
        bench.names(InetAddress.getLoopbackAddress());
        try (var origin = new PlainOrigin("the origin")) {
            assertThat(fetch(origin)).doesNotContain("this is the origin");
            assertThat(bench.record().fate()).startsWith("inspect rule");

            bench.emergency(3);
            assertThat(fetch(origin)).contains("this is the origin");
            var record = bench.record();
            assertThat(record.fate()).startsWith("splice emergency");
            assertThat(record.text("filtered")).isEqualTo("false");
        }
    }

    private String fetch(PlainOrigin origin) throws Exception {
        return Curl.run(
                        List.of(
                                "--noproxy",
                                "",
                                "--proxy",
                                "http://127.0.0.1:" + bench.proxy().getPort(),
                                "http://" + origin.authority() + "/"))
                .output();
    }

    // ---- shadow

    @Test
    void a_version_in_shadow_is_compared_and_not_acted_upon() throws Exception {
        bench.shadow(
                8,
                """
                rules:
                  - {name: now-blocked, when: {host: www.splice.test}, then: block}
                  - {name: untrusted-blocked, when: {host: "*.tolerant.test"}, then: inspect, on: {untrusted: block}}
                  - {name: rest, then: inspect}
                """);

        visit("www.splice.test");
        visit("www.splice.test");
        visit("www.inspect.test");
        visitUntrusted("www.tolerant.test");
        blocked("www.strict.test");

        var health = bench.figures.health();
        assertThat(health.getShadowVersion()).isEqualTo(8);
        assertThat(health.getShadowDecided()).isEqualTo(5);
        assertThat(health.getShadowDiffering()).isEqualTo(3);
        assertThat(health.getShadowExamplesList())
                .containsExactly(
                        difference("www.splice.test", "splice", "block", 2),
                        difference("www.tolerant.test", "splice", "block", 1));
        assertThat(records.getFirst().fate()).isEqualTo("splice rule complete");
        assertThat(records.getFirst().json())
                .contains(
                        "\"shadow\":{\"version\":8,\"rule\":\"now-blocked\",\"would\":\"block\",\"comparison\":\"different\"}");
        assertThat(records.get(2).json())
                .contains(
                        "\"shadow\":{\"version\":8,\"rule\":\"rest\",\"would\":\"inspect\",\"comparison\":\"same\"}");
        assertThat(bench.meters.get("overt.edge.shadow.decided").counter().count()).isEqualTo(5);
        assertThat(bench.meters.get("overt.edge.shadow.differing").counter().count()).isEqualTo(3);
    }

    @Test
    void under_an_order_nothing_is_compared() throws Exception {
        bench.shadow(8, "rules:\n  - {name: default, then: block}\n");
        bench.emergency(12);

        visitSpliced("www.inspect.test");

        assertThat(bench.figures.health().getShadowDecided()).isZero();
        assertThat(records.getFirst().text("shadow")).isEqualTo("null");
    }

    private static ShadowDifference difference(String host, String now, String then, long count) {
        return ShadowDifference.newBuilder()
                .setHost(host)
                .setNow(now)
                .setThen(then)
                .setCount(count)
                .build();
    }

    // ---- connections

    private Socket open(String name) throws Exception {
        var client = tls(name, good);
        client.startHandshake();
        // Not the beginning of an HTTP request, which would be waited for to its end.
        client.getOutputStream().write(1);
        client.getOutputStream().flush();
        assertThat(client.getInputStream().read()).isEqualTo(1);
        return client;
    }

    /** As its rule says: spliced where that is its rule, else with our leaf. */
    private void visit(String name) throws Exception {
        open(name).close();
        records.add(bench.record());
    }

    private void visitSpliced(String name) throws Exception {
        try (var client = Clients.tls(bench.connectTo(good.address()), Bench.PKI.anchor(), name)) {
            client.startHandshake();
        }
        records.add(bench.record());
    }

    /** Spliced to an upstream that the client does not trust for that name either. */
    private void visitUntrusted(String name) throws Exception {
        try (var client = Clients.tls(bench.connectTo(good.address()), Bench.PKI.anchor(), name)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        records.add(bench.record());
    }

    private void refuseLeaf(String name) throws Exception {
        try (var client = Clients.tls(bench.connectTo(good.address()), Bench.PKI.anchor(), name)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        records.add(bench.record());
    }

    private void blocked(String name) throws Exception {
        blocked(name, good);
    }

    private void blocked(String name, MisbehavingUpstream upstream) throws Exception {
        try (var client = tls(name, upstream)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
        }
        records.add(bench.record());
    }

    private SSLSocket tls(String name, MisbehavingUpstream upstream) throws Exception {
        return Clients.tls(
                bench.connectTo(upstream.address()),
                name.equals("www.splice.test") ? Bench.PKI.anchor() : bench.forge.anchor(),
                name);
    }

    private long recorded(Predicate<Bench.Line> which) {
        return records.stream().filter(which).count();
    }
}
