package io.overt.edge.revocation;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.overt.edge.revocation.Fetched.Body;
import io.overt.edge.revocation.Fetched.Failed;
import io.overt.edge.revocation.Fetched.Fault;
import java.util.function.Consumer;

/** Reads one response and no more of it than allowed. Confined to its channel's event loop. */
final class BodyReader extends SimpleChannelInboundHandler<HttpObject> {
    private final int largest;
    private final Consumer<Fetched> end;
    private final ByteString.Output body = ByteString.newOutput();

    /**
     * @param end hears what came of it; more than once, of which the first counts
     */
    BodyReader(int largest, Consumer<Fetched> end) {
        this.largest = largest;
        this.end = end;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message)
            throws Exception {
        if (message.decoderResult().isFailure()) {
            fail(Fault.NOT_HTTP, String.valueOf(message.decoderResult().cause().getMessage()));
            return;
        }
        if (message instanceof HttpResponse response) {
            head(response);
        }
        if (message instanceof HttpContent content) {
            if (body.size() + content.content().readableBytes() > largest) {
                tooLarge();
                return;
            }
            content.content().readBytes(body, content.content().readableBytes());
        }
        if (message instanceof LastHttpContent) {
            end.accept(new Body(body.toByteString()));
        }
    }

    private void head(HttpResponse response) {
        if (!response.status().equals(HttpResponseStatus.OK)) {
            fail(Fault.STATUS, "status " + response.status().code());
        } else if (HttpUtil.getContentLength(response, 0L) > largest) {
            tooLarge();
        }
    }

    private void tooLarge() {
        fail(Fault.TOO_LARGE, "more than " + largest + " bytes");
    }

    private void fail(Fault fault, String detail) {
        end.accept(new Failed(fault, detail));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(Fault.UNREACHABLE, "closed before the response was whole");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(Fault.UNREACHABLE, String.valueOf(cause.getMessage()));
    }
}
