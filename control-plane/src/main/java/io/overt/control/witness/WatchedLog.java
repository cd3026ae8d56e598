package io.overt.control.witness;

import io.overt.x509.tlog.NoteKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A log that is witnessed.
 *
 * @param key that signs it, under its origin; whoever gives us another key has us vouch for another
 *     log
 * @param url below which {@code checkpoint} and {@code tile/} are
 */
public record WatchedLog(NoteKey key, URI url) {

    public WatchedLog {
        if (!url.toString().endsWith("/")) {
            url = URI.create(url + "/");
        }
    }

    /** Which log it is. */
    public String origin() {
        return key.name();
    }

    /** SHA-256 of the origin, 64 hexadecimal digits: an origin may hold what a path cannot. */
    public String hash() {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(origin().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
