package io.overt.control.audit;

import com.google.protobuf.ByteString;
import io.overt.control.store.AuditRow;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Where an audit trail ends, or ended at some time: written {@code 12:8f3c…}.
 *
 * @param sequence of the last line; 0 for a trail without a line
 * @param hash of the last line; 32 zero bytes for a trail without a line
 */
public record TrailHead(long sequence, ByteString hash) {

    /** Of a trail without a line. */
    public static final TrailHead EMPTY = of(AuditRow.Head.EMPTY);

    /** Refuses what is no hash. */
    public TrailHead {
        if (sequence < 0 || hash.size() != 32) {
            throw new IllegalArgumentException(
                    "line "
                            + sequence
                            + " with a hash of "
                            + hash.size()
                            + " bytes (expected: 32)");
        }
    }

    /**
     * Reads it as it is written.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static TrailHead parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    text + " (expected: NUMBER:HASH, as the log's `head` has it)");
        }
        return new TrailHead(
                Long.parseLong(match.group(1)),
                ByteString.copyFrom(HexFormat.of().parseHex(match.group(2))));
    }

    static TrailHead of(AuditRow.Head head) {
        return new TrailHead(head.sequence(), head.hash());
    }

    String hex() {
        return HexFormat.of().formatHex(hash.toByteArray());
    }

    @Override
    public String toString() {
        return sequence + ":" + hex();
    }

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}):([0-9a-f]{64})");
}
