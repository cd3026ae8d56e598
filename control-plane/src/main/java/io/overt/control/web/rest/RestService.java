package io.overt.control.web.rest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Everything under {@code /v1/}. Thread-safe. */
public final class RestService implements HttpService {
    private final RestRoutes routes;
    private final Executor threads;

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
        return switch (read) {
            case Read.Wrong(var places) -> Problem.malformed(places).response(ctx);
            case Read.Whole(var message) -> call(ctx, route, message);
        };
    }

    private static Optional<Problem> refused(RestRoute route, AggregatedHttpRequest request) {
        var accept = request.headers().accept();
        if (!accept.isEmpty()
                && accept.stream().noneMatch(each -> MediaType.JSON.belongsTo(each))) {
            return Optional.of(
                    Problem.of(
                            ProblemType.NOT_ACCEPTABLE,
                            request.headers().get(HttpHeaderNames.ACCEPT, "")
                                    + " (expected: application/json)"));
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

    private HttpResponse call(ServiceRequestContext ctx, RestRoute route, Message message) {
        var answer = new CompletableFuture<HttpResponse>();
        var call =
                new RestCall(
                        route.definition(),
                        CallerAttributes.of(ctx),
                        threads,
                        new OneAnswer(ctx, answer));
        ctx.whenRequestCancelled().thenAccept(_ -> call.cancel());
        call.start(metadata(ctx), message);
        return HttpResponse.of(answer);
    }

    /** Waits for the one message of a call and its status. */
    private static final class OneAnswer implements RestCall.Sink {
        private final ServiceRequestContext ctx;
        private final CompletableFuture<HttpResponse> answer;
        private volatile @Nullable Message message;

        OneAnswer(ServiceRequestContext ctx, CompletableFuture<HttpResponse> answer) {
            this.ctx = ctx;
            this.answer = answer;
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
                answer.complete(json(found));
            }
        }
    }

    private static HttpResponse json(Message message) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON)
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .build(),
                HttpData.ofUtf8(print(message)));
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

    private static final Set<String> PASSED_ON =
            Set.of("authorization", "cookie", "user-agent", "origin", "sec-fetch-site");
}
