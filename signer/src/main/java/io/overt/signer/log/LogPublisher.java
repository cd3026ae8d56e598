package io.overt.signer.log;

import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Heartbeat;
import io.overt.service.admin.Readiness;
import io.overt.signer.issue.IndexException;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.signer.log.LogMeters.Step;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.NoteSignature;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TreeGrowth;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the log's files from the ledger: tiles, then a signed checkpoint. The order is Sunlight's,
 * and a process may end between any two steps of it: tiles on the disk, checkpoint signed and
 * verified, checkpoint kept in the ledger (the commit point), checkpoint on the disk. What a start
 * finds half-done it does again, with the same bytes.
 *
 * <p>One thread of its own, "signer-log"; the other methods are for any thread. Whoever starts it
 * closes it.
 */
final class LogPublisher implements AutoCloseable {

    private final TransparencyLog.Settings settings;
    private final SigningKey key;
    private final Ledger ledger;
    private final InstantSource clock;
    private final LogMeters meters;
    private final Readiness.Condition readiness;
    private final Thread thread;

    /** Held while the fault changes, so that readiness says the same. */
    private final ReentrantLock lock = new ReentrantLock();

    /** A permit for somebody who cannot wait until the next interval. */
    private final Semaphore wanted = new Semaphore(0);

    private volatile boolean closed;

    /** Why nothing may be signed now; null while all is well. Written under the lock. */
    private volatile @Nullable String fault;

    /** Entries since the last checkpoint, about; a hint for when to make the next. */
    private volatile boolean pending;

    /** {@link System#nanoTime} of the last entry, about. */
    private volatile long appendedAt = System.nanoTime();

    /** Confined to the thread; null after a failure, when it is read from the files again. */
    private @Nullable TreeGrowth growth;

    /** The last checkpoint that was kept; confined to the thread. */
    private Optional<byte[]> last = Optional.empty();

    private TreeHead published = TreeHead.EMPTY; // confined to the thread

    /** {@link System#nanoTime} since when there are unpublished entries; confined to the thread. */
    private OptionalLong behindSince = OptionalLong.empty();

    /** Brings the files up to the ledger, and keeps them there from then on. */
    static LogPublisher start(
            TransparencyLog.Settings settings,
            SigningKey key,
            Ledger ledger,
            InstantSource clock,
            LogMeters meters,
            Readiness.Condition readiness)
            throws IndexException, IOException {
        LogPublisher publisher = new LogPublisher(settings, key, ledger, clock, meters, readiness);
        publisher.recover();
        while (publisher.publishSome()) {}
        publisher.readiness.met();
        publisher.thread.start();
        return publisher;
    }

    private LogPublisher(
            TransparencyLog.Settings settings,
            SigningKey key,
            Ledger ledger,
            InstantSource clock,
            LogMeters meters,
            Readiness.Condition readiness) {
        this.settings = settings;
        this.key = key;
        this.ledger = ledger;
        this.clock = clock;
        this.meters = meters;
        this.readiness = readiness;
        this.thread = Thread.ofPlatform().daemon().name("signer-log").unstarted(this::serve);
    }

    /**
     * Lets nothing be signed while the log cannot be written.
     *
     * @throws IndexException then, with the reason
     */
    void requireWritable() throws IndexException {
        String why = fault;
        if (why != null) {
            throw new IndexException("the transparency log cannot be written: " + why);
        }
    }

    /** There is something to publish. */
    void appended() {
        pending = true;
        appendedAt = System.nanoTime();
    }

    /** A write of an entry failed: nothing is signed until one goes well. */
    void ledgerFailed(IndexException e) {
        meters.failed(Step.LEDGER);
        stop(String.valueOf(e.getMessage()));
    }

    /** Publishes what is there, as far as that goes, and stops. */
    @Override
    public void close() {
        closed = true;
        wanted.release();
        try {
            thread.join(CLOSING);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        boolean going = true;
        while (going) {
            going = awaitNext();
            try {
                attempt();
            } catch (RuntimeException e) {
                // A defect must not leave a log that looks alive: it stops signing, too.
                LOG.error("publishing the log failed by a defect of ours", e);
                failed(Step.FILES, "internal: " + e);
            }
        }
    }

    /** Waits for the next time; false when it is the last one. */
    private boolean awaitNext() {
        try {
            if (!closed && wanted.tryAcquire(settings.interval().toNanos(), TimeUnit.NANOSECONDS)) {
                wanted.drainPermits();
            }
            return !closed;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void attempt() {
        beat();
        if (!pending && fault == null) {
            return;
        }
        pending = false;
        try {
            if (fault != null) {
                ledger.probe();
            }
            if (growth == null) {
                recover();
            }
            while (publishSome()) {}
            recovered();
        } catch (IndexException e) {
            failed(Step.LEDGER, String.valueOf(e.getMessage()));
        } catch (NotSignedException e) {
            pending = true;
            meters.failed(Step.CHECKPOINT);
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("checkpoint not signed");
            // The entries are safe, and a token takes a moment to come back.
            if (System.nanoTime() - behindSince.orElseThrow()
                    > settings.maxUnpublished().toNanos()) {
                stop("no checkpoint: " + e.getMessage());
            }
        } catch (IOException e) {
            failed(Step.FILES, String.valueOf(e.getMessage()));
        }
    }

    /** A log that has nothing to say says so, or nobody could tell it from one that has stopped. */
    private void beat() {
        if (closed
                || fault != null
                || System.nanoTime() - appendedAt < settings.heartbeat().toNanos()) {
            return;
        }
        try {
            ledger.append(
                    Entry.newBuilder()
                            .setAt(TransparencyLog.timestamp(clock.instant()))
                            .setHeartbeat(Heartbeat.getDefaultInstance())
                            .build()
                            .toByteArray());
            appended();
        } catch (IndexException e) {
            ledgerFailed(e);
        }
    }

    private void failed(Step step, String why) {
        growth = null;
        pending = true;
        meters.failed(step);
        stop(why);
    }

    private void stop(String why) {
        lock.lock();
        try {
            if (fault == null) {
                LOG.atError()
                        .addKeyValue("log", settings.folder().root())
                        .addKeyValue("reason", why)
                        .log("the transparency log cannot be written: nothing is signed");
            }
            fault = why;
            readiness.unmet(why);
        } finally {
            lock.unlock();
        }
    }

    private void recovered() {
        lock.lock();
        try {
            if (fault != null) {
                LOG.atInfo()
                        .addKeyValue("log", settings.folder().root())
                        .addKeyValue("entries", published.size())
                        .log("the transparency log can be written again");
            }
            fault = null;
            readiness.met();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds out where the log is. Refuses what is not this ledger's: whoever went on from a ledger
     * or a folder of last week would sign a second history.
     */
    private void recover() throws IndexException, IOException {
        Optional<byte[]> kept = ledger.checkpoint();
        Optional<byte[]> onDisk = settings.folder().checkpoint();
        TreeHead head = kept.isPresent() ? head(kept.get(), "the ledger's") : TreeHead.EMPTY;
        if (onDisk.isPresent()) {
            TreeHead shown = head(onDisk.get(), "the published");
            if (shown.size() > head.size()
                    || (shown.size() == head.size() && !shown.equals(head))) {
                throw new IOException(
                        "%s: its checkpoint of %d entries is not of this store, which is at %d (expected: both from one backup)"
                                .formatted(settings.folder().root(), shown.size(), head.size()));
            }
        }
        if (ledger.size() < head.size()) {
            throw new IOException(
                    "%s: the store has %d entries (expected: the %d that were signed)"
                            .formatted(settings.folder().root(), ledger.size(), head.size()));
        }
        TreeGrowth grown = TreeGrowth.from(settings.folder(), head.size());
        if (!grown.head().equals(head)) {
            throw new IOException(
                    "%s: the tiles of %d entries have root %s (expected: %s, which was signed)"
                            .formatted(
                                    settings.folder().root(),
                                    head.size(),
                                    grown.head().root(),
                                    head.root()));
        }
        if (kept.isPresent()) {
            settings.folder().publish(kept.get());
        }
        growth = grown;
        last = kept;
        published = head;
        meters.published(head.size());
    }

    private TreeHead head(byte[] note, String whose) throws IOException {
        SignedNote signed = SignedNote.parse(note);
        var _ = signed.verified(List.of(settings.key()));
        Checkpoint checkpoint = Checkpoint.parse(signed.text());
        if (!checkpoint.origin().equals(settings.key().name())) {
            throw new IOException(
                    "%s checkpoint is of log %s (expected: %s)"
                            .formatted(whose, checkpoint.origin(), settings.key().name()));
        }
        return checkpoint.head();
    }

    /** Publishes what a checkpoint may cover at once; whether there may be more. */
    private boolean publishSome() throws IndexException, IOException {
        TreeGrowth tree = growth;
        if (tree == null) {
            throw new IllegalStateException("recover() comes first");
        }
        long size = ledger.size();
        meters.entries(size);
        while (tree.head().size() < size && tree.head().size() - published.size() < AT_ONCE) {
            ledger.entries(tree.head().size(), TilePath.FULL).forEach(tree::append);
        }
        TreeHead head = tree.head();
        if (head.size() == published.size()) {
            return false;
        }
        if (behindSince.isEmpty()) {
            behindSince = OptionalLong.of(System.nanoTime());
        }
        Map<TilePath, byte[]> tiles = tree.tiles();
        growth = null; // until all of it is done
        settings.folder().write(tiles);
        byte[] note = signed(Checkpoint.of(settings.key().name(), head));
        ledger.advance(last, note); // the commit point of a tree head
        settings.folder().publish(note);
        growth = tree;
        last = Optional.of(note);
        published = head;
        behindSince = OptionalLong.empty();
        meters.published(head.size());
        for (TilePath tile : tiles.keySet()) {
            if (tile.full()) {
                settings.folder().removePartial(tile);
            }
        }
        // The last bundle stays: a partial one has to be made again with more entries.
        ledger.prune((head.size() - 1) / TilePath.FULL * TilePath.FULL);
        return head.size() < size;
    }

    private byte[] signed(Checkpoint checkpoint) throws IOException {
        String text = checkpoint.text();
        return switch (key.sign(text.getBytes(StandardCharsets.UTF_8))) {
            case Signing.NotSigned(Signing.Reason reason, String detail) ->
                    throw new NotSignedException(reason + ": " + detail);
            case Signing.Signed(byte[] signature) -> {
                SignedNote note =
                        new SignedNote(
                                text,
                                List.of(
                                        new NoteSignature(
                                                settings.key().name(),
                                                settings.key().id(),
                                                signature)));
                meters.signed();
                // A token that mixes up its keys says so to nobody.
                var _ = note.verified(List.of(settings.key()));
                yield note.encoded();
            }
        };
    }

    /** The token did not sign. */
    private static final class NotSignedException extends IOException {
        private static final long serialVersionUID = 1L;

        NotSignedException(String message) {
            super(message);
        }
    }

    /** Entries that one checkpoint adds at most: bounds what is held in memory after an outage. */
    private static final int AT_ONCE = 16 * TilePath.FULL;

    private static final Duration CLOSING = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(LogPublisher.class);
}
