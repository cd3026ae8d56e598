package io.overt.signer.log;

import io.overt.service.http.BoundedFetch;
import io.overt.x509.tlog.TileSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A log as it is read, wherever it is: nothing that it says is verified. */
public interface PublishedLog extends TileSource {

    /** The checkpoint as it is there; nothing where there is none. */
    Optional<byte[]> checkpoint() throws IOException;

    /** Where it is, for messages. */
    String place();

    /**
     * The log at a place.
     *
     * @param place a folder, or an http or https URL below which {@code checkpoint} and {@code
     *     tile/} are
     * @param http for the latter
     */
    static PublishedLog at(String place, BoundedFetch http) {
        return place.startsWith("http://") || place.startsWith("https://")
                ? new LogUrl(http, URI.create(place.endsWith("/") ? place : place + "/"))
                : new LogFolder(Path.of(place));
    }
}
