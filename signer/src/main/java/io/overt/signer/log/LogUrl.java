package io.overt.signer.log;

import io.overt.service.http.BoundedFetch;
import io.overt.service.http.BoundedFetch.Fetched;
import io.overt.x509.tlog.EntryBundle;
import io.overt.x509.tlog.TilePath;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A log behind a web server.
 *
 * @param url ends with a slash
 */
record LogUrl(BoundedFetch http, URI url) implements PublishedLog {

    @Override
    public Optional<byte[]> checkpoint() throws IOException {
        return fetch(url.resolve("checkpoint"));
    }

    @Override
    public byte[] read(TilePath path) throws IOException {
        Optional<byte[]> bytes = fetch(url.resolve(path.text()));
        if (bytes.isEmpty() && !path.full()) {
            // A partial tile goes once the full one is there.
            return read(path.filled());
        }
        return bytes.orElseThrow(() -> new IOException(url.resolve(path.text()) + ": not there"));
    }

    @Override
    public String place() {
        return url.toString();
    }

    private Optional<byte[]> fetch(URI uri) throws IOException {
        return switch (http.get(uri, LARGEST, DEADLINE)) {
            case Fetched.Body(byte[] bytes) -> Optional.of(bytes);
            case Fetched.Status(int code) when code == 404 || code == 410 -> Optional.empty();
            case Fetched.Status(int code) -> throw new IOException(uri + ": status " + code);
            case Fetched.TooLarge(int limit) ->
                    throw new IOException(uri + ": larger than " + limit + " bytes");
            case Fetched.Failed(String why) -> throw new IOException(uri + ": " + why);
        };
    }

    /** A bundle of 256 of the longest entries. */
    private static final int LARGEST = TilePath.FULL * (2 + EntryBundle.LONGEST_ENTRY);

    /** For the largest bundle over a slow line. */
    private static final Duration DEADLINE = Duration.ofSeconds(60);
}
