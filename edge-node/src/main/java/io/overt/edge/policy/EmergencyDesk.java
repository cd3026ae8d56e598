package io.overt.edge.policy;

import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the newest emergency order. One is in force at once for connections that are decided from
 * then on, ends by this edge's clock whoever can be reached, and is kept on disk, so that neither a
 * restart ends it early nor an older order comes back. Thread-safe; {@link #now} is a volatile read
 * and a look at the clock, fit for an event loop.
 */
final class EmergencyDesk {
    private final EmergencyVerifier verifier;
    private final WholeFile file;
    private final InstantSource clock;
    private final EmergencyMeters meters;
    private final ReentrantLock turn = new ReentrantLock();

    /** The newest order that was ever obeyed, also when it is over. Written under turn. */
    private volatile @Nullable SignedEmergency newest;

    private volatile long number;

    /** The order by which nothing is inspected; it may be over. Written under turn. */
    private volatile @Nullable Emergency splicing;

    /** Whether the end of that one was told. Guarded by turn. */
    private boolean ended = true;

    /** With what is on the disk in force, if it is not over. */
    EmergencyDesk(
            EmergencyVerifier verifier,
            WholeFile file,
            InstantSource clock,
            EmergencyMeters meters) {
        this.verifier = verifier;
        this.file = file;
        this.clock = clock;
        this.meters = meters;
        meters.watch(() -> now().isPresent(), () -> number);
        load();
    }

    /** The order by which nothing is inspected at this moment. */
    Optional<Emergency> now() {
        var order = splicing;
        return order != null && clock.instant().isBefore(order.until())
                ? Optional.of(order)
                : Optional.empty();
    }

    /** Of the newest order that was obeyed, in force or over; 0 when none ever was. */
    long number() {
        return number;
    }

    /** Brings an order into force, or says why not. */
    EmergencyAnswer answer(SignedEmergency signed) {
        turn.lock();
        try {
            return switch (verifier.verify(signed, clock.instant())) {
                case EmergencyVerifier.Refused(var refused, var problem) ->
                        refuse(refused, problem);
                case EmergencyVerifier.Obeyed obeyed -> consider(obeyed);
            };
        } finally {
            turn.unlock();
        }
    }

    private EmergencyAnswer consider(EmergencyVerifier.Obeyed obeyed) {
        var order = obeyed.order();
        if (order.getNumber() == number
                && newest != null
                && newest.getOrder().equals(obeyed.signed().getOrder())) {
            meters.count(EmergencyMeters.Answer.ALREADY);
            return answer(order.getNumber(), "");
        }
        // An old order is well signed for ever: who replays one must not bring back its splicing.
        if (order.getNumber() <= number) {
            return refuse(
                    order.getNumber(),
                    "number "
                            + order.getNumber()
                            + " (expected: above "
                            + number
                            + ", the newest that this edge has)");
        }
        obey(obeyed);
        meters.count(EmergencyMeters.Answer.TAKEN);
        keep(obeyed.signed());
        return answer(order.getNumber(), "");
    }

    private EmergencyAnswer refuse(long refused, String problem) {
        meters.count(EmergencyMeters.Answer.REFUSED);
        LOG.atError()
                .addKeyValue("number", refused)
                .addKeyValue("problem", problem)
                .log("emergency order refused");
        return answer(refused, problem);
    }

    private static EmergencyAnswer answer(long number, String problem) {
        return EmergencyAnswer.newBuilder().setNumber(number).setProblem(problem).build();
    }

    private void obey(EmergencyVerifier.Obeyed obeyed) {
        var order = obeyed.order();
        newest = obeyed.signed();
        number = order.getNumber();
        var splices = order.getAction() == EmergencyAction.EMERGENCY_ACTION_SPLICE;
        ended = !splices;
        splicing = splices ? emergency(order) : null; // The commit point: the next hello sees it.
        LOG.atWarn()
                .addKeyValue("number", order.getNumber())
                .addKeyValue("action", order.getAction())
                .addKeyValue("until", splices ? emergency(order).until() : "")
                .addKeyValue("by", order.getBy())
                .addKeyValue("reason", order.getReason())
                .log(
                        splices
                                ? "emergency order in force: nothing is inspected"
                                : "emergency order lifted: the policy holds again");
    }

    private static Emergency emergency(EmergencyOrder order) {
        return new Emergency(
                order.getNumber(),
                EmergencyVerifier.instant(order.getUntil()),
                order.getBy(),
                order.getReason());
    }

    /** Tells once that an order has ended by itself. Called now and then. */
    void look() {
        turn.lock();
        try {
            if (!ended && now().isEmpty()) {
                ended = true;
                LOG.atWarn()
                        .addKeyValue("number", number)
                        .log("emergency order over: the policy holds again");
            }
        } finally {
            turn.unlock();
        }
    }

    // ---- disk

    private void load() {
        turn.lock();
        try {
            var kept = file.load();
            if (kept.isEmpty()) {
                return;
            }
            var signed = SignedEmergency.parseFrom(kept.get());
            var order = EmergencyOrder.parseFrom(signed.getOrder());
            var until = EmergencyVerifier.instant(order.getUntil());
            // Over or not, its number counts: one that is over is verified for a moment when it
            // was not.
            var moment =
                    until.isAfter(clock.instant())
                            ? clock.instant()
                            : EmergencyVerifier.instant(order.getGiven());
            switch (verifier.verify(signed, moment)) {
                case EmergencyVerifier.Refused(_, var problem) -> unusable(problem);
                case EmergencyVerifier.Obeyed obeyed -> {
                    obey(obeyed);
                    look();
                    meters.count(EmergencyMeters.Kept.LOADED);
                }
            }
        } catch (IOException | DateTimeException e) {
            unusable(e.toString());
        } finally {
            turn.unlock();
        }
    }

    private void unusable(String problem) {
        meters.count(EmergencyMeters.Kept.UNUSABLE);
        LOG.atError()
                .addKeyValue("file", file.path())
                .addKeyValue("problem", problem)
                .log("the emergency order kept on disk cannot be used");
    }

    private void keep(SignedEmergency signed) {
        try {
            file.save(signed.toByteString());
            meters.count(EmergencyMeters.Kept.SAVED);
        } catch (IOException e) {
            // In force all the same; a restart now would forget it, and the control plane says it
            // again.
            meters.count(EmergencyMeters.Kept.NOT_SAVED);
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("file", file.path())
                    .log("the emergency order in force is not kept on disk");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(EmergencyDesk.class);
}
