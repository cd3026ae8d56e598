package io.overt.x509;

/** RFC 5280 §4.2.1.10: an address and a mask of the same length, in the style of CIDR. */
final class AddressRange {
    private static final int IPV4_RANGE = 8;
    private static final int IPV6_RANGE = 32;

    static void check(byte[] base) throws MalformedDerException {
        if (base.length != IPV4_RANGE && base.length != IPV6_RANGE) {
            throw new MalformedDerException(
                    "constraint on iPAddress of " + base.length + " octets (expected: 8 or 32)");
        }
        boolean ended = false;
        for (int bit = base.length * 4; bit < base.length * 8; bit++) {
            boolean set = (base[bit / 8] & (0x80 >> (bit % 8))) != 0;
            if (set && ended) {
                throw new MalformedDerException("constraint on iPAddress whose mask has a hole");
            }
            ended |= !set;
        }
    }

    /** An address of the other family is in no range. */
    static boolean contains(byte[] address, byte[] base) {
        if (base.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if (((address[i] ^ base[i]) & base[address.length + i]) != 0) {
                return false;
            }
        }
        return true;
    }

    private AddressRange() {}
}
