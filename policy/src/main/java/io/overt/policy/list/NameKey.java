package io.overt.policy.list;

import io.overt.policy.HostName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A host name as the compiled form orders it: its labels from right to left, with a zero octet
 * between them. Zero is below every octet of a label, so that a name stands right before all names
 * below it, with nothing else among them.
 */
final class NameKey {
    /** Of a key: as many octets as the longest name has. */
    static final int LONGEST = 253;

    /** Between labels. */
    static final byte SEPARATOR = 0;

    private NameKey() {}

    static byte[] of(HostName host) {
        // Of ASCII alone, so that its characters are its octets; no copy but the key itself.
        String name = host.value();
        byte[] key = new byte[name.length()];
        int at = 0;
        int end = name.length();
        while (true) {
            int dot = name.lastIndexOf('.', end - 1);
            for (int i = dot + 1; i < end; i++) {
                key[at++] = (byte) name.charAt(i);
            }
            if (dot < 0) {
                return key;
            }
            key[at++] = SEPARATOR;
            end = dot;
        }
    }

    /** The name again; only of what {@link #isOfName} says yes to. */
    static HostName name(byte[] key, int length) {
        StringBuilder name = new StringBuilder(length);
        for (int end = length; end >= 0; ) {
            int start = end;
            while (start > 0 && key[start - 1] != SEPARATOR) {
                start--;
            }
            name.append(new String(key, start, end - start, StandardCharsets.ISO_8859_1));
            if (start > 0) {
                name.append('.');
            }
            end = start - 1;
        }
        return new HostName(name.toString());
    }

    /**
     * Whether the key is that of a host name in the form of {@link HostName}: a key that is not
     * would never be found, or be found where nobody meant it.
     */
    static boolean isOfName(byte[] key, int length) {
        if (length < 1 || length > LONGEST) {
            return false;
        }
        int label = 0;
        for (int i = 0; i < length; i++) {
            byte b = key[i];
            if (b == SEPARATOR) {
                if (label == 0) {
                    return false;
                }
                label = 0;
            } else if ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_') {
                label++;
                if (label > LONGEST_LABEL) {
                    return false;
                }
            } else {
                return false;
            }
        }
        return label > 0 && !endsInNumber(key, length);
    }

    // The top label stands first. HostName says what counts as a number.
    private static boolean endsInNumber(byte[] key, int length) {
        if (key[0] < '0' || key[0] > '9') {
            return false;
        }
        int end = 0;
        while (end < length && key[end] != SEPARATOR) {
            end++;
        }
        boolean hexadecimal = end >= 2 && key[0] == '0' && key[1] == 'x';
        for (int i = hexadecimal ? 2 : 0; i < end; i++) {
            if (Character.digit(key[i], hexadecimal ? 16 : 10) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code key} is of a name below the one that {@code above} is of. */
    static boolean isBelow(byte[] key, int length, byte[] above, int aboveLength) {
        return length > aboveLength
                && key[aboveLength] == SEPARATOR
                && Arrays.equals(key, 0, aboveLength, above, 0, aboveLength);
    }

    /**
     * Where names are put apart into pages: a number of the key's octets and nothing else, so that
     * it is the same wherever the key stands (FNV-1a, mixed as in MurmurHash3).
     */
    static long hash(byte[] key, int length) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ (key[i] & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    private static final int LONGEST_LABEL = 63;
}
