package io.overt.edge.record;

import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.flow.Conclusion;
import io.overt.edge.flow.Ending;
import io.overt.edge.flow.Fate;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.Reason;
import io.overt.edge.flow.Stage;
import io.overt.edge.policy.Figures;
import io.overt.proto.control.v1.Health;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts connections for the version that decided them, since it came into force. A connection that
 * an earlier version decided counts for nothing here, whenever it ends. Thread-safe, and without a
 * lock: event loops count.
 */
public final class VersionFigures implements Figures {
    private final InstantSource clock;
    private final Counter compared;
    private final Counter differing;
    private final Counter failed;

    /** Replaced as a whole when a version comes into force. */
    private volatile Tally tally;

    /** Likewise, into shadow. */
    private volatile ShadowTally shadow = new ShadowTally(0);

    /** Of one version. */
    private static final class Tally {
        private final long version;
        private final Instant since;
        private final LongAdder decided = new LongAdder();
        private final Map<Outcome, LongAdder> byRule = new EnumMap<>(Outcome.class);
        private final LongAdder splicedByFailure = new LongAdder();
        private final LongAdder splicedByEmergency = new LongAdder();
        private final LongAdder handshakeFailures = new LongAdder();
        private final LongAdder clientRefusals = new LongAdder();

        Tally(long version, Instant since) {
            this.version = version;
            this.since = since;
            for (var outcome : Outcome.values()) {
                byRule.put(outcome, new LongAdder());
            }
        }

        LongAdder of(Fate fate) {
            if (fate.outcome() != Outcome.SPLICE || fate.reason() == Reason.RULE) {
                return of(fate.outcome());
            }
            return fate.reason() == Reason.EMERGENCY ? splicedByEmergency : splicedByFailure;
        }

        LongAdder of(Outcome outcome) {
            return Objects.requireNonNull(byRule.get(outcome), "one for each");
        }
    }

    public VersionFigures(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        this.tally = new Tally(0, clock.instant());
        this.compared =
                Counter.builder("overt.edge.shadow.decided")
                        .description("Connections that a version in shadow would have decided too.")
                        .register(meters);
        this.differing =
                Counter.builder("overt.edge.shadow.differing")
                        .description(
                                "Of these, those that would have fared otherwise than they did.")
                        .register(meters);
        this.failed =
                Counter.builder("overt.edge.shadow.failures")
                        .description("Times that a version in shadow failed by a defect of ours.")
                        .register(meters);
    }

    @Override
    public void began(long version) {
        tally = new Tally(version, clock.instant());
    }

    @Override
    public void shadowBegan(long version) {
        shadow = new ShadowTally(version);
    }

    /** A connection was decided. */
    public void decided(long version) {
        var now = tally;
        if (now.version == version) {
            now.decided.increment();
        }
    }

    /** It is certain what the client of a connection that was decided gets. */
    public void settled(long version, Fate fate) {
        var now = tally;
        if (now.version != version) {
            return;
        }
        now.of(fate).increment();
        if (isHandshakeFailure(fate.reason())) {
            now.handshakeFailures.increment();
        }
    }

    /** A connection that was decided is over. */
    public void ended(long version, Conclusion conclusion) {
        var now = tally;
        if (now.version != version) {
            return;
        }
        if (conclusion.ending() == Ending.CLIENT_REFUSED_LEAF) {
            now.clientRefusals.increment();
        } else if (isHandshakeFailure(conclusion) && !isHandshakeFailure(conclusion.reason())) {
            now.handshakeFailures.increment();
        }
    }

    private static boolean isHandshakeFailure(Reason reason) {
        return reason == Reason.HANDSHAKE_FAILED || reason == Reason.CLIENT_CERT_REQUIRED;
    }

    private static boolean isHandshakeFailure(Conclusion conclusion) {
        return conclusion.ending() == Ending.CLIENT_HANDSHAKE_FAILED
                || conclusion.ending() == Ending.CERTIFICATE_REQUIRED
                || (conclusion.ending() == Ending.TIMED_OUT
                        && conclusion.last() == Stage.CLIENT_HANDSHAKE);
    }

    /**
     * The version in shadow would have decided a connection as well.
     *
     * @param host the server name, or the text of an address
     * @param got what the client got
     */
    void compared(ShadowVerdict verdict, String host, Outcome got) {
        compared.increment();
        if (verdict.comparison() == ShadowVerdict.Comparison.DIFFERENT) {
            differing.increment();
        }
        shadow.count(verdict, host, got);
    }

    /** The version in shadow could not say what it thinks of a connection. */
    public void shadowFailed(long version, RuntimeException defect) {
        failed.increment();
        LOG.atError()
                .setCause(defect)
                .addKeyValue("version", version)
                .log("a defect of the policy in shadow, nothing was done about it");
    }

    @Override
    public Health health() {
        var now = tally;
        var health =
                Health.newBuilder()
                        .setVersion(now.version)
                        .setSince(
                                Timestamp.newBuilder()
                                        .setSeconds(now.since.getEpochSecond())
                                        .setNanos(now.since.getNano()))
                        .setInspected(now.of(Outcome.INSPECT).sum())
                        .setSpliced(now.of(Outcome.SPLICE).sum())
                        .setSplicedByFailure(now.splicedByFailure.sum())
                        .setSplicedByEmergency(now.splicedByEmergency.sum())
                        .setBlocked(now.of(Outcome.BLOCK).sum())
                        .setHandshakeFailures(now.handshakeFailures.sum())
                        .setClientRefusals(now.clientRefusals.sum())
                        // Last, so that no part is ever more than the whole.
                        .setConnections(now.decided.sum());
        shadow.into(health);
        return health.build();
    }

    private static final Logger LOG = LoggerFactory.getLogger(VersionFigures.class);
}
