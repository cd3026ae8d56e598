package io.overt.signer.publish;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.overt.signer.publish.PublicationMeters.Ended;
import io.overt.signer.publish.PublishedSite.Area;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads a request, has what it asks for fetched, answers, and reads the next. At
 * any moment one deadline runs, for whatever is awaited of the client. Confined to the event loop.
 */
final class PublicationHandler extends ChannelInboundHandlerAdapter {

    /** What came of looking for what was asked for. */
    private sealed interface Fetched {
        record Found(Document document) implements Fetched {}

        record Absent() implements Fetched {}

        record Unreadable() implements Fetched {}
    }

    /** Whose move it is. */
    private enum Turn {
        /** The client's: to send. */
        CLIENT,
        /** Ours: to answer. */
        OURS,
        /** Nobody's: the connection ends. */
        OVER
    }

    private final PublishedSite site;
    private final ExecutorService fetching;
    private final Duration deadline;
    private final PublicationMeters meters;

    /** What came with one read and waits for the answer before it; no more is read meanwhile. */
    private final Deque<HttpObject> waiting = new ArrayDeque<>();

    private Turn turn = Turn.CLIENT;
    private @Nullable HttpRequest request;
    private @Nullable Future<?> running;

    PublicationHandler(
            PublishedSite site,
            ExecutorService fetching,
            Duration deadline,
            PublicationMeters meters) {
        this.site = site;
        this.fetching = fetching;
        this.deadline = deadline;
        this.meters = meters;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        await(context);
        context.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
        turn = Turn.OVER;
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        waiting.add((HttpObject) message);
        goOn(context);
    }

    private void goOn(ChannelHandlerContext context) {
        while (turn == Turn.CLIENT) {
            HttpObject part = waiting.poll();
            if (part == null) {
                context.read();
                return;
            }
            try {
                take(context, part);
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
    }

    private void take(ChannelHandlerContext context, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            meters.ended(Ended.MALFORMED);
            refuse(context, Area.OTHER, status(part.decoderResult().cause()));
            return;
        }
        if (part instanceof HttpRequest head) {
            if (HttpUtil.isTransferEncodingChunked(head)
                    || !head.headers().get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")) {
                // Nothing here takes content: RFC 9110 §9.3.1 has no meaning for it with GET.
                meters.ended(Ended.MALFORMED);
                refuse(context, area(head), HttpResponseStatus.BAD_REQUEST);
                return;
            }
            // RFC 9112 §3.2.
            if (head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                    && head.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
                meters.ended(Ended.MALFORMED);
                refuse(context, area(head), HttpResponseStatus.BAD_REQUEST);
                return;
            }
            request = head;
        }
        HttpRequest asked = request;
        if (part instanceof LastHttpContent && asked != null) {
            request = null;
            turn = Turn.OURS;
            stopWaiting();
            answer(context, asked);
        }
    }

    private void answer(ChannelHandlerContext context, HttpRequest asked) {
        if (!asked.method().equals(HttpMethod.GET) && !asked.method().equals(HttpMethod.HEAD)) {
            FullHttpResponse no = plain(HttpResponseStatus.METHOD_NOT_ALLOWED);
            no.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            send(context, asked, no);
            return;
        }
        try {
            fetching.execute(
                    () -> {
                        Fetched fetched = fetch(Requests.path(asked.uri()));
                        context.executor().execute(() -> send(context, asked, fetched));
                    });
        } catch (RejectedExecutionException _) {
            var _ = context.close(); // the server is closing
        }
    }

    private Fetched fetch(String path) {
        try {
            return site.at(path).<Fetched>map(Fetched.Found::new).orElseGet(Fetched.Absent::new);
        } catch (IOException e) {
            LOG.atError().setCause(e).addKeyValue("path", path).log("cannot be published");
            return new Fetched.Unreadable();
        }
    }

    private void send(ChannelHandlerContext context, HttpRequest asked, Fetched fetched) {
        send(
                context,
                asked,
                switch (fetched) {
                    case Fetched.Found(Document document) -> found(asked, document);
                    case Fetched.Absent() -> plain(HttpResponseStatus.NOT_FOUND);
                    case Fetched.Unreadable() -> plain(HttpResponseStatus.INTERNAL_SERVER_ERROR);
                });
    }

    private static FullHttpResponse found(HttpRequest asked, Document document) {
        FullHttpResponse response =
                Requests.has(asked.headers(), document)
                        ? new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.NOT_MODIFIED,
                                Unpooled.EMPTY_BUFFER)
                        : new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.OK,
                                Unpooled.wrappedBuffer(document.content()));
        // RFC 9110 §15.4.5: a 304 has what the 200 would have had of these.
        response.headers()
                .set(HttpHeaderNames.CACHE_CONTROL, document.cacheControl())
                .set(HttpHeaderNames.ETAG, document.entityTag())
                .set(
                        HttpHeaderNames.LAST_MODIFIED,
                        DateFormatter.format(Date.from(Requests.seconds(document.changed()))));
        if (response.status().equals(HttpResponseStatus.OK)) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, document.contentType())
                    .set(HttpHeaderNames.CONTENT_LENGTH, document.content().length)
                    .set("x-content-type-options", "nosniff");
        }
        return response;
    }

    private void send(ChannelHandlerContext context, HttpRequest asked, FullHttpResponse answer) {
        meters.answered(area(asked), answer.status().code());
        boolean goesOn = HttpUtil.isKeepAlive(asked);
        HttpUtil.setKeepAlive(answer.headers(), asked.protocolVersion(), goesOn);
        write(context, answer, goesOn ? this::next : PublicationHandler::end);
    }

    /** For what is no request that could be answered: the connection ends with it. */
    private void refuse(ChannelHandlerContext context, Area area, HttpResponseStatus status) {
        turn = Turn.OVER;
        stopWaiting();
        meters.answered(area, status.code());
        FullHttpResponse answer = plain(status);
        answer.headers().set(HttpHeaderNames.CONNECTION, "close");
        write(context, answer, PublicationHandler::end);
    }

    private interface Then {
        void go(ChannelHandlerContext context);
    }

    private void write(ChannelHandlerContext context, FullHttpResponse answer, Then then) {
        // RFC 9110 §6.6.1.
        answer.headers()
                .set(HttpHeaderNames.DATE, DateFormatter.format(Date.from(site.clock().instant())));
        await(context); // it has to be taken, too
        context.writeAndFlush(answer)
                .addListener(
                        (ChannelFutureListener)
                                written -> {
                                    stopWaiting();
                                    if (written.isSuccess()) {
                                        then.go(context);
                                    } else {
                                        var _ = context.close();
                                    }
                                });
    }

    private void next(ChannelHandlerContext context) {
        turn = Turn.CLIENT;
        await(context);
        goOn(context);
    }

    private static void end(ChannelHandlerContext context) {
        var _ = context.close();
    }

    private static FullHttpResponse plain(HttpResponseStatus status) {
        byte[] text = (status.reasonPhrase() + "\n").getBytes(StandardCharsets.US_ASCII);
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(text));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.length);
        return response;
    }

    private static Area area(HttpRequest asked) {
        return Area.of(Requests.path(asked.uri()));
    }

    private static HttpResponseStatus status(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case TooLongHttpHeaderException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            case null, default -> HttpResponseStatus.BAD_REQUEST;
        };
    }

    /** One deadline for a whole request or answer: a byte now and then does not put it off. */
    private void await(ChannelHandlerContext context) {
        stopWaiting();
        running =
                context.executor()
                        .schedule(
                                () -> {
                                    meters.ended(Ended.DEADLINE);
                                    var _ = context.close();
                                },
                                deadline.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    private void stopWaiting() {
        Future<?> deadlineOf = running;
        running = null;
        if (deadlineOf != null) {
            deadlineOf.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case IOException e -> LOG.atDebug().setCause(e).log("a client is gone");
            default -> LOG.atError().setCause(cause).log("a connection ended in a defect");
        }
        var _ = context.close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(PublicationHandler.class);
}
