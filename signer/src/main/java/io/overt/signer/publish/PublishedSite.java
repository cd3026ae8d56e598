package io.overt.signer.publish;

import io.overt.signer.crl.CrlOffice;
import io.overt.signer.crl.PublishedCrl;
import io.overt.signer.log.LogFolder;
import io.overt.signer.publish.Document.Caching;
import io.overt.x509.tlog.TilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is where. A path is read as a name of something that we have, by a grammar that has neither
 * a dot-dot nor an escape in it; the name of a file is then made anew from what was read. Nothing
 * of what a client sends gets to the file system. Thread-safe; blocks on the disk.
 *
 * @param authorities issuing CAs by the names that they are published under
 * @param crls by the same names
 * @param log the transparency log's folder
 */
public record PublishedSite(
        Map<String, X509Certificate> authorities,
        CrlOffice crls,
        LogFolder log,
        InstantSource clock) {

    /** What a path belongs to, for counting. */
    enum Area {
        CRL("crl"),
        CA("ca"),
        LOG("log"),
        OTHER("other");

        private final String text;

        Area(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }

        static Area of(String path) {
            if (path.startsWith("/crl/")) {
                return CRL;
            }
            if (path.startsWith("/ca/")) {
                return CA;
            }
            return path.startsWith("/log/") ? LOG : OTHER;
        }
    }

    public PublishedSite {
        authorities = Map.copyOf(authorities);
        for (String name : authorities.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        name + " (expected: letters, digits, dot, dash and underscore)");
            }
        }
    }

    /**
     * What is at a path.
     *
     * @param path of the request, as it was sent
     * @throws IOException when a file that should be readable is not
     */
    Optional<Document> at(String path) throws IOException {
        Matcher crl = CRL_PATH.matcher(path);
        if (crl.matches()) {
            return crls.published(crl.group(1)).map(this::crl);
        }
        Matcher ca = CA_PATH.matcher(path);
        if (ca.matches()) {
            return Optional.ofNullable(authorities.get(ca.group(1))).map(PublishedSite::authority);
        }
        if (path.equals("/log/checkpoint")) {
            return file(
                    log.root().resolve("checkpoint"),
                    "text/plain; charset=utf-8",
                    new Caching.Revalidated());
        }
        Optional<TilePath> tile = tile(path);
        return tile.isEmpty()
                ? Optional.empty()
                : file(
                        log.root().resolve(tile.get().text()),
                        "application/octet-stream",
                        new Caching.Always());
    }

    /** No cache keeps it for longer than clients take it, or than a revocation may wait. */
    private Document crl(PublishedCrl crl) {
        Duration left = Duration.between(clock.instant(), crl.nextUpdate());
        return new Document(
                crl.der(),
                "application/pkix-crl", // RFC 5280 §4.2.1.13
                crl.issued(),
                left.isPositive()
                        ? new Caching.For(left.compareTo(CRL_CACHED) < 0 ? left : CRL_CACHED)
                        : new Caching.Revalidated());
    }

    private static Document authority(X509Certificate certificate) {
        try {
            return new Document(
                    certificate.getEncoded(),
                    "application/pkix-cert", // RFC 5280 §4.2.2.1
                    certificate.getNotBefore().toInstant(),
                    new Caching.For(CA_CACHED));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }

    private static Optional<Document> file(Path file, String contentType, Caching caching)
            throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException(file + ": larger than a tile can be");
            }
            Instant changed = Files.getLastModifiedTime(file).toInstant();
            return Optional.of(
                    new Document(Files.readAllBytes(file), contentType, changed, caching));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** C2SP tlog-tiles: each tile has one path, and nothing else has one. */
    private static Optional<TilePath> tile(String path) {
        Matcher parts = TILE_PATH.matcher(path);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long index = Long.parseLong(parts.group(2).replaceAll("[x/]", ""));
        int width = parts.group(3) == null ? TilePath.FULL : Integer.parseInt(parts.group(3));
        if (width < 1 || width > TilePath.FULL) {
            return Optional.empty();
        }
        TilePath tile =
                parts.group(1).equals("entries")
                        ? TilePath.entries(index, width)
                        : TilePath.hashes(Integer.parseInt(parts.group(1)), index, width);
        return Optional.of(tile).filter(each -> path.equals("/log/" + each.text()));
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}");
    private static final Pattern CRL_PATH = Pattern.compile("/crl/([A-Za-z0-9._-]{1,64})\\.crl");
    private static final Pattern CA_PATH = Pattern.compile("/ca/([A-Za-z0-9._-]{1,64})\\.cer");
    private static final Pattern TILE_PATH =
            Pattern.compile(
                    "/log/tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([0-9]{1,3}))?");

    /** How much later than others a client behind a cache hears of a revocation. */
    private static final Duration CRL_CACHED = Duration.ofHours(1);

    private static final Duration CA_CACHED = Duration.ofDays(1);

    /** A bundle of 256 of the longest entries. */
    private static final long LARGEST = 256L * (2 + 0xffff);
}
