package io.overt.signer.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Ceremony;
import io.overt.proto.log.v1.Entry;
import io.overt.service.approval.Approvers;
import io.overt.signer.ceremony.CeremonyRecord;
import io.overt.signer.ceremony.Transcripts;
import io.overt.signer.log.CeremonyDemands;
import io.overt.signer.log.CeremonyDemands.Issuers;
import io.overt.signer.log.CeremonyEntry;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.log.LogCheck;
import io.overt.signer.monitor.LogMonitor.Look;
import io.overt.testkit.pki.TwoApprovers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ceremonies in a log, and what must not be of them, as verify and monitor see it. */
class MonitoredCeremoniesTest {

    private static final List<String> BOTH = List.of("alice", "bob");

    @TempDir Path directory;
    private MonitoredLog world;
    private TwoApprovers people;
    private Transcripts transcripts;

    @BeforeEach
    void open() throws Exception {
        world = new MonitoredLog(directory);
        people = new TwoApprovers(directory);
        transcripts = new Transcripts(people, directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void an_issuer_that_a_ceremony_made_is_told_from_one_that_none_did() throws Exception {
        world.demands =
                new CeremonyDemands(
                        Optional.of(Approvers.read(people.file())), Issuers.OF_CEREMONIES);
        CeremonyRecord made =
                read(
                        transcripts.issuing(
                                "Issuing", world.issuances.issuer().ca().fingerprint().hex()));
        world.log.log().ceremony(made, BOTH);
        world.log.log().ceremony(made, BOTH);
        world.log.log().standing(List.of(world.issuances.issuer()));
        Look good = world.look();
        assertThat(good.findings()).isEmpty();
        assertThat(world.entries())
                .as("noted once")
                .filteredOn(each -> each.getKindCase() == Entry.KindCase.CEREMONY)
                .hasSize(1);

        // What came before the monitor's state is known to the run after it.
        Path file = directory.resolve("monitor.state");
        good.state().write(file);
        MonitorState known = MonitorState.read(file, world.log.key().name());
        assertThat(known).isEqualTo(good.state());
        world.issuances.issue(world.log.log(), 0);
        assertThat(world.look(known).findings()).isEmpty();
    }

    @Test
    void an_issuer_of_no_ceremony_is_a_finding_for_who_asks_and_for_nobody_else() throws Exception {
        world.log.log().standing(List.of(world.issuances.issuer()));
        world.log.log().ceremony(read(transcripts.issuing("Late", "a".repeat(64))), BOTH);
        assertThat(world.look().findings()).isEmpty();

        world.demands = new CeremonyDemands(Optional.empty(), Issuers.OF_CEREMONIES);
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.NO_CEREMONY);
        assertThat(look.findings().getFirst().what())
                .contains(world.issuances.issuer().ca().fingerprint().hex());
    }

    @Test
    void a_plan_that_was_carried_out_twice_or_told_of_twice_is_a_finding() throws Exception {
        CeremonyRecord first = read(transcripts.issuing("One", "a".repeat(64)));
        world.log.log().ceremony(first, BOTH);
        world.store.append(entry(CeremonyEntry.of(first, BOTH)));
        world.log.log().ceremony(read(transcripts.issuing("One", "d".repeat(64))), BOTH);
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.CEREMONY, Kind.CEREMONY);
        assertThat(look.findings().get(0).what()).startsWith("a ceremony that an entry before");
        assertThat(look.findings().get(1).what()).contains("was carried out before");
        assertThat(LogCheck.of(world.log.folder(), world.log.key(), Optional.empty()).findings())
                .isEqualTo(look.findings());
    }

    @Test
    void what_stands_beside_a_transcript_is_what_it_says() throws Exception {
        Ceremony good = CeremonyEntry.of(read(transcripts.issuing("One", "a".repeat(64))), BOTH);
        ByteString other = ByteString.copyFrom(new byte[32]);
        for (Ceremony bad :
                List.of(
                        good.toBuilder().setPlanSha256(other).build(),
                        good.toBuilder().setTranscriptSha256(other).build(),
                        good.toBuilder().setAct("root").build(),
                        good.toBuilder().setCertificatesSha256(0, other).build(),
                        good.toBuilder().clearKeysSha256().build(),
                        good.toBuilder().clearDone().build(),
                        good.toBuilder().clearApprovers().addApprovers("alice").build(),
                        good.toBuilder().addApprovers("bob").build(),
                        good.toBuilder()
                                .setTranscript(good.getTranscript().substring(1))
                                .build())) {
            try (MonitoredLog own = new MonitoredLog(Files.createTempDirectory(directory, "log"))) {
                own.store.append(entry(bad));
                assertThat(MonitoredLog.kinds(own.look())).containsExactly(Kind.CEREMONY);
            }
        }
    }

    @Test
    void approvals_are_verified_again_by_the_readers_own_approvers() throws Exception {
        world.log.log().ceremony(read(transcripts.issuing("One", "a".repeat(64))), BOTH);
        // The signer wrote that both approved; the transcript has one of them.
        world.log
                .log()
                .ceremony(read(transcripts.issuing("Two", "a".repeat(64), List.of("alice"))), BOTH);
        assertThat(world.look().findings()).isEmpty();

        world.demands =
                new CeremonyDemands(Optional.of(Approvers.read(people.file())), Issuers.ANY);
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.CEREMONY);
        assertThat(look.findings().getFirst().what())
                .contains("approved by alice (expected: 2 different people)");
    }

    private static byte[] entry(Ceremony ceremony) {
        return Entry.newBuilder().setCeremony(ceremony).build().toByteArray();
    }

    private static CeremonyRecord read(String transcript) throws Exception {
        return CeremonyRecord.read(transcript.getBytes(StandardCharsets.UTF_8));
    }
}
