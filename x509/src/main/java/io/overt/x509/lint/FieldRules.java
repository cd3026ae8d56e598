package io.overt.x509.lint;

import io.overt.x509.Der;
import io.overt.x509.DerElement;
import io.overt.x509.Hashes;
import io.overt.x509.IssuerTrust;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MalformedDerException;
import io.overt.x509.MirrorProfile;
import io.overt.x509.Recipe;
import io.overt.x509.TbsFields;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Rules about the fields before the extensions. */
final class FieldRules {
    private static final int MAX_SERIAL_OCTETS = 20;
    private static final int DIGEST_OCTETS = 16;

    /** In the list of fields, after the explicit version. */
    private static final int SERIAL = 1;

    private static final byte[] ZERO = {Der.INTEGER, 1, 0};

    /** RFC 5280 §4.1.2.5: through the year 2049 UTCTime, which reaches back to 1950. */
    private static final Instant UTC_FROM = Instant.parse("1950-01-01T00:00:00Z");

    private static final Instant UTC_UNTIL = Instant.parse("2050-01-01T00:00:00Z");

    static void check(DerElement root, TbsFields fields, LeafTerms terms, Findings findings)
            throws MalformedDerException {
        findings.require(
                fields.version() == 3,
                LintRule.VERSION,
                "version " + fields.version() + " (expected: 3)");
        serial(root, fields, findings);
        findings.require(
                Arrays.equals(fields.signature().encoded(), terms.issuer().signatureIdentifier()),
                LintRule.SIGNATURE_ALGORITHM,
                "not that of the issuer's key (expected: "
                        + terms.issuer().signatureAlgorithm()
                        + ")");
        findings.require(
                Arrays.equals(fields.issuer().encoded(), terms.issuer().subject()),
                LintRule.ISSUER,
                "not the bytes of the issuing CA's subject");
        findings.reading(LintRule.TIME_FORM, () -> validity(fields, terms, findings));
        findings.reading(LintRule.SUBJECT, () -> subject(fields.subject()));
        key(fields.subjectPublicKeyInfo().encoded(), terms, findings);
        findings.require(
                fields.issuerUniqueId().isEmpty(), LintRule.UNIQUE_ID, "an issuerUniqueID");
        findings.require(
                fields.subjectUniqueId().isEmpty(), LintRule.UNIQUE_ID, "a subjectUniqueID");
    }

    private static void serial(DerElement root, TbsFields fields, Findings findings)
            throws MalformedDerException {
        byte[] content = fields.serialNumber().content();
        BigInteger serial = new BigInteger(content);
        findings.require(
                serial.signum() > 0, LintRule.SERIAL_NUMBER, serial + " (expected: positive)");
        findings.require(
                content.length <= MAX_SERIAL_OCTETS,
                LintRule.SERIAL_NUMBER,
                content.length + " octets (expected: at most " + MAX_SERIAL_OCTETS + ")");
        if (fields.version() == 1) {
            return; // No explicit version before it, and a defect already.
        }
        List<DerElement> parts = root.children();
        byte[][] withZero = new byte[parts.size()][];
        for (int i = 0; i < withZero.length; i++) {
            withZero[i] = i == SERIAL ? ZERO : parts.get(i).encoded();
        }
        byte[] digest = Hashes.sha256(Der.sequence(withZero));
        findings.require(
                serial.equals(new BigInteger(1, Arrays.copyOf(digest, DIGEST_OCTETS))),
                LintRule.SERIAL_DIGEST,
                "not the digest of the TBS with serial 0");
    }

    private static void validity(TbsFields fields, LeafTerms terms, Findings findings)
            throws MalformedDerException {
        Instant from = time(fields.notBefore(), findings);
        Instant to = time(fields.notAfter(), findings);
        findings.require(!to.isBefore(from), LintRule.VALIDITY_ORDER, "from " + from + " to " + to);
        if (terms.issuer().trust() == IssuerTrust.UNTRUSTED) {
            return;
        }
        MirrorProfile profile = terms.profile();
        X509Certificate issuer = terms.issuer().certificate();
        findings.require(
                !to.isAfter(issuer.getNotAfter().toInstant()),
                LintRule.VALIDITY_IN_ISSUER,
                to + " is after the issuer's end, " + issuer.getNotAfter().toInstant());
        findings.require(
                Duration.between(from, to).plusSeconds(1).compareTo(profile.maxLifetime()) <= 0,
                LintRule.LIFETIME,
                "from %s to %s (expected: at most %s)".formatted(from, to, profile.maxLifetime()));
        if (profile.recipe() == Recipe.STRICT) {
            findings.require(
                    !from.isBefore(issuer.getNotBefore().toInstant()),
                    LintRule.VALIDITY_IN_ISSUER,
                    from + " is before the issuer's start, " + issuer.getNotBefore().toInstant());
            Instant earliest =
                    terms.epoch().start(profile.epochLength()).minus(profile.epochGrace());
            Instant end = terms.epoch().end(profile.epochLength()).plus(profile.epochGrace());
            findings.require(
                    !from.isBefore(earliest) && to.isBefore(end),
                    LintRule.EPOCH,
                    "from %s to %s (expected: from %s, before %s)"
                            .formatted(from, to, earliest, end));
        }
    }

    private static Instant time(DerElement field, Findings findings) throws MalformedDerException {
        Instant time = field.time();
        boolean utc = !time.isBefore(UTC_FROM) && time.isBefore(UTC_UNTIL);
        findings.require(
                field.tag() == (utc ? Der.UTC_TIME : Der.GENERALIZED_TIME),
                LintRule.TIME_FORM,
                time + " with tag 0x%02x".formatted(field.tag()));
        return time;
    }

    private static void subject(DerElement subject) throws MalformedDerException {
        for (DerElement relativeName : subject.children()) {
            List<DerElement> attributes = relativeName.expect(Der.SET).children();
            if (attributes.isEmpty()) {
                throw new MalformedDerException("a relative name without an attribute");
            }
            for (DerElement attribute : attributes) {
                List<DerElement> parts = attribute.expect(Der.SEQUENCE).children();
                if (parts.size() != 2) {
                    throw new MalformedDerException(
                            "attribute of " + parts.size() + " parts (expected: 2)");
                }
                parts.getFirst().expect(Der.OBJECT_IDENTIFIER);
            }
        }
    }

    private static void key(byte[] spki, LeafTerms terms, Findings findings) {
        LeafPublicKey key;
        try {
            key = new LeafPublicKey(spki);
        } catch (IllegalArgumentException e) {
            findings.add(LintRule.KEY_FORM, String.valueOf(e.getMessage()));
            // It may still be a CA's, of another kind.
            caKey(spki, terms, findings);
            return;
        }
        findings.require(
                key.equals(terms.key()),
                LintRule.KEY_ENROLLED,
                key + " (expected: " + terms.key() + ")");
        caKey(spki, terms, findings);
    }

    private static void caKey(byte[] spki, LeafTerms terms, Findings findings) {
        findings.require(
                terms.caKeys().stream().noneMatch(own -> Arrays.equals(own.getEncoded(), spki)),
                LintRule.KEY_OF_A_CA,
                "the key of a CA or log of ours");
    }

    private FieldRules() {}
}
