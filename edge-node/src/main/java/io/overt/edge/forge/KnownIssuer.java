package io.overt.edge.forge;

import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuingCa;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * An issuing CA as its signer describes it.
 *
 * @param ca its certificate and the addresses that its leaves name
 * @param chain what a client needs beyond it, without the root
 * @param state whether it signs
 */
record KnownIssuer(IssuingCa ca, List<X509Certificate> chain, State state) {

    KnownIssuer {
        chain = List.copyOf(chain);
    }

    CertificateFingerprint fingerprint() {
        return ca.fingerprint();
    }

    /** The life of an issuer. */
    enum State {
        /** Distributed, not signing yet. */
        STAGED,
        /** Signs leaves. */
        ACTIVE,
        /** Signs no new leaves; those it signed are still good. */
        RETIRING
    }

    /** Whether a leaf by this issuer may be served. */
    boolean isGood() {
        return switch (state) {
            case STAGED -> false;
            case ACTIVE, RETIRING -> true;
        };
    }
}
