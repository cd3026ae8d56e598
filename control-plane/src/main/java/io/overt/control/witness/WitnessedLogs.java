package io.overt.control.witness;

import io.overt.x509.tlog.EntryBundle;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Witnessed logs for people: how each stands, and its entries as it publishes them. An entry is
 * shown only when it is proven to be under the head that this witness has vouched for, so that what
 * people read is what the log has signed for everybody. Thread-safe; blocks while a log's server
 * answers.
 */
public final class WitnessedLogs {
    private final List<Witness.Watch> watches;
    private final String witnessKey;
    private final Semaphore readers = new Semaphore(MOST_READERS);

    /**
     * How a log stands.
     *
     * @param head largest that was vouched for
     */
    public record Standing(WatchedLog log, LogState state, String why, Optional<Head> head) {}

    /** A head that was vouched for, with both signatures. */
    public record Head(TreeHead head, Instant grown, Instant cosigned, String checkpoint) {}

    /** An entry and its number. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Numbered(long index, byte[] entry) {}

    /** What came of reading. */
    public sealed interface Reading {

        /**
         * Newest first.
         *
         * @param next to go on from; empty when the first entry was looked at
         * @param size of the head that they are under
         * @param lookedAt how many entries were looked at
         */
        record Page(List<Numbered> entries, OptionalLong next, long size, long lookedAt)
                implements Reading {}

        /** None of this name is witnessed. */
        record NoSuchLog() implements Reading {}

        /** It cannot be read, or what is there is not what was signed. */
        record Failed(String why) implements Reading {}

        /** As many read as may. */
        record Busy() implements Reading {}
    }

    WitnessedLogs(List<Witness.Watch> watches, String witnessKey) {
        this.watches = List.copyOf(watches);
        this.witnessKey = witnessKey;
    }

    /** Where nothing is witnessed. */
    public static WitnessedLogs none() {
        return new WitnessedLogs(List.of(), "");
    }

    /** Verifier key of the witness; empty where nothing is witnessed. */
    public String witnessKey() {
        return witnessKey;
    }

    /** All of them, in the order of the configuration. */
    public List<Standing> standings() {
        return watches.stream()
                .map(
                        each ->
                                new Standing(
                                        each.witness().log(),
                                        each.meters().state(),
                                        Objects.requireNonNull(each.lastWord().get()),
                                        head(each.witness())))
                .toList();
    }

    private static Optional<Head> head(LogWitness witness) {
        return witness.head()
                .map(
                        head ->
                                new Head(
                                        head.head(),
                                        head.grownAt(),
                                        head.cosignedAt(),
                                        witness.published().map(WitnessedLogs::text).orElse("")));
    }

    private static String text(SignedNote note) {
        return new String(note.encoded(), StandardCharsets.UTF_8);
    }

    /**
     * Entries from a number downwards.
     *
     * @param hash of the log
     * @param from the highest number that is looked at; empty for the newest
     * @param count at most so many are answered
     * @param wanted the others are passed over; a page looks at most at {@link #MOST_LOOKED_AT}
     */
    public Reading read(String hash, OptionalLong from, int count, Predicate<byte[]> wanted) {
        var watch = watches.stream().filter(each -> each.witness().log().hash().equals(hash));
        var found = watch.findFirst();
        if (found.isEmpty()) {
            return new Reading.NoSuchLog();
        }
        if (!readers.tryAcquire()) {
            return new Reading.Busy();
        }
        try {
            return read(found.get().witness(), from, count, wanted);
        } catch (IOException e) {
            return new Reading.Failed(String.valueOf(e.getMessage()));
        } finally {
            readers.release();
        }
    }

    private static Reading read(
            LogWitness witness, OptionalLong from, int count, Predicate<byte[]> wanted)
            throws IOException {
        var head = witness.head().map(each -> each.head()).orElse(TreeHead.EMPTY);
        var tree = new TiledTree(witness.source(), head.size());
        var entries = new ArrayList<Numbered>();
        long index = Math.min(from.orElse(Long.MAX_VALUE), head.size() - 1);
        long lookedAt = 0;
        long bundleNumber = -1;
        List<byte[]> bundle = List.of();
        while (index >= 0 && entries.size() < count && lookedAt < MOST_LOOKED_AT) {
            if (index / TilePath.FULL != bundleNumber) {
                bundleNumber = index / TilePath.FULL;
                bundle = bundle(witness.source(), bundleNumber, head.size());
                // Every hash of its tile is part of this proof: one is enough for all of them.
                MerkleProof.requireInclusion(tree.leaf(index), index, head, tree.inclusion(index));
            }
            var entry = bundle.get((int) (index % TilePath.FULL));
            if (!MerkleHash.leaf(entry).equals(tree.leaf(index))) {
                throw new MalformedLogException(
                        "entry %d of %s is not the one that was signed"
                                .formatted(index, witness.log().origin()));
            }
            if (wanted.test(entry)) {
                entries.add(new Numbered(index, entry));
            }
            index--;
            lookedAt++;
        }
        return new Reading.Page(
                entries,
                index >= 0 ? OptionalLong.of(index) : OptionalLong.empty(),
                head.size(),
                lookedAt);
    }

    private static List<byte[]> bundle(LogSource source, long number, long size)
            throws IOException {
        var path = TilePath.inTree(new TilePath.Level.Entries(), number, size);
        return EntryBundle.parse(source.read(path), path.width());
    }

    /** Eight bundles of up to 16 MB each, fetched and dropped one after the other. */
    private static final long MOST_LOOKED_AT = 8L * TilePath.FULL;

    /** Each may hold some bundles in memory. */
    private static final int MOST_READERS = 4;
}
