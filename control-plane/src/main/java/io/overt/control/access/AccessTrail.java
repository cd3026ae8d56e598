package io.overt.control.access;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.audit.Actor;
import io.overt.control.audit.AuditTrail;
import io.overt.control.audit.AuditTrail.Writing;
import io.overt.control.audit.Entry;
import io.overt.control.audit.Entry.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What of calls goes to the audit trail. Refusals of callers that are known are each written; of
 * those that nobody knows, and whom anybody can send without end, so many as fit, and the next line
 * says how many were not. Thread-safe; blocks.
 */
public final class AccessTrail {
    private final AuditTrail trail;
    private final Clock clock;
    private final Counter passedOver;

    /** Guarded by this. */
    private double allowance = BURST;

    /** Guarded by this. */
    private Instant filled;

    /** Guarded by this. */
    private long unwritten;

    /** Writes to this trail. */
    public AccessTrail(AuditTrail trail, Clock clock, MeterRegistry meters) {
        this.trail = trail;
        this.clock = clock;
        this.filled = clock.instant();
        this.passedOver =
                Counter.builder("overt.audit.unrecorded")
                        .description(
                                "Refusals of callers that nobody knows, too many to be written one by one.")
                        .register(meters);
    }

    Writing intended(Actor actor, String method, String request, Message message) {
        return trail.write(
                new Entry(
                        Kind.INTENT,
                        actor,
                        method,
                        Entry.PENDING,
                        request,
                        Map.of("request", AuditTrail.shown(message))));
    }

    Writing outcome(
            Actor actor, String method, String request, Status status, Optional<Message> answer) {
        var what = new TreeMap<String, Object>();
        answer.ifPresent(message -> what.put("answer", AuditTrail.shown(message)));
        if (status.getDescription() != null) {
            what.put("why", status.getDescription());
        }
        return trail.write(
                new Entry(Kind.OUTCOME, actor, method, status.getCode().name(), request, what));
    }

    void refused(Actor actor, String method, Status status, String why, Optional<Message> request) {
        var what = new TreeMap<String, Object>();
        what.put("why", why);
        request.ifPresent(message -> what.put("request", AuditTrail.shown(message)));
        if (status.getCode() == Status.Code.UNAUTHENTICATED) {
            var before = takeTurn();
            if (before.isEmpty()) {
                passedOver.increment();
                return;
            }
            if (before.get() > 0) {
                what.put("not written before", before.get());
            }
        }
        trail.write(new Entry(Kind.REFUSAL, actor, method, status.getCode().name(), "", what));
    }

    /** Whether it is written: nobody is signed in whose sign-in is not. */
    public boolean signedIn(Claims claims, String from) {
        return trail.write(Entry.event(person(claims, from), SIGN_IN, "OK", Map.of()))
                instanceof Writing.Written;
    }

    /** Somebody came back from the provider, and was not believed. */
    public void signInRefused(String why, String from) {
        var before = takeTurn();
        if (before.isEmpty()) {
            passedOver.increment();
            return;
        }
        trail.write(
                Entry.event(Actor.nobody(from), SIGN_IN, "UNAUTHENTICATED", Map.of("why", why)));
    }

    /** Somebody ended their session. */
    public void signedOut(Claims claims, String from) {
        trail.write(Entry.event(person(claims, from), SIGN_OUT, "OK", Map.of()));
    }

    private static Actor person(Claims claims, String from) {
        return new Actor(claims.name(), claims.shown(), Principal.How.SESSION.text(), from);
    }

    /** How many were passed over since the last one that was written; nothing to pass over this. */
    private synchronized Optional<Long> takeTurn() {
        var now = clock.instant();
        allowance =
                Math.min(
                        BURST,
                        allowance
                                + Math.max(0, Duration.between(filled, now).toMillis())
                                        / 1000.0
                                        * PER_SECOND);
        filled = now;
        if (allowance < 1) {
            unwritten++;
            return Optional.empty();
        }
        allowance--;
        long before = unwritten;
        unwritten = 0;
        return Optional.of(before);
    }

    private static final String SIGN_IN = "sign-in";
    private static final String SIGN_OUT = "sign-out";

    /** A few kilobytes a second at the most, whoever knocks. */
    private static final double PER_SECOND = 1;

    private static final double BURST = 500;
}
