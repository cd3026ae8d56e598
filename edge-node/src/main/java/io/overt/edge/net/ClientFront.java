package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.ConnectAsked;
import io.overt.edge.flow.Event.ConnectRefused;
import io.overt.edge.flow.Event.HealthChecked;
import io.overt.edge.flow.Event.HelloBegun;
import io.overt.edge.flow.Event.HelloRead;
import io.overt.edge.flow.Event.HelloUnread;
import io.overt.edge.flow.Event.LoopFound;
import io.overt.edge.flow.Event.PlainAsked;
import io.overt.edge.flow.Event.ProxyHeaderFault;
import io.overt.edge.flow.Event.ProxyHeaderRefused;
import io.overt.edge.flow.Event.RefusalSent;
import io.overt.edge.hello.ClientHello;
import io.overt.edge.hello.ClientHelloParser;
import io.overt.edge.hello.HelloPeek;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.http.ProxyRequest.Courtesies;
import io.overt.edge.proxyprotocol.ProxyHeader;
import io.overt.policy.HelloFault;
import io.overt.policy.HostName;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands in a client's pipeline until its bytes have somewhere to go: reads the head of CONNECT or
 * a PROXY header, peeks at the hello, keeps every byte for the handshake or the replay. Reads only
 * what it was asked for. Confined to the event loop.
 */
final class ClientFront extends ChannelInboundHandlerAdapter {
    private final Consumer<Event> events;
    private final ClientHelloParser parser;
    private final int connectHeadLimit;
    private final Http1Limits requestHeads;

    /** Ours in {@code Via}: a request that carries it went round in a circle. */
    private final String pseudonym;

    private @Nullable ChannelHandlerContext context;

    /** All that came from the client and was not consumed by CONNECT. */
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    /** How many of them the parser has seen. */
    private int peeked;

    private Wants wants = Wants.NOTHING;
    private boolean ended;
    private boolean begun;
    private Optional<String> authorization = Optional.empty();
    private String plainHost = "";
    private Function<ProxyHeader.Relayed, Event> announced =
            _ -> new ProxyHeaderRefused(ProxyHeaderFault.MALFORMED, "nobody reads it");

    private enum Wants {
        NOTHING,
        CONNECT_HEAD,
        PROXY_HEADER,
        HELLO,
        /** The end, whatever comes before it. */
        END
    }

    /**
     * @param events where what happens is told
     */
    ClientFront(DataPathSettings settings, Consumer<Event> events) {
        this.parser = new ClientHelloParser(settings.limits().hello());
        this.connectHeadLimit = settings.limits().connectHead();
        this.requestHeads = settings.http();
        this.pseudonym = settings.pseudonym();
        this.events = events;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        bytes = ctx.alloc().buffer(INITIAL_BYTES);
    }

    /**
     * What another front had left, before anything else; in the pipeline already.
     *
     * @param left taken over
     * @param end whether the client has closed its side behind it
     */
    void begin(ByteBuf left, boolean end) {
        bytes.writeBytes(left);
        left.release();
        ended = end;
    }

    void readConnectHead() {
        want(Wants.CONNECT_HEAD);
    }

    /**
     * @param destination makes an event of a header that can be read
     */
    void readProxyHeader(Function<ProxyHeader.Relayed, Event> destination) {
        announced = destination;
        want(Wants.PROXY_HEADER);
    }

    void peekHello() {
        want(Wants.HELLO);
    }

    /** Reads and drops until the client closes, so that closing does not reset what it was told. */
    void awaitEnd() {
        bytes.clear();
        want(Wants.END);
    }

    /** Gives all bytes to the handlers behind, the end of stream if it came, and leaves. */
    void handOver() {
        var ctx = context();
        wants = Wants.NOTHING;
        var all = bytes;
        bytes = Unpooled.EMPTY_BUFFER;
        if (all.isReadable()) {
            ctx.fireChannelRead(all);
            ctx.fireChannelReadComplete();
        } else {
            all.release();
        }
        if (ended) {
            ctx.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
        ctx.pipeline().remove(this);
    }

    /** Whether the client has closed its side. */
    boolean hasEnded() {
        return ended;
    }

    private void want(Wants what) {
        wants = what;
        look();
        if (wants == what && ended) {
            end();
        } else if (wants != Wants.NOTHING) {
            context().read();
        } else if (ended && what == Wants.HELLO) {
            // Nobody could use it when it came, ahead of CONNECT's answer; whoever has the hello
            // now has to know. Later, as an end that comes behind a hello does.
            context().executor().execute(() -> events.accept(new ClientEnded()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var more = (ByteBuf) message;
        try {
            if (wants != Wants.END) {
                bytes.writeBytes(more);
            }
        } finally {
            more.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        look();
        if (wants != Wants.NOTHING && !ended) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete && !ended) {
            look();
            ended = true;
            end();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        events.accept(wants == Wants.END ? new RefusalSent() : new ClientLeft());
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset, or a socket that broke: the channel closes, and channelInactive says so.
        var _ = ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }

    private void look() {
        switch (wants) {
            case CONNECT_HEAD -> lookForConnect();
            case PROXY_HEADER -> lookForProxyHeader();
            case HELLO -> lookForHello();
            case NOTHING, END -> {}
        }
    }

    private void lookForConnect() {
        if (!bytes.isReadable()) {
            return;
        }
        switch (ConnectRequest.parse(ByteBufUtil.getBytes(bytes), connectHeadLimit, requestHeads)) {
            case ConnectRequest.Incomplete() -> {}
            case ConnectRequest.Connect(var target, var headBytes, var courtesies) -> {
                bytes.skipBytes(headBytes);
                asked(courtesies, new ConnectAsked(target));
            }
            case ConnectRequest.Plain(var target, var host, var courtesies) -> {
                plainHost = host;
                asked(courtesies, new PlainAsked(target));
            }
            case ConnectRequest.Refused(var fault, var detail) -> {
                wants = Wants.NOTHING;
                events.accept(new ConnectRefused(fault, detail));
            }
        }
    }

    private void asked(Courtesies courtesies, Event request) {
        wants = Wants.NOTHING;
        authorization = courtesies.authorization();
        events.accept(
                courtesies.via().contains(pseudonym)
                        ? new LoopFound("Via names this edge: " + pseudonym)
                        : request);
    }

    /** The value of {@code Proxy-Authorization}; nobody's to write down. */
    Optional<String> authorization() {
        return authorization;
    }

    /** The host of a plain request, as the filter compares it. */
    String plainHost() {
        return plainHost;
    }

    private void lookForProxyHeader() {
        switch (ProxyHeader.read(ByteBufUtil.getBytes(bytes), connectHeadLimit)) {
            case ProxyHeader.Incomplete() -> {}
            case ProxyHeader.Relayed header -> {
                wants = Wants.NOTHING;
                bytes.skipBytes(header.bytes());
                events.accept(announced.apply(header));
            }
            case ProxyHeader.Local() -> {
                wants = Wants.NOTHING;
                events.accept(new HealthChecked());
            }
            case ProxyHeader.Refused(var detail) -> {
                wants = Wants.NOTHING;
                events.accept(new ProxyHeaderRefused(ProxyHeaderFault.MALFORMED, detail));
            }
        }
    }

    private void lookForHello() {
        var unseen = bytes.readableBytes() - peeked;
        if (unseen == 0) {
            return;
        }
        if (!begun) {
            begun = true;
            events.accept(new HelloBegun());
        }
        var peek = parser.feed(bytes.nioBuffer(bytes.readerIndex() + peeked, unseen));
        peeked += unseen;
        var event =
                switch (peek) {
                    case HelloPeek.NeedMore() -> null;
                    case HelloPeek.Hello(var hello) -> heard(hello);
                    case HelloPeek.NotTls(var detail) ->
                            new HelloUnread(HelloFault.NOT_TLS, detail);
                    case HelloPeek.Malformed(var why) -> new HelloUnread(HelloFault.MALFORMED, why);
                    case HelloPeek.TooLarge(var limit) ->
                            new HelloUnread(
                                    HelloFault.TOO_LARGE, "more than " + limit.bytes() + " bytes");
                };
        if (event != null) {
            wants = Wants.NOTHING;
            events.accept(event);
        }
    }

    /** A server name that policy could not look up must not become "no server name" there. */
    private static Event heard(ClientHello hello) {
        var name = hello.serverName();
        return name.isPresent() && HostName.parse(name.get()).isEmpty()
                ? new HelloUnread(
                        HelloFault.MALFORMED, "server name " + name.get() + " is no host name")
                : new HelloRead(hello);
    }

    /** The client closed its side. */
    private void end() {
        switch (wants) {
            case CONNECT_HEAD, PROXY_HEADER -> {
                wants = Wants.NOTHING;
                events.accept(new ClientLeft());
            }
            case HELLO -> {
                wants = Wants.NOTHING;
                events.accept(
                        bytes.isReadable()
                                ? new HelloUnread(
                                        HelloFault.MALFORMED,
                                        "ended after " + bytes.readableBytes() + " bytes")
                                : new ClientLeft());
            }
            case END -> {
                wants = Wants.NOTHING;
                events.accept(new RefusalSent());
            }
            // The runner asks hasEnded() before it goes on, and a splice passes the end on.
            case NOTHING -> events.accept(new ClientEnded());
        }
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    /** A hello of today, key shares of a post-quantum group included. */
    private static final int INITIAL_BYTES = 2048;
}
