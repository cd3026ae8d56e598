package io.overt.x509;

import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who signed whom, each asked once. Confined to one call. */
final class SignatureCheck {
    private final SignatureMaths maths;
    private final WorkBudget budget;
    private final Map<Asked, Boolean> known = new HashMap<>();

    private record Asked(ParsedCertificate certificate, String issuerKey) {}

    SignatureCheck(SignatureMaths maths, WorkBudget budget) {
        this.maths = maths;
        this.budget = budget;
    }

    /**
     * Whether {@code certificate} is signed with the key of {@code issuer}, by a safe algorithm.
     */
    boolean isSignedBy(ParsedCertificate certificate, ParsedCertificate issuer)
            throws GeneralSecurityException {
        Asked asked = new Asked(certificate, issuer.keyIdentity());
        Boolean answer = known.get(asked);
        if (answer == null) {
            answer = ask(certificate, issuer);
            known.put(asked, answer);
        }
        return answer;
    }

    /**
     * The same for a path that is explained and not accepted: takes the issuer's word where the
     * algorithm or the key is not safe to verify with, which is a reason of its own.
     */
    boolean mayBeSignedBy(ParsedCertificate certificate, ParsedCertificate issuer)
            throws GeneralSecurityException {
        return certificate.algorithm().isEmpty()
                || issuer.keyObjection().isPresent()
                || isSignedBy(certificate, issuer);
    }

    /** Whether an anchor, which nobody bounds, is signed with its own key. */
    static boolean isSelfSigned(ParsedCertificate anchor) {
        try {
            return new SignatureCheck(SignatureMaths.ofJdk(), new WorkBudget())
                    .isSignedBy(anchor, anchor);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("verifying " + anchor.label(), e);
        }
    }

    private boolean ask(ParsedCertificate certificate, ParsedCertificate issuer)
            throws GeneralSecurityException {
        Optional<SignatureAlgorithm> algorithm = certificate.algorithm();
        // A key that is refused anyway may be one that takes minutes to verify with.
        if (algorithm.isEmpty() || issuer.keyObjection().isPresent()) {
            return false;
        }
        budget.spendSignature();
        return maths.verify(
                algorithm.get(),
                issuer.certificate().getPublicKey(),
                certificate.tbs(),
                certificate.signature());
    }
}
