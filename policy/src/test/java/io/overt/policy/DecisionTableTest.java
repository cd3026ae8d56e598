package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a condition is true of: a row is a condition, facts, and whether it holds. */
final class DecisionTableTest {
    private static final String JA4 = "t13d1516h2_8daaf6152771_e5627efa2ab1";
    private static final String CONNECT = "connect.example";

    static Stream<Arguments> conditions() {
        HelloFacts ech = new HelloFacts.Peeked(List.of(), Ech.OFFERED, JA4);
        Facts any = Facts.unlike();
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("a.example", 443);
        return Stream.of(
                // host: exact, below, name and below
                arguments("{ host: a.example }", Facts.to("a.example"), true),
                arguments("{ host: a.example }", Facts.to("A.Example."), true),
                arguments("{ host: a.example }", Facts.to("x.a.example"), false),
                arguments("{ host: '*.a.example' }", Facts.to("x.a.example"), true),
                arguments("{ host: '*.a.example' }", Facts.to("y.x.a.example"), true),
                arguments("{ host: '*.a.example' }", Facts.to("a.example"), false),
                arguments("{ host: '*.a.example' }", Facts.to("xa.example"), false),
                arguments("{ host: .a.example }", Facts.to("a.example"), true),
                arguments("{ host: .a.example }", Facts.to("x.a.example"), true),
                arguments("{ host: .a.example }", Facts.to("xa.example"), false),
                arguments("{ host: [b.example, a.example] }", Facts.to("a.example"), true),
                arguments("{ host: BÜCHER.example }", Facts.to("xn--bcher-kva.example"), true),
                arguments("{ host: _srv.a.example }", Facts.to("_srv.a.example"), true),
                // host: the server name and nothing else
                arguments("{ host: a.example }", any.noServerName(), false),
                arguments(
                        "{ host: connect.example }",
                        any.noServerName().connectHost(CONNECT),
                        false),
                arguments("{ host: connect.example }", any.connectHost(CONNECT), false),
                arguments("{ host: a.example }", any.fault(HelloFault.NOT_TLS), false),
                arguments("{ not: { host: a.example } }", any.noServerName(), true),
                // list; host and list beside each other are alternatives
                arguments("{ list: health }", Facts.to("clinic.example"), true),
                arguments("{ list: health }", Facts.to("www.clinic.example"), false),
                arguments("{ list: health }", Facts.to("www.hospital.example"), true),
                arguments("{ list: [bad, health] }", Facts.to("clinic.example"), true),
                arguments("{ list: bad }", Facts.to("clinic.example"), false),
                arguments("{ host: a.example, list: health }", Facts.to("a.example"), true),
                arguments("{ host: a.example, list: health }", Facts.to("clinic.example"), true),
                arguments("{ host: a.example, list: health }", Facts.to("b.example"), false),
                arguments(
                        "{ all: [ { host: a.example }, { list: health } ] }",
                        Facts.to("a.example"),
                        false),
                // client
                arguments("{ client: 10.1.0.0/16 }", any.client("10.1.255.255"), true),
                arguments("{ client: 10.1.0.0/16 }", any.client("10.2.0.0"), false),
                arguments("{ client: 10.1.2.3 }", any.client("10.1.2.3"), true),
                arguments("{ client: 10.1.2.3 }", any.client("10.1.2.4"), false),
                arguments("{ client: 0.0.0.0/0 }", any.client("2001:db8::1"), false),
                arguments("{ client: '::/0' }", any.client("10.1.2.3"), false),
                arguments("{ client: '::/0' }", any.client("2001:db8::1"), true),
                arguments("{ client: '2001:db8::/33' }", any.client("2001:db8:7fff::1"), true),
                arguments("{ client: '2001:db8::/33' }", any.client("2001:db8:8000::1"), false),
                arguments("{ client: 10.1.2.0/25 }", any.client("::ffff:10.1.2.127"), true),
                arguments("{ client: [10.9.0.0/16, 10.1.0.0/16] }", any.client("10.1.0.1"), true),
                // destination and port
                arguments("{ destination: 203.0.113.0/24 }", any, true),
                arguments("{ destination: 198.51.100.0/24 }", any, false),
                arguments("{ destination: 0.0.0.0/0 }", any.destination(unresolved), false),
                arguments("{ port: 443 }", any.destination(unresolved), true),
                arguments("{ port: 443 }", any, true),
                arguments("{ port: 8443 }", any, false),
                arguments("{ port: [80, 443] }", any, true),
                arguments("{ port: 400-443 }", any, true),
                arguments("{ port: 443-500 }", any, true),
                arguments("{ port: 444-500 }", any, false),
                arguments("{ port: [1-442, '444 - 65535'] }", any, false),
                // site, listener, user
                arguments("{ site: hq }", any, true),
                arguments("{ site: [lab, HQ] }", any, false),
                arguments("{ listener: divert }", any, true),
                arguments("{ listener: connect }", any, false),
                arguments("{ user: alice }", any.user("alice"), true),
                arguments("{ user: alice }", any.user("Alice"), false),
                arguments("{ user: alice }", any, false),
                // hello
                arguments("{ hello: { no-sni: true } }", any.noServerName(), true),
                arguments("{ hello: { no-sni: true } }", any, false),
                arguments("{ hello: { no-sni: false } }", any, true),
                arguments("{ hello: { no-sni: true } }", any.fault(HelloFault.MALFORMED), false),
                arguments("{ hello: { no-sni: false } }", any.fault(HelloFault.MALFORMED), false),
                arguments("{ hello: { sni-mismatch: true } }", any.connectHost(CONNECT), true),
                arguments("{ hello: { sni-mismatch: true } }", any, false),
                arguments(
                        "{ hello: { sni-mismatch: true } }",
                        any.noServerName().connectHost(CONNECT),
                        false),
                arguments(
                        "{ hello: { sni-mismatch: true } }",
                        Facts.to(CONNECT).connectHost("CONNECT.example."),
                        false),
                arguments(
                        "{ hello: { sni-mismatch: false } }",
                        Facts.to(CONNECT).connectHost(CONNECT),
                        true),
                arguments("{ hello: { sni-mismatch: false } }", any, false),
                arguments("{ hello: { ech: true } }", any.hello(ech), true),
                arguments("{ hello: { ech: true } }", any, false),
                arguments("{ hello: { ech: false } }", any, true),
                arguments("{ hello: { ech: false } }", any.fault(HelloFault.TOO_SLOW), false),
                arguments("{ hello: { alpn: h2 } }", any, true),
                arguments("{ hello: { alpn: [smtp, http/1.1] } }", any, true),
                arguments("{ hello: { alpn: h3 } }", any, false),
                arguments("{ hello: { alpn: h2 } }", any.hello(ech), false),
                arguments("{ hello: { ja4: " + JA4 + " } }", any, true),
                arguments("{ hello: { ja4: t13d1516h2_8daaf6152771_e5627efa2ab2 } }", any, false),
                arguments("{ hello: { fault: not-tls } }", any.fault(HelloFault.NOT_TLS), true),
                arguments("{ hello: { fault: not-tls } }", any.fault(HelloFault.ABSENT), false),
                arguments("{ hello: { fault: not-tls } }", any.noServerName(), false),
                arguments(
                        "{ hello: { fault: [too-slow, too-large] } }",
                        any.fault(HelloFault.TOO_LARGE),
                        true),
                arguments("{ hello: { alpn: h2, no-sni: true } }", any, false),
                arguments("{ hello: { alpn: h2, no-sni: true } }", any.noServerName(), true),
                // joins
                arguments("{ host: www.example, site: hq }", any, true),
                arguments("{ host: www.example, site: lab }", any, false),
                arguments("{ any: [ { site: lab }, { port: 443 } ] }", any, true),
                arguments("{ any: [ { site: lab }, { port: 80 } ] }", any, false),
                arguments("{ all: [ { site: hq }, { port: 443 } ] }", any, true),
                arguments("{ all: [ { site: hq }, { port: 80 } ] }", any, false),
                arguments("{ not: { site: hq, port: 80 } }", any, true),
                arguments("{ not: { any: [ { site: hq }, { port: 80 } ] } }", any, false),
                arguments("{ not: { not: { site: hq } } }", any, true),
                // time: facts are of Monday, 2026-11-23, 10:30 UTC
                arguments("{ time: { days: mon, zone: UTC } }", any, true),
                arguments("{ time: { days: sat-mon, zone: UTC } }", any, true),
                arguments("{ time: { days: [tue-sun], zone: UTC } }", any, false),
                arguments("{ time: { from: '10:30', to: '10:31', zone: UTC } }", any, true),
                arguments("{ time: { from: '10:00', to: '10:30', zone: UTC } }", any, false),
                arguments(
                        "{ time: { from: '11:30', to: '12:00', zone: Europe/Berlin } }", any, true),
                arguments("{ time: { from: '10:00', to: '24:00', zone: UTC } }", any, true),
                arguments(
                        "{ time: [ { days: sun, zone: UTC }, { days: mon, zone: UTC } ] }",
                        any,
                        true));
    }

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @MethodSource("conditions")
    void a_condition_holds_for_these_facts(String when, Facts facts, boolean holds) {
        Policy policy =
                Documents.compiled(
                        Documents.source(
                                """
                                policy: p
                                rules:
                                  - { name: condition, when: %s, then: block }
                                  - { name: default, then: inspect }
                                lists:
                                  health: { file: lists/health.txt }
                                  bad: { file: lists/bad.txt }
                                """
                                        .formatted(when),
                                Map.of(
                                        "lists/health.txt",
                                        """
                                        # Health services
                                        clinic.example      # exact
                                        \r
                                        *.hospital.example\r
                                        """,
                                        "lists/bad.txt",
                                        "evil.example")));

        RuleName decided = policy.decide(facts.connection()).rule();

        assertThat(decided.value()).isEqualTo(holds ? "condition" : "default");
    }

    @Test
    void the_first_rule_that_matches_decides_and_says_all_it_has_to_say() {
        Policy policy =
                Documents.compiled(
                        """
                        policy: p
                        rules:
                          - { name: one, when: { host: b.example }, then: splice }
                          - name: two
                            when: { host: .a.example }
                            then: block
                            label: "Not from here"
                            because: "It is not good for us."
                          - { name: three, when: { host: a.example }, then: splice }
                          - { name: default, then: inspect }
                        """);

        assertThat(policy.decide(Facts.to("a.example").connection()))
                .isEqualTo(
                        new Decision(
                                new RuleName("two"),
                                Action.BLOCK,
                                Outcomes.unstated(),
                                Revocation.SOFT,
                                0,
                                Optional.of("Not from here"),
                                Optional.of("It is not good for us.")));
    }

    // checklist 20: when policy demands it
    @ParameterizedTest(name = "scts: {0} is {1}")
    @CsvSource(
            nullValues = "unsaid",
            value = {"0, 0", "2, 2", "8, 8", "unsaid, 0"})
    void a_rule_says_how_many_logs_must_have_promised(@Nullable String written, int scts) {
        Policy policy =
                Documents.compiled(
                        """
                        policy: p
                        rules:
                          - name: default
                            then: inspect
                            %s
                        """
                                .formatted(written == null ? "" : "scts: " + written));

        assertThat(policy.decide(Facts.to("a.example").connection()).scts()).isEqualTo(scts);
    }

    // checklist 18: configured, by rule
    @ParameterizedTest(name = "revocation: {0} is {1}")
    @CsvSource(
            nullValues = "unsaid",
            value = {"off, OFF", "soft, SOFT", "hard, HARD", "unsaid, SOFT"})
    void a_rule_says_how_much_it_wants_to_know_about_revocation(
            @Nullable String written, Revocation revocation) {
        Policy policy =
                Documents.compiled(
                        """
                        policy: p
                        rules:
                          - name: default
                            then: inspect
                            %s
                        """
                                .formatted(written == null ? "" : "revocation: " + written));

        assertThat(policy.decide(Facts.to("a.example").connection()).revocation())
                .isEqualTo(revocation);
    }

    @Test
    void a_policy_says_which_rules_it_has() {
        Policy policy =
                Documents.compiled(
                        """
                        policy: corporate
                        rules:
                          - { name: one, when: { host: a.example }, then: splice }
                          - { name: default, then: inspect }
                        http:
                          - { name: chat, when: { url: chat.example/* }, then: block }
                        """);

        assertThat(policy.name()).isEqualTo("corporate");
        assertThat(policy.ruleNames())
                .extracting(RuleName::value)
                .containsExactly("one", "default");
        assertThat(policy.http().ruleNames()).extracting(RuleName::value).containsExactly("chat");
    }
}
