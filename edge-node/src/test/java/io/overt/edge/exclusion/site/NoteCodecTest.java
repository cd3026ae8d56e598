package io.overt.edge.exclusion.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.ByteString;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Note;
import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Credit;
import io.overt.edge.exclusion.Note.Refusals;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Subject;
import io.overt.edge.exclusion.Terms;
import io.overt.proto.site.v1.ExclusionNote;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoteCodecTest {
    private static final Instant FIRST = Instant.parse("2026-11-22T10:00:00.000000001Z");
    private static final Instant LAST = FIRST.plusSeconds(90);
    private static final Client V4 = client("192.0.2.7");
    private static final Client V6 = client("2001:db8::7");
    private static final String HOST = "api.bank.example";

    static List<Note> notes() {
        return List.of(
                refusals(Subject.of(HOST, V4)),
                refusals(Subject.of("2001:db8:0:0:0:0:0:1", V6)),
                new Acceptance("b/02", Subject.of(HOST, V6), LAST),
                new Acceptance("b/02", Subject.everybody(HOST), LAST),
                verdict(Word.FORGOTTEN, Optional.empty()),
                verdict(
                        Word.CONFIRMED,
                        Optional.of(new Seen(RefusalKind.SILENT_CLOSE, 4, FIRST, LAST))));
    }

    @ParameterizedTest
    @MethodSource("notes")
    void a_note_comes_back_as_it_was(Note note) {
        assertThat(NoteCodec.decode(NoteCodec.encode(note).toByteString())).contains(note);
    }

    @Test
    void every_note_lies_under_a_key_of_its_own() {
        var keys = new HashSet<ByteString>();
        for (var note : notes()) {
            keys.add(ByteString.copyFrom(NoteCodec.key(note)));
        }
        // The two verdicts are on one subject: the later is to take the place of the earlier.
        assertThat(keys).hasSize(notes().size() - 1);
    }

    @ParameterizedTest
    @MethodSource("notes")
    void whatever_is_changed_in_it_is_ignored_or_another_note_and_never_an_exception(Note note) {
        var sound = NoteCodec.encode(note).toByteArray();
        for (var at = 0; at < sound.length; at++) {
            for (var mask = 1; mask < 256; mask <<= 1) {
                var changed = sound.clone();
                changed[at] ^= (byte) mask;
                assertSound(changed);
            }
            assertSound(Arrays.copyOf(sound, at));
        }
    }

    @Test
    void random_bytes_are_ignored_or_a_note_and_never_an_exception() {
        for (long seed = 0; seed < 5_000; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatCode(() -> assertSound(bytes)).as("seed %d", seed).doesNotThrowAnyException();
        }
    }

    /** Nothing, or a note that goes round. */
    private static void assertSound(byte[] bytes) {
        var note = NoteCodec.decode(ByteString.copyFrom(bytes));
        note.ifPresent(
                each ->
                        assertThat(NoteCodec.decode(NoteCodec.encode(each).toByteString()))
                                .isEqualTo(note));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "API.bank.example", "*.bank.example", "api.bank.example.", "a b"})
    void a_host_that_no_connection_can_have_is_ignored(String host) {
        var message = NoteCodec.encode(notes().getFirst()).toBuilder().setHost(host).build();
        assertThat(NoteCodec.decode(message)).isEmpty();
    }

    @Test
    void what_a_newer_edge_may_say_is_ignored() {
        assertThat(NoteCodec.decode(ExclusionNote.newBuilder().setHost(HOST).build())).isEmpty();
        var message = NoteCodec.encode(notes().getFirst()).toBuilder();
        message.getRefusalsBuilder().setStrongest("certificate-frowned-at");
        assertThat(NoteCodec.decode(message.build())).isEmpty();
    }

    @Test
    void times_and_terms_out_of_all_bounds_are_ignored() {
        var late = NoteCodec.encode(notes().getFirst()).toBuilder();
        late.getLastBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MAX_VALUE);
        assertThat(NoteCodec.decode(late.build())).isEmpty();
        var long_ = NoteCodec.encode(notes().getFirst()).toBuilder();
        long_.getRefusalsBuilder().getTtlBuilder().setSeconds(Duration.ofDays(366).toSeconds());
        assertThat(NoteCodec.decode(long_.build())).isEmpty();
        var none = NoteCodec.encode(notes().getFirst()).toBuilder();
        none.getRefusalsBuilder().setAfter(0);
        assertThat(NoteCodec.decode(none.build())).isEmpty();
    }

    private static Refusals refusals(Subject subject) {
        return new Refusals(
                "a/01",
                subject,
                17,
                18,
                3,
                RefusalKind.ALERT,
                FIRST,
                LAST,
                Credit.TAKES_OTHERS,
                new Terms(3, Duration.ofHours(12), 5));
    }

    private static Verdict verdict(Word word, Optional<Seen> seen) {
        return new Verdict(
                "a/01", Subject.of(HOST, V4), LAST, word, "overt://hq/operator/ann", seen);
    }

    private static Client client(String address) {
        return Client.of(InetAddress.ofLiteral(address));
    }
}
