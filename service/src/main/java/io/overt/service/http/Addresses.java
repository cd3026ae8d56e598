package io.overt.service.http;

import java.net.InetAddress;

/** Which addresses are the internet's, and not of this machine or this organisation. */
public final class Addresses {

    /**
     * Whether a packet to it could leave for the internet: neither this machine, nor a link, nor a
     * network that organisations give to themselves (RFC 1918, 4193, 6598), nor many hosts at once.
     */
    public static boolean isPublic(InetAddress address) {
        byte[] octets = address.getAddress();
        boolean own =
                switch (octets.length) {
                    case 4 ->
                            octets[0] == 0
                                    || (octets[0] == 100 && (octets[1] & 0xc0) == 64) // RFC 6598
                                    || (octets[0] & 0xf0) == 0xf0;
                    default ->
                            (octets[0] & 0xfe) == 0xfc // RFC 4193
                                    || isTranslated(octets);
                };
        return !own
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isMulticastAddress();
    }

    // 64:ff9b::/96 and 64:ff9b:1::/48 of RFC 6052 and 8215, 2002::/16 of RFC 3056: another address
    // is in it, which may be anybody's.
    private static boolean isTranslated(byte[] octets) {
        return (octets[0] == 0 && octets[1] == 0x64 && (octets[2] & 0xff) == 0xff)
                || (octets[0] == 0x20 && octets[1] == 0x02);
    }

    private Addresses() {}
}
