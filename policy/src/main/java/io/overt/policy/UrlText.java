package io.overt.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Normal forms of the parts of a URL (RFC 3986 §6.2.2), for requests and for the literal pieces of
 * patterns alike.
 */
final class UrlText {
    private UrlText() {}

    /**
     * A path in the normal form of a style: octets, no empty segments, no dot segments, always
     * beginning with a slash.
     */
    static String path(RequestUrl.Style style, String path) {
        return segments(
                switch (style) {
                    case STANDARD -> octets(style, path);
                    case LENIENT -> {
                        String cut =
                                path.indexOf('#') < 0 ? path : path.substring(0, path.indexOf('#'));
                        yield octets(style, withoutParameters(cut)).replace('\\', '/');
                    }
                });
    }

    /**
     * Percent-encoding in the normal form of a style. Whatever is not a valid triplet stays as it
     * is.
     */
    static String octets(RequestUrl.Style style, String text) {
        StringBuilder normal = new StringBuilder(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int octet = bytes[i] & 0xff;
            boolean encoded =
                    octet == '%'
                            && i + 2 < bytes.length
                            && Character.digit(bytes[i + 1], 16) >= 0
                            && Character.digit(bytes[i + 2], 16) >= 0;
            if (encoded) {
                octet = Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16);
                i += 2;
            }
            switch (style) {
                case STANDARD -> {
                    if (isUnreserved(octet) || (!encoded && octet > ' ' && octet < 0x7f)) {
                        normal.append((char) octet);
                    } else {
                        normal.append('%').append(hex(octet >> 4)).append(hex(octet & 0xf));
                    }
                }
                case LENIENT -> normal.append((char) octet);
            }
        }
        return normal.toString();
    }

    // RFC 3986 §5.2.4, with empty segments dropped as well: servers that map a path to a file do
    // not see them.
    private static String segments(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (String segment : segments) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> kept.pollLast();
                default -> kept.addLast(segment);
            }
        }
        StringBuilder normal = new StringBuilder(path.length());
        for (Iterator<String> each = kept.iterator(); each.hasNext(); ) {
            normal.append('/').append(each.next());
        }
        String last = segments[segments.length - 1];
        boolean directory = last.isEmpty() || last.equals(".") || last.equals("..");
        return directory || kept.isEmpty() ? normal.append('/').toString() : normal.toString();
    }

    private static String withoutParameters(String path) {
        StringBuilder kept = new StringBuilder(path.length());
        boolean parameter = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            parameter = c == ';' || (parameter && c != '/');
            if (!parameter) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    static boolean isUnreserved(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '.'
                || octet == '_'
                || octet == '~';
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }
}
