package io.overt.control.web.rest;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Many answers to one request: one JSON document a line, or server-sent events. The first message
 * decides the status: what fails before it is an ordinary problem, what fails after it is the
 * stream's last line. Guarded by itself; messages come from threads of the method, the end also
 * from whoever stops the server.
 */
final class StreamAnswer implements RestCall.Sink {

    /** How messages are framed. */
    enum Framing {
        /** {@code application/x-ndjson}: a line each, the last one a problem if it failed. */
        LINES,
        /** {@code text/event-stream}: events named message, problem and end. */
        EVENTS;

        MediaType type() {
            return switch (this) {
                case LINES -> NDJSON;
                case EVENTS -> MediaType.EVENT_STREAM;
            };
        }

        private static final MediaType NDJSON = MediaType.create("application", "x-ndjson");
    }

    private final ServiceRequestContext ctx;
    private final Framing framing;
    private final CompletableFuture<HttpResponse> answer;
    private final HttpResponseWriter writer = HttpResponse.streaming();
    private final Runnable ended;
    private @Nullable RestCall call;
    private @Nullable ScheduledFuture<?> heartbeat;
    private boolean begun;
    private boolean over;

    /**
     * Answers this request.
     *
     * @param ended told once when the stream is over, for whatever reason
     */
    StreamAnswer(
            ServiceRequestContext ctx,
            Framing framing,
            CompletableFuture<HttpResponse> answer,
            Runnable ended) {
        this.ctx = ctx;
        this.framing = framing;
        this.answer = answer;
        this.ended = ended;
    }

    /** Whom to tell that a message has left, and that nobody listens any more. */
    synchronized void of(RestCall source) {
        call = source;
        var _ =
                writer.whenComplete()
                        .handle(
                                (_, failure) -> {
                                    if (failure != null) {
                                        over();
                                        source.cancel();
                                    }
                                    return null;
                                });
    }

    @Override
    public void headers(Metadata headers) {
        // Streams are not replayed: there is nothing in them for HTTP.
    }

    @Override
    public synchronized void message(Message message) {
        if (over) {
            return;
        }
        begin();
        write(
                switch (framing) {
                    case LINES -> RestService.print(message) + "\n";
                    case EVENTS -> event("message", RestService.print(message));
                });
        var source = call;
        var _ =
                writer.whenConsumed()
                        .thenRun(
                                () -> {
                                    if (source != null) {
                                        source.consumed();
                                    }
                                });
    }

    @Override
    public synchronized void closed(Status status, Metadata trailers) {
        if (over) {
            return;
        }
        if (!status.isOk()) {
            fail(GrpcProblems.of(status, trailers));
            return;
        }
        begin();
        if (framing == Framing.EVENTS) {
            // A browser would connect again: told that this was the end, a page closes.
            write(event("end", "{}"));
        }
        over();
        writer.close();
    }

    /** The server is about to stop. */
    void stop() {
        RestCall source;
        synchronized (this) {
            if (!over) {
                fail(
                        Problem.of(
                                ProblemType.UNAVAILABLE,
                                "the server is stopping; connect again in a moment"));
            }
            source = call;
        }
        if (source != null) {
            source.cancel();
        }
    }

    private void fail(Problem problem) {
        if (!begun) {
            begun = true;
            over();
            answer.complete(problem.response(ctx));
            writer.abort();
            return;
        }
        var json = problem.json(RequestId.of(ctx));
        write(
                switch (framing) {
                    case LINES -> "{\"problem\":" + json + "}\n";
                    case EVENTS -> event("problem", json);
                });
        over();
        writer.close();
    }

    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        ctx.clearRequestTimeout();
        writer.write(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(framing.type())
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        // Proxies in front that gather answers are asked not to.
                        .set("x-accel-buffering", "no")
                        .build());
        if (framing == Framing.EVENTS) {
            heartbeat =
                    ctx.eventLoop()
                            .withoutContext()
                            .scheduleAtFixedRate(
                                    this::beat,
                                    HEARTBEAT_SECONDS,
                                    HEARTBEAT_SECONDS,
                                    TimeUnit.SECONDS);
        }
        answer.complete(writer);
    }

    private synchronized void beat() {
        if (!over) {
            write(": still here\n\n");
        }
    }

    private void over() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            if (heartbeat != null) {
                heartbeat.cancel(false);
            }
        }
        ended.run();
    }

    private void write(String text) {
        // Closed by the peer meanwhile: its completion says so.
        var _ = writer.tryWrite(HttpData.ofUtf8(text));
    }

    private static String event(String name, String json) {
        return "event: " + name + "\ndata: " + json + "\n\n";
    }

    /** A proxy in between closes what is silent for a minute. */
    private static final long HEARTBEAT_SECONDS = 15;
}
