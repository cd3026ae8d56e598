package io.overt.edge.net;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * Native TLS contexts by what is offered in them. Clients choose that, so it is bounded: the least
 * recently used context goes, and lives on natively as long as an engine of it does. Thread-safe.
 */
final class BoundedContexts<K> implements AutoCloseable {
    private static final int MOST = 64;
    private final Maker<K> maker;

    /** Guarded by this; in order of use. */
    private final Map<K, SslContext> contexts = new LinkedHashMap<>(MOST, 0.75f, true);

    /**
     * Makes a context.
     *
     * @param <K> what is offered in it; immutable
     */
    interface Maker<K> {
        SslContext make(K offer) throws SSLException;
    }

    BoundedContexts(Maker<K> maker) {
        this.maker = maker;
    }

    /** Costs 0.2 ms the first time. */
    synchronized SslContext of(K offer) throws SSLException {
        var known = contexts.get(offer);
        if (known != null) {
            return known;
        }
        var made = maker.make(offer);
        contexts.put(offer, made);
        if (contexts.size() > MOST) {
            var eldest = contexts.entrySet().iterator();
            ReferenceCountUtil.release(eldest.next().getValue());
            eldest.remove();
        }
        return made;
    }

    @Override
    public synchronized void close() {
        contexts.values().forEach(ReferenceCountUtil::release);
        contexts.clear();
    }
}
