package io.overt.policy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A network: an address without host bits, and the length of its prefix. Immutable. */
public final class Cidr {
    private final byte[] network;
    private final int prefix;

    private Cidr(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * The network that {@code text} spells: {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one
     * address.
     *
     * @throws IllegalArgumentException when it spells none; the message says what was expected
     */
    public static Cidr of(String text) {
        return switch (read(text)) {
            case Reading.Network(Cidr cidr) -> cidr;
            case Reading.NotANetwork(String why) -> throw new IllegalArgumentException(why);
        };
    }

    /** Whether one of the networks contains the address. */
    public static boolean anyContains(List<Cidr> networks, InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Cidr network : networks) {
            if (network.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the address is in the network. Never for an address of the other family; scopes are
     * not looked at.
     */
    private boolean contains(byte[] address) {
        if (network.length != address.length) {
            return false;
        }
        for (int i = 0; i < network.length; i++) {
            if (((network[i] ^ address[i]) & mask(prefix, i)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** As it is written in a policy, the prefix always there. */
    public String text() {
        return ofBytes(network).getHostAddress() + "/" + prefix;
    }

    /** What a text is as a network, or in words why it is none. */
    sealed interface Reading {
        record Network(Cidr cidr) implements Reading {}

        record NotANetwork(String why) implements Reading {}
    }

    static Reading read(String text) {
        int slash = text.indexOf('/');
        String addressText = slash < 0 ? text : text.substring(0, slash);
        Optional<InetAddress> address = address(addressText);
        if (address.isEmpty()) {
            return new Reading.NotANetwork(
                    "not an address or network (expected: as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1)");
        }
        byte[] bytes = address.get().getAddress();
        int longest = bytes.length * 8;
        int prefix = longest;
        if (slash >= 0) {
            String prefixText = text.substring(slash + 1);
            if (!PREFIX.matcher(prefixText).matches() || Integer.parseInt(prefixText) > longest) {
                return new Reading.NotANetwork(
                        "prefix length \"" + prefixText + "\" (expected: 0 to " + longest + ")");
            }
            prefix = Integer.parseInt(prefixText);
        }
        byte[] network = bytes.clone();
        for (int i = 0; i < network.length; i++) {
            network[i] &= (byte) mask(prefix, i);
        }
        Cidr cidr = new Cidr(network, prefix);
        if (!Arrays.equals(network, bytes)) {
            return new Reading.NotANetwork("has host bits set (expected: " + cidr.text() + ")");
        }
        return new Reading.Network(cidr);
    }

    /**
     * The address that a literal spells; never a look-up. IPv4 in four decimal parts only, IPv6
     * without a scope.
     */
    static Optional<InetAddress> address(String text) {
        Matcher four = DOTTED_QUAD.matcher(text);
        if (four.matches()) {
            byte[] bytes = new byte[4];
            for (int i = 0; i < 4; i++) {
                int part = Integer.parseInt(four.group(i + 1));
                if (part > 255) {
                    return Optional.empty();
                }
                bytes[i] = (byte) part;
            }
            return Optional.of(ofBytes(bytes));
        }
        if (text.indexOf(':') < 0 || !IPV6_CHARACTERS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that
                && prefix == that.prefix
                && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    @Override
    public String toString() {
        return text();
    }

    private static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address of " + bytes.length + " bytes", e);
        }
    }

    private static int mask(int prefix, int index) {
        int bits = Math.clamp(prefix - index * 8L, 0, 8);
        return 0xff << (8 - bits) & 0xff;
    }

    private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

    // No leading zeros: some readers take them for octal.
    private static final Pattern DOTTED_QUAD =
            Pattern.compile(
                    "(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})");
    private static final Pattern IPV6_CHARACTERS = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
}
