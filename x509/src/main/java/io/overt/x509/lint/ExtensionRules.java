package io.overt.x509.lint;

import io.overt.x509.Der;
import io.overt.x509.DerElement;
import io.overt.x509.ExtensionDer;
import io.overt.x509.InspectionMarker;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MalformedDerException;
import io.overt.x509.Oid;
import io.overt.x509.Recipe;
import io.overt.x509.TbsFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rules about the extensions, subjectAltName aside. */
final class ExtensionRules {
    /** All that a leaf of {@code STRICT} may have. */
    private static final Set<String> STRICT =
            Set.of(
                    Oid.BASIC_CONSTRAINTS,
                    Oid.KEY_USAGE,
                    Oid.EXTENDED_KEY_USAGE,
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.CRL_DISTRIBUTION_POINTS,
                    Oid.AUTHORITY_INFO_ACCESS,
                    Oid.SUBJECT_ALT_NAME,
                    InspectionMarker.OID);

    /** What may be critical in {@code MIRROR}: every client knows what these mean. */
    private static final Set<String> CRITICAL =
            Set.of(
                    Oid.BASIC_CONSTRAINTS,
                    Oid.KEY_USAGE,
                    Oid.EXTENDED_KEY_USAGE,
                    Oid.SUBJECT_ALT_NAME,
                    Oid.CERTIFICATE_POLICIES);

    private static final Set<String> OF_A_CA =
            Set.of(
                    Oid.NAME_CONSTRAINTS,
                    Oid.POLICY_MAPPINGS,
                    Oid.POLICY_CONSTRAINTS,
                    Oid.INHIBIT_ANY_POLICY);

    private static final Set<String> FALSE_OF_OURS =
            Set.of(
                    Oid.SCT_LIST,
                    Oid.CT_POISON,
                    Oid.TLS_FEATURE,
                    Oid.FRESHEST_CRL,
                    Oid.ISSUER_ALT_NAME,
                    Oid.PRIVATE_KEY_USAGE_PERIOD,
                    Oid.DELEGATION_USAGE,
                    Oid.CAN_SIGN_HTTP_EXCHANGES);

    private static final Set<String> BEYOND_TLS =
            Set.of(
                    "1.3.6.1.5.5.7.3.3" /* codeSigning */,
                    "1.3.6.1.5.5.7.3.8" /* timeStamping */,
                    "1.3.6.1.5.5.7.3.9" /* OCSPSigning */);

    /** BIT STRING: seven unused bits, digitalSignature. */
    private static final byte[] DIGITAL_SIGNATURE = {Der.BIT_STRING, 2, 7, (byte) 0x80};

    private static final int URI = 0x86;

    private final TbsFields fields;
    private final LeafTerms terms;
    private final Findings findings;

    private ExtensionRules(TbsFields fields, LeafTerms terms, Findings findings) {
        this.fields = fields;
        this.terms = terms;
        this.findings = findings;
    }

    static void check(TbsFields fields, LeafTerms terms, Findings findings) {
        ExtensionRules rules = new ExtensionRules(fields, terms, findings);
        rules.list();
        findings.reading(LintRule.BASIC_CONSTRAINTS, rules::basicConstraints);
        rules.fixed(
                LintRule.KEY_USAGE,
                Oid.KEY_USAGE,
                ExtensionDer.Criticality.CRITICAL,
                DIGITAL_SIGNATURE);
        findings.reading(LintRule.EXTENDED_KEY_USAGE, rules::extendedKeyUsage);
        rules.fixed(
                LintRule.SUBJECT_KEY_IDENTIFIER,
                Oid.SUBJECT_KEY_IDENTIFIER,
                ExtensionDer.Criticality.NON_CRITICAL,
                Der.encode(Der.OCTET_STRING, terms.key().keyIdentifier()));
        rules.fixed(
                LintRule.AUTHORITY_KEY_IDENTIFIER,
                Oid.AUTHORITY_KEY_IDENTIFIER,
                ExtensionDer.Criticality.NON_CRITICAL,
                Der.sequence(Der.encode(0x80 /* keyIdentifier */, terms.issuer().keyIdentifier())));
        rules.urls(
                LintRule.CRL_DISTRIBUTION_POINTS,
                Oid.CRL_DISTRIBUTION_POINTS,
                terms.issuer().crlUrls(),
                ExtensionRules::crlUrls);
        rules.urls(
                LintRule.AUTHORITY_INFO_ACCESS,
                Oid.AUTHORITY_INFO_ACCESS,
                terms.issuer().caIssuersUrls(),
                ExtensionRules::caIssuersUrls);
        findings.reading(LintRule.CERTIFICATE_POLICIES, rules::policies);
        findings.reading(LintRule.INSPECTION_MARKER, rules::marker);
    }

    private void list() {
        Set<String> seen = new HashSet<>();
        for (ExtensionDer extension : fields.extensions()) {
            String oid = extension.oid();
            String name = Oid.name(oid);
            findings.require(seen.add(oid), LintRule.EXTENSION_TWICE, name);
            if (OF_A_CA.contains(oid)) {
                findings.add(LintRule.EXTENSION_OF_A_CA, name);
            } else if (FALSE_OF_OURS.contains(oid)) {
                findings.add(LintRule.EXTENSION_FALSE, name);
            } else {
                switch (terms.profile().recipe()) {
                    case STRICT ->
                            findings.require(STRICT.contains(oid), LintRule.EXTENSION_LIST, name);
                    case MIRROR ->
                            findings.require(
                                    CRITICAL.contains(oid)
                                            || !extension.isCritical()
                                            // Has a rule of its own that says so.
                                            || STRICT.contains(oid),
                                    LintRule.EXTENSION_LIST,
                                    name + " is critical");
                }
            }
        }
    }

    /** RFC 5280 §4.2.1.9. */
    private void basicConstraints() throws MalformedDerException {
        boolean strict = terms.profile().recipe() == Recipe.STRICT;
        Optional<ExtensionDer> extension = fields.extension(Oid.BASIC_CONSTRAINTS);
        if (extension.isEmpty()) {
            findings.require(!strict, LintRule.BASIC_CONSTRAINTS, "absent");
            return;
        }
        List<DerElement> parts = extension.get().value().wrapped().expect(Der.SEQUENCE).children();
        boolean encoded = !parts.isEmpty() && parts.getFirst().tag() == Der.BOOLEAN;
        boolean ca = encoded && parts.getFirst().bool();
        findings.require(!ca, LintRule.BASIC_CONSTRAINTS, "CA:TRUE");
        int rest = parts.size() - (encoded ? 1 : 0);
        findings.require(
                rest == 0 || (rest == 1 && parts.getLast().tag() == Der.INTEGER),
                LintRule.BASIC_CONSTRAINTS,
                "more than cA and pathLenConstraint");
        if (strict) {
            findings.require(rest == 0, LintRule.BASIC_CONSTRAINTS, "a pathLenConstraint");
            findings.require(
                    extension.get().isCritical(), LintRule.BASIC_CONSTRAINTS, "not critical");
            findings.require(!encoded || ca, LintRule.DER, "cA FALSE is encoded");
        }
    }

    private void extendedKeyUsage() throws MalformedDerException {
        boolean strict = terms.profile().recipe() == Recipe.STRICT;
        Optional<ExtensionDer> extension = fields.extension(Oid.EXTENDED_KEY_USAGE);
        if (extension.isEmpty()) {
            findings.require(!strict, LintRule.EXTENDED_KEY_USAGE, "absent");
            return;
        }
        List<String> purposes = new ArrayList<>();
        for (DerElement purpose :
                extension.get().value().wrapped().expect(Der.SEQUENCE).children()) {
            purposes.add(purpose.objectIdentifier());
        }
        String shown = purposes.isEmpty() ? "no purpose" : String.join(", ", purposes);
        findings.require(!purposes.isEmpty(), LintRule.EXTENDED_KEY_USAGE, shown);
        findings.require(
                purposes.stream().noneMatch(BEYOND_TLS::contains),
                LintRule.POWER_BEYOND_TLS,
                shown);
        if (strict) {
            findings.require(
                    purposes.equals(List.of(Oid.SERVER_AUTH)),
                    LintRule.EXTENDED_KEY_USAGE,
                    shown + " (expected: serverAuth alone)");
            findings.require(
                    !extension.get().isCritical(), LintRule.EXTENDED_KEY_USAGE, "critical");
        } else if (terms.issuer().trust() == IssuerTrust.TRUSTED) {
            findings.require(
                    purposes.contains(Oid.SERVER_AUTH),
                    LintRule.EXTENDED_KEY_USAGE,
                    shown + " (expected: serverAuth among them)");
        }
    }

    /** An extension that is the same in every recipe. */
    private void fixed(
            LintRule rule, String oid, ExtensionDer.Criticality criticality, byte[] value) {
        Optional<ExtensionDer> extension = fields.extension(oid);
        if (extension.isEmpty()) {
            findings.add(rule, "absent");
            return;
        }
        findings.require(
                extension.get().criticality() == criticality,
                rule,
                extension.get().criticality() + " (expected: " + criticality + ")");
        findings.require(
                Arrays.equals(extension.get().value().content(), value),
                rule,
                "another value than ours");
    }

    private interface UrlReader {
        List<String> read(DerElement value) throws MalformedDerException;
    }

    private void urls(LintRule rule, String oid, List<String> configured, UrlReader reader) {
        Optional<ExtensionDer> extension = fields.extension(oid);
        if (extension.isEmpty()) {
            findings.require(configured.isEmpty(), rule, "absent (expected: " + configured + ")");
            return;
        }
        findings.require(!extension.get().isCritical(), rule, "critical");
        findings.reading(
                rule,
                () -> {
                    List<String> found = reader.read(extension.get().value().wrapped());
                    findings.require(
                            !configured.isEmpty() && found.equals(configured),
                            rule,
                            found + " (expected: " + configured + ")");
                });
    }

    /** One distribution point with a fullName, no reasons, no cRLIssuer. */
    private static List<String> crlUrls(DerElement value) throws MalformedDerException {
        DerElement point = only(value.expect(Der.SEQUENCE), Der.SEQUENCE);
        DerElement fullName = only(only(point, 0xa0 /* distributionPoint */), 0xa0);
        List<String> urls = new ArrayList<>();
        for (DerElement name : fullName.children()) {
            urls.add(url(name));
        }
        return urls;
    }

    private static List<String> caIssuersUrls(DerElement value) throws MalformedDerException {
        List<String> urls = new ArrayList<>();
        for (DerElement description : value.expect(Der.SEQUENCE).children()) {
            List<DerElement> parts = description.expect(Der.SEQUENCE).children();
            if (parts.size() != 2
                    || !parts.getFirst().objectIdentifier().equals(Oid.AD_CA_ISSUERS)) {
                throw new MalformedDerException("an access method other than caIssuers");
            }
            urls.add(url(parts.getLast()));
        }
        return urls;
    }

    private static String url(DerElement name) throws MalformedDerException {
        return new String(name.expect(URI).content(), StandardCharsets.US_ASCII);
    }

    private static DerElement only(DerElement around, int tag) throws MalformedDerException {
        List<DerElement> children = around.children();
        if (children.size() != 1) {
            throw new MalformedDerException(children.size() + " elements (expected: 1)");
        }
        return children.getFirst().expect(tag);
    }

    private void policies() throws MalformedDerException {
        Optional<ExtensionDer> extension = fields.extension(Oid.CERTIFICATE_POLICIES);
        if (extension.isEmpty()) {
            return;
        }
        List<DerElement> policies =
                extension.get().value().wrapped().expect(Der.SEQUENCE).children();
        findings.require(!policies.isEmpty(), LintRule.CERTIFICATE_POLICIES, "no policy");
        for (DerElement policy : policies) {
            List<DerElement> parts = policy.expect(Der.SEQUENCE).children();
            findings.require(
                    parts.size() == 1 || parts.size() == 2,
                    LintRule.CERTIFICATE_POLICIES,
                    "policy of " + parts.size() + " parts");
            if (!parts.isEmpty()) {
                parts.getFirst().expect(Der.OBJECT_IDENTIFIER);
            }
        }
    }

    private void marker() throws MalformedDerException {
        List<ExtensionDer> extensions = fields.extensions();
        if (extensions.isEmpty() || !extensions.getLast().oid().equals(InspectionMarker.OID)) {
            findings.add(LintRule.INSPECTION_MARKER, "not the last extension");
            return;
        }
        ExtensionDer marker = extensions.getLast();
        findings.require(!marker.isCritical(), LintRule.INSPECTION_MARKER, "critical");
        List<DerElement> parts = marker.value().wrapped().expect(Der.SEQUENCE).children();
        findings.require(
                parts.size() == 2
                        && text(parts.getFirst(), Der.UTF8_STRING)
                                .equals(terms.profile().organisation())
                        && text(parts.getLast(), Der.IA5_STRING)
                                .equals(terms.profile().noticeUrl()),
                LintRule.INSPECTION_MARKER,
                "not the profile's organisation and notice");
    }

    private static String text(DerElement string, int tag) throws MalformedDerException {
        return new String(string.expect(tag).content(), StandardCharsets.UTF_8);
    }
}
