package io.overt.edge.policy;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream to the control plane. gRPC calls it back one call after the other, on its own threads;
 * the next message is asked for after each. Sending is for any thread.
 */
final class ControlStream implements ClientResponseObserver<EdgeMessage, ControlMessage> {
    private final Supplier<EdgeMessage> hello;
    private final Runnable opened;
    private final Function<ControlMessage, List<EdgeMessage>> answers;
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    /** gRPC's observer is not thread-safe. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Set once, before anything comes or goes. Guarded by sending, as all below. */
    private @Nullable ClientCallStreamObserver<EdgeMessage> toControl;

    private boolean greeted;
    private boolean finished;

    /**
     * @param hello the first message, made when the stream can take it
     * @param opened called when it went
     * @param answers what is said to a message, if anything; it may block
     */
    ControlStream(
            Supplier<EdgeMessage> hello,
            Runnable opened,
            Function<ControlMessage, List<EdgeMessage>> answers) {
        this.hello = hello;
        this.opened = opened;
        this.answers = answers;
    }

    /** Completes with how it ended. */
    CompletableFuture<Status> ended() {
        return ended;
    }

    /**
     * Sends what can be left out: nothing goes before Hello, and nothing is kept for a control
     * plane that does not read.
     *
     * @return whether it went
     */
    boolean offer(Supplier<EdgeMessage> message) {
        sending.lock();
        try {
            var observer = toControl;
            if (observer == null || !greeted || finished || !observer.isReady()) {
                return false;
            }
            observer.onNext(message.get());
            return true;
        } finally {
            sending.unlock();
        }
    }

    /** Says that nothing more comes; the control plane ends the stream. */
    void finish() {
        sending.lock();
        try {
            if (toControl != null && !finished) {
                finished = true;
                toControl.onCompleted();
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<EdgeMessage> observer) {
        sending.lock();
        try {
            toControl = observer;
        } finally {
            sending.unlock();
        }
        observer.setOnReadyHandler(this::greet);
    }

    private void greet() {
        sending.lock();
        try {
            if (toControl == null || greeted || finished) {
                return;
            }
            greeted = true;
            toControl.onNext(hello.get());
        } finally {
            sending.unlock();
        }
        opened.run();
    }

    @Override
    public void onNext(ControlMessage message) {
        say(answers.apply(message));
    }

    /** Sends answers, also those that took their time; nothing where the stream is over. */
    void say(List<EdgeMessage> messages) {
        sending.lock();
        try {
            if (toControl != null && !finished && !ended.isDone()) {
                messages.forEach(toControl::onNext);
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        ended.complete(Status.OK.withDescription("the control plane ended the stream"));
    }
}
