package io.overt.x509;

/**
 * What verifying one chain may cost. Each unit is bounded in time, so the whole is: a hostile chain
 * is decided in well under a second. An ordinary chain spends three signatures, three candidates
 * and no comparison. One per call, confined to it.
 */
final class WorkBudget {
    /** Half a millisecond each at worst (P-521, or RSA of 8192 bits). */
    private static final int SIGNATURES = 100;

    /** Issuers looked at, in all places of all paths. */
    private static final int CANDIDATES = 2_000;

    /** A name against a constraint, some 50 ns. BoringSSL has the same limit. */
    private static final long COMPARISONS = 1 << 20;

    private int signatures = SIGNATURES;
    private int candidates = CANDIDATES;
    private long comparisons = COMPARISONS;

    /** There is nothing left; the chain counts as bad. */
    static final class Spent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String what;

        Spent(String what) {
            super(what, null, false, false);
            this.what = what;
        }

        UntrustedReason reason() {
            return new UntrustedReason(UntrustedReason.Kind.TOO_COMPLEX, what);
        }
    }

    void spendSignature() {
        if (--signatures < 0) {
            throw new Spent("more than " + SIGNATURES + " signatures to verify");
        }
    }

    void spendCandidate() {
        if (--candidates < 0) {
            throw new Spent("more than " + CANDIDATES + " candidates for a path");
        }
    }

    void spendComparisons(long number) {
        comparisons -= number;
        if (comparisons < 0) {
            throw new Spent("more than " + COMPARISONS + " names to compare with constraints");
        }
    }
}
