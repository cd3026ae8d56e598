package io.overt.signer.issue;

import io.overt.signer.key.SigningKey;
import io.overt.x509.IssuingCa;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One issuing CA with its key. Thread-safe. A key that once signed something else than it was asked
 * to is never asked again by this process.
 */
public final class Issuer {

    private final IssuingCa ca;
    private final List<X509Certificate> chain;
    private volatile IssuerState ordered;
    private final SigningKey key;
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * An issuer in a state that the operator chose.
     *
     * @param chain what clients need beyond the CA's certificate, without the root
     * @throws IllegalArgumentException when the key is not the certificate's
     */
    public Issuer(IssuingCa ca, List<X509Certificate> chain, IssuerState state, SigningKey key) {
        if (!key.publicKey().equals(ca.certificate().getPublicKey())) {
            throw new IllegalArgumentException("the key is not that of " + name(ca));
        }
        this.ca = ca;
        this.chain = List.copyOf(chain);
        this.ordered = state;
        this.key = key;
    }

    /** The CA as leaves name it. */
    public IssuingCa ca() {
        return ca;
    }

    /** What clients need beyond the CA's certificate. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** Its state now: as ordered, but one that had to be stopped signs no more. */
    public IssuerState state() {
        IssuerState state = ordered;
        return stopped.get() && state == IssuerState.ACTIVE ? IssuerState.RETIRING : state;
    }

    /** What the operator, or after that an act, orders it to be. */
    public IssuerState ordered() {
        return ordered;
    }

    /** Orders another state; only acts do. */
    public void order(IssuerState state) {
        ordered = state;
    }

    /** Its key. */
    public SigningKey key() {
        return key;
    }

    /** The CA's subject, for logs and metrics. */
    public String name() {
        return name(ca);
    }

    /** Whether it had to be stopped. */
    public boolean stopped() {
        return stopped.get();
    }

    /** Its key signed something else than it was asked to. */
    public void stop() {
        stopped.set(true);
    }

    private static String name(IssuingCa ca) {
        return ca.certificate().getSubjectX500Principal().getName();
    }
}
