package io.overt.edge.net;

import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.Resolved;
import io.overt.edge.flow.Event.Unresolvable;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.x509.ReferenceIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.Function;

/** Finds the addresses of the names in CONNECT, which blocks: on a pool of its own. Thread-safe. */
final class Resolver implements AutoCloseable {
    private static final int THREADS = 16;

    /** Of one name: enough for both families twice; more would only be more waiting. */
    private static final int MOST_ADDRESSES = 4;

    private final int most;
    private final Names names;
    private final ThreadPoolExecutor pool;

    /**
     * @param most names that may wait
     */
    Resolver(int most, Names names) {
        this.most = most;
        this.names = names;
        this.pool = Pools.bounded("resolve", THREADS, most);
    }

    /**
     * @param found makes an event of the address; runs on a thread of the pool
     * @param events hears it, on the same
     */
    void resolve(
            ConnectTarget target,
            Function<InetSocketAddress, Event> found,
            Consumer<Event> events) {
        try {
            pool.execute(() -> events.accept(lookUp(target, found)));
        } catch (RejectedExecutionException _) {
            events.accept(new Unresolvable(most + " names are waiting to be resolved"));
        }
    }

    private Event lookUp(ConnectTarget target, Function<InetSocketAddress, Event> found) {
        try {
            var literal = ReferenceIdentity.parse(target.host());
            var addresses =
                    literal.isPresent()
                                    && literal.get() instanceof ReferenceIdentity.IpAddress(var ip)
                            ? new InetAddress[] {ip}
                            : names.addresses(target.host());
            return found(target, addresses, found);
        } catch (UnknownHostException _) {
            return new Unresolvable("no address for " + target.host());
        }
    }

    /**
     * In the order of the names. The first decides whether the client may ask for this name at all.
     */
    private static Event found(
            ConnectTarget target,
            InetAddress[] addresses,
            Function<InetSocketAddress, Event> found) {
        var first = found.apply(new InetSocketAddress(addresses[0], target.port()));
        if (!(first instanceof Resolved(var address, _))) {
            return first;
        }
        var others =
                Arrays.stream(addresses)
                        .skip(1)
                        .limit(MOST_ADDRESSES - 1)
                        .map(other -> found.apply(new InetSocketAddress(other, target.port())))
                        .filter(Resolved.class::isInstance)
                        .map(other -> ((Resolved) other).address())
                        .toList();
        return new Resolved(address, others);
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
