package io.overt.control.access;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.overt.control.audit.Actor;
import io.overt.control.audit.AuditTrail;
import io.overt.control.audit.AuditTrail.Writing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that acts. Its answer waits until its outcome is in the audit trail: nobody hears of what
 * the trail does not have. A method may answer on another thread than the one that it was called
 * on.
 */
final class ActingCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Actor actor;
    private final AccessTrail trail;
    private final String request = AuditTrail.newRequest();

    /** Guarded by this. */
    private @Nullable R answer;

    /** Guarded by this. */
    private boolean intended;

    /** Guarded by this. */
    private boolean ended;

    ActingCall(ServerCall<Q, R> call, Actor actor, AccessTrail trail) {
        super(call);
        this.actor = actor;
        this.trail = trail;
    }

    /** Before anything is done. */
    synchronized Writing intend(Message message) {
        var writing = trail.intended(actor, method(), request, message);
        intended = writing instanceof Writing.Written;
        return writing;
    }

    /** It came to an end that {@link #close} does not see. */
    synchronized void ended(Status status) {
        outcome(status);
    }

    @Override
    public void sendMessage(R message) {
        if (getMethodDescriptor().getType().serverSendsOneMessage()) {
            synchronized (this) {
                answer = message;
            }
        } else {
            super.sendMessage(message);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        Optional<Writing> writing;
        Optional<R> waiting;
        synchronized (this) {
            writing = outcome(status);
            waiting = Optional.ofNullable(answer);
        }
        if (writing.isPresent() && writing.get() instanceof Writing.Unwritten) {
            super.close(
                    Status.UNAVAILABLE.withDescription(
                            "the audit trail cannot be written: "
                                    + (status.isOk()
                                            ? "it was done, and only its intent is on record"
                                            : String.valueOf(status.getDescription()))),
                    trailers);
            return;
        }
        if (status.isOk()) {
            waiting.ifPresent(super::sendMessage);
        }
        super.close(status, trailers);
    }

    /** Once; what comes later is of no interest. */
    private Optional<Writing> outcome(Status status) {
        if (ended || !intended) {
            return Optional.empty();
        }
        ended = true;
        var shown =
                answer instanceof Message message
                        ? Optional.of(message)
                        : Optional.<Message>empty();
        return Optional.of(trail.outcome(actor, method(), request, status, shown));
    }

    private String method() {
        return getMethodDescriptor().getFullMethodName();
    }
}
