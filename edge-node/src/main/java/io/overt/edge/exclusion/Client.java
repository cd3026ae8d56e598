package io.overt.edge.exclusion;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/**
 * A client as evidence knows it: by its address.
 *
 * @param address text of the address, without a zone
 * @param group what counts as one where clients are counted: an IPv4 address, or an IPv6 network of
 *     64 bits, in which one device can have as many addresses as it likes (RFC 8981)
 */
public record Client(String address, String group) implements Comparable<Client> {

    public static Client of(InetAddress from) {
        var bytes = from.getAddress();
        var zoned = from.getHostAddress();
        var zone = zoned.indexOf('%');
        var text = zone < 0 ? zoned : zoned.substring(0, zone);
        return new Client(
                text, from instanceof Inet6Address ? HexFormat.of().formatHex(bytes, 0, 8) : text);
    }

    @Override
    public int compareTo(Client other) {
        return address.compareTo(other.address);
    }

    @Override
    public String toString() {
        return address;
    }
}
