package io.overt.service.rpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Peers that are all as good: gRPC takes the first that answers, and after a loss looks again, in
 * another order, so that the callers of one that died spread over the others. Names are looked up
 * at each look, on a virtual thread.
 */
final class AnyOf extends NameResolver {
    private final List<InetSocketAddress> peers;
    private final SynchronizationContext turn;

    /** Confined to turn. */
    private @Nullable Listener2 listener;

    private AnyOf(List<InetSocketAddress> peers, SynchronizationContext turn) {
        this.peers = peers;
        this.turn = turn;
    }

    /** How a channel is told of them. */
    static String target(List<InetSocketAddress> peers) {
        return peers.stream()
                .map(AnyOf::written)
                .collect(Collectors.joining(",", SCHEME + ":///", ""));
    }

    /** What gRPC has to know before such a target is used. */
    static final class Provider extends NameResolverProvider {
        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
            if (!SCHEME.equals(target.getScheme())) {
                return null;
            }
            var peers =
                    Arrays.stream(target.getPath().substring(1).split(","))
                            .map(AnyOf::read)
                            .toList();
            return new AnyOf(peers, args.getSynchronizationContext());
        }

        @Override
        public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
            return Set.of(InetSocketAddress.class);
        }
    }

    @Override
    public String getServiceAuthority() {
        return written(peers.getFirst());
    }

    @Override
    public void start(Listener2 listener) {
        this.listener = listener;
        refresh();
    }

    @Override
    public void refresh() {
        var to = listener;
        if (to != null) {
            Thread.ofVirtual()
                    .name("any-of")
                    .start(
                            () -> {
                                var result = look();
                                turn.execute(() -> to.onResult2(result));
                            });
        }
    }

    @Override
    public void shutdown() {
        listener = null;
    }

    private ResolutionResult look() {
        var found = new ArrayList<EquivalentAddressGroup>();
        var unknown = new ArrayList<String>();
        for (var peer : peers) {
            try {
                for (var address : InetAddress.getAllByName(peer.getHostString())) {
                    found.add(
                            new EquivalentAddressGroup(
                                    new InetSocketAddress(address, peer.getPort())));
                }
            } catch (UnknownHostException e) {
                unknown.add(String.valueOf(e.getMessage()));
            }
        }
        Collections.shuffle(found);
        return ResolutionResult.newBuilder()
                .setAddressesOrError(
                        found.isEmpty()
                                ? StatusOr.fromStatus(
                                        Status.UNAVAILABLE.withDescription(
                                                "unknown: " + String.join("; ", unknown)))
                                : StatusOr.fromValue(List.copyOf(found)))
                .build();
    }

    private static String written(InetSocketAddress peer) {
        var host = peer.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + peer.getPort();
    }

    private static InetSocketAddress read(String text) {
        int colon = text.lastIndexOf(':');
        var host = text.substring(0, colon);
        return InetSocketAddress.createUnresolved(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(text.substring(colon + 1)));
    }

    private static final String SCHEME = "any-of";
}
