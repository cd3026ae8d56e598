package io.overt.control.web;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServerTlsConfig;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.overt.control.web.openapi.ApiPage;
import io.overt.control.web.openapi.OpenApi;
import io.overt.control.web.rest.CallerAttributes;
import io.overt.control.web.rest.Failures;
import io.overt.control.web.rest.RequestId;
import io.overt.control.web.rest.RestRoutes;
import io.overt.control.web.rest.RestService;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The second listener of a control plane: HTTPS, HTTP/1.1 and HTTP/2, for browsers and for whoever
 * speaks HTTP and JSON; gRPC too. Thread-safe; whoever starts it closes it.
 */
public final class WebServer implements AutoCloseable {
    private final Server server;
    private final WebTls tls;
    private final RestService rest;
    private final ExecutorService calls;
    private final InetSocketAddress address;

    /** Something that is served beside the services and the console. */
    public record Part(String path, HttpService service) {}

    /** What is wrong with the files of these settings, if anything is; starts nothing. */
    public static Optional<String> problem(WebSettings settings) {
        try (var _ = new WebTls(settings)) {
            return Optional.empty();
        } catch (StartException e) {
            return Optional.of("web: " + e.getMessage());
        }
    }

    /**
     * Binds and serves.
     *
     * @param services behind their gates and backstops
     * @param webParts what else is served, each exactly there
     * @throws StartException when a file cannot be used or the address not be listened on
     */
    public static WebServer start(
            WebSettings settings,
            List<ServerServiceDefinition> services,
            List<Part> webParts,
            MeterRegistry meters)
            throws StartException {
        var tls = new WebTls(settings);
        var calls =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("web-", 0).factory());
        var routes = new RestRoutes(services);
        var rest = new RestService(routes, calls);
        var description = new OpenApi(routes);
        var grpc =
                GrpcService.builder()
                        .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                        .maxRequestMessageLength(Math.toIntExact(settings.maxBody()))
                        .useBlockingTaskExecutor(true)
                        .intercept(new CallerAttributes());
        services.forEach(grpc::addService);
        var builder =
                Server.builder()
                        .port(settings.listen(), SessionProtocol.HTTPS)
                        .tlsProvider(
                                tls,
                                ServerTlsConfig.builder()
                                        // Asked for, not insisted on: people sign in otherwise.
                                        .clientAuth(
                                                settings.clientTrustAnchors().isPresent()
                                                        ? ClientAuth.OPTIONAL
                                                        : ClientAuth.NONE)
                                        .build())
                        .meterRegistry(meters)
                        .blockingTaskExecutor(
                                BlockingTaskExecutor.of(
                                        new ScheduledThreadPoolExecutor(
                                                GRPC_CALLS,
                                                Thread.ofVirtual().name("web-grpc-", 0).factory())),
                                true)
                        .maxNumConnections(settings.maxConnections())
                        .idleTimeout(settings.idleTimeout())
                        .requestTimeout(settings.requestTimeout())
                        .maxRequestLength(settings.maxBody())
                        .http1MaxInitialLineLength(MOST_HEADER_BYTES)
                        .http1MaxHeaderSize(MOST_HEADER_BYTES)
                        .http2MaxHeaderListSize(MOST_HEADER_BYTES)
                        .http2MaxStreamsPerConnection(100)
                        .gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(5))
                        .disableServerHeader()
                        .errorHandler(new Errors())
                        .decorator(
                                (delegate, ctx, request) -> {
                                    ctx.mutateAdditionalResponseHeaders(
                                            headers ->
                                                    headers.add(BrowserHeaders.ALL)
                                                            .set(
                                                                    HttpHeaderNames.X_REQUEST_ID,
                                                                    RequestId.of(ctx)));
                                    return delegate.serve(ctx, request);
                                })
                        .service(grpc.build())
                        .serviceUnder("/v1/", rest)
                        .service(
                                "/openapi.json",
                                new Content(MediaType.JSON, utf8(description.json())))
                        .service(
                                "/docs/",
                                new Content(
                                        MediaType.HTML_UTF_8,
                                        utf8(new ApiPage(description.document()).html())))
                        .service("/docs", (_, _) -> HttpResponse.ofRedirect("/docs/"))
                        .serviceUnder("/pages/", new StaticFiles("/io/overt/control/web/pages/"))
                        .serviceUnder("/", new StaticFiles("/io/overt/control/web/console/"));
        webParts.forEach(part -> builder.service(part.path(), part.service()));
        var server = builder.build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            calls.shutdown();
            tls.close();
            throw e.getCause() instanceof IOException cause
                    ? StartException.listen(settings.listen(), cause)
                    : new StartException("web: " + e.getCause(), e);
        }
        return new WebServer(server, tls.watching(), rest, calls, settings.listen());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private WebServer(
            Server server,
            WebTls tls,
            RestService rest,
            ExecutorService calls,
            InetSocketAddress listen) {
        this.server = server;
        this.tls = tls;
        this.rest = rest;
        this.calls = calls;
        this.address = new InetSocketAddress(listen.getAddress(), server.activeLocalPort());
    }

    /** Where it listens; the port is the system's choice where 0 was asked for. */
    public InetSocketAddress address() {
        return address;
    }

    /** Takes no new requests, lets those under way finish for five seconds. */
    @Override
    public void close() {
        rest.close();
        server.stop().join();
        tls.close();
        calls.shutdownNow();
    }

    /** The framework's own answers, in the one form that failures have here. */
    private static final class Errors implements ServerErrorHandler {
        @Override
        public HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
            return Failures.problem(ctx, cause).response(ctx);
        }

        @Override
        public AggregatedHttpResponse renderStatus(
                @Nullable ServiceRequestContext ctx,
                ServiceConfig config,
                @Nullable RequestHeaders headers,
                HttpStatus status,
                @Nullable String description,
                @Nullable Throwable cause) {
            var problem =
                    Failures.ofStatus(
                            status.code(),
                            description == null ? status.reasonPhrase() : description);
            return AggregatedHttpResponse.of(
                    problem.head(),
                    HttpData.ofUtf8(problem.json(ctx == null ? "" : RequestId.of(ctx))));
        }
    }

    /** A bearer's token and a few cookies are in it. */
    private static final int MOST_HEADER_BYTES = 16 << 10;

    /** At once, each on a virtual thread; the next one waits. */
    private static final int GRPC_CALLS = 1_000;
}
