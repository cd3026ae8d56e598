package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random policies, written out as documents and compiled, against an interpreter that goes over the
 * rules as they were drawn.
 */
final class FirstMatchPropertyTest {
    /** A condition as a document writes it, and what it means. */
    private record Drawn(String text, Predicate<ConnectionFacts> meaning) {}

    private record DrawnRule(String name, Drawn when, String then) {}

    private static final List<String> HOSTS =
            List.of(
                    "example",
                    "a.example",
                    "b.example",
                    "x.a.example",
                    "y.x.a.example",
                    "xa.example");
    private static final List<String> SITES = List.of("hq", "lab", "dc");
    private static final List<String> CLIENTS =
            List.of("10.0.0.1", "10.0.128.9", "10.1.0.1", "192.0.2.200", "2001:db8::1");
    private static final List<Integer> PORTS = List.of(80, 443, 8000, 8443);
    private static final List<String> ACTIONS = List.of("inspect", "splice", "block");

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {101, 102, 103, 104, 105, 106, 107, 108, 109, 110})
    void the_first_rule_that_matches_decides(long seed) {
        Random random = new Random(seed);
        for (int policies = 0; policies < 40; policies++) {
            List<HostPattern> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(pattern(random));
            }
            List<DrawnRule> rules = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                rules.add(new DrawnRule("r" + i, condition(random, list, 0), one(ACTIONS, random)));
            }
            String last = one(ACTIONS, random);
            PolicySource source = source(rules, last, list);
            Policy policy = Documents.compiled(source);
            Policy again = Documents.compiled(source);

            for (int i = 0; i < 60; i++) {
                ConnectionFacts facts = facts(random);
                Optional<DrawnRule> expected =
                        rules.stream()
                                .filter(rule -> rule.when().meaning().test(facts))
                                .findFirst();
                Decision decision = policy.decide(facts);

                assertThat(decision.rule().value())
                        .as("seed %d\n%s\n%s", seed, document(rules, last), facts)
                        .isEqualTo(expected.map(DrawnRule::name).orElse("last"));
                assertThat(decision.action().name().toLowerCase(Locale.ROOT))
                        .isEqualTo(expected.map(DrawnRule::then).orElse(last));
                assertThat(again.decide(facts)).isEqualTo(decision);
                explained(policy.explain(facts), decision, rules);
            }
        }
    }

    /** The explanation decides alike, and each of its parts adds up to what it is a part of. */
    private static void explained(
            Explanation explanation, Decision decision, List<DrawnRule> rules) {
        assertThat(explanation.decision()).isEqualTo(decision);
        List<String> names =
                Stream.concat(rules.stream().map(DrawnRule::name), Stream.of("last")).toList();
        assertThat(explanation.rules().stream().map(rule -> rule.rule().value()))
                .containsExactlyElementsOf(
                        names.subList(0, names.indexOf(decision.rule().value()) + 1));
        assertThat(explanation.restsOn(Set.of())).isEmpty();
        for (RuleFinding rule : explanation.rules()) {
            assertThat(rule.matched()).isEqualTo(rule.rule().equals(decision.rule()));
            assertThat(rule.standing(Set.of()))
                    .isEqualTo(rule.matched() ? Finding.Standing.HOLDS : Finding.Standing.FAILS);
            rule.conditions().forEach(FirstMatchPropertyTest::addsUp);
        }
    }

    private static void addsUp(Finding finding) {
        assertThat(finding.standing(Set.of()))
                .isEqualTo(finding.held() ? Finding.Standing.HOLDS : Finding.Standing.FAILS);
        finding.parts().forEach(FirstMatchPropertyTest::addsUp);
    }

    /** What does not count may be anything: what is left of the facts tells the same. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {201, 202, 203})
    void a_decision_that_rests_on_no_unknown_fact_is_the_same_whatever_it_is(long seed) {
        Random random = new Random(seed);
        int open = 0;
        for (int policies = 0; policies < 60; policies++) {
            List<DrawnRule> rules = new ArrayList<>();
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                rules.add(
                        new DrawnRule(
                                "r" + i, condition(random, List.of(), 0), one(ACTIONS, random)));
            }
            Policy policy = Documents.compiled(source(rules, "block", List.of()));
            for (int i = 0; i < 20; i++) {
                ConnectionFacts facts = facts(random);
                Explanation explanation = policy.explain(facts);
                boolean rests = !explanation.restsOn(Set.of(Fact.PORT)).isEmpty();
                open += rests ? 1 : 0;
                for (int port : PORTS) {
                    InetSocketAddress other =
                            new InetSocketAddress(facts.destination().getAddress(), port);
                    Decision decision =
                            policy.decide(new Facts(facts).destination(other).connection());
                    if (!rests) {
                        assertThat(decision)
                                .as("seed %d\n%s\n%s", seed, document(rules, "block"), facts)
                                .isEqualTo(explanation.decision());
                    }
                }
            }
        }
        assertThat(open).isPositive();
    }

    private static PolicySource source(List<DrawnRule> rules, String last, List<HostPattern> list) {
        return Documents.source(
                document(rules, last),
                Map.of(
                        "l.txt",
                        list.stream().map(HostPattern::text).collect(Collectors.joining("\n"))));
    }

    private static String document(List<DrawnRule> rules, String last) {
        StringBuilder document = new StringBuilder("policy: drawn\nrules:\n");
        for (DrawnRule rule : rules) {
            document.append(
                    "  - { name: %s, when: %s, then: %s }\n"
                            .formatted(rule.name(), rule.when().text(), rule.then()));
        }
        return document.append("  - { name: last, then: %s }\n".formatted(last))
                .append("lists: { l: { file: l.txt } }\n")
                .toString();
    }

    private static Drawn condition(Random random, List<HostPattern> list, int depth) {
        return switch (random.nextInt(depth < 3 ? 10 : 6)) {
            case 0 -> hosts(random, list);
            case 1 -> {
                String site = one(SITES, random);
                yield new Drawn("{ site: " + site + " }", f -> f.site().equals(site));
            }
            case 2 -> {
                int from = one(PORTS, random);
                int to = from + random.nextInt(500);
                yield new Drawn(
                        "{ port: " + from + "-" + to + " }",
                        f -> f.destination().getPort() >= from && f.destination().getPort() <= to);
            }
            case 3 -> {
                boolean upper = random.nextBoolean();
                yield new Drawn(
                        "{ client: " + (upper ? "10.0.128.0/17" : "10.0.0.0/17") + " }",
                        f ->
                                f.client().getHostAddress().startsWith("10.0.")
                                        && (Integer.parseInt(
                                                                f.client()
                                                                        .getHostAddress()
                                                                        .split("\\.")[2])
                                                        >= 128)
                                                == upper);
            }
            case 4 -> {
                boolean absent = random.nextBoolean();
                yield new Drawn(
                        "{ hello: { no-sni: " + absent + " } }",
                        f ->
                                f.hello() instanceof HelloFacts.Peeked
                                        && f.serverName().isEmpty() == absent);
            }
            case 5 ->
                    new Drawn(
                            "{ hello: { fault: not-tls } }",
                            f -> f.hello().equals(new HelloFacts.NotPeeked(HelloFault.NOT_TLS)));
            case 6 -> {
                Drawn part = condition(random, list, depth + 1);
                yield new Drawn("{ not: " + part.text() + " }", part.meaning().negate());
            }
            case 7, 8 -> join(random, list, depth, "any");
            default -> join(random, list, depth, "all");
        };
    }

    private static Drawn join(Random random, List<HostPattern> list, int depth, String key) {
        List<Drawn> parts = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            parts.add(condition(random, list, depth + 1));
        }
        String text = parts.stream().map(Drawn::text).collect(Collectors.joining(", "));
        return new Drawn(
                "{ " + key + ": [ " + text + " ] }",
                key.equals("any")
                        ? f -> parts.stream().anyMatch(part -> part.meaning().test(f))
                        : f -> parts.stream().allMatch(part -> part.meaning().test(f)));
    }

    private static Drawn hosts(Random random, List<HostPattern> list) {
        List<HostPattern> patterns = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            patterns.add(pattern(random));
        }
        boolean listed = random.nextBoolean();
        List<HostPattern> all = new ArrayList<>(patterns);
        if (listed) {
            all.addAll(list);
        }
        String text =
                patterns.stream().map(p -> "'" + p.text() + "'").collect(Collectors.joining(", "));
        return new Drawn(
                "{ host: [" + text + "]" + (listed ? ", list: l" : "") + " }",
                f ->
                        f.serverName()
                                .filter(name -> all.stream().anyMatch(p -> p.matches(name)))
                                .isPresent());
    }

    private static HostPattern pattern(Random random) {
        return HostPattern.parse(one(List.of("", "*.", "."), random) + one(HOSTS, random))
                .orElseThrow();
    }

    private static ConnectionFacts facts(Random random) {
        Facts facts =
                Facts.atSite(one(SITES, random))
                        .serverName(one(HOSTS, random))
                        .client(one(CLIENTS, random))
                        .destination("203.0.113.7", one(PORTS, random) + random.nextInt(2));
        return switch (random.nextInt(6)) {
            case 0 -> facts.noServerName().connection();
            case 1 -> facts.fault(HelloFault.NOT_TLS).connection();
            case 2 -> facts.fault(HelloFault.TOO_LARGE).connection();
            default -> facts.connection();
        };
    }

    private static <T> T one(List<T> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
