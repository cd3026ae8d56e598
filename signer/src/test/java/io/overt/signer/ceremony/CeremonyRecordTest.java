package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.NotApproved;
import io.overt.testkit.pki.TwoApprovers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a transcript says to whoever was not there. */
class CeremonyRecordTest {

    private static final String CERTIFICATE = "a".repeat(64);

    @TempDir Path folder;
    private TwoApprovers people;
    private Transcripts transcripts;

    @BeforeEach
    void people() throws Exception {
        people = new TwoApprovers(folder);
        transcripts = new Transcripts(people, folder);
    }

    @Test
    void it_says_what_was_done_by_whose_word_and_what_came_out() throws Exception {
        CeremonyRecord record = read(transcripts.issuing("One", CERTIFICATE));

        assertThat(record.act()).isEqualTo("issuing-certificate");
        assertThat(record.done()).isEqualTo(Instant.parse("2026-11-28T08:00:00Z"));
        assertThat(record.certificates()).containsExactly(CERTIFICATE);
        assertThat(record.keys()).containsExactly("b".repeat(64));
        assertThat(record.outputs()).containsExactly("c".repeat(64));
        assertThat(((ApprovedDocument) record.approval(Approvers.read(people.file()))).approvedBy())
                .extracting(Approver::name)
                .containsExactly("alice", "bob");
    }

    @Test
    void it_is_worth_no_more_than_the_approvals_in_it() throws Exception {
        Approvers approvers = Approvers.read(people.file());
        CeremonyRecord byOne = read(transcripts.issuing("One", CERTIFICATE, List.of("alice")));
        assertThat(((NotApproved) byOne.approval(approvers)).message())
                .contains("approved by alice (expected: 2 different people)");

        String whole = transcripts.issuing("Two", CERTIFICATE);
        String other = transcripts.issuing("Two, altered", CERTIFICATE);
        String borrowed =
                other.lines().findFirst().orElseThrow() + whole.substring(whole.indexOf('\n'));
        assertThat(((NotApproved) read(borrowed).approval(approvers)).message())
                .contains("approved by nobody")
                .contains("does not verify with the key of alice");
    }

    @Test
    void what_is_no_transcript_of_a_ceremony_that_was_held_is_refused_with_its_reason()
            throws Exception {
        String whole = transcripts.issuing("One", CERTIFICATE);
        assertNone("", "cut off");
        assertNone("{}\n", "step '' has no text 'step'");
        assertNone(transcripts.dryRun("Two"), "mode 'dry-run' (expected: run)");
        assertNone(whole.substring(0, whole.length() - 1), "its last line is cut off");
        assertNone(
                whole.substring(0, whole.lastIndexOf("{\"step\":\"done\"")),
                "step 'certificate-made' (expected: done)");
        assertNone(whole.replace("title: One", "title: Two"), "that of the plan in it");
        assertNone(
                whole.replaceAll("\"approval\":", "\"ignored\":"), "no approval of 'alice' in it");
        assertNone(
                whole.replace("\"sha256\":\"" + CERTIFICATE, "\"sha256\":\"Z" + CERTIFICATE),
                "(expected: a SHA-256, 64 hexadecimal digits)");
        assertNone(
                whole.replace("\"mode\":\"run\"", "\"mode\":\"dry-run\",\"mode\":\"run\""),
                "line 1: member 'mode' twice");
        assertNone(
                whole.replace("{\"step\":\"done\"", "{step:\"done\""), "line 4: not a JSON object");
        assertNone(whole.replace("}\n", "} {}\n"), "line 1: ");
        assertNone(
                whole.replace("\"name\":\"alice\"", "\"name\":\"a\\u0000e\""), "the approval of");
        assertNone(whole.replaceAll("\"time\":\"2026-11-28", "\"time\":\"2026-13-28"), "time: ");
    }

    private static CeremonyRecord read(String transcript) throws Exception {
        return CeremonyRecord.read(transcript.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertNone(String transcript, String said) {
        assertThatThrownBy(() -> read(transcript))
                .isInstanceOf(MalformedTranscriptException.class)
                .hasMessageContaining(said);
    }
}
