package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.NoteSignature;
import io.overt.x509.tlog.TreeHead;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a witness makes of a log that goes on as logs do, and of time. */
class LogWitnessTest {
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
    void each_head_that_continues_the_last_is_cosigned() throws Exception {
        for (int more : new int[] {1, 1, 5, 248, 1, 1, 255, 300, 3}) {
            one.log.append("entry", more);
            assertThat(one.look()).as("at %s", one.log.head()).isEqualTo(LogState.CONSISTENT);
            assertThat(one.vouched()).hasValue(one.log.head());
        }
        var published = one.witness.published();
        one.restart();
        assertThat(one.witness.published()).as("after a restart").isEqualTo(published);
    }

    @EachStore
    void a_log_without_an_entry_has_a_head_too() throws Exception {
        one.log.append("none", 0);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        assertThat(one.vouched()).hasValue(TreeHead.EMPTY);
        one.log.append("entry", 2);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        assertThat(one.vouched()).hasValue(one.log.head());
    }

    @EachStore
    void a_first_head_without_its_tiles_is_not_cosigned() throws Exception {
        one.log.append("entry", 300);
        one.server.behave(LogServer.serving(Map.of("checkpoint", one.log.note().encoded())));
        assertThat(one.look()).isEqualTo(LogState.MALFORMED);
        assertThat(one.witness.published()).isEmpty();
    }

    @EachStore
    void a_log_that_does_not_grow_is_stale_and_one_that_grows_again_is_not() throws Exception {
        one.log.append("entry", 3);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        one.now = one.now.plus(WitnessOfOneLog.STALE_AFTER);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        one.now = one.now.plusSeconds(1);
        assertThat(one.look()).isEqualTo(LogState.STALE);
        one.restart();
        assertThat(one.look())
                .as("a restart of the witness forgives nothing")
                .isEqualTo(LogState.STALE);
        one.log.append("entry", 1);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
    }

    @EachStore
    void a_head_that_stays_is_cosigned_anew_each_minute() throws Exception {
        one.log.append("entry", 3);
        one.look();
        Instant first = cosignedAt();
        assertThat(first).isEqualTo(Instant.parse("2026-11-28T08:00:00Z"));
        one.now = one.now.plusSeconds(59);
        one.look();
        assertThat(cosignedAt()).isEqualTo(first);
        one.now = one.now.plusSeconds(1);
        one.look();
        assertThat(cosignedAt()).isEqualTo(first.plusSeconds(60));
    }

    private Instant cosignedAt() throws Exception {
        return Cosignature.time(one.witness.published().orElseThrow(), one.key.verifier());
    }

    @EachStore
    void nothing_is_cosigned_at_an_earlier_time_than_before() throws Exception {
        one.log.append("entry", 3);
        one.look();
        TreeHead before = one.log.head();
        one.log.append("entry", 3);
        one.now = one.now.minusSeconds(1);
        assertThat(one.witness.look())
                .isInstanceOfSatisfying(
                        Judgement.Held.class, held -> assertThat(held.why()).contains("the clock"));
        assertThat(one.vouched()).hasValue(before);
        one.now = one.now.plusSeconds(1);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        assertThat(one.vouched()).hasValue(one.log.head());
    }

    @EachStore
    void signatures_of_others_on_a_checkpoint_are_not_handed_on() throws Exception {
        one.log.append("entry", 2);
        NoteSignature foreign = new NoteSignature("stranger.example", 7, new byte[64]);
        one.server.behave(one.checkpoint(one.log.note().with(foreign).encoded()));
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        assertThat(one.witness.published().orElseThrow().signatures()).hasSize(2);
    }
}
