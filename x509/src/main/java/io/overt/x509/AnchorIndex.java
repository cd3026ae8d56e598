package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * The anchors by name, read and judged once; what depends on the time is judged when asked.
 * Immutable.
 */
final class AnchorIndex {
    private final TrustAnchors anchors;
    private final Map<X500Principal, List<Anchor>> bySubject = new HashMap<>();
    private final List<ParsedCertificate> ownCas = new ArrayList<>();

    /**
     * @param standing what is wrong with it at all times
     */
    record Anchor(ParsedCertificate certificate, List<UntrustedReason> standing) {
        List<UntrustedReason> faults(Instant at) {
            List<UntrustedReason> faults = new ArrayList<>(standing);
            faults.addAll(
                    CertificateRules.validity(
                            certificate, "trust anchor " + certificate.label(), at));
            return faults;
        }
    }

    /** An anchor that cannot be read. */
    private final Map<X500Principal, UntrustedReason> unreadable = new HashMap<>();

    AnchorIndex(TrustAnchors anchors) {
        this.anchors = anchors;
        for (X509Certificate certificate : anchors.certificates()) {
            try {
                ParsedCertificate parsed = ParsedCertificate.of(certificate);
                bySubject
                        .computeIfAbsent(parsed.subject(), _ -> new ArrayList<>())
                        .add(new Anchor(parsed, CertificateRules.anchor(parsed)));
            } catch (MalformedDerException e) {
                X500Principal subject = certificate.getSubjectX500Principal();
                unreadable.put(
                        subject,
                        Reasons.of(
                                "trust anchor \"" + subject.getName() + "\"",
                                Kind.MALFORMED,
                                e.what()));
            }
        }
        for (X509Certificate certificate : anchors.ownCas()) {
            try {
                ownCas.add(ParsedCertificate.of(certificate));
            } catch (MalformedDerException e) {
                throw new IllegalArgumentException(
                        "our own CA \"" + certificate.getSubjectX500Principal() + "\": " + e.what(),
                        e);
            }
        }
    }

    /** The anchors whose subject is the issuer of {@code certificate}. */
    List<Anchor> named(ParsedCertificate certificate) {
        return bySubject.getOrDefault(certificate.issuer(), List.of());
    }

    /** What is wrong with an anchor of that name that cannot be read at all. */
    Optional<UntrustedReason> unreadable(ParsedCertificate certificate) {
        return Optional.ofNullable(unreadable.get(certificate.issuer()));
    }

    /** Whether the certificate itself is an anchor, to the byte. */
    boolean contains(ParsedCertificate certificate) {
        return bySubject.getOrDefault(certificate.subject(), List.of()).stream()
                .anyMatch(anchor -> anchor.certificate().equals(certificate));
    }

    boolean isOwn(ParsedCertificate certificate) {
        return anchors.isOwn(certificate.certificate());
    }

    /** Our own CAs with the name of the issuer of {@code certificate}. */
    List<ParsedCertificate> ownNamed(ParsedCertificate certificate) {
        return ownCas.stream().filter(own -> own.subject().equals(certificate.issuer())).toList();
    }
}
