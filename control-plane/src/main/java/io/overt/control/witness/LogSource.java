package io.overt.control.witness;

import io.overt.service.http.BoundedFetch;
import io.overt.service.http.BoundedFetch.Fetched;
import io.overt.x509.tlog.EntryBundle;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TileSource;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/**
 * What a log serves over HTTP (C2SP tlog-tiles). It is believed in nothing, and may be slow,
 * endless or absent: each fetch has a limit of bytes and of time. Thread-safe; blocks.
 */
final class LogSource implements TileSource {
    private final BoundedFetch http;
    private final URI url;
    private final Duration deadline;

    /**
     * A log's server.
     *
     * @param url ends with a slash
     * @param deadline of each fetch
     */
    LogSource(BoundedFetch http, URI url, Duration deadline) {
        this.http = http;
        this.url = url;
        this.deadline = deadline;
    }

    /**
     * The signed head.
     *
     * @throws MalformedLogException when what is there is too large for one
     * @throws IOException when there is none to be had
     */
    byte[] checkpoint() throws IOException {
        URI uri = url.resolve("checkpoint");
        return switch (http.get(uri, LARGEST_CHECKPOINT, deadline)) {
            case Fetched.Body(byte[] bytes) -> bytes;
            case Fetched.Status(int code) -> throw new IOException(uri + ": status " + code);
            case Fetched.TooLarge(int limit) -> throw tooLarge(uri, limit);
            case Fetched.Failed(String why) -> throw new IOException(uri + ": " + why);
        };
    }

    @Override
    public byte[] read(TilePath path) throws IOException {
        URI uri = url.resolve(path.text());
        return switch (http.get(uri, limit(path), deadline)) {
            case Fetched.Body(byte[] bytes) -> bytes;
            case Fetched.Status(int code) when code == NOT_FOUND || code == GONE -> {
                if (path.full()) {
                    // It signed a head and has not what the head is made of.
                    throw new MalformedLogException(
                            uri + ": status " + code + " (expected: a tile of the signed head)");
                }
                yield read(path.filled()); // a partial tile goes once the full one is there
            }
            case Fetched.Status(int code) -> throw new IOException(uri + ": status " + code);
            case Fetched.TooLarge(int limit) -> throw tooLarge(uri, limit);
            case Fetched.Failed(String why) -> throw new IOException(uri + ": " + why);
        };
    }

    private static int limit(TilePath path) {
        return switch (path.level()) {
            case TilePath.Level.Entries() -> TilePath.FULL * (2 + EntryBundle.LONGEST_ENTRY);
            case TilePath.Level.Hashes _ -> TilePath.FULL * MerkleHash.LENGTH;
        };
    }

    private static MalformedLogException tooLarge(URI uri, int limit) {
        return new MalformedLogException(uri + ": more than " + limit + " bytes");
    }

    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;

    /** A checkpoint has some hundred bytes; this leaves room for many cosignatures. */
    private static final int LARGEST_CHECKPOINT = 64 << 10;
}
