package io.overt.edge.hello;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * JA4, the TLS client fingerprint described by FoxIO (the TLS client part, BSD-licensed, of the
 * JA4+ family): a readable part, the hash of the sorted cipher suites, and the hash of the sorted
 * extensions followed by the signature algorithms in the client's order. GREASE is left out
 * everywhere.
 */
final class Ja4 {

    private Ja4() {}

    /**
     * The fingerprint of a hello that came over TCP. {@code versions} as a server would weigh them.
     */
    static String of(
            List<Integer> versions,
            List<Integer> cipherSuites,
            List<Integer> extensions,
            List<String> alpn,
            List<Integer> signatureAlgorithms) {
        var suites = withoutGrease(cipherSuites);
        var types = withoutGrease(extensions);
        var hashed = types.stream().filter(type -> type != SERVER_NAME && type != ALPN).toList();
        return "t"
                + version(versions)
                + (types.contains(SERVER_NAME) ? "d" : "i")
                + count(suites)
                + count(types)
                + firstAndLast(alpn)
                + "_"
                + digest(sorted(suites))
                + "_"
                + digest(withSignatures(sorted(hashed), signatureAlgorithms));
    }

    private static String withSignatures(String extensions, List<Integer> signatureAlgorithms) {
        var schemes = withoutGrease(signatureAlgorithms);
        return schemes.isEmpty() ? extensions : extensions + "_" + hex(schemes.stream());
    }

    private static String version(List<Integer> versions) {
        var highest = withoutGrease(versions).stream().mapToInt(Integer::intValue).max().orElse(0);
        return switch (highest) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            case 0x0300 -> "s3";
            default -> "00";
        };
    }

    private static String count(List<Integer> values) {
        return "%02d".formatted(Math.min(values.size(), 99));
    }

    /**
     * First and last character of the first protocol, or of its hex form where one of the two is
     * not alphanumeric.
     */
    private static String firstAndLast(List<String> alpn) {
        if (alpn.isEmpty()) {
            return "00";
        }
        var name = alpn.getFirst();
        var first = name.charAt(0);
        var last = name.charAt(name.length() - 1);
        return isAlphanumeric(first) && isAlphanumeric(last)
                ? "" + first + last
                : "%02x".formatted((int) first).substring(0, 1)
                        + "%02x".formatted((int) last).substring(1);
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static List<Integer> withoutGrease(List<Integer> values) {
        return values.stream().filter(value -> !ClientHello.isGrease(value)).toList();
    }

    private static String sorted(List<Integer> values) {
        return hex(values.stream().sorted());
    }

    private static String hex(Stream<Integer> values) {
        return values.map("%04x"::formatted).collect(Collectors.joining(","));
    }

    private static String digest(String text) {
        if (text.isEmpty()) {
            return "000000000000";
        }
        try {
            var sha256 =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(sha256, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has SHA-256 (MessageDigest's own contract).
            throw new IllegalStateException(e);
        }
    }

    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
}
