package io.overt.x509.tlog;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Entries one after the other, each behind its length in two bytes (C2SP tlog-tiles). */
public final class EntryBundle {

    /** Bytes of the longest entry. */
    public static final int LONGEST_ENTRY = 0xffff;

    private EntryBundle() {}

    /**
     * Writes one.
     *
     * @throws IllegalArgumentException for an entry that is too long
     */
    public static byte[] of(List<byte[]> entries) {
        ByteArrayOutputStream bundle = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            if (entry.length > LONGEST_ENTRY) {
                throw new IllegalArgumentException(
                        "entry of %d bytes (expected: at most %d)"
                                .formatted(entry.length, LONGEST_ENTRY));
            }
            bundle.write(entry.length >>> 8);
            bundle.write(entry.length);
            bundle.writeBytes(entry);
        }
        return bundle.toByteArray();
    }

    /**
     * Reads one.
     *
     * @param width entries that are wanted; a full bundle may be given where a partial one is
     *     wanted
     * @throws MalformedLogException when it holds fewer, or is not cut where an entry ends
     */
    public static List<byte[]> parse(byte[] bundle, int width) throws MalformedLogException {
        List<byte[]> entries = new ArrayList<>();
        int at = 0;
        while (at < bundle.length) {
            int start = at + 2;
            int end =
                    start > bundle.length
                            ? Integer.MAX_VALUE
                            : start + (((bundle[at] & 0xff) << 8) | (bundle[at + 1] & 0xff));
            if (end > bundle.length) {
                throw new MalformedLogException(
                        "bundle: cut off in entry %d of it".formatted(entries.size()));
            }
            entries.add(Arrays.copyOfRange(bundle, start, end));
            at = end;
        }
        if (entries.size() != width && entries.size() != TilePath.FULL) {
            throw new MalformedLogException(
                    "bundle: %d entries (expected: %d)".formatted(entries.size(), width));
        }
        return List.copyOf(entries.subList(0, width));
    }
}
