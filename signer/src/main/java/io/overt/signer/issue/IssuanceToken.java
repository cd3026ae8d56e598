package io.overt.signer.issue;

import io.overt.x509.TbsCertificateDer;

/**
 * Proof that a TBS was derived here, from a chain verified here, for a caller who may ask for it.
 * {@link ForgeChecks} is the only maker and {@link IssuingDesk} takes nothing else, so that no path
 * signs what was not checked.
 */
public final class IssuanceToken {

    private final Issuer issuer;
    private final TbsCertificateDer tbs;
    private final String server;
    private final String requester;
    private final IssuanceIndex.Evidence evidence;

    IssuanceToken(
            Issuer issuer,
            TbsCertificateDer tbs,
            String server,
            String requester,
            IssuanceIndex.Evidence evidence) {
        this.issuer = issuer;
        this.tbs = tbs;
        this.server = server;
        this.requester = requester;
        this.evidence = evidence;
    }

    Issuer issuer() {
        return issuer;
    }

    TbsCertificateDer tbs() {
        return tbs;
    }

    String server() {
        return server;
    }

    String requester() {
        return requester;
    }

    IssuanceIndex.Evidence evidence() {
        return evidence;
    }
}
