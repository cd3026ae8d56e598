package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.DestinationFound;
import io.overt.edge.flow.Event.DestinationUnknown;
import io.overt.edge.flow.Event.LocalDestinationAsked;
import io.overt.edge.flow.Event.LoopFound;
import io.overt.edge.flow.Event.ProxyHeaderRead;
import io.overt.edge.flow.Event.Resolved;
import io.overt.edge.flow.OriginalDestination.Diverted;
import io.overt.edge.flow.OriginalDestination.Redirected;
import io.overt.edge.net.DataPathSettings.LocalDestinations;
import io.overt.edge.proxyprotocol.ProxyHeader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;

/**
 * Asks the kernel where a client meant to go, and keeps the edge from connecting to itself.
 * Thread-safe.
 */
final class Destinations {
    private final OwnAddresses own;
    private final Set<Integer> listeningPorts;

    /**
     * @param listeningPorts the ports of this edge's listeners; may grow while they are bound
     */
    Destinations(OwnAddresses own, Set<Integer> listeningPorts) {
        this.own = own;
        this.listeningPorts = listeningPorts;
    }

    /** TPROXY leaves the destination as the local address of the accepted socket. */
    Event diverted(EpollSocketChannel client) {
        var to = client.localAddress();
        if (to == null) {
            return new DestinationUnknown("the connection has no local address any more");
        }
        return isOurListener(to) ? loop(to) : new DestinationFound(new Diverted(to));
    }

    /** REDIRECT rewrites the destination, and connection tracking remembers it. */
    Event redirected(EpollSocketChannel client) {
        var from = client.remoteAddress();
        if (from == null) {
            return new DestinationUnknown("the connection has no remote address any more");
        }
        // The listener is one IPv6 socket for both families; the peer's address tells which table
        // to ask.
        var v4 = from.getAddress() instanceof Inet4Address;
        var answer = ByteBuffer.allocate(v4 ? SOCKADDR_IN : SOCKADDR_IN6);
        try {
            var raw = client.config().getOption(v4 ? SO_ORIGINAL_DST : IP6T_SO_ORIGINAL_DST);
            if (raw == null) {
                return new DestinationUnknown("SO_ORIGINAL_DST: no answer");
            }
            answer.put(raw.duplicate());
        } catch (RuntimeException e) {
            // Netty wraps errno in whatever its option call throws; ENOENT is a connection that
            // nobody redirected.
            return new DestinationUnknown("SO_ORIGINAL_DST: " + e.getMessage());
        }
        return address(answer.array(), v4)
                .<Event>map(to -> isOurListener(to) ? loop(to) : found(to))
                .orElseGet(() -> new DestinationUnknown("SO_ORIGINAL_DST: not an address"));
    }

    /** An explicit proxy's client named {@code to}. */
    Event asked(InetSocketAddress to, LocalDestinations local) {
        if (isOurListener(to)) {
            return loop(to);
        }
        return local == LocalDestinations.REFUSED && own.isLocal(to.getAddress())
                ? new LocalDestinationAsked(to)
                : new Resolved(to);
    }

    /** A load balancer in front named {@code header.destination()}. */
    Event announced(ProxyHeader.Relayed header, LocalDestinations local) {
        return switch (asked(header.destination(), local)) {
            case Resolved(var to, _) -> new ProxyHeaderRead(header.client(), to);
            case Event refused -> refused;
        };
    }

    private static Event found(InetSocketAddress to) {
        return new DestinationFound(new Redirected(to));
    }

    private static Event loop(InetSocketAddress to) {
        return new LoopFound(text(to) + " is a listener of this edge");
    }

    private boolean isOurListener(InetSocketAddress to) {
        return listeningPorts.contains(to.getPort()) && own.contains(to.getAddress());
    }

    private static java.util.Optional<InetSocketAddress> address(byte[] sockaddr, boolean v4) {
        var port = (sockaddr[2] & 0xff) << 8 | (sockaddr[3] & 0xff);
        var bytes = v4 ? Arrays.copyOfRange(sockaddr, 4, 8) : Arrays.copyOfRange(sockaddr, 8, 24);
        try {
            return port == 0
                    ? java.util.Optional.empty()
                    : java.util.Optional.of(
                            new InetSocketAddress(InetAddress.getByAddress(bytes), port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    static String text(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** sizeof(struct sockaddr_in) and sizeof(struct sockaddr_in6). */
    private static final int SOCKADDR_IN = 16;

    private static final int SOCKADDR_IN6 = 28;

    /** SOL_IP, SO_ORIGINAL_DST: linux/netfilter_ipv4.h. */
    private static final RawUnixChannelOption SO_ORIGINAL_DST =
            new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, SOCKADDR_IN);

    /** SOL_IPV6, IP6T_SO_ORIGINAL_DST: linux/netfilter_ipv6/ip6_tables.h. */
    private static final RawUnixChannelOption IP6T_SO_ORIGINAL_DST =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, SOCKADDR_IN6);
}
