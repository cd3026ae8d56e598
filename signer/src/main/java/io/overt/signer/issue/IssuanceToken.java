package io.overt.signer.issue;

import io.overt.x509.TbsCertificateDer;
import io.overt.x509.lint.LintedTbs;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Proof that a TBS was derived here, from a chain verified here, for a caller who may ask for it,
 * and was linted. {@link ForgeChecks} is the only maker, takes a {@link LintedTbs} and nothing less
 * for it, and {@link IssuingDesk} takes nothing else, so that no path signs what was not checked.
 * Good for one signature.
 */
public final class IssuanceToken {

    private final Issuer issuer;
    private final LintedTbs linted;
    private final String server;
    private final String requester;
    private final IssuanceIndex.Evidence evidence;
    private final AtomicBoolean spent = new AtomicBoolean();

    /**
     * @throws IllegalArgumentException when the rules were asked for another issuer
     */
    IssuanceToken(
            Issuer issuer,
            LintedTbs linted,
            String server,
            String requester,
            IssuanceIndex.Evidence evidence) {
        if (!linted.terms().issuer().equals(issuer.ca())) {
            throw new IllegalArgumentException(
                    "linted for another issuer than " + issuer.name() + ": " + linted);
        }
        this.issuer = issuer;
        this.linted = linted;
        this.server = server;
        this.requester = requester;
        this.evidence = evidence;
    }

    Issuer issuer() {
        return issuer;
    }

    TbsCertificateDer tbs() {
        return linted.tbs();
    }

    /**
     * The bytes to sign, once.
     *
     * @throws IllegalStateException the second time
     */
    byte[] spend() {
        if (!spent.compareAndSet(false, true)) {
            throw new IllegalStateException("spent before: " + linted);
        }
        return linted.tbs().der();
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
