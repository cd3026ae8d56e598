package io.overt.control.audit;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.protobuf.ByteString;
import io.overt.control.store.AuditRow;
import io.overt.service.bundle.PolicySignature;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Follows a trail line by line and finds the first that does not continue the one before. Needs no
 * control plane: a line's hash is that of its bytes, and the next one names it. Not thread-safe.
 */
public final class ChainCheck {
    private TrailHead head;
    private Optional<Broken> broken = Optional.empty();
    private final Optional<TrailHead> known;
    private Known found;

    /** What is said of a head that was known before. */
    public enum Known {
        /** None was given. */
        NOT_ASKED,
        /** The trail does not reach so far: its end is missing. */
        MISSING,
        /** It is in the trail. */
        FOUND
    }

    /**
     * Where it breaks.
     *
     * @param sequence number that the line should have
     * @param why what was found and what was expected
     */
    public record Broken(long sequence, String why) {}

    /**
     * Starts at the beginning of a trail.
     *
     * @param known a head that was written down elsewhere, which must be in the trail
     */
    public ChainCheck(Optional<TrailHead> known) {
        this(TrailHead.EMPTY, known);
    }

    /**
     * Starts behind a line.
     *
     * @param start the line that the first one continues
     */
    public ChainCheck(TrailHead start, Optional<TrailHead> known) {
        this.head = start;
        this.known = known;
        this.found = known.isEmpty() ? Known.NOT_ASKED : Known.MISSING;
        meet();
    }

    /** Follows one line; after a break nothing is followed any more. */
    public void line(String line) {
        if (broken.isPresent()) {
            return;
        }
        long expected = head.sequence() + 1;
        JsonObject members;
        try {
            members = parse(line);
            long sequence = member(members, "sequence").getAsLong();
            var previous = member(members, "previous").getAsString();
            if (sequence != expected) {
                breaks("is numbered " + sequence + " (expected: " + expected + ")");
            } else if (!previous.equals(head.hex())) {
                breaks(
                        "continues a line with hash "
                                + previous
                                + " (expected: "
                                + head.hex()
                                + ", that of the line before)");
            } else {
                head = new TrailHead(sequence, hash(line));
                meet();
            }
        } catch (JsonParseException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException e) {
            breaks("is not a line of an audit trail: " + e.getMessage());
        }
    }

    /** Follows one line of the store, whose columns must say what the line says. */
    public void row(AuditRow row) {
        line(row.line());
        if (broken.isPresent()) {
            return;
        }
        if (!head.hash().equals(row.hash())) {
            broken =
                    Optional.of(
                            new Broken(row.sequence(), "has not the hash that was kept with it"));
            return;
        }
        var members = parse(row.line());
        var fields = row.fields();
        var columns =
                new String[][] {
                    {"kind", fields.kind()},
                    {"actor", fields.actor()},
                    {"method", fields.method()},
                    {"outcome", fields.outcome()},
                    {"process", fields.process()},
                    {"request", fields.request()},
                    {"time", fields.at().toString()},
                    {"sequence", Long.toString(row.sequence())}
                };
        for (var column : columns) {
            var said = member(members, column[0]).getAsString();
            if (!said.equals(column[1])) {
                broken =
                        Optional.of(
                                new Broken(
                                        row.sequence(),
                                        "is kept under "
                                                + column[0]
                                                + " "
                                                + column[1]
                                                + " (expected: "
                                                + said
                                                + ", as the line says)"));
                return;
            }
        }
    }

    /** The last line that was followed. */
    public TrailHead head() {
        return head;
    }

    /** The first break. */
    public Optional<Broken> broken() {
        return broken;
    }

    /** What became of the head that was known. */
    public Known known() {
        return found;
    }

    private void meet() {
        if (known.isPresent() && head.sequence() == known.get().sequence()) {
            if (head.hash().equals(known.get().hash())) {
                found = Known.FOUND;
            } else {
                broken =
                        Optional.of(
                                new Broken(
                                        head.sequence(),
                                        "has the hash "
                                                + head.hex()
                                                + " (expected: "
                                                + known.get().hex()
                                                + ", as was written down)"));
            }
        }
    }

    private void breaks(String why) {
        broken = Optional.of(new Broken(head.sequence() + 1, why));
    }

    private static JsonObject parse(String line) {
        var reader = new JsonReader(new StringReader(line));
        reader.setStrictness(Strictness.STRICT);
        JsonElement element = JsonParser.parseReader(reader);
        return element.getAsJsonObject();
    }

    private static JsonElement member(JsonObject members, String name) {
        if (!members.has(name)) {
            throw new JsonParseException("it has no member " + name);
        }
        return members.get(name);
    }

    private static ByteString hash(String line) {
        return ByteString.copyFrom(PolicySignature.sha256(line.getBytes(StandardCharsets.UTF_8)));
    }
}
