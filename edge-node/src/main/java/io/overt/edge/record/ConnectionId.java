package io.overt.edge.record;

import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names one connection in its record, in logs and on block pages: a UUID of version 7 (RFC 9562
 * §5.7), so that ids sort by time. Not a secret.
 */
public record ConnectionId(String text) {

    public static ConnectionId create(Clock clock) {
        var millis = clock.millis();
        var random = ThreadLocalRandom.current();
        var a = random.nextInt(1 << 12);
        var b = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new ConnectionId(
                "%08x-%04x-7%03x-%04x-%012x"
                        .formatted(
                                millis >>> 16,
                                millis & 0xffff,
                                a,
                                b >>> 48,
                                b & 0xffff_ffff_ffffL));
    }
}
