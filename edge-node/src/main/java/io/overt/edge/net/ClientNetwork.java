package io.overt.edge.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Whom limits count as one client: an IPv4 address, or an IPv6 /64, within which one host makes as
 * many addresses as it likes (RFC 8981).
 *
 * @param address with the last 64 bits of an IPv6 address zero
 */
record ClientNetwork(InetAddress address) {

    ClientNetwork {
        if (address instanceof Inet6Address) {
            var bytes = address.getAddress();
            Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
            try {
                // Without the scope: a link-local client is the same on whatever interface.
                address = InetAddress.getByAddress(bytes);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("16 bytes are an address", e);
            }
        }
    }

    /** As records and messages show it. */
    String text() {
        return address.getHostAddress() + (address instanceof Inet6Address ? "/64" : "");
    }

    private static final int NETWORK_BYTES = 8;
}
