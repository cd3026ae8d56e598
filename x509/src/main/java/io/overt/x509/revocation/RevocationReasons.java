package io.overt.x509.revocation;

import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.revocation.RevocationAnswer.Revoked;

/** Answers as reasons not to trust a chain. */
public final class RevocationReasons {
    /** The certificate is revoked. */
    public static UntrustedReason revoked(IssuedCertificate about, Revoked answer) {
        return new UntrustedReason(
                Kind.REVOKED,
                subject(about)
                        + ": revoked at "
                        + answer.when()
                        + answer.reason().map(reason -> ", " + reason).orElse(""));
    }

    /** Whether it is revoked cannot be said, and has to be. */
    public static UntrustedReason unknown(IssuedCertificate about, String detail) {
        return new UntrustedReason(Kind.REVOCATION_UNKNOWN, subject(about) + ": " + detail);
    }

    private static String subject(IssuedCertificate about) {
        return "\"" + about.certificate().getSubjectX500Principal().getName() + "\"";
    }

    private RevocationReasons() {}
}
