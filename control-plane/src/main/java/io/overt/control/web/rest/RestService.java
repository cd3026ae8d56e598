package io.overt.control.web.rest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.Status;
import io.overt.control.web.rest.RequestReader.Read;
import io.overt.control.web.rest.RestRoutes.Found;
import io.overt.control.web.rest.StreamAnswer.Framing;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Everything under {@code /v1/}. Thread-safe. */
public final class RestService implements HttpService, AutoCloseable {
    private final RestRoutes routes;
    private final Executor threads;
    private final Semaphore places = new Semaphore(MOST_STREAMS);
    private final Set<StreamAnswer> streams = ConcurrentHashMap.newKeySet();

    /**
     * Serves these.
     *
     * @param threads makes one for each call; a call may block it
     */
    public RestService(RestRoutes routes, Executor threads) {
        this.routes = routes;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        return switch (routes.find(request.method().name(), ctx.path())) {
            case Found.Nothing _ ->
                    Problem.of(ProblemType.NOT_FOUND, "no such path: " + ctx.path()).response(ctx);
            case Found.OtherMethods(var allow) -> Problem.notAllowed(allow).response(ctx);
            case Found.Route found ->
                    HttpResponse.of(
                            request.aggregate()
                                    .thenApplyAsync(whole -> answer(ctx, whole, found), threads)
                                    .exceptionally(failure -> failed(ctx, failure)));
        };
    }

    private HttpResponse answer(
            ServiceRequestContext ctx, AggregatedHttpRequest request, Found.Route found) {
        var route = found.route();
        var refused = refused(route, request);
        if (refused.isPresent()) {
            return refused.get().response(ctx);
        }
        var read =
                switch (route.body()) {
                    case NONE -> RequestReader.query(route, found.path(), ctx.queryParams());
                    case WHOLE ->
                            RequestReader.body(
                                    route,
                                    found.path(),
                                    ctx.queryParams(),
                                    request.content().array());
                };
        return switch (RequestReader.expecting(
                read, EntityTags.precondition(request.headers(), route))) {
            case Read.Wrong(var wrong) -> Problem.malformed(wrong).response(ctx);
            case Read.Whole(var message) -> call(ctx, route, request, message);
        };
    }

    private static Optional<Problem> refused(RestRoute route, AggregatedHttpRequest request) {
        if (answerType(route, request).isEmpty()) {
            return Optional.of(
                    Problem.of(
                            ProblemType.NOT_ACCEPTABLE,
                            request.headers().get(HttpHeaderNames.ACCEPT, "")
                                    + " (expected: "
                                    + String.join(
                                            " or ",
                                            answerTypes(route).stream()
                                                    .map(MediaType::toString)
                                                    .toList())
                                    + ")"));
        }
        return switch (route.body()) {
            case NONE ->
                    request.content().isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    Problem.of(
                                            ProblemType.MALFORMED_REQUEST,
                                            "a body of "
                                                    + request.content().length()
                                                    + " bytes (expected: none)"));
            case WHOLE -> {
                // Asked for strictly: a page elsewhere can send a form, and no JSON unasked.
                var type = request.contentType();
                yield type != null && type.is(MediaType.JSON)
                        ? Optional.empty()
                        : Optional.of(
                                Problem.of(
                                        ProblemType.UNSUPPORTED_MEDIA_TYPE,
                                        (type == null ? "no content-type" : type.toString())
                                                + " (expected: application/json)"));
            }
        };
    }

    /** What a route can answer with, the preferred one first. */
    static List<MediaType> answerTypes(RestRoute route) {
        return route.method().isServerStreaming()
                ? List.of(Framing.LINES.type(), Framing.EVENTS.type())
                : List.of(MediaType.JSON);
    }

    private static Optional<MediaType> answerType(RestRoute route, AggregatedHttpRequest request) {
        var accept = request.headers().accept();
        var types = answerTypes(route);
        return accept.isEmpty()
                ? Optional.of(types.getFirst())
                : accept.stream()
                        .flatMap(each -> types.stream().filter(type -> type.belongsTo(each)))
                        .findFirst();
    }

    private HttpResponse call(
            ServiceRequestContext ctx,
            RestRoute route,
            AggregatedHttpRequest request,
            Message message) {
        var answer = new CompletableFuture<HttpResponse>();
        if (route.method().isServerStreaming()) {
            var type = answerType(route, request).orElseThrow();
            return stream(
                    ctx,
                    route,
                    type.equals(Framing.EVENTS.type()) ? Framing.EVENTS : Framing.LINES,
                    message,
                    answer);
        }
        var call =
                new RestCall(
                        route.definition(),
                        CallerAttributes.of(ctx),
                        threads,
                        new OneAnswer(ctx, answer));
        var _ = ctx.whenRequestCancelled().thenAccept(_ -> call.cancel());
        call.start(metadata(ctx), message);
        return HttpResponse.of(answer);
    }

    private HttpResponse stream(
            ServiceRequestContext ctx,
            RestRoute route,
            Framing framing,
            Message message,
            CompletableFuture<HttpResponse> answer) {
        if (!places.tryAcquire()) {
            return Problem.of(
                            ProblemType.UNAVAILABLE,
                            MOST_STREAMS + " streams are open (expected: fewer)")
                    .response(ctx);
        }
        var stream = new AtomicReference<StreamAnswer>();
        var sink =
                new StreamAnswer(
                        ctx,
                        framing,
                        answer,
                        () -> {
                            places.release();
                            Optional.ofNullable(stream.get()).ifPresent(streams::remove);
                        });
        stream.set(sink);
        streams.add(sink);
        var call = new RestCall(route.definition(), CallerAttributes.of(ctx), threads, sink);
        sink.of(call);
        var _ = ctx.whenRequestCancelled().thenAccept(_ -> call.cancel());
        call.start(metadata(ctx), message);
        return HttpResponse.of(answer);
    }

    /** Ends every stream with a word to whoever reads it; new ones end at once. */
    @Override
    public void close() {
        places.drainPermits();
        List.copyOf(streams).forEach(StreamAnswer::stop);
    }

    /** Waits for the one message of a call and its status. */
    private static final class OneAnswer implements RestCall.Sink {
        private final ServiceRequestContext ctx;
        private final CompletableFuture<HttpResponse> answer;
        private volatile @Nullable Message message;
        private volatile boolean replayed;

        OneAnswer(ServiceRequestContext ctx, CompletableFuture<HttpResponse> answer) {
            this.ctx = ctx;
            this.answer = answer;
        }

        @Override
        public void headers(Metadata headers) {
            replayed = headers.containsKey(REPLAYED);
        }

        @Override
        public void message(Message one) {
            message = one;
        }

        @Override
        public void closed(Status status, Metadata trailers) {
            var found = message;
            if (!status.isOk()) {
                answer.complete(GrpcProblems.of(status, trailers).response(ctx));
            } else if (found == null) {
                answer.complete(
                        Problem.of(ProblemType.INTERNAL, "a method ended without an answer")
                                .response(ctx));
            } else {
                answer.complete(json(ctx, found, replayed));
            }
        }
    }

    private static HttpResponse json(ServiceRequestContext ctx, Message message, boolean replayed) {
        var text = print(message);
        var headers =
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON)
                        // Kept by whoever asked, and asked about each time.
                        .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache");
        if (replayed) {
            headers.set("idempotency-replayed", "true");
        }
        if (ctx.method() == HttpMethod.GET) {
            var tag = EntityTags.of(message, text);
            headers.set(HttpHeaderNames.ETAG, tag);
            if (EntityTags.isKnown(ctx.request().headers(), tag)) {
                return HttpResponse.of(headers.status(HttpStatus.NOT_MODIFIED).build());
            }
        }
        return HttpResponse.of(headers.build(), HttpData.ofUtf8(text));
    }

    /** Fields by the names of the .proto files, those without a value as well. */
    static String print(Message message) {
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .alwaysPrintFieldsWithNoPresence()
                    .omittingInsignificantWhitespace()
                    .print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    message.getDescriptorForType().getFullName() + ": cannot be JSON", e);
        }
    }

    /** What interceptors may want to read: never what is this hop's own. */
    private static Metadata metadata(ServiceRequestContext ctx) {
        var metadata = new Metadata();
        for (var header : ctx.request().headers()) {
            var name = header.getKey().toString();
            if (PASSED_ON.contains(name)) {
                metadata.put(
                        Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
            }
        }
        metadata.put(
                Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER),
                RequestId.of(ctx));
        return metadata;
    }

    private static HttpResponse failed(ServiceRequestContext ctx, Throwable failure) {
        var cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return Failures.problem(ctx, cause).response(ctx);
    }

    /** A person has one or two open, in each window of the console. */
    private static final int MOST_STREAMS = 500;

    private static final Metadata.Key<String> REPLAYED =
            Metadata.Key.of("idempotency-replayed", Metadata.ASCII_STRING_MARSHALLER);

    private static final Set<String> PASSED_ON =
            Set.of(
                    "authorization",
                    "cookie",
                    "idempotency-key",
                    "user-agent",
                    "origin",
                    "sec-fetch-site");
}
