package io.overt.edge.revocation;

import io.overt.policy.Cidr;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses a URL out of a certificate may lead to. Whoever writes a certificate, and anybody
 * who runs a small CA does, would otherwise have the edge knock at doors inside the organisation.
 * Asked about the very address that is dialled, so that a name which changes its address between
 * the look-up and the call gains nothing.
 */
final class DialableAddresses {
    private final List<Cidr> allowed;

    /**
     * @param allowed networks that may be dialled although they are private, and though the address
     *     be our own
     */
    DialableAddresses(List<Cidr> allowed) {
        this.allowed = allowed;
    }

    /** Whether {@code address} may be dialled. Asks the kernel for our own; not for event loops. */
    boolean contains(InetAddress address) {
        return Cidr.anyContains(allowed, address)
                || !(Cidr.anyContains(SPECIAL, address)
                        || leadsToSpecial(address)
                        || isOwn(address));
    }

    /** RFC 6052 §2.1: behind the well-known prefix is an IPv4 address. */
    private static boolean leadsToSpecial(InetAddress address) {
        if (!NAT64.stream().anyMatch(prefix -> Cidr.anyContains(List.of(prefix), address))) {
            return false;
        }
        var bytes = address.getAddress();
        try {
            return Cidr.anyContains(
                    SPECIAL, InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            // What cannot be found out is not dialled.
            return true;
        }
    }

    private static final List<Cidr> NAT64 = List.of(Cidr.of("64:ff9b::/96"));

    /** IANA's special-purpose registries (RFC 6890), as far as they are not globally reachable. */
    private static final List<Cidr> SPECIAL =
            Stream.of(
                            "0.0.0.0/8",
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "127.0.0.0/8",
                            "169.254.0.0/16",
                            "172.16.0.0/12",
                            "192.0.0.0/24",
                            "192.0.2.0/24",
                            "192.168.0.0/16",
                            "198.18.0.0/15",
                            "198.51.100.0/24",
                            "203.0.113.0/24",
                            "224.0.0.0/4",
                            "240.0.0.0/4",
                            "::/96",
                            "64:ff9b:1::/48",
                            "100::/64",
                            "2001::/23",
                            "2001:db8::/32",
                            "2002::/16",
                            "fc00::/7",
                            "fe80::/10",
                            "fec0::/10",
                            "ff00::/8")
                    .map(Cidr::of)
                    .toList();
}
