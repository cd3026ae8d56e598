package io.overt.control.audit;

import com.google.protobuf.Message;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.audit.Entry.Kind;
import io.overt.control.store.AuditRow;
import io.overt.control.store.AuditRow.Fields;
import io.overt.control.store.AuditRow.Head;
import io.overt.control.store.AuditStore;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit trail. What it has answered {@link Writing.Written} for is on the disk. An act
 * is two lines: its intent before anything is done, and its outcome before anybody hears of it. A
 * process that dies in between leaves an intent alone, and says so at its next start. Thread-safe;
 * blocks.
 */
public final class AuditTrail {
    private final AuditStore store;
    private final String process;
    private final Clock clock;
    private final Map<Kind, Counter> written = new EnumMap<>(Kind.class);
    private final Counter failures;
    private final AtomicLong sequence = new AtomicLong();

    /** What became of a line. */
    public sealed interface Writing {

        /** It is on the disk. */
        record Written(TrailHead head) implements Writing {}

        /** It is not. */
        record Unwritten(String why) implements Writing {}
    }

    /**
     * Goes on where the store ends.
     *
     * @param process fleet identity of this control plane
     */
    public AuditTrail(AuditStore store, String process, Clock clock, MeterRegistry meters) {
        this.store = store;
        this.process = process;
        this.clock = clock;
        for (var kind : Kind.values()) {
            written.put(
                    kind,
                    Counter.builder("overt.audit.records")
                            .tag("kind", kind.text())
                            .description("Lines written to the audit trail, by their kind.")
                            .register(meters));
        }
        this.failures =
                Counter.builder("overt.audit.failures")
                        .description(
                                "Lines that could not be written to the audit trail; an act is refused then.")
                        .register(meters);
        this.sequence.set(store.head().sequence());
        Gauge.builder("overt.audit.sequence", sequence, AtomicLong::get)
                .description(
                        "Number of the last line that this process wrote to the audit trail, or found at its start.")
                .register(meters);
    }

    /** Writes a line. */
    public Writing write(Entry entry) {
        var at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var fields =
                new Fields(
                        at,
                        entry.kind().text(),
                        entry.actor().name(),
                        entry.method(),
                        entry.outcome(),
                        process,
                        entry.request());
        try {
            var head = store.append(fields, before -> line(entry, fields, before));
            sequence.accumulateAndGet(head.sequence(), Math::max);
            var counter = written.get(entry.kind());
            if (counter != null) {
                counter.increment();
            }
            return new Writing.Written(TrailHead.of(head));
        } catch (
                RuntimeException
                        e) { // The back-stop: whatever a database can be out of order with.
            failures.increment();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("kind", entry.kind().text())
                    .addKeyValue("actor", entry.actor().name())
                    .addKeyValue("method", entry.method())
                    .addKeyValue("outcome", entry.outcome())
                    .log("the audit trail cannot be written");
            return new Writing.Unwritten(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes that the control plane did something of its own accord; for what must not happen
     * without it, the answer counts.
     *
     * @param what {@code rollout.paused}
     */
    public Writing tell(String what, Map<String, ?> particulars) {
        return write(Entry.event(Actor.system(process), what, "OK", particulars));
    }

    /** A message as the trail shows it. */
    public static Map<String, ?> shown(Message message) {
        return AuditJson.of(message);
    }

    /** A name for what belongs together. */
    public static String newRequest() {
        return UUID.randomUUID().toString();
    }

    /** The end of the trail, whoever wrote it. */
    public TrailHead head() {
        return TrailHead.of(store.head());
    }

    /**
     * At a start: gives each intent that this control plane left without an outcome one that says
     * so, then writes that it started.
     *
     * @throws IllegalStateException when the trail cannot be written: nothing may be done then
     */
    public void begin() {
        for (var row : store.unfinished(process, STARTED)) {
            require(write(interrupted(row)));
        }
        require(tell(STARTED, Map.of()));
    }

    private static void require(Writing writing) {
        if (writing instanceof Writing.Unwritten(var why)) {
            throw new IllegalStateException("the audit trail cannot be written: " + why);
        }
    }

    private static Entry interrupted(AuditRow row) {
        return new Entry(
                Kind.OUTCOME,
                Actor.system(row.fields().process()),
                row.fields().method(),
                "UNKNOWN",
                row.fields().request(),
                Map.of(
                        "why",
                        "the control plane ended before its outcome was written",
                        "intent",
                        row.sequence()));
    }

    private static String line(Entry entry, Fields fields, Head before) {
        var members = new TreeMap<String, Object>();
        members.put("sequence", before.sequence() + 1);
        members.put("previous", HexFormat.of().formatHex(before.hash().toByteArray()));
        members.put("time", fields.at().toString());
        members.put("kind", fields.kind());
        members.put("actor", fields.actor());
        members.put("shown", entry.actor().shown());
        members.put("how", entry.actor().how());
        members.put("from", entry.actor().from());
        members.put("method", fields.method());
        members.put("outcome", fields.outcome());
        members.put("process", fields.process());
        members.put("request", fields.request());
        members.put("what", entry.what());
        return AuditJson.line(members);
    }

    /** What a control plane writes at each start. */
    public static final String STARTED = "control-plane.started";

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
}
