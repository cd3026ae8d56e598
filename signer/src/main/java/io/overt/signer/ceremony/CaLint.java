package io.overt.signer.ceremony;

import io.overt.signer.ca.CaContents;
import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaNames;
import io.overt.x509.IssuerTrust;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;

/**
 * What every certificate of our CAs must be, whoever signed it: RFC 5280's profile of a CA, and
 * what this project adds to it. Pure.
 */
final class CaLint {

    private final Set<String> subjectWords;
    private final Instant now;

    /**
     * @param subjectWords one of them stands in every subject, in whatever case
     */
    CaLint(Set<String> subjectWords, Instant now) {
        this.subjectWords = Set.copyOf(subjectWords);
        this.now = now;
    }

    /**
     * Everything that is wrong with a certificate; empty when nothing is.
     *
     * @param issuer nothing for one that is its own
     */
    List<String> faults(
            X509Certificate certificate,
            CaContents.Purpose purpose,
            IssuerTrust trust,
            Optional<X509Certificate> issuer) {
        List<String> faults = new ArrayList<>(subjectFaults(CaDraft.subject(certificate), trust));
        expect(
                faults,
                certificate.getVersion() == 3,
                "version %d (expected: 3)".formatted(certificate.getVersion()));
        int octets = certificate.getSerialNumber().toByteArray().length;
        // RFC 5280 §4.1.2.2; at least 64 bits, since a guessed one lets a collision be prepared.
        expect(
                faults,
                certificate.getSerialNumber().signum() > 0 && octets >= 8 && octets <= 20,
                "serial number of %d bytes (expected: positive, 8 to 20 bytes)".formatted(octets));
        expect(
                faults,
                certificate.getNotAfter().toInstant().isAfter(now),
                "not-after %s is past".formatted(certificate.getNotAfter().toInstant()));
        basics(faults, certificate, purpose);
        extensions(faults, certificate, purpose);
        keys(faults, certificate);
        encoding(faults, certificate);
        issuer.ifPresent(each -> chain(faults, certificate, trust, each));
        return faults;
    }

    /** Whether a subject says what it is for, and whether it is to be trusted. */
    List<String> subjectFaults(X500Name subject, IssuerTrust trust) {
        List<String> faults = new ArrayList<>();
        String said = CaNames.words(subject);
        expect(
                faults,
                subjectWords.stream()
                        .anyMatch(word -> said.contains(word.toLowerCase(Locale.ROOT))),
                "subject '%s' does not say what it is for (expected: one of %s in it)"
                        .formatted(subject, subjectWords.stream().sorted().toList()));
        boolean agrees = CaNames.trustOf(subject) == trust;
        switch (trust) {
            case TRUSTED ->
                    expect(
                            faults,
                            agrees,
                            "subject '%s' calls itself untrusted (expected: 'trust: untrusted')"
                                    .formatted(subject));
            case UNTRUSTED ->
                    expect(
                            faults,
                            agrees,
                            "subject '%s' (expected: 'untrusted' in it, as 'trust' says)"
                                    .formatted(subject));
        }
        return faults;
    }

    private static void basics(
            List<String> faults, X509Certificate certificate, CaContents.Purpose purpose) {
        int pathLength = certificate.getBasicConstraints();
        switch (purpose) {
            case ROOT ->
                    expect(
                            faults,
                            pathLength >= 1,
                            "path length %d (expected: a CA with at least one below it)"
                                    .formatted(pathLength));
            case ISSUING ->
                    expect(
                            faults,
                            pathLength == 0,
                            "path length %d (expected: a CA, pathLen 0)".formatted(pathLength));
        }
        boolean[] usage = certificate.getKeyUsage();
        List<Integer> set = new ArrayList<>();
        for (int i = 0; usage != null && i < usage.length; i++) {
            // digitalSignature: Windows' CAs put it into each certificate of a CA.
            if (usage[i] && i != 0) {
                set.add(i);
            }
        }
        expect(
                faults,
                set.equals(List.of(5 /* keyCertSign */, 6 /* cRLSign */)),
                "key usage bits %s (expected: keyCertSign and cRLSign, 5 and 6)".formatted(set));
    }

    private static void extensions(
            List<String> faults, X509Certificate certificate, CaContents.Purpose purpose) {
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        Set<String> plain = certificate.getNonCriticalExtensionOIDs();
        Set<String> marked = critical == null ? Set.of() : critical;
        Set<String> unmarked = plain == null ? Set.of() : plain;
        for (String oid : List.of(Extension.basicConstraints.getId(), Extension.keyUsage.getId())) {
            expect(faults, marked.contains(oid), "extension %s is not critical".formatted(oid));
        }
        expect(
                faults,
                !unmarked.contains(Extension.nameConstraints.getId()),
                "name constraints are not critical (RFC 5280 §4.2.1.10)");
        for (String oid : marked) {
            expect(
                    faults,
                    MAY_BE_CRITICAL.contains(oid),
                    "extension %s is critical (expected: one that every client knows)"
                            .formatted(oid));
        }
        try {
            List<String> usage = certificate.getExtendedKeyUsage();
            switch (purpose) {
                case ROOT ->
                        expect(
                                faults,
                                usage == null,
                                "a root with extended key usage %s (expected: none)"
                                        .formatted(usage));
                case ISSUING ->
                        expect(
                                faults,
                                List.of(SERVER_AUTH).equals(usage),
                                "extended key usage %s (expected: serverAuth alone)"
                                        .formatted(usage));
            }
        } catch (GeneralSecurityException e) {
            faults.add("extended key usage cannot be read: " + e.getMessage());
        }
    }

    private static void keys(List<String> faults, X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        try {
            String _ = CaDraft.algorithm(key);
        } catch (InvalidKeyException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        String algorithm = certificate.getSigAlgName();
        expect(
                faults,
                algorithm.matches("SHA(256|384|512)with(ECDSA|RSA)"),
                "signed with %s (expected: ECDSA or RSA with SHA-256, SHA-384 or SHA-512)"
                        .formatted(algorithm));
        try {
            expect(
                    faults,
                    CaDraft.keyIdentifier(certificate).length > 0,
                    "an empty subject key identifier");
        } catch (GeneralSecurityException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
    }

    private static void encoding(List<String> faults, X509Certificate certificate) {
        try {
            byte[] der = certificate.getEncoded();
            byte[] again =
                    Certificate.getInstance(ASN1Primitive.fromByteArray(der)).getEncoded("DER");
            expect(faults, Arrays.equals(der, again), "not in DER: encoded again, it differs");
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            faults.add("cannot be read again: " + e.getMessage());
        }
    }

    private static void chain(
            List<String> faults,
            X509Certificate certificate,
            IssuerTrust trust,
            X509Certificate issuer) {
        // Clients compare bytes, some without normalising.
        expect(
                faults,
                Arrays.equals(
                        certificate.getIssuerX500Principal().getEncoded(),
                        issuer.getSubjectX500Principal().getEncoded()),
                "issuer '%s' (expected: '%s')"
                        .formatted(
                                certificate.getIssuerX500Principal(),
                                issuer.getSubjectX500Principal()));
        expect(
                faults,
                within(certificate, issuer),
                "valid from %s to %s (expected: within its issuer's, %s to %s)"
                        .formatted(
                                certificate.getNotBefore().toInstant(),
                                certificate.getNotAfter().toInstant(),
                                issuer.getNotBefore().toInstant(),
                                issuer.getNotAfter().toInstant()));
        expect(
                faults,
                issuer.getBasicConstraints() > certificate.getBasicConstraints(),
                "its issuer has path length %d (expected: more than its own, %d)"
                        .formatted(
                                issuer.getBasicConstraints(), certificate.getBasicConstraints()));
        // A CA that nobody is to trust, below one that everybody trusts, would be trusted.
        expect(
                faults,
                CaNames.trustOf(CaDraft.subject(issuer)) == trust,
                "its issuer '%s' is not %s"
                        .formatted(
                                issuer.getSubjectX500Principal(),
                                trust.name().toLowerCase(Locale.ROOT)));
        try {
            byte[] expected = CaDraft.keyIdentifier(issuer);
            byte[] found = authorityKeyIdentifier(certificate);
            expect(
                    faults,
                    Arrays.equals(expected, found),
                    "authority key identifier %s (expected: the issuer's key identifier, %s)"
                            .formatted(
                                    HexFormat.of().formatHex(found),
                                    HexFormat.of().formatHex(expected)));
        } catch (GeneralSecurityException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
    }

    private static boolean within(X509Certificate certificate, X509Certificate issuer) {
        return !certificate.getNotAfter().toInstant().isAfter(issuer.getNotAfter().toInstant())
                && !certificate
                        .getNotBefore()
                        .toInstant()
                        .isBefore(issuer.getNotBefore().toInstant());
    }

    private static byte[] authorityKeyIdentifier(X509Certificate certificate)
            throws GeneralSecurityException {
        byte[] extension = certificate.getExtensionValue(Extension.authorityKeyIdentifier.getId());
        if (extension == null) {
            throw new GeneralSecurityException("no authority key identifier (expected: one)");
        }
        byte[] identifier =
                AuthorityKeyIdentifier.getInstance(
                                ASN1OctetString.getInstance(extension).getOctets())
                        .getKeyIdentifierOctets();
        return identifier == null ? new byte[0] : identifier;
    }

    private static void expect(List<String> faults, boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private static final Set<String> MAY_BE_CRITICAL =
            Set.of(
                    Extension.basicConstraints.getId(),
                    Extension.keyUsage.getId(),
                    Extension.nameConstraints.getId());
}
