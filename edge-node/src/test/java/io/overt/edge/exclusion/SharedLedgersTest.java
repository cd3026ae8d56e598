package io.overt.edge.exclusion;

import static io.overt.edge.exclusion.RefusalKind.ALERT;
import static io.overt.edge.exclusion.Story.HOST;
import static io.overt.edge.exclusion.Story.client;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.exclusion.Note.Refusals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ledgers of one site whose notes reach each other, in whatever order and however often. */
class SharedLedgersTest {
    private final Story a = new Story("a", Bounds.DEFAULT);
    private final Story b = new Story("b", Bounds.DEFAULT);
    private final Client ann = client(1);
    private static final List<RefusalKind> KINDS = List.of(RefusalKind.values());

    @Test
    void a_refusal_at_one_edge_counts_at_the_other() {
        tell(a.refuses(ann, ALERT), b);
        tell(b.refuses(ann, ALERT), a);
        assertThat(a.excludes(ann) || b.excludes(ann)).isFalse();

        tell(a.refuses(ann, ALERT), b);

        assertThat(a.of(ann)).isEqualTo(b.of(ann)).map(Exclusion::refusals).contains(3);
    }

    @Test
    void an_acceptance_at_one_edge_voids_what_all_have_seen() {
        tell(a.refuses(ann, ALERT), b);
        tell(a.refuses(ann, ALERT), b);
        b.now = a.now;
        tell(b.refuses(ann, ALERT), a);
        a.now = b.now.plusSeconds(1);
        b.now = a.now;
        assertThat(a.excludes(ann)).isTrue();

        var cleared = new ArrayList<>(b.accepts(ann, HOST));
        tell(cleared, a);

        assertThat(a.excludes(ann) || b.excludes(ann)).isFalse();
        assertThat(a.list()).isEmpty();
        assertThat(b.list()).isEmpty();
        a.now = b.now;
        tell(a.refuses(ann, ALERT), b);
        assertThat(b.list()).containsExactly("client " + HOST + " 10.0.0.2 evidence alert 1");
    }

    @Test
    void a_verdict_at_one_edge_holds_at_the_other() {
        tell(a.refuses(ann, ALERT), b);
        a.confirm(Subject.everybody(HOST));
        tell(a.ledger.own(a.now), b);
        assertThat(b.of(client(9))).map(Exclusion::basis).contains(Basis.CONFIRMED);

        b.now = a.now;
        tell(b.forget(Subject.everybody(HOST)), a);

        assertThat(a.list()).isEmpty();
        assertThat(b.list()).isEmpty();
    }

    @Test
    void an_edge_that_comes_back_with_an_old_confirmation_learns_that_it_was_forgotten() {
        a.refuses(ann, ALERT);
        a.confirm(Subject.of(HOST, ann));
        var old = a.ledger.verdicts();
        var forgotten = a.forget(Subject.of(HOST, ann));

        tell(List.copyOf(old), b);
        b.now = a.now;
        tell(forgotten, b);
        tell(List.copyOf(old), b);

        assertThat(b.list()).isEmpty();
    }

    @Test
    void notes_of_a_clock_that_runs_ahead_are_not_taken() {
        a.after(Duration.ofDays(2));
        tell(a.refuses(ann, ALERT), b);
        assertThat(b.list()).isEmpty();
    }

    @Test
    void what_edges_do_ends_alike_at_all_of_them_whatever_order_their_notes_arrive_in() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var edges =
                    List.of(
                            new Story("a", Bounds.DEFAULT),
                            new Story("b", Bounds.DEFAULT),
                            new Story("c", Bounds.DEFAULT));
            var notes = new ArrayList<Note>();
            var now = Story.START;
            for (var i = 0; i < 40; i++) {
                var at = edges.get(random.nextInt(3));
                at.now = now;
                var who = client(random.nextInt(4));
                var host = random.nextBoolean() ? HOST : "other.example";
                notes.addAll(
                        switch (random.nextInt(12)) {
                            case 0 -> at.accepts(who, host);
                            case 1 -> at.forget(Subject.of(host, who));
                            case 2 -> {
                                at.confirm(Subject.of(host, who));
                                yield List.copyOf(at.ledger.verdicts());
                            }
                            default ->
                                    at.refuses(who, host, KINDS.get(random.nextInt(KINDS.size())));
                        });
                now = at.now.plusSeconds(random.nextInt(60));
            }
            for (var edge : edges) {
                edge.now = now;
                var heard = new ArrayList<>(notes);
                heard.addAll(notes.subList(0, notes.size() / 2));
                Collections.shuffle(heard, random);
                tell(heard, edge);
                tell(heard, edge);
            }
            for (var edge : edges) {
                assertThat(edge.list()).as("seed %d", seed).isEqualTo(edges.getFirst().list());
            }
        }
    }

    private static void tell(List<? extends Note> notes, Story to) {
        for (var note : notes) {
            var own = note instanceof Refusals && note.edge().equals(edge(to));
            if (!own) {
                to.ledger.take(note, to.now);
            }
        }
    }

    private static String edge(Story story) {
        return story.ledger.edge();
    }
}
