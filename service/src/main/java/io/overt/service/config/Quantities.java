package io.overt.service.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Syntax of values that carry a unit. Each method throws IllegalArgumentException whose message
 * says what was expected.
 */
final class Quantities {

    static long whole(String text, long min, long max) {
        var expected = bounds(Long.toString(min), Long.toString(max), min, max);
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("a whole number, " + expected);
        }
        if (value < min || value > max) {
            throw new IllegalArgumentException(expected);
        }
        return value;
    }

    static Duration duration(String text, Duration min, Duration max) {
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "a number and a unit of ms, s, m, h or d, such as 10s");
        }
        Duration value;
        try {
            long n = Long.parseLong(match.group(1));
            value =
                    switch (match.group(2)) {
                        case "ms" -> Duration.ofMillis(n);
                        case "s" -> Duration.ofSeconds(n);
                        case "m" -> Duration.ofMinutes(n);
                        case "h" -> Duration.ofHours(n);
                        default -> Duration.ofDays(n);
                    };
        } catch (ArithmeticException | NumberFormatException _) {
            throw new IllegalArgumentException("at most " + written(max));
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("from " + written(min) + " to " + written(max));
        }
        return value;
    }

    static long size(String text, long min, long max) {
        var match = SIZE.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "a number and a unit of B, KiB, MiB or GiB, such as 64KiB");
        }
        long value;
        try {
            long n = Long.parseLong(match.group(1));
            value =
                    switch (match.group(2)) {
                        case "B" -> n;
                        case "KiB" -> Math.multiplyExact(n, 1L << 10);
                        case "MiB" -> Math.multiplyExact(n, 1L << 20);
                        default -> Math.multiplyExact(n, 1L << 30);
                    };
        } catch (ArithmeticException | NumberFormatException _) {
            throw new IllegalArgumentException("at most " + max + "B");
        }
        if (value < min || value > max) {
            throw new IllegalArgumentException(bounds(min + "B", max + "B", min, max));
        }
        return value;
    }

    static InetSocketAddress address(String text) {
        var parts = HostAndPort.of(text);
        if (parts.port == 0) {
            throw new IllegalArgumentException("a port from 1 to 65535");
        }
        if (InetAddressLiteral.looksNumeric(parts.host)) {
            return new InetSocketAddress(InetAddressLiteral.parse(parts.host), parts.port);
        }
        if (!HOST_NAME.matcher(parts.host).matches()) {
            throw new IllegalArgumentException(HostAndPort.EXPECTED);
        }
        return InetSocketAddress.createUnresolved(parts.host, parts.port);
    }

    static InetSocketAddress listenAddress(String text) {
        var parts = HostAndPort.of(text);
        if (!InetAddressLiteral.looksNumeric(parts.host)) {
            throw new IllegalArgumentException(
                    "an IP address and a port, such as 127.0.0.1:9090 or [::]:443");
        }
        return new InetSocketAddress(InetAddressLiteral.parse(parts.host), parts.port);
    }

    private record HostAndPort(String host, int port) {
        static final String EXPECTED =
                "host:port, such as control.example:9443 or [2001:db8::1]:9443";

        static HostAndPort of(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException(EXPECTED);
            }
            var host = text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]") && host.contains(":")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.contains(":") || host.contains("[")) {
                throw new IllegalArgumentException(EXPECTED);
            }
            int port;
            try {
                port = (int) whole(text.substring(colon + 1), 0, 65_535);
            } catch (IllegalArgumentException _) {
                throw new IllegalArgumentException("a port from 0 to 65535");
            }
            return new HostAndPort(host, port);
        }
    }

    /** The JDK's own literal parser never asks a resolver, and knows both families. */
    private static final class InetAddressLiteral {
        static boolean looksNumeric(String host) {
            return host.contains(":") || host.matches("[0-9.]+");
        }

        static InetAddress parse(String host) {
            try {
                return InetAddress.ofLiteral(host);
            } catch (IllegalArgumentException _) {
                throw new IllegalArgumentException(HostAndPort.EXPECTED);
            }
        }
    }

    private static String bounds(String minText, String maxText, long min, long max) {
        if (max == Long.MAX_VALUE || max == Integer.MAX_VALUE) {
            return min == 1 ? "> 0" : "at least " + minText;
        }
        return "from " + minText + " to " + maxText;
    }

    private static String written(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})(B|KiB|MiB|GiB)");
    private static final Pattern HOST_NAME =
            Pattern.compile("(?i)[a-z0-9]([a-z0-9_.-]{0,251}[a-z0-9])?");

    private Quantities() {}
}
