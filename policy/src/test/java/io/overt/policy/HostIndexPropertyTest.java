package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index against asking every pattern. */
final class HostIndexPropertyTest {
    private static final List<HostPattern.Reach> REACHES =
            List.of(HostPattern.Reach.EXACT, HostPattern.Reach.BELOW, HostPattern.Reach.SUFFIX);

    private record Entry(int set, HostPattern pattern) {}

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void the_index_says_what_the_patterns_say(long seed) {
        Random random = new Random(seed);
        List<Entry> entries = new ArrayList<>();
        HostIndex.Builder builder = new HostIndex.Builder(random.nextLong());
        for (int i = 0; i < 400; i++) {
            Entry entry =
                    new Entry(
                            random.nextInt(70),
                            new HostPattern(REACHES.get(random.nextInt(3)), name(random)));
            entries.add(entry);
            builder.add(entry.set(), entry.pattern());
        }
        HostIndex index = builder.build();

        for (int i = 0; i < 5_000; i++) {
            HostName name = name(random);
            BitSet expected = new BitSet();
            entries.stream()
                    .filter(entry -> entry.pattern().matches(name))
                    .forEach(entry -> expected.set(entry.set()));
            assertThat(index.setsOf(name)).as("seed %d, %s", seed, name).isEqualTo(expected);
        }
    }

    // Few labels of few letters, so that names meet, nest and nearly meet.
    private static HostName name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int labels = 1 + random.nextInt(5); labels > 0; labels--) {
            name.append(name.isEmpty() ? "" : ".");
            for (int letters = 1 + random.nextInt(2); letters > 0; letters--) {
                name.append((char) ('a' + random.nextInt(3)));
            }
        }
        return new HostName(name.toString());
    }

    @Test
    void nothing_is_in_an_empty_index() {
        assertThat(new HostIndex.Builder(0).build().setsOf(new HostName("a.example")).isEmpty())
                .isTrue();
    }

    @Test
    void the_longest_name_can_be_kept_and_found() {
        String label = "a".repeat(63);
        HostName longest = new HostName(String.join(".", label, label, label, "a".repeat(61)));
        HostIndex.Builder builder = new HostIndex.Builder(7);
        builder.add(3, new HostPattern(HostPattern.Reach.EXACT, longest));

        assertThat(builder.build().setsOf(longest).get(3)).isTrue();
    }

    @Test
    void a_name_that_is_added_again_takes_no_more_room() {
        HostIndex.Builder builder = new HostIndex.Builder(7);
        for (int i = 0; i < 1_000; i++) {
            builder.add(
                    i % 2,
                    HostPattern.parse(i % 3 == 0 ? "a.example" : "*.a.example").orElseThrow());
        }

        assertThat(builder.build().size()).isEqualTo(1);
    }

    // 100,000 names beside 3,000 rules: what is asserted is that every answer is right, not how
    // fast it comes.
    @Test
    void a_large_list_beside_many_rules_answers_right() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            list.append(i % 10 == 0 ? "*." : "")
                    .append("host-")
                    .append(i)
                    .append(".list.example\n");
        }
        StringBuilder document = new StringBuilder("policy: p\nrules:\n");
        for (int i = 0; i < 3_000; i++) {
            document.append("  - { name: r")
                    .append(i)
                    .append(", when: { host: [r")
                    .append(i)
                    .append(".rules.example, host-")
                    .append(i * 20 + 1)
                    .append(".list.example] }, then: splice }\n");
        }
        document.append("  - { name: listed, when: { list: big }, then: block }\n")
                .append(
                        "  - { name: default, then: inspect }\nlists: { big: { file: big.txt } }\n");
        Policy policy =
                Documents.compiled(
                        Documents.source(document.toString(), Map.of("big.txt", list.toString())));

        for (int i = 0; i < 100_000; i++) {
            String below = i % 10 == 0 ? "www." : "";
            String expected =
                    below.isEmpty() && i % 20 == 1 && i / 20 < 3_000 ? "r" + i / 20 : "listed";
            assertThat(rule(policy, below + "host-" + i + ".list.example")).isEqualTo(expected);
        }
        assertThat(rule(policy, "r2999.rules.example")).isEqualTo("r2999");
        assertThat(rule(policy, "host-100000.list.example")).isEqualTo("default");
        assertThat(rule(policy, "www.host-5.list.example")).isEqualTo("default");
    }

    private static String rule(Policy policy, String host) {
        return policy.decide(Facts.to(host).connection()).rule().value();
    }
}
