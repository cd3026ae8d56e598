package io.overt.signer.publish;

import io.overt.x509.Hashes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Something that is published, as it is now.
 *
 * @param content for one caller, who owns it
 * @param changed when it came to be what it is
 * @param caching how long others may keep it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Document(byte[] content, String contentType, Instant changed, Caching caching) {

    /** How long a cache may answer in our place (RFC 9111). */
    sealed interface Caching {
        /** For so long. */
        record For(Duration time) implements Caching {
            public For {
                if (time.isNegative()) {
                    throw new IllegalArgumentException("caching for " + time);
                }
            }
        }

        /** It never changes. */
        record Always() implements Caching {}

        /** Only after asking here whether it has changed. */
        record Revalidated() implements Caching {}
    }

    /** The value of Cache-Control. */
    String cacheControl() {
        return switch (caching) {
            case Caching.For(Duration time) -> "public, max-age=" + time.toSeconds();
            // RFC 8246.
            case Caching.Always() -> "public, max-age=31536000, immutable";
            case Caching.Revalidated() -> "no-cache";
        };
    }

    /** A strong validator: equal for equal bytes only. */
    String entityTag() {
        return '"' + HexFormat.of().formatHex(Arrays.copyOf(Hashes.sha256(content), 16)) + '"';
    }
}
