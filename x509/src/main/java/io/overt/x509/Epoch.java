package io.overt.x509;

import java.time.Duration;
import java.time.Instant;

/**
 * One period of a site's leaf key: epoch <i>n</i> is [<i>n</i>, <i>n</i> + 1) times the length
 * since 1970-01-01T00:00:00Z. Every member of a cluster so finds the same number without talking to
 * another.
 *
 * @param number not negative
 */
public record Epoch(int number) implements Comparable<Epoch> {
    public Epoch {
        if (number < 0) {
            throw new IllegalArgumentException("epoch: " + number + " (expected: >= 0)");
        }
    }

    /**
     * The epoch that {@code instant} is in.
     *
     * @throws IllegalArgumentException if the length is not a positive whole number of seconds, or
     *     the instant is before 1970
     */
    public static Epoch at(Instant instant, Duration length) {
        long number = Math.floorDiv(instant.getEpochSecond(), seconds(length));
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "epoch at " + instant + ": " + number + " (expected: 0 to 2^31 - 1)");
        }
        return new Epoch((int) number);
    }

    /** The first instant of this epoch. */
    public Instant start(Duration length) {
        return Instant.ofEpochSecond(number * seconds(length));
    }

    /** The first instant after this epoch. */
    public Instant end(Duration length) {
        return Instant.ofEpochSecond((number + 1L) * seconds(length));
    }

    /** The epoch after this one. */
    public Epoch next() {
        return new Epoch(Math.incrementExact(number));
    }

    @Override
    public int compareTo(Epoch other) {
        return Integer.compare(number, other.number);
    }

    static long seconds(Duration length) {
        if (length.isNegative() || length.isZero() || length.toNanosPart() != 0) {
            throw new IllegalArgumentException(
                    "epoch length: " + length + " (expected: a positive whole number of seconds)");
        }
        return length.toSeconds();
    }
}
