package io.overt.control.web.notice;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often an address may ask: so many at once, which come back evenly over a time. An IPv6
 * network of 64 bits counts as one, since one client has all of it. Addresses that were not heard
 * of for the longest are forgotten first. Thread-safe.
 */
final class Allowance {
    private final int most;
    private final long nanosForOne;
    private final LongSupplier nanos;

    /**
     * Guarded by itself; in order of use. When each address will have all of its allowance again.
     */
    private final Map<String, Long> fullAgain = new LinkedHashMap<>(16, 0.75f, true);

    Allowance(int most, Duration over, LongSupplier nanos) {
        this.most = most;
        this.nanosForOne = over.toNanos() / most;
        this.nanos = nanos;
    }

    /** Takes one, if there is one left. */
    boolean take(InetAddress address) {
        long now = nanos.getAsLong();
        synchronized (fullAgain) {
            var key = key(address);
            long full = Math.max(fullAgain.getOrDefault(key, now), now) + nanosForOne;
            if (full - now > most * nanosForOne) {
                return false;
            }
            fullAgain.put(key, full);
            if (fullAgain.size() > MOST_ADDRESSES) {
                var eldest = fullAgain.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
            return true;
        }
    }

    private static String key(InetAddress address) {
        var bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
    }

    private static final int MOST_ADDRESSES = 20_000;
}
