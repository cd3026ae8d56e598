package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.ForkEvidence;
import io.overt.control.store.WitnessedHead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a witness remembers, and what its store does not let it take back. */
class WitnessStoreTest {
    @TempDir Path folder;
    private WitnessOfOneLog one;

    @BeforeEach
    void start(Database database) throws Exception {
        one = new WitnessOfOneLog(folder, database);
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
    }

    @EachStore
    void of_two_witnesses_on_one_store_one_wins_and_the_other_proves_anew() throws Exception {
        one.log.append("entry", 3);
        one.look();
        WitnessedHead old = one.head();
        one.log.append("entry", 3);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        WitnessedHead won = one.head();

        GrownLog fork = one.log.twin().append("other", 9);
        WitnessedHead late =
                new WitnessedHead(one.log.key().name(), fork.head(), fork.note(), one.now, one.now);
        assertThat(one.store.advance(Optional.of(old), late)).isFalse();
        assertThat(one.store.advance(Optional.empty(), late)).isFalse();
        assertThat(one.head()).isEqualTo(won);
    }

    @EachStore
    void the_store_itself_takes_no_witness_back() throws Exception {
        one.log.append("entry", 3);
        one.look();
        WitnessedHead known = one.head();
        GrownLog other = one.log.twin().append("other", 2);
        for (WitnessedHead back :
                List.of(
                        new WitnessedHead(
                                known.origin(), other.head(), other.note(), one.now, one.now),
                        new WitnessedHead(
                                known.origin(),
                                other.append("other", 1).head(),
                                other.note(),
                                one.now,
                                one.now),
                        new WitnessedHead(
                                known.origin(),
                                known.head(),
                                known.note(),
                                one.now,
                                one.now.minusSeconds(9)))) {
            assertThatThrownBy(() -> one.store.advance(Optional.of(known), back))
                    .hasMessageContaining("a witness never goes back");
        }
        assertThat(one.store.head(known.origin())).hasValue(known);
    }

    @EachStore
    void evidence_is_bounded_and_comes_in_the_order_in_which_it_was_seen() {
        one.log.append("entry", 2);
        var shown = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            GrownLog fork = one.log.twin().append("fork " + i, 2);
            shown.add(fork.note().text());
            one.store.keep(
                    new ForkEvidence(
                            one.log.key().name(),
                            one.now,
                            one.log.note(),
                            fork.note(),
                            fork.head().root(),
                            List.of()));
        }
        assertThat(one.witness.forks())
                .map(fork -> fork.shown().text())
                .isEqualTo(shown.subList(0, 16));
    }
}
