package io.overt.it.verdicts;

import io.overt.it.verdicts.LimboCase.Unreadable;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PathOutcome;
import io.overt.x509.PathOutcome.Found;
import io.overt.x509.PathOutcome.None;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.SignatureMaths;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.revocation.PathCrls;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Judges cases of x509-limbo as an edge would judge the chain of a connection. */
final class CaseJudge {
    private final SignatureMaths maths;
    private final Clock clock;

    /**
     * @param clock for the cases that do not say at what time they are to be judged
     */
    CaseJudge(SignatureMaths maths, Clock clock) {
        this.maths = maths;
        this.clock = clock;
    }

    /** Never throws: what cannot be read is a failure. */
    CaseVerdict judge(LimboCase limbo) {
        try {
            return verdict(limbo);
        } catch (Unreadable | CertificateException e) {
            return CaseVerdict.failure(limbo.id(), "UNREADABLE: " + e.getMessage());
        } catch (RuntimeException e) {
            return CaseVerdict.failure(limbo.id(), "INTERNAL: " + e);
        }
    }

    private CaseVerdict verdict(LimboCase limbo) throws Unreadable, CertificateException {
        Optional<String> name = limbo.expectedPeerName();
        Optional<ReferenceIdentity> reference = name.flatMap(ReferenceIdentity::parse);
        if (name.isPresent() && reference.isEmpty()) {
            return CaseVerdict.failure(
                    limbo.id(), "UNREADABLE: \"" + name.get() + "\" is neither name nor address");
        }
        List<String> remarks = new ArrayList<>();
        PresentedChain leaf = PresentedChain.parse(List.of(limbo.peerCertificate()));
        List<X509Certificate> presented = new ArrayList<>();
        presented.add(leaf.leaf());
        presented.addAll(
                readable(limbo.untrustedIntermediates(), "untrusted intermediate", remarks));
        if (presented.size() > PresentedChain.MAX_CERTIFICATES) {
            return CaseVerdict.failure(
                    limbo.id(),
                    "TOO_COMPLEX: chain of "
                            + presented.size()
                            + " certificates (expected: at most "
                            + PresentedChain.MAX_CERTIFICATES
                            + ")");
        }
        List<X509Certificate> trusted =
                readable(limbo.trustedCertificates(), "trusted certificate", remarks);
        Instant at = limbo.validationTime().orElseGet(clock::instant);
        PathOutcome outcome =
                new BoundedChainVerifier(TrustAnchors.of(trusted), maths)
                        .path(
                                new PresentedChain(presented),
                                reference,
                                at,
                                limbo.maxChainDepth()
                                        .orElse(BoundedChainVerifier.MAX_INTERMEDIATES));
        return switch (outcome) {
            case Found(List<X509Certificate> path) -> ofPath(limbo, path, at);
            case None(List<UntrustedReason> reasons) -> {
                remarks.add(text(reasons));
                yield CaseVerdict.failure(limbo.id(), String.join("; ", remarks));
            }
        };
    }

    private static CaseVerdict ofPath(LimboCase limbo, List<X509Certificate> path, Instant at)
            throws Unreadable, CertificateException {
        Optional<String> unmet = CaseDemands.of(limbo).unmet(path);
        if (unmet.isPresent()) {
            return CaseVerdict.failure(limbo.id(), unmet.get());
        }
        List<UntrustedReason> revoked = PathCrls.objections(path, limbo.crls(), at);
        return revoked.isEmpty()
                ? CaseVerdict.success(limbo.id(), path(path))
                : CaseVerdict.failure(limbo.id(), text(revoked));
    }

    /** A certificate that cannot be read takes no part; the path may not need it. */
    private static List<X509Certificate> readable(
            List<byte[]> ders, String what, List<String> remarks) {
        List<X509Certificate> readable = new ArrayList<>();
        for (byte[] der : ders) {
            try {
                readable.add(PresentedChain.parse(List.of(der)).leaf());
            } catch (CertificateException e) {
                remarks.add("UNREADABLE: " + what + ": " + e.getMessage());
            }
        }
        return readable;
    }

    private static String path(List<X509Certificate> path) {
        return path.stream()
                .map(certificate -> "\"" + certificate.getSubjectX500Principal().getName() + "\"")
                .collect(Collectors.joining(" < "));
    }

    private static String text(List<UntrustedReason> reasons) {
        return reasons.stream()
                .map(reason -> reason.kind() + ": " + reason.detail())
                .collect(Collectors.joining("; "));
    }
}
