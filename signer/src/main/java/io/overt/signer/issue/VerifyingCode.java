package io.overt.signer.issue;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.RuntimeCryptoException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.SignatureMaths;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose code verifies signatures here: those of upstreams' chains, and each that the token made
 * before it leaves. Amazon's native provider takes an eighth of the JDK's time for P-256 (ADR
 * 0171); where its library cannot be loaded, the JDK does the same more slowly. Never registered
 * with {@link java.security.Security}: nothing else in the process meets it. Immutable.
 */
public final class VerifyingCode {

    /** What is asked for. */
    public enum Wanted {
        /** The native provider, where it can be loaded. */
        NATIVE,
        /** No native code in this. */
        JDK
    }

    private final Optional<Provider> provider;

    private VerifyingCode(Optional<Provider> provider) {
        this.provider = provider;
    }

    /** Loads what is wanted, or else the JDK's, and says so. */
    public static VerifyingCode choose(Wanted wanted) {
        return switch (wanted) {
            case JDK -> ofJdk();
            case NATIVE -> new VerifyingCode(loaded());
        };
    }

    /** The JDK's. */
    public static VerifyingCode ofJdk() {
        return new VerifyingCode(Optional.empty());
    }

    private static Optional<Provider> loaded() {
        try {
            AmazonCorrettoCryptoProvider accp = AmazonCorrettoCryptoProvider.INSTANCE;
            accp.assertHealthy(); // throws if its library was not loaded or fails its own tests
            return Optional.of(accp);
        } catch (RuntimeCryptoException | LinkageError e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("folder", System.getProperty("java.io.tmpdir"))
                    .log(
                            "the native provider cannot be loaded: signatures are verified by the JDK, more slowly");
            return Optional.empty();
        }
    }

    /** Which one it came to be, as a gauge. */
    public void report(MeterRegistry registry) {
        for (String each : new String[] {NATIVE, JDK}) {
            Gauge.builder("overt.signer.verifying", () -> each.equals(name()) ? 1 : 0)
                    .tag("provider", each)
                    .description("1 for whose code verifies signatures, 0 for the other.")
                    .register(registry);
        }
    }

    /** As in metrics and logs. */
    public String name() {
        return provider.isPresent() ? NATIVE : JDK;
    }

    /** For the chains of upstreams. */
    public SignatureMaths maths() {
        return provider.map(SignatureMaths::preferring).orElseGet(SignatureMaths::ofJdk);
    }

    /**
     * Returns if the certificate is signed with this key.
     *
     * @throws GeneralSecurityException if it is not
     */
    public void verify(X509Certificate certificate, PublicKey key) throws GeneralSecurityException {
        if (provider.isPresent()) {
            certificate.verify(key, provider.get());
        } else {
            certificate.verify(key);
        }
    }

    private static final String NATIVE = "accp";
    private static final String JDK = "jdk";

    private static final Logger LOG = LoggerFactory.getLogger(VerifyingCode.class);
}
