package io.overt.control.web.rest;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.Message;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A call of a gRPC method that came as HTTP: one request, handed to the method as the gRPC server
 * would, and answers handed to a {@link Sink}. Everything that the method hears, it hears on one
 * virtual thread after another, never on two at once.
 */
final class RestCall extends ServerCall<Message, Message> {

    /** Takes what the method says; called by whatever thread the method answers on. */
    interface Sink {
        /** What is said before the first answer. */
        void headers(Metadata headers);

        /** One answer. */
        void message(Message message);

        /** The last thing said. */
        void closed(Status status, Metadata trailers);
    }

    private final ServerMethodDefinition<Message, Message> definition;
    private final Attributes attributes;
    private final Sink sink;
    private final Executor order;
    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile Listener<Message> listener = new Listener<>() {};
    private volatile boolean cancelled;

    RestCall(
            ServerMethodDefinition<Message, Message> definition,
            Attributes attributes,
            Executor threads,
            Sink sink) {
        this.definition = definition;
        this.attributes = attributes;
        this.sink = sink;
        this.order = MoreExecutors.newSequentialExecutor(threads);
    }

    /** Calls the method. Returns at once. */
    void start(Metadata headers, Message request) {
        order.execute(
                () ->
                        context.run(
                                () -> {
                                    listener =
                                            definition
                                                    .getServerCallHandler()
                                                    .startCall(this, headers);
                                    listener.onMessage(request);
                                    listener.onHalfClose();
                                    listener.onReady();
                                }));
    }

    /** Whoever asked is gone. */
    void cancel() {
        if (ended.get()) {
            return;
        }
        cancelled = true;
        // At once, beside the method's own turn: a method that waits hears of it.
        context.cancel(null);
        order.execute(() -> context.run(() -> listener.onCancel()));
    }

    /** One answer has left this process. */
    void consumed() {
        if (underWay.decrementAndGet() == MOST_UNDER_WAY - 1) {
            order.execute(() -> context.run(() -> listener.onReady()));
        }
    }

    @Override
    public void request(int numMessages) {
        // There is one, and it has been handed over.
    }

    @Override
    public void sendHeaders(Metadata headers) {
        sink.headers(headers);
    }

    @Override
    public boolean isReady() {
        return !cancelled && underWay.get() < MOST_UNDER_WAY;
    }

    @Override
    public void sendMessage(Message message) {
        underWay.incrementAndGet();
        sink.message(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (!ended.compareAndSet(false, true)) {
            throw new IllegalStateException("call already closed");
        }
        sink.closed(status, trailers);
        order.execute(
                () -> {
                    context.run(() -> listener.onComplete());
                    context.cancel(null);
                });
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public Attributes getAttributes() {
        return attributes;
    }

    @Override
    public MethodDescriptor<Message, Message> getMethodDescriptor() {
        return definition.getMethodDescriptor();
    }

    /** Answers of a stream that wait for a slow reader. */
    private static final int MOST_UNDER_WAY = 16;
}
