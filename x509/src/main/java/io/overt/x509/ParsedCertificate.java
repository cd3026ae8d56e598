package io.overt.x509;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate read by our own strict reader, once, for all the rules to look at. The JDK's
 * reading of the same bytes serves for its public key and for comparing names; what a rule decides
 * comes from here, so that what is not DER is never given two meanings.
 */
final class ParsedCertificate {
    private static final int EMPTY_SEQUENCE_LENGTH = 2;

    private final X509Certificate certificate;
    private final TbsFields fields;
    private final byte[] tbs;
    private final DerElement signatureAlgorithm;
    private final byte[] signature;
    private final Extensions extensions;
    private final Reading<SubjectNames> names;
    private final Reading<Optional<SignatureAlgorithm>> algorithm;
    private final Reading<Optional<String>> keyObjection;
    private final Instant notBefore;
    private final Instant notAfter;
    private final X500Principal subject;
    private final X500Principal issuer;
    private final String keyIdentity;

    /** What was read, or why it cannot be. */
    record Reading<T>(T value, Optional<String> fault) {}

    private interface Reader<T> {
        T read() throws MalformedDerException;
    }

    private static <T> Reading<T> reading(String field, T instead, Reader<T> reader) {
        try {
            return new Reading<>(reader.read(), Optional.empty());
        } catch (MalformedDerException e) {
            return new Reading<>(instead, Optional.of(field + ": " + e.what()));
        }
    }

    private ParsedCertificate(X509Certificate certificate, List<DerElement> parts)
            throws MalformedDerException {
        this.certificate = certificate;
        this.fields = TbsFields.of(parts.getFirst());
        this.tbs = parts.getFirst().encoded();
        this.signatureAlgorithm = parts.get(1).expect(Der.SEQUENCE);
        byte[] bits = parts.get(2).expect(Der.BIT_STRING).content();
        if (bits[0] != 0) {
            throw new MalformedDerException("signature is not whole octets");
        }
        this.signature = Arrays.copyOfRange(bits, 1, bits.length);
        this.extensions = Extensions.of(fields.extensions());
        this.names =
                reading(
                        "subject",
                        SubjectNames.NONE,
                        () -> SubjectNames.of(fields.subject(), extensions));
        this.algorithm =
                reading(
                        "signatureAlgorithm",
                        Optional.empty(),
                        () -> SignatureAlgorithm.of(signatureAlgorithm));
        this.keyObjection =
                reading(
                        "subjectPublicKeyInfo",
                        Optional.of("key that cannot be read"),
                        () -> KeyRules.objection(fields.subjectPublicKeyInfo()));
        this.notBefore = fields.notBefore().time();
        this.notAfter = fields.notAfter().time();
        this.subject = certificate.getSubjectX500Principal();
        this.issuer = certificate.getIssuerX500Principal();
        this.keyIdentity =
                HexFormat.of().formatHex(Hashes.sha256(fields.subjectPublicKeyInfo().encoded()));
    }

    /**
     * @throws MalformedDerException if the certificate is not DER, or not of the form of RFC 5280
     *     §4.1; a malformed <em>value</em> of an extension is told by {@link Extensions#faults}
     */
    static ParsedCertificate of(X509Certificate certificate) throws MalformedDerException {
        List<DerElement> parts =
                DerElement.parse(Encodings.of(certificate)).expect(Der.SEQUENCE).children();
        if (parts.size() != 3) {
            throw new MalformedDerException(
                    "certificate of " + parts.size() + " parts (expected: 3)");
        }
        return new ParsedCertificate(certificate, parts);
    }

    X509Certificate certificate() {
        return certificate;
    }

    TbsFields fields() {
        return fields;
    }

    Extensions extensions() {
        return extensions;
    }

    /** What name constraints apply to. */
    SubjectNames names() {
        return names.value();
    }

    /** Empty if it is signed with an algorithm that is not safe, or unknown. */
    Optional<SignatureAlgorithm> algorithm() {
        return algorithm.value();
    }

    /** Why nobody should rely on its key; a key that cannot be read is one. */
    Optional<String> keyObjection() {
        return keyObjection.value();
    }

    /** What cannot be read, extensions aside. */
    List<String> faults() {
        return Stream.of(names.fault(), algorithm.fault(), keyObjection.fault())
                .flatMap(Optional::stream)
                .toList();
    }

    /** What the issuer signed. */
    byte[] tbs() {
        return tbs;
    }

    /** The one outside of what is signed; {@link TbsFields#signature} is the one inside. */
    DerElement signatureAlgorithm() {
        return signatureAlgorithm;
    }

    byte[] signature() {
        return signature;
    }

    Instant notBefore() {
        return notBefore;
    }

    /** The first instant after the second of notAfter, which is inside (RFC 5280 §4.1.2.5). */
    Instant expiry() {
        return notAfter.plusSeconds(1);
    }

    Instant notAfter() {
        return notAfter;
    }

    X500Principal subject() {
        return subject;
    }

    X500Principal issuer() {
        return issuer;
    }

    boolean hasEmptySubject() {
        return fields.subject().encoded().length == EMPTY_SEQUENCE_LENGTH;
    }

    boolean hasEmptyIssuer() {
        return fields.issuer().encoded().length == EMPTY_SEQUENCE_LENGTH;
    }

    /** RFC 5280 §3.2: issuer and subject are one entity, whatever the keys are. */
    boolean isSelfIssued() {
        return subject.equals(issuer);
    }

    /** Equal where subjectPublicKeyInfo is, to the byte. */
    String keyIdentity() {
        return keyIdentity;
    }

    /** How messages call it when it is no leaf. */
    String label() {
        return "\"" + subject.getName() + "\"";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParsedCertificate that && certificate.equals(that.certificate);
    }

    @Override
    public int hashCode() {
        return certificate.hashCode();
    }
}
