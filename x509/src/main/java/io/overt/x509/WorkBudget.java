package io.overt.x509;

import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.util.Collection;
import java.util.Set;

/**
 * Stops the JDK's path builder, which has no limit of its own: with certificates that all have the
 * same names and keys it would try every order of them. The builder asks its checkers before it
 * verifies a candidate's signature. One per call, confined to it.
 */
final class WorkBudget extends PKIXCertPathChecker {
    private int left;

    WorkBudget(int candidates) {
        this.left = candidates;
    }

    boolean isSpent() {
        return left < 0;
    }

    @Override
    public void init(boolean forward) {}

    @Override
    public boolean isForwardCheckingSupported() {
        return true;
    }

    @Override
    public Set<String> getSupportedExtensions() {
        return Set.of();
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolvedCriticalExtensions)
            throws CertPathValidatorException {
        left--;
        if (isSpent()) {
            throw new CertPathValidatorException("too many candidates for a path");
        }
    }

    /**
     * The builder clones its checkers for each branch it tries; the budget is for all of them
     * together.
     */
    @Override
    public Object clone() {
        return this;
    }
}
