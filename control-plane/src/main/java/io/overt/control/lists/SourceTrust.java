package io.overt.control.lists;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * By whom places are believed that lists are fetched from: the JDK's CAs, and the operator's own.
 */
public final class SourceTrust {

    /**
     * Reads the files once.
     *
     * @throws IllegalArgumentException naming the file that cannot be used
     */
    public static SSLSocketFactory read(List<Path> anchors) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (var manager : managers(null)) {
                if (manager instanceof X509TrustManager known) {
                    for (var issuer : known.getAcceptedIssuers()) {
                        store.setCertificateEntry("system-" + number++, issuer);
                    }
                }
            }
            for (var file : anchors) {
                try (var in = Files.newInputStream(file)) {
                    for (var anchor :
                            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                        store.setCertificateEntry("own-" + number++, anchor);
                    }
                } catch (IOException | GeneralSecurityException e) {
                    throw new IllegalArgumentException(
                            "lists.trust-anchors: " + file + ": " + e, e);
                }
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers(store), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    private static TrustManager[] managers(@Nullable KeyStore store)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private SourceTrust() {}
}
