package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.store.Database;
import io.overt.control.store.WitnessStore;
import io.overt.control.store.WitnessedHead;
import io.overt.control.witness.LogServer.Manner;
import io.overt.service.http.BoundedFetch;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A log, who serves it, and a witness of it that looks when the test says so. */
final class WitnessOfOneLog implements AutoCloseable {
    static final Duration STALE_AFTER = Duration.ofMinutes(3);
    final GrownLog log = new GrownLog("log.example/a");
    final LogServer server;
    final WitnessStore store;
    final WitnessKey key;
    Instant now = Instant.parse("2026-11-28T08:00:00.700Z");
    LogWitness witness;
    private final BoundedFetch http = new BoundedFetch();
    private Duration deadline = Duration.ofSeconds(30);

    /** Begins to serve; the folder is for the witness's key. */
    WitnessOfOneLog(Path folder, Database database) throws Exception {
        store = new WitnessStore(database);
        key = WitnessKey.create(folder.resolve("w.key"), "witness.example/w");
        server = new LogServer(log);
        witness = another();
    }

    /** One that knows what the store knows. */
    private LogWitness another() {
        WatchedLog watched = new WatchedLog(log.key(), server.url());
        return new LogWitness(
                watched,
                new LogSource(http, watched.url(), deadline),
                key,
                store,
                () -> now,
                STALE_AFTER);
    }

    /** As after a restart of the witness. */
    void restart() {
        witness = another();
    }

    /** The same with as much patience for each file as this. */
    void restart(Duration deadline) {
        this.deadline = deadline;
        restart();
    }

    /** Looks, and holds what holds after every look: what is published is signed by both. */
    LogState look() throws Exception {
        Judgement judgement = witness.look();
        if (witness.published().isPresent()) {
            SignedNote note = witness.published().get();
            assertThat(note.verified(List.of(log.key(), key.verifier()))).hasSize(2);
            WitnessedHead head = head();
            assertThat(Checkpoint.verified(note, log.key()).head()).isEqualTo(head.head());
            assertThat(Cosignature.time(note, key.verifier())).isEqualTo(head.cosignedAt());
        }
        assertThat(judgement).isInstanceOf(Judgement.OfLog.class);
        return judgement.ofLog().orElseThrow();
    }

    /** What the store has. */
    WitnessedHead head() {
        return store.head(log.key().name()).orElseThrow();
    }

    /** The same as a tree's, if there is one. */
    Optional<TreeHead> vouched() {
        return store.head(log.key().name()).map(WitnessedHead::head);
    }

    /** The log's files, with another checkpoint. */
    Manner checkpoint(byte[] note) {
        Map<String, byte[]> files = new HashMap<>(log.files());
        files.put("checkpoint", note);
        return LogServer.serving(files);
    }

    @Override
    public void close() throws IOException {
        server.close();
        http.close();
    }
}
