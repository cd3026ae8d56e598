package io.overt.edge.net;

import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.Unresolvable;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.x509.ReferenceIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds the addresses of the names in CONNECT, by the system's resolver, which blocks: on a pool of
 * its own. Thread-safe.
 */
final class Resolver implements AutoCloseable {
    private static final int THREADS = 16;
    private final int most;
    private final ThreadPoolExecutor pool;

    /**
     * @param most names that may wait
     */
    Resolver(int most) {
        this.most = most;
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

    private static Event lookUp(ConnectTarget target, Function<InetSocketAddress, Event> found) {
        try {
            var literal = ReferenceIdentity.parse(target.host());
            var address =
                    literal.isPresent()
                                    && literal.get() instanceof ReferenceIdentity.IpAddress(var ip)
                            ? ip
                            // The first one, in the system's order: policy judges one address, and
                            // it must be the one that is dialled.
                            : InetAddress.getByName(target.host());
            return found.apply(new InetSocketAddress(address, target.port()));
        } catch (UnknownHostException _) {
            return new Unresolvable("no address for " + target.host());
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
