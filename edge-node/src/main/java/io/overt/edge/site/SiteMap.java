package io.overt.edge.site;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * A map that the edges of a site share, over a carrier that may lose, delay, change or invent
 * entries. A port: embedded Hazelcast implements it, and a bounded map of this process where the
 * site cluster is switched off.
 *
 * <p>Thread-safe, and only {@link #follow}, {@link #all} and {@link #clear} block. Every stage
 * completes normally, at the latest when the map's deadline has passed; a carrier that is slow,
 * gone or broken is {@link Unavailable}, which is counted. Completions may run on the carrier's
 * threads: do nothing long there.
 */
public interface SiteMap {

    /** Reads the entry at {@code key}. */
    CompletionStage<Lookup> find(ByteString key);

    /**
     * Writes the entry at {@code key}; the last writer wins.
     *
     * @param timeToLive after which the entry is gone; at least a second, finer parts are cut off
     */
    CompletionStage<Storing> store(ByteString key, ByteString value, Duration timeToLive);

    /**
     * Sees to it that each entry that is written from now on, here or at another edge, is passed to
     * {@code seen} on the carrier's threads. What a carrier loses on the way is not passed: read
     * {@link #all} now and then. Calling it again follows anew where the carrier has begun anew,
     * and else does nothing; {@code seen} is the same at all calls. Blocks, for at most some
     * deadlines: for a thread of one's own.
     */
    Following follow(BiConsumer<ByteString, ByteString> seen);

    /**
     * Reads every entry that there is. Blocks, for at most some deadlines: for a thread of one's
     * own.
     */
    Everything all();

    /**
     * Forgets every entry, here and at the other edges. One that is written meanwhile may stay.
     * Blocks, for at most some deadlines: for a thread of one's own.
     */
    Clearing clear();

    /** What came of forgetting. */
    sealed interface Clearing permits Cleared, Unavailable {}

    /** There is nothing left of what was there. */
    record Cleared() implements Clearing {}

    /** What came of following. */
    sealed interface Following permits Begun, Followed, Unavailable {}

    /** From now on; what was written before is to be read. */
    record Begun() implements Following {}

    /** As before. */
    record Followed() implements Following {}

    /** What came of reading everything. */
    sealed interface Everything permits Entries, Unavailable {}

    /**
     * All that the carrier has.
     *
     * @param values by key
     */
    record Entries(Map<ByteString, ByteString> values) implements Everything {}

    /** What came of reading. */
    sealed interface Lookup permits Found, Absent, Unavailable {}

    /** What came of writing. */
    sealed interface Storing permits Stored, Unavailable {}

    /**
     * The carrier has bytes under that key. Whose they are is for the reader to find out.
     *
     * @param value the bytes
     */
    record Found(ByteString value) implements Lookup {}

    /** The carrier has nothing under that key. */
    record Absent() implements Lookup {}

    /** The carrier has taken the entry. It may lose it all the same. */
    record Stored() implements Storing {}

    /**
     * No answer in time, or none at all.
     *
     * @param detail for people and logs
     */
    record Unavailable(String detail) implements Lookup, Storing, Following, Everything, Clearing {}
}
