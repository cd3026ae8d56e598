package io.overt.edge.proxyprotocol;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz target: the first bytes of a load balancer's connection. They come in any pieces, so what
 * was answered to the first of them stands whatever comes after.
 */
public final class ProxyHeaderFuzz {
    private static final int LIMIT = 512;

    private ProxyHeaderFuzz() {}

    /** What balancers send, and what some tried. */
    public static List<byte[]> seeds() {
        var client = InetAddress.ofLiteral("192.0.2.7");
        var destination = InetAddress.ofLiteral("203.0.113.9");
        var client6 = InetAddress.ofLiteral("2001:db8::7");
        var destination6 = InetAddress.ofLiteral("2001:db8::9");
        return List.of(
                HeaderBytes.local(),
                HeaderBytes.relayed(client, 4711, destination, 443),
                HeaderBytes.relayed(client6, 4711, destination6, 443),
                HeaderBytes.relayed(
                        client,
                        4711,
                        destination,
                        443,
                        HeaderBytes.extension(0x01, (byte) 'h', (byte) '2'),
                        HeaderBytes.extension(0x04)),
                HeaderBytes.checksummed(
                        HeaderBytes.relayed(
                                client,
                                4711,
                                destination,
                                443,
                                HeaderBytes.extension(0x03, new byte[4]))),
                HeaderBytes.header(0x31, 0x12, new byte[12]),
                "PROXY TCP4 192.0.2.7 203.0.113.9 4711 443\r\n"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /** {@code bytes} is what the balancer sent. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        var whole = ProxyHeader.read(bytes, LIMIT);
        var step = Math.max(1, bytes.length / 48);
        for (var cut = 0; cut < bytes.length; cut += step) {
            var early = ProxyHeader.read(Arrays.copyOf(bytes, cut), LIMIT);
            if (!stands(early, whole)) {
                throw new AssertionError(
                        "after %d bytes: %s%nafter %d: %s"
                                .formatted(cut, early, bytes.length, whole));
            }
        }
        if (whole instanceof ProxyHeader.Incomplete && bytes.length >= LIMIT) {
            throw new AssertionError("still waiting after " + bytes.length + " bytes");
        }
        if (whole instanceof ProxyHeader.Relayed relayed
                && (relayed.bytes() > Math.min(LIMIT, bytes.length)
                        || relayed.destination().getPort() == 0)) {
            throw new AssertionError("no header: " + relayed);
        }
    }

    private static boolean stands(ProxyHeader early, ProxyHeader whole) {
        return switch (early) {
            case ProxyHeader.Incomplete() -> true;
            case ProxyHeader.Relayed relayed -> relayed.equals(whole);
            case ProxyHeader.Local local -> local.equals(whole);
            case ProxyHeader.Refused _ -> whole instanceof ProxyHeader.Refused;
        };
    }
}
