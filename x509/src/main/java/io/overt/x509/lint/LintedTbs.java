package io.overt.x509.lint;

import io.overt.x509.TbsCertificateDer;

/**
 * Proof that a TBSCertificate keeps every rule under these terms. {@link LeafLint} is the only
 * maker.
 */
public final class LintedTbs {
    private final TbsCertificateDer tbs;
    private final LeafTerms terms;

    LintedTbs(TbsCertificateDer tbs, LeafTerms terms) {
        this.tbs = tbs;
        this.terms = terms;
    }

    /** The bytes. */
    public TbsCertificateDer tbs() {
        return tbs;
    }

    /** What they agree with. */
    public LeafTerms terms() {
        return terms;
    }

    @Override
    public String toString() {
        return "LintedTbs[" + tbs + "]";
    }
}
