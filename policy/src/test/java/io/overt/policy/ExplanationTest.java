package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Why a rule decides, and why the ones before it did not. */
final class ExplanationTest {
    private static final Policy POLICY =
            Documents.compiled(
                    Documents.source(
                            """
                            policy: p
                            rules:
                              - name: night
                                when: { host: .example, time: { from: "22:00", to: "06:00", zone: UTC } }
                                then: splice
                              - name: lab
                                when:
                                  any: [ { site: lab, port: 443 }, { client: [10.9.0.0/16, 10.8.0.0/16] } ]
                                  not: { listener: guests }
                                then: block
                              - name: old
                                when: { list: health, hello: { alpn: h2, ech: true } }
                                then: splice
                              - name: alice
                                when: { user: alice }
                                then: inspect
                              - name: default
                                then: inspect
                            http:
                              - name: uploads
                                when: { url: "www.example/up/*", method: [PUT, POST], header: { x-a: "1*", x-b: "2" } }
                                then: block
                              - name: ok
                                when: { url: "*/public/*" }
                                then: pass
                            lists: { health: { file: health.txt } }
                            """,
                            Map.of("health.txt", "www.example\n")));

    @Test
    void each_condition_of_each_rule_that_was_looked_at_is_told_with_what_it_saw() {
        Explanation explanation = POLICY.explain(Facts.to("www.example").connection());

        assertThat(lines(explanation.rules()))
                .containsExactly(
                        "night: no",
                        "  4:13 host .example: www.example: yes",
                        "  4:29 time { from: 22:00, to: 06:00, zone: UTC }: 2026-11-23T10:30:00Z: no",
                        "lab: no",
                        "  8:7 any [{ site: lab, port: 443 }, { client: [10.9.0.0/16, 10.8.0.0/16] }]: : no",
                        "    8:14 all { site: lab, port: 443 }: : no",
                        "      8:27 port 443: 443: yes",
                        "      8:16 site lab: hq: no",
                        "    8:42 client [10.9.0.0/16, 10.8.0.0/16]: 10.1.2.3: no",
                        "  9:7 not { listener: guests }: : yes",
                        "    9:14 listener guests: divert: no",
                        "old: no",
                        "  12:13 list health: www.example: yes",
                        "  12:27 hello { alpn: h2, ech: true }: : no",
                        "    12:46 ech true: absent: no",
                        "    12:36 alpn h2: h2, http/1.1: yes",
                        "alice: no",
                        "  15:13 user alice: no user: no",
                        "default: yes");
        assertThat(explanation.decision().rule().value()).isEqualTo("default");
    }

    @Test
    void a_rule_nearly_matches_when_one_of_its_several_conditions_fails() {
        assertThat(near(Facts.to("www.example").connection()))
                .containsExactly("night: time", "lab: any", "old: ech");
        // What nobody knows may have failed as well.
        assertThat(
                        POLICY.explain(Facts.to("other.test").connection())
                                .rules()
                                .getFirst()
                                .nearly(Set.of(Fact.TIME)))
                .isEmpty();
        // Of two that fail neither is the one; of one alone nothing else held.
        assertThat(near(Facts.to("other.test").listener("guests").connection())).isEmpty();
    }

    @Test
    void rules_below_the_one_that_decides_are_not_looked_at() {
        Explanation explanation =
                POLICY.explain(Facts.to("a.example").at("2026-11-23T23:00:00Z").connection());

        assertThat(explanation.rules()).singleElement().matches(RuleFinding::matched);
    }

    @Test
    void a_fact_that_is_not_known_counts_where_it_would_decide_and_nowhere_else() {
        Set<Fact> all = EnumSet.allOf(Fact.class);
        Explanation day = POLICY.explain(Facts.to("www.example").connection());

        // By night the first rule would have matched.
        assertThat(day.restsOn(EnumSet.of(Fact.TIME))).containsExactly(Fact.TIME);
        assertThat(day.restsOn(all)).containsExactly(Fact.HOST, Fact.TIME);
        // It is another site, so that the port does not matter.
        assertThat(day.restsOn(EnumSet.of(Fact.PORT))).isEmpty();
        assertThat(day.restsOn(EnumSet.of(Fact.SITE))).containsExactly(Fact.SITE);
        assertThat(day.restsOn(EnumSet.of(Fact.ALPN))).isEmpty();
        assertThat(day.restsOn(EnumSet.of(Fact.ECH, Fact.ALPN)))
                .containsExactly(Fact.ALPN, Fact.ECH);
        assertThat(day.restsOn(Set.of())).isEmpty();
        // The listener would veto what would not have matched anyway.
        assertThat(day.restsOn(EnumSet.of(Fact.LISTENER))).isEmpty();

        Explanation elsewhere = POLICY.explain(Facts.to("other.test").connection());
        assertThat(elsewhere.restsOn(EnumSet.of(Fact.TIME, Fact.ECH))).isEmpty();
    }

    @Test
    void a_request_is_explained_by_the_rules_for_requests() {
        HttpExplanation explanation =
                POLICY.http()
                        .explain(
                                Facts.to("www.example")
                                        .request(
                                                "POST",
                                                "www.example",
                                                "/up/x",
                                                "X-A: 12",
                                                "x-b: 3"));

        assertThat(explanation.decision()).isEqualTo(new HttpDecision.Pass(Optional.empty()));
        assertThat(lines(explanation.rules()))
                .containsExactly(
                        "uploads: no",
                        "  21:13 url www.example/up/*: https://www.example:443/up/x: yes",
                        "  21:38 method [PUT, POST]: POST: yes",
                        "  21:69 header x-a 1*: 12: yes",
                        "  21:80 header x-b 2: 3: no",
                        "ok: no",
                        "  24:13 url */public/*: https://www.example:443/up/x: no");
        assertThat(explanation.rules().getFirst().nearly(Set.of()).map(Finding::key))
                .contains("header x-b");
    }

    @Test
    void a_url_that_reads_two_ways_is_told_in_both() {
        HttpExplanation explanation =
                POLICY.http()
                        .explain(
                                Facts.to("www.example")
                                        .request(
                                                "PUT",
                                                "www.example",
                                                "/x/..%2fup/y",
                                                "x-a:1",
                                                "x-b:2"));

        assertThat(lines(explanation.rules()))
                .startsWith(
                        "uploads: yes",
                        "  0:0 read by the standard : https://www.example:443/x/..%2Fup/y: no",
                        "    21:13 url www.example/up/*: https://www.example:443/x/..%2Fup/y: no")
                .contains(
                        "  0:0 read leniently : https://www.example:443/up/y: yes",
                        "    21:13 url www.example/up/*: https://www.example:443/up/y: yes");
    }

    @Test
    void a_request_that_cannot_be_read_has_met_no_rule() {
        assertThat(
                        POLICY.http()
                                .explain(
                                        Facts.to("a.example")
                                                .request("GET", "a.example", "nonsense"))
                                .rules())
                .isEmpty();
    }

    @Test
    void what_is_written_is_shown_on_one_line_however_much_it_is() {
        String hosts = "a.example, ".repeat(50_000) + "b.example";
        Policy policy =
                Documents.compiled(
                        "policy: p\nrules:\n  - { name: all, when: { host: ["
                                + hosts
                                + "] }, then: splice }\n  - { name: default, then: inspect }\n");

        assertThat(
                        policy.explain(Facts.to("c.example").connection())
                                .rules()
                                .getFirst()
                                .conditions())
                .singleElement()
                .satisfies(
                        finding ->
                                assertThat(finding.written())
                                        .hasSize(101)
                                        .startsWith("[a.example, a.example,")
                                        .endsWith("…"));
    }

    private static List<String> near(ConnectionFacts facts) {
        return POLICY.explain(facts).rules().stream()
                .flatMap(
                        rule ->
                                rule.nearly(Set.of()).stream()
                                        .map(finding -> rule.rule() + ": " + finding.key()))
                .toList();
    }

    private static List<String> lines(List<RuleFinding> rules) {
        return rules.stream()
                .flatMap(
                        rule ->
                                Stream.concat(
                                        Stream.of(rule.rule() + ": " + word(rule.matched())),
                                        rule.conditions().stream()
                                                .flatMap(finding -> lines(finding, "  "))))
                .toList();
    }

    private static Stream<String> lines(Finding finding, String indent) {
        return Stream.concat(
                Stream.of(
                        "%s%d:%d %s %s: %s: %s"
                                .formatted(
                                        indent,
                                        finding.line(),
                                        finding.column(),
                                        finding.key(),
                                        finding.written(),
                                        finding.seen(),
                                        word(finding.held()))),
                finding.parts().stream().flatMap(part -> lines(part, indent + "  ")));
    }

    private static String word(boolean held) {
        return held ? "yes" : "no";
    }
}
