package io.overt.control.web;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.PemPair;
import io.overt.service.process.StartException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate for browsers and the anchors for clients' certificates, as their files are now:
 * looked at every ten seconds, a changed and whole set serves new connections, what does not fit
 * together is logged and the last good one stays. Thread-safe; whoever makes it closes it.
 */
final class WebTls implements TlsProvider {
    private final Path certificate;
    private final Path key;
    private final Optional<Path> anchors;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread watcher;
    private volatile Generation current;

    /** What the files said, and what they were read as. */
    private record Generation(
            List<byte[]> files, TlsKeyPair pair, @Nullable List<X509Certificate> trusted) {}

    WebTls(WebSettings settings) throws StartException {
        this.certificate = settings.certificate();
        this.key = settings.key();
        this.anchors = settings.clientTrustAnchors();
        try {
            this.current = read();
        } catch (FleetIdentityException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        this.watcher = Thread.ofVirtual().name("web-tls").unstarted(this::watch);
    }

    /** From now on the files are looked at. */
    WebTls watching() {
        watcher.start();
        return this;
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
        return current.pair;
    }

    @Override
    public @Nullable List<X509Certificate> trustedCertificates(String hostname) {
        return current.trusted;
    }

    /** The server does not close it: it was not the server that made it. */
    @Override
    public boolean autoClose() {
        return false;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void watch() {
        try {
            while (!closed.await(INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            var now = read();
            if (!same(now.files, current.files)) {
                current = now;
                LOG.atInfo().addKeyValue("file", certificate).log("web certificate reloaded");
            }
        } catch (FleetIdentityException e) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("web certificate not reloaded, the last one stays");
        }
    }

    private static boolean same(List<byte[]> one, List<byte[]> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!Arrays.equals(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }

    private Generation read() throws FleetIdentityException {
        var chainPem = PemPair.bytes(certificate);
        var keyPem = PemPair.bytes(key);
        var pair = PemPair.of(certificate, chainPem, key, keyPem);
        var keyPair = TlsKeyPair.of(pair.privateKey(), pair.chain());
        if (anchors.isEmpty()) {
            return new Generation(List.of(chainPem, keyPem), keyPair, null);
        }
        var anchorsPem = PemPair.bytes(anchors.get());
        return new Generation(
                List.of(chainPem, keyPem, anchorsPem),
                keyPair,
                PemPair.certificates(anchors.get(), anchorsPem));
    }

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(WebTls.class);
}
