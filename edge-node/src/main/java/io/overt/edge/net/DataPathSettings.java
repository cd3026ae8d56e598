package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Listener;
import io.overt.edge.flow.Stage;
import io.overt.edge.hello.HelloLimit;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.login.LoginSettings;
import io.overt.policy.Cidr;
import io.overt.policy.HostPattern;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How the data path is set up. Validated by whoever reads the configuration file.
 *
 * @param site the site that policy conditions and records name
 * @param edge this edge's name
 * @param listeners at least one
 * @param upstreamSource whose address upstreams see
 * @param parentProxy the proxy through which upstreams are reached, where it must be
 * @param threads event loops; 0 means one a processor
 * @param keepAlive of TCP, on both legs
 * @param notice who says on block pages that connections are inspected
 */
public record DataPathSettings(
        String site,
        String edge,
        List<ListenerSettings> listeners,
        UpstreamSource upstreamSource,
        Optional<ParentProxy> parentProxy,
        int threads,
        Limits limits,
        Deadlines deadlines,
        KeepAlive keepAlive,
        Http1Limits http,
        Notice notice) {

    public DataPathSettings {
        listeners = List.copyOf(listeners);
    }

    /** The listener of this name, which must be one of these. */
    ListenerSettings listener(String name) {
        return listeners.stream()
                .filter(each -> each.listener().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no listener " + name));
    }

    /**
     * These settings with all that {@code next} may change while connections are open. The rest is
     * sockets, threads, queues and what was made of files at the start.
     */
    public DataPathSettings taking(DataPathSettings next) {
        return new DataPathSettings(
                site,
                edge,
                listeners.stream().map(each -> each.taking(next.listeners)).toList(),
                next.upstreamSource,
                parentProxy,
                threads,
                next.limits.withQueues(limits),
                next.deadlines,
                next.keepAlive,
                next.http,
                next.notice);
    }

    /**
     * Who we are in {@code Via}, in lower case. It goes out to strangers with plain requests and
     * has to be ours alone, so it is neither the edge's name, which other sites have too, nor the
     * site's (RFC 9110 §7.6.3: no names of hosts within the firewall).
     */
    public String pseudonym() {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest((site + "/" + edge).getBytes(StandardCharsets.UTF_8));
            return "overt-" + HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has SHA-256 (MessageDigest's own contract).
            throw new IllegalStateException(e);
        }
    }

    /**
     * One listening socket.
     *
     * @param listener its name and how it learns the original destination
     * @param bind {@code [::]:port} serves IPv4 and IPv6 alike
     * @param localDestinations whether a client of an explicit proxy, or a load balancer, may ask
     *     for what is local to this edge
     * @param balancers who may say by a PROXY header whose connection it is; nobody elsewhere than
     *     on a proxy-protocol listener
     * @param authentication whom an explicit proxy serves; empty: whoever can reach it
     */
    public record ListenerSettings(
            Listener listener,
            InetSocketAddress bind,
            LocalDestinations localDestinations,
            List<Cidr> balancers,
            Optional<LoginSettings> authentication) {

        public ListenerSettings {
            balancers = List.copyOf(balancers);
        }

        /** With what the listener of the same name among {@code next} may change. */
        private ListenerSettings taking(List<ListenerSettings> next) {
            return next.stream()
                    .filter(each -> each.listener.equals(listener))
                    .findFirst()
                    .map(
                            each ->
                                    new ListenerSettings(
                                            listener,
                                            bind,
                                            each.localDestinations,
                                            each.balancers,
                                            authentication))
                    .orElse(this);
        }

        public ListenerSettings(
                Listener listener, InetSocketAddress bind, LocalDestinations localDestinations) {
            this(listener, bind, localDestinations, List.of(), Optional.empty());
        }
    }

    /**
     * May a CONNECT or a PROXY header lead to loopback, link-local or this machine's own addresses?
     */
    public enum LocalDestinations {
        /** The usual: otherwise the proxy is a way to whatever trusts the edge's own address. */
        REFUSED,
        ALLOWED
    }

    /** Whose address upstreams see. */
    public enum UpstreamSource {
        EDGE,
        /** The client's own, by IP_TRANSPARENT; needs routing that brings the answers back. */
        CLIENT
    }

    /**
     * An HTTP proxy between us and upstreams.
     *
     * @param address unresolved where it is a name; that is looked up again every half minute
     * @param credentials a file with one line, {@code user:password}
     * @param exceptNetworks addresses that are reached without it
     * @param exceptHosts names that are, where the client has named a host to the explicit proxy
     */
    public record ParentProxy(
            InetSocketAddress address,
            Optional<Path> credentials,
            List<Cidr> exceptNetworks,
            List<HostPattern> exceptHosts) {
        public ParentProxy {
            exceptNetworks = List.copyOf(exceptNetworks);
            exceptHosts = List.copyOf(exceptHosts);
        }
    }

    /** The words of block pages. */
    public record Notice(String organisation, Optional<URI> url) {}

    /**
     * Bounds on what clients can make us hold.
     *
     * @param connections open at once; one more is told no without being read
     * @param clientConnections of these, held by one client (an IPv4 address, an IPv6 /64)
     * @param fairShare whether a client that holds much is refused before others are
     * @param hellos connections whose hello is awaited, at once; one more is told no unread
     * @param refusals refused clients that are being told so at once; one more is reset
     * @param inspections of these, inspected at once; one more is what the rule says on overload
     * @param hello bytes read while waiting for a hello
     * @param connectHead bytes of a CONNECT request's head, or of a PROXY header
     * @param verifications chains waiting to be verified
     * @param resolutions names waiting to be resolved
     */
    public record Limits(
            int connections,
            int clientConnections,
            FairShare fairShare,
            int hellos,
            int refusals,
            int inspections,
            HelloLimit hello,
            int connectHead,
            int verifications,
            int resolutions) {

        public static final Limits DEFAULT =
                new Limits(
                        20_000,
                        5_000,
                        FairShare.ON,
                        4_096,
                        1_024,
                        10_000,
                        HelloLimit.DEFAULT,
                        16 * 1024,
                        1_024,
                        1_024);

        /** With the lengths of queues of {@code other}. */
        private Limits withQueues(Limits other) {
            return new Limits(
                    connections,
                    clientConnections,
                    fairShare,
                    hellos,
                    refusals,
                    inspections,
                    hello,
                    connectHead,
                    other.verifications,
                    other.resolutions);
        }

        /** For a connection of which it is not known yet whose it is. */
        Limits withoutClients() {
            return new Limits(
                    connections,
                    connections,
                    FairShare.OFF,
                    hellos,
                    refusals,
                    inspections,
                    hello,
                    connectHead,
                    verifications,
                    resolutions);
        }
    }

    /** Whether places are shared fairly among clients while few are free. */
    public enum FairShare {
        /** A client may take another place only while it holds fewer than are free. */
        ON,
        /** First come, first served: for an edge whose clients share one address. */
        OFF
    }

    /**
     * When TCP asks a peer that is quiet whether it is still there (RFC 9293 §3.8.4).
     *
     * @param idle quiet for so long; whole seconds
     * @param interval between two questions without an answer; whole seconds
     * @param probes unanswered questions after which the connection is broken
     */
    public record KeepAlive(Duration idle, Duration interval, int probes) {

        /** Most NATs forget a connection after five quiet minutes, at the earliest. */
        public static final KeepAlive DEFAULT =
                new KeepAlive(Duration.ofMinutes(2), Duration.ofSeconds(30), 4);

        void on(EpollSocketChannel channel) {
            channel.config()
                    .setKeepAlive(true)
                    .setTcpKeepIdle((int) idle.toSeconds())
                    .setTcpKeepIntvl((int) interval.toSeconds())
                    .setTcpKeepCnt(probes);
        }
    }

    /**
     * How long each stage may take.
     *
     * @param arriving for the kernel to say where the client meant to go
     * @param connectHead for the head of CONNECT, or the PROXY header
     * @param resolve for its name; for its user's password too
     * @param firstByte for the client's first byte: browsers open connections ahead of use
     * @param hello for the rest of the hello
     * @param connect for TCP to the upstream
     * @param upstreamHandshake for TLS with the upstream
     * @param verify for its chain
     * @param forge for the leaf; longer than the forge's own deadline
     * @param clientHandshake for TLS with the client
     * @param idle without a byte in either direction of a relay
     * @param halfClosed the same, once one side has ended
     * @param linger for a client to read what it was told last
     * @param drain for connections to end when the edge stops
     */
    public record Deadlines(
            Duration arriving,
            Duration connectHead,
            Duration resolve,
            Duration firstByte,
            Duration hello,
            Duration connect,
            Duration upstreamHandshake,
            Duration verify,
            Duration forge,
            Duration clientHandshake,
            Duration idle,
            Duration halfClosed,
            Duration linger,
            Duration drain) {

        public static final Deadlines DEFAULT =
                new Deadlines(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30));

        /** The one table from stage to deadline. */
        Duration of(Stage stage) {
            return switch (stage) {
                case ARRIVING, SCREENING, DECIDING -> arriving;
                case CONNECT_HEAD, PROXY_HEADER -> connectHead;
                case AUTHENTICATING, RESOLVING -> resolve;
                case AWAITING_HELLO -> firstByte;
                case PEEKING -> hello;
                case REACHING, CONNECTING, SPLICE_CONNECTING -> connect;
                case UPSTREAM_HANDSHAKE -> upstreamHandshake;
                case VERIFYING -> verify;
                case FORGING -> forge;
                case CLIENT_HANDSHAKE -> clientHandshake;
                case RELAYING, FORWARDING, SPLICING -> idle;
                // The answer's own way out, then the time to read it.
                case BLOCKING -> linger.plus(linger);
                case CLOSED -> Duration.ZERO;
            };
        }
    }
}
