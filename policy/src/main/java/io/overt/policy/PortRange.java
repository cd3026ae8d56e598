package io.overt.policy;

import java.util.Optional;
import java.util.regex.Pattern;

/** Ports from {@code first} to {@code last}, both included. */
record PortRange(int first, int last) {
    boolean contains(int port) {
        return first <= port && port <= last;
    }

    /** The port, 1 to 65535, that a text spells; empty when it spells none. */
    static Optional<Integer> port(String text) {
        if (!DIGITS.matcher(text).matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port > 65535 ? Optional.empty() : Optional.of(port);
    }

    private static final Pattern DIGITS = Pattern.compile("[1-9][0-9]{0,4}");
}
