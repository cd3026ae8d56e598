package io.overt.edge.net;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * Native TLS contexts by ALPN list. Clients choose the list, so it is bounded: the least recently
 * used context goes, and lives on natively as long as an engine of it does. Thread-safe.
 */
final class BoundedContexts implements AutoCloseable {
    private static final int MOST = 64;
    private final Maker maker;

    /** Guarded by this; in order of use. */
    private final Map<List<String>, SslContext> contexts = new LinkedHashMap<>(MOST, 0.75f, true);

    /** Makes a context for an ALPN list. */
    interface Maker {
        SslContext make(List<String> alpn) throws SSLException;
    }

    BoundedContexts(Maker maker) {
        this.maker = maker;
    }

    /** Costs 0.2 ms the first time for a list. */
    synchronized SslContext of(List<String> alpn) throws SSLException {
        var known = contexts.get(alpn);
        if (known != null) {
            return known;
        }
        var made = maker.make(alpn);
        contexts.put(List.copyOf(alpn), made);
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
