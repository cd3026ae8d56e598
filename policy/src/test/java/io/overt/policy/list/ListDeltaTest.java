package io.overt.policy.list;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.policy.HostName;
import io.overt.policy.HostPattern;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListTree.Digest;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what changed is sent, and what comes of it is the whole new list or nothing. */
final class ListDeltaTest {
    private static final int NAMES = 60_000;

    private final List<HostPattern> names = names(NAMES);
    private final CompiledList before = list(names);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void one_name_more_is_few_pieces_and_leads_to_the_new_list(long seed) {
        Random random = new Random(seed);
        HostPattern added =
                HostPattern.parse("added-" + random.nextInt(1000) + ".x7.example").orElseThrow();
        List<HostPattern> more = new ArrayList<>(names);
        more.add(random.nextInt(NAMES), added);
        CompiledList after = list(more);

        ListDelta delta = ListDelta.between(Optional.of(before), after);

        assertThat(delta.octets()).isLessThan(100_000).isLessThan(after.octets() / 4);
        assertThat(delta.pieces()).hasSizeLessThan(12);
        CompiledList made = opened(apply(Optional.of(before), delta.id(), delta.pieces()));
        assertThat(made.tree().id()).isEqualTo(after.tree().id());
        assertThat(made.contains(added.base())).isTrue();
        assertThat(before.contains(added.base())).isFalse();
    }

    @Test
    void who_has_nothing_gets_the_whole_list() {
        ListDelta delta = ListDelta.between(Optional.empty(), before);

        assertThat(opened(apply(Optional.empty(), delta.id(), delta.pieces())).size())
                .isEqualTo(NAMES);
        assertThat(delta.octets()).isBetween(before.octets(), before.octets() * 11 / 10);
    }

    @Test
    void who_has_the_list_lacks_nothing_but_its_root() {
        assertThat(ListDelta.between(Optional.of(before), before).pieces())
                .containsOnlyKeys(before.tree().id());
    }

    @Test
    void a_removed_name_is_gone() {
        CompiledList after = list(names.subList(1, NAMES));
        ListDelta delta = ListDelta.between(Optional.of(before), after);
        CompiledList made = opened(apply(Optional.of(before), delta.id(), delta.pieces()));

        assertThat(before.contains(names.getFirst().base())).isTrue();
        assertThat(made.contains(names.getFirst().base())).isFalse();
        assertThat(made.contains(names.get(1).base())).isTrue();
    }

    @Test
    void without_one_of_its_pieces_or_with_another_in_its_place_there_is_no_list() {
        CompiledList after = list(names.subList(500, NAMES));
        ListDelta delta = ListDelta.between(Optional.of(before), after);
        for (Digest piece : delta.pieces().keySet()) {
            Map<Digest, byte[]> without = new HashMap<>(delta.pieces());
            byte[] octets = without.remove(piece);
            assertThat(apply(Optional.of(before), delta.id(), without))
                    .isInstanceOf(Opening.Damaged.class);

            byte[] other = octets.clone();
            other[other.length / 2] ^= 1;
            without.put(piece, other);
            assertThat(apply(Optional.of(before), delta.id(), without))
                    .isInstanceOf(Opening.Damaged.class);
        }
    }

    @Test
    void a_root_that_was_made_up_leads_nowhere() {
        byte[] root = before.tree().root();
        root[Layout.NAMES_AT + 7] ^= 1;
        Digest id = Digest.of(root);

        assertThat(apply(Optional.of(before), id, Map.of(id, root)))
                .isEqualTo(
                        new Opening.Damaged(
                                "its header does not fit its "
                                        + NAMES
                                        + " names in "
                                        + before.pages()
                                        + " pages"));
    }

    @Test
    void equal_sets_have_one_name_and_others_another() {
        List<HostPattern> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new Random(4));

        assertThat(list(shuffled).tree().id()).isEqualTo(before.tree().id());
        assertThat(list(names.subList(1, NAMES)).tree().id()).isNotEqualTo(before.tree().id());
        assertThat(before.contains(new HostName("n5.x5.example"))).isTrue();
    }

    private static Opening apply(
            Optional<CompiledList> held, Digest id, Map<Digest, byte[]> pieces) {
        return ListDelta.apply(held, id, pieces, Arena.ofAuto());
    }

    private static List<HostPattern> names(int count) {
        List<HostPattern> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(HostPattern.parse("n" + i + ".x" + i % 11 + ".example").orElseThrow());
        }
        return names;
    }

    private static CompiledList list(List<HostPattern> names) {
        return CompiledListPropertyTest.opened(CompiledListPropertyTest.compiled(names, 1 << 16));
    }

    private static CompiledList opened(Opening opening) {
        return switch (opening) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }
}
