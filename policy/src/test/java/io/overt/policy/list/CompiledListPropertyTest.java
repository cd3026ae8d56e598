package io.overt.policy.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.overt.policy.HostName;
import io.overt.policy.HostPattern;
import io.overt.policy.list.CompiledList.Opening;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled form against asking every pattern, and against whoever writes files. */
final class CompiledListPropertyTest {
    private static final List<HostPattern.Reach> REACHES = List.of(HostPattern.Reach.values());

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void a_list_says_what_its_patterns_say(long seed) {
        Random random = new Random(seed);
        List<HostPattern> patterns = patterns(random, random.nextInt(400));
        CompiledList list = opened(compiled(patterns, 16));

        for (int i = 0; i < 5_000; i++) {
            HostName name = name(random);
            assertThat(list.contains(name))
                    .as("seed %d, %s", seed, name)
                    .isEqualTo(patterns.stream().anyMatch(pattern -> pattern.matches(name)));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void a_long_list_of_many_pages_says_what_was_put_in(long seed) {
        Random random = new Random(seed);
        ListCompiler compiler = new ListCompiler(Arena.ofAuto(), 3_000);
        for (int i = 0; i < 20_000; i++) {
            compiler.add(HostPattern.parse("a" + i + "." + (i % 97) + ".example").orElseThrow());
        }
        CompiledList list = opened(compiler.compile().file());

        assertThat(list.pages()).isGreaterThan(20);
        for (int n = 0; n < 20_000; n++) {
            int i = random.nextInt(40_000);
            assertThat(list.contains(new HostName("a" + i + "." + (i % 97) + ".example")))
                    .isEqualTo(i < 20_000);
        }
        assertThat(list.contains(new HostName("example"))).isFalse();
        assertThat(list.contains(new HostName("zz"))).isFalse();
        assertThat(list.contains(new HostName("a"))).isFalse();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void equal_sets_have_equal_bytes_in_whatever_order_they_come(long seed) {
        Random random = new Random(seed);
        List<HostPattern> patterns = patterns(random, 3_000);
        byte[] once = bytes(compiled(patterns, 100));
        List<HostPattern> again = new ArrayList<>(patterns);
        again.addAll(patterns.subList(0, 500));
        Collections.shuffle(again, random);

        assertThat(bytes(compiled(again, 1_000_000))).isEqualTo(once);
    }

    @Test
    void what_a_name_above_says_already_is_left_out() {
        List<HostPattern> patterns =
                List.of(
                        pattern("*.a.example"),
                        pattern("a.example"),
                        pattern("x.a.example"),
                        pattern(".y.x.a.example"),
                        pattern("a-b.example"),
                        pattern("ab.example"));
        List<String> kept = new ArrayList<>();
        opened(compiled(patterns, 3)).forEach(kept::add);

        assertThat(kept).containsExactly(".a.example", "a-b.example", "ab.example");
    }

    @Test
    void the_longest_name_and_the_shortest_are_kept_and_found() {
        String label = "a".repeat(63);
        HostName longest = new HostName(String.join(".", label, label, label, "b".repeat(61)));
        CompiledList list =
                opened(
                        compiled(
                                List.of(
                                        new HostPattern(HostPattern.Reach.EXACT, longest),
                                        pattern("z")),
                                8));

        assertThat(list.contains(longest)).isTrue();
        assertThat(list.contains(new HostName("z"))).isTrue();
        assertThat(list.contains(new HostName(longest.value().substring(1)))).isFalse();
    }

    @Test
    void an_empty_list_holds_nothing_and_is_a_list() {
        CompiledList list = opened(compiled(List.of(), 8));

        assertThat(list.size()).isZero();
        assertThat(list.contains(new HostName("a.example"))).isFalse();
    }

    @Test
    void a_page_fills_up_however_long_its_names_are() {
        String label = "x".repeat(63);
        List<HostPattern> patterns = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            patterns.add(
                    pattern("a" + Integer.reverse(i) + "." + label + "." + label + "." + label));
        }
        CompiledList list = opened(compiled(patterns, 256));

        assertThat(patterns)
                .allSatisfy(pattern -> assertThat(list.contains(pattern.base())).isTrue());
    }

    // Whatever of a file is changed, it is no list any more: there is one form of a set, and its
    // digest is in the signed manifest.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void a_damaged_file_is_refused_and_never_fails_otherwise(long seed) {
        Random random = new Random(seed);
        byte[] good = bytes(compiled(patterns(random, 500), 100));
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = damaged(good, random);
            switch (CompiledList.open(MemorySegment.ofArray(bad))) {
                case Opening.Damaged(String why) -> assertThat(why).isNotBlank();
                case Opening.Opened(CompiledList list) -> {
                    // Another list, and a whole one: its own compilation gives its bytes.
                    List<HostPattern> names = new ArrayList<>();
                    list.forEach(text -> names.add(pattern(text)));
                    assertThat(bytes(compiled(names, 100))).isEqualTo(bad);
                }
            }
        }
    }

    @Test
    void noise_is_refused() {
        Random random = new Random(9);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(600)];
            random.nextBytes(noise);
            if (noise.length >= 8 && i % 2 == 0) {
                MemorySegment.ofArray(noise).set(Layout.LONG, 0, Layout.MAGIC);
            }
            assertThatNoException()
                    .isThrownBy(
                            () ->
                                    assertThat(CompiledList.open(MemorySegment.ofArray(noise)))
                                            .isInstanceOf(Opening.Damaged.class));
        }
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bad = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
            case 2 -> bad = java.util.Arrays.copyOf(bad, bad.length + 1 + random.nextInt(40));
            default -> {
                int from = random.nextInt(bad.length);
                int to = random.nextInt(bad.length);
                int size = Math.min(random.nextInt(20), bad.length - Math.max(from, to));
                System.arraycopy(good, from, bad, to, size);
            }
        }
        return bad;
    }

    private static List<HostPattern> patterns(Random random, int count) {
        List<HostPattern> patterns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            patterns.add(new HostPattern(REACHES.get(random.nextInt(3)), name(random)));
        }
        return patterns;
    }

    // Few labels of few letters, so that names meet, nest and nearly meet.
    private static HostName name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int labels = 1 + random.nextInt(6); labels > 0; labels--) {
            name.append(name.isEmpty() ? "" : ".");
            for (int letters = 1 + random.nextInt(2); letters > 0; letters--) {
                name.append("ab-_z".charAt(random.nextInt(5)));
            }
        }
        return new HostName(name.toString());
    }

    static MemorySegment compiled(List<HostPattern> patterns, int chunkNames) {
        ListCompiler compiler = new ListCompiler(Arena.ofAuto(), chunkNames);
        patterns.forEach(compiler::add);
        return compiler.compile().file();
    }

    static CompiledList opened(MemorySegment file) {
        return switch (CompiledList.open(file)) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }

    private static byte[] bytes(MemorySegment file) {
        return file.toArray(ValueLayout.JAVA_BYTE);
    }

    private static HostPattern pattern(String text) {
        return HostPattern.parse(text).orElseThrow();
    }
}
