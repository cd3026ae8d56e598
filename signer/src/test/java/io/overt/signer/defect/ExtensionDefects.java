package io.overt.signer.defect;

import static io.overt.signer.defect.ListedDefect.byRecipe;
import static io.overt.signer.defect.ListedDefect.defect;
import static io.overt.signer.defect.ListedDefect.keptByMirror;
import static io.overt.signer.defect.ListedDefect.onlyCompared;
import static io.overt.signer.defect.ListedDefect.raw;
import static io.overt.signer.defect.TbsEdit.explicit;
import static io.overt.signer.defect.TbsEdit.sequence;

import io.overt.x509.InspectionMarker;
import io.overt.x509.lint.LintRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** Defects of the extensions, names aside. */
final class ExtensionDefects {
    private static final ASN1ObjectIdentifier MARKER =
            new ASN1ObjectIdentifier(InspectionMarker.OID);
    private static final ASN1ObjectIdentifier UNKNOWN =
            new ASN1ObjectIdentifier("1.3.6.1.4.1.55555.1");
    private static final String KEPT = "kept byte for byte where upstream has it; clients take it";

    private ExtensionDefects() {}

    static List<ListedDefect> list() {
        List<ListedDefect> all = new ArrayList<>();
        all.addAll(kinds());
        all.addAll(basicConstraints());
        all.addAll(usages());
        all.addAll(keyIdentifiers());
        all.addAll(locations());
        all.addAll(policiesAndMarker());
        return all;
    }

    private static List<ListedDefect> kinds() {
        List<ListedDefect> all = new ArrayList<>();
        all.add(
                defect(
                        "RFC 5280 §4.1.2.9: no extensions",
                        tbs -> tbs.without(TbsEdit.EXTENSIONS),
                        LintRule.KEY_USAGE));
        all.add(twice("subjectAltName", Extension.subjectAlternativeName));
        all.add(twice("keyUsage", Extension.keyUsage));
        all.add(twice("the inspection marker", MARKER));
        all.add(
                defect(
                        "RFC 5280 §4.2: an unknown critical extension",
                        tbs -> tbs.with(UNKNOWN, true, DERNull.INSTANCE),
                        LintRule.EXTENSION_LIST));
        all.add(
                keptByMirror(
                        "DESIGN §4: an unknown extension",
                        tbs -> tbs.with(UNKNOWN, false, DERNull.INSTANCE),
                        LintRule.EXTENSION_LIST,
                        KEPT));
        all.add(ofCa("§4.2.1.10: nameConstraints", "2.5.29.30"));
        all.add(ofCa("§4.2.1.5: policyMappings", "2.5.29.33"));
        all.add(ofCa("§4.2.1.11: policyConstraints", "2.5.29.36"));
        all.add(ofCa("§4.2.1.14: inhibitAnyPolicy", "2.5.29.54"));
        all.add(untrue("RFC 6962 §3.3: an SCT list", "1.3.6.1.4.1.11129.2.4.2"));
        all.add(untrue("RFC 6962 §3.1: poison", "1.3.6.1.4.1.11129.2.4.3"));
        all.add(untrue("RFC 7633: a TLS feature", "1.3.6.1.5.5.7.1.24"));
        all.add(untrue("RFC 5280 §4.2.1.15: freshestCRL", "2.5.29.46"));
        all.add(untrue("RFC 5280 §4.2.1.7: issuerAltName", "2.5.29.18"));
        all.add(untrue("RFC 3280 §4.2.1.4: privateKeyUsagePeriod", "2.5.29.16"));
        all.add(untrue("RFC 9345 §4.2: delegationUsage", "1.3.6.1.4.1.44363.44"));
        all.add(untrue("DESIGN §4: canSignHttpExchanges", "1.3.6.1.4.1.11129.2.1.22"));
        return all;
    }

    private static ListedDefect twice(String name, ASN1ObjectIdentifier oid) {
        return defect(
                "RFC 5280 §4.2: twice " + name,
                tbs -> {
                    List<Extension> all = tbs.extensions();
                    all.addFirst(tbs.extension(oid));
                    return tbs.extensions(all);
                },
                LintRule.EXTENSION_TWICE);
    }

    private static ListedDefect ofCa(String name, String oid) {
        return defect(
                "RFC 5280 " + name + " in a leaf",
                tbs -> tbs.with(new ASN1ObjectIdentifier(oid), true, new DERSequence()),
                LintRule.EXTENSION_OF_A_CA);
    }

    private static ListedDefect untrue(String name, String oid) {
        return defect(
                name,
                tbs ->
                        tbs.with(
                                new ASN1ObjectIdentifier(oid),
                                false,
                                new DEROctetString(new byte[] {0, 0})),
                LintRule.EXTENSION_FALSE);
    }

    private static List<ListedDefect> basicConstraints() {
        return List.of(
                constraints("CA:TRUE", sequence(ASN1Boolean.TRUE)),
                constraints(
                        "CA:TRUE, path length 0", sequence(ASN1Boolean.TRUE, new ASN1Integer(0))),
                defect(
                        "X.690 §11.1: cA as 0x01",
                        tbs ->
                                tbs.with(
                                        new Extension(
                                                Extension.basicConstraints,
                                                true,
                                                new byte[] {0x30, 3, 1, 1, 1})),
                        LintRule.BASIC_CONSTRAINTS),
                defect(
                        "RFC 5280 §4.2.1.9: basicConstraints of three parts",
                        tbs ->
                                tbs.with(
                                        Extension.basicConstraints,
                                        true,
                                        sequence(new ASN1Integer(0), new ASN1Integer(0))),
                        LintRule.BASIC_CONSTRAINTS),
                keptByMirror(
                        "X.690 §11.5: cA FALSE is encoded",
                        tbs ->
                                tbs.with(
                                        Extension.basicConstraints,
                                        true,
                                        sequence(ASN1Boolean.FALSE)),
                        LintRule.DER,
                        KEPT),
                keptByMirror(
                        "RFC 5280 §4.2.1.9: a path length without CA",
                        tbs ->
                                tbs.with(
                                        Extension.basicConstraints,
                                        true,
                                        sequence(new ASN1Integer(0))),
                        LintRule.BASIC_CONSTRAINTS,
                        KEPT),
                keptByMirror(
                        "CHECKLIST 56: basicConstraints not critical",
                        tbs -> tbs.with(Extension.basicConstraints, false, new DERSequence()),
                        LintRule.BASIC_CONSTRAINTS,
                        KEPT),
                keptByMirror(
                        "CHECKLIST 56: no basicConstraints",
                        tbs -> tbs.without(Extension.basicConstraints),
                        LintRule.BASIC_CONSTRAINTS,
                        KEPT));
    }

    private static ListedDefect constraints(String name, ASN1Encodable value) {
        return defect(
                "RFC 5280 §4.2.1.9: " + name,
                tbs -> tbs.with(Extension.basicConstraints, true, value),
                LintRule.BASIC_CONSTRAINTS);
    }

    private static List<ListedDefect> usages() {
        KeyPurposeId server = KeyPurposeId.id_kp_serverAuth;
        return List.of(
                defect(
                        "CHECKLIST 55: no keyUsage",
                        tbs -> tbs.without(Extension.keyUsage),
                        LintRule.KEY_USAGE),
                defect(
                        "RFC 5280 §4.2.1.3: keyUsage not critical",
                        tbs -> tbs.critical(Extension.keyUsage, false),
                        LintRule.KEY_USAGE),
                keyUsage("and keyCertSign", 0x84, 2),
                keyUsage("and cRLSign", 0x82, 1),
                keyUsage("and keyEncipherment", 0xa0, 5),
                keyUsage("replaced by keyEncipherment", 0x20, 5),
                keyUsage("and all others", 0xfe, 1),
                keyUsage("replaced by none", 0x00, 0),
                keyUsage("with trailing zero bits (X.690 §11.2.2)", 0x80, 0),
                purposes("clientAuth alone", KeyPurposeId.id_kp_clientAuth),
                purposes("anyExtendedKeyUsage alone", KeyPurposeId.anyExtendedKeyUsage),
                purposes("of no purpose"),
                power("codeSigning", KeyPurposeId.id_kp_codeSigning),
                power("OCSPSigning (RFC 6960 §4.2.2.2)", KeyPurposeId.id_kp_OCSPSigning),
                power("timeStamping", KeyPurposeId.id_kp_timeStamping),
                keptByMirror(
                        "CHECKLIST 55: extKeyUsage clientAuth too",
                        tbs ->
                                tbs.with(
                                        Extension.extendedKeyUsage,
                                        false,
                                        sequence(server, KeyPurposeId.id_kp_clientAuth)),
                        LintRule.EXTENDED_KEY_USAGE,
                        KEPT),
                keptByMirror(
                        "CHECKLIST 55: no extKeyUsage",
                        tbs -> tbs.without(Extension.extendedKeyUsage),
                        LintRule.EXTENDED_KEY_USAGE,
                        KEPT),
                keptByMirror(
                        "RFC 5280 §4.2.1.12: extKeyUsage critical",
                        tbs -> tbs.critical(Extension.extendedKeyUsage, true),
                        LintRule.EXTENDED_KEY_USAGE,
                        KEPT),
                defect(
                        "RFC 5280 §4.2.1.12: extKeyUsage that is no sequence",
                        tbs -> tbs.with(Extension.extendedKeyUsage, false, DERNull.INSTANCE),
                        LintRule.EXTENDED_KEY_USAGE));
    }

    private static ListedDefect keyUsage(String name, int bits, int unused) {
        return defect(
                "CHECKLIST 55: keyUsage digitalSignature " + name,
                tbs ->
                        tbs.with(
                                new Extension(
                                        Extension.keyUsage,
                                        true,
                                        new byte[] {3, 2, (byte) unused, (byte) bits})),
                LintRule.KEY_USAGE);
    }

    private static ListedDefect purposes(String name, ASN1Encodable... purposes) {
        return defect(
                "RFC 5280 §4.2.1.12: extKeyUsage " + name,
                tbs -> tbs.with(Extension.extendedKeyUsage, false, sequence(purposes)),
                LintRule.EXTENDED_KEY_USAGE);
    }

    private static ListedDefect power(String name, KeyPurposeId purpose) {
        return defect(
                "Baseline Requirements §7.1.2.7.10: extKeyUsage with " + name,
                tbs ->
                        tbs.with(
                                Extension.extendedKeyUsage,
                                false,
                                sequence(KeyPurposeId.id_kp_serverAuth, purpose)),
                LintRule.POWER_BEYOND_TLS);
    }

    private static List<ListedDefect> keyIdentifiers() {
        DEROctetString other = new DEROctetString(new byte[20]);
        DERTaggedObject otherId = new DERTaggedObject(false, 0, other);
        LintRule subject = LintRule.SUBJECT_KEY_IDENTIFIER;
        LintRule authority = LintRule.AUTHORITY_KEY_IDENTIFIER;
        return List.of(
                defect(
                        "CHECKLIST 56: no subjectKeyIdentifier",
                        tbs -> tbs.without(Extension.subjectKeyIdentifier),
                        subject),
                defect(
                        "RFC 5280 §4.2.1.2: another key's subjectKeyIdentifier",
                        tbs -> tbs.with(Extension.subjectKeyIdentifier, false, other),
                        subject),
                defect(
                        "RFC 5280 §4.2.1.2: an empty subjectKeyIdentifier",
                        tbs ->
                                tbs.with(
                                        Extension.subjectKeyIdentifier,
                                        false,
                                        new DEROctetString(new byte[0])),
                        subject),
                defect(
                        "RFC 5280 §4.2.1.2: subjectKeyIdentifier critical",
                        tbs -> tbs.critical(Extension.subjectKeyIdentifier, true),
                        subject),
                defect(
                        "RFC 5280 §4.2.1.1: no authorityKeyIdentifier",
                        tbs -> tbs.without(Extension.authorityKeyIdentifier),
                        authority),
                defect(
                        "CHECKLIST 56: another CA's authorityKeyIdentifier",
                        tbs -> tbs.with(Extension.authorityKeyIdentifier, false, sequence(otherId)),
                        authority),
                defect(
                        "DESIGN §4: authorityKeyIdentifier with a serial",
                        tbs ->
                                tbs.with(
                                        Extension.authorityKeyIdentifier,
                                        false,
                                        sequence(
                                                otherId,
                                                new DERTaggedObject(false, 2, new ASN1Integer(1)))),
                        authority),
                defect(
                        "RFC 5280 §4.2.1.1: an empty authorityKeyIdentifier",
                        tbs -> tbs.with(Extension.authorityKeyIdentifier, false, new DERSequence()),
                        authority),
                defect(
                        "RFC 5280 §4.2.1.1: authorityKeyIdentifier critical",
                        tbs -> tbs.critical(Extension.authorityKeyIdentifier, true),
                        authority));
    }

    private static List<ListedDefect> locations() {
        ASN1ObjectIdentifier crl = Extension.cRLDistributionPoints;
        ASN1ObjectIdentifier access = Extension.authorityInfoAccess;
        ASN1Encodable ours = url("http://crl.corp.example/issuing.crl");
        LintRule points = LintRule.CRL_DISTRIBUTION_POINTS;
        return List.of(
                defect("DESIGN §4: no CRL although configured", tbs -> tbs.without(crl), points),
                defect(
                        "CHECKLIST 58: the real CA's CRL",
                        tbs -> tbs.with(crl, false, point(url("http://crl.ca.example/ca.crl"))),
                        points),
                defect(
                        "DESIGN §4: a CRL more than configured",
                        tbs ->
                                tbs.with(
                                        crl,
                                        false,
                                        point(ours, url("http://crl.corp.example/2.crl"))),
                        points),
                defect(
                        "Baseline Requirements §7.1.2.11.2: a CRL by LDAP",
                        tbs -> tbs.with(crl, false, point(url("ldap://crl.corp.example/cn=x"))),
                        points),
                defect(
                        "RFC 5280 §4.2.1.13: a CRL by a dNSName",
                        tbs ->
                                tbs.with(
                                        crl,
                                        false,
                                        point(
                                                new DERTaggedObject(
                                                        false,
                                                        2,
                                                        new DERIA5String("crl.corp.example")))),
                        points),
                defect(
                        "RFC 5280 §4.2.1.13: a CRL for some reasons",
                        tbs ->
                                tbs.with(
                                        crl,
                                        false,
                                        sequence(
                                                sequence(
                                                        explicit(0, fullName(ours)),
                                                        new DERTaggedObject(
                                                                false,
                                                                1,
                                                                new DERBitString(
                                                                        new byte[] {0x40}, 6))))),
                        points),
                defect(
                        "RFC 5280 §4.2.1.13: an indirect CRL",
                        tbs ->
                                tbs.with(
                                        crl,
                                        false,
                                        sequence(
                                                sequence(
                                                        explicit(0, fullName(ours)),
                                                        new DERTaggedObject(
                                                                false, 2, sequence(ours))))),
                        points),
                defect(
                        "RFC 5280 §4.2.1.13: cRLDistributionPoints critical",
                        tbs -> tbs.critical(crl, true),
                        points),
                defect(
                        "CHECKLIST 58: the real CA's responder",
                        tbs ->
                                tbs.with(
                                        access,
                                        false,
                                        sequence(
                                                sequence(
                                                        new ASN1ObjectIdentifier(
                                                                "1.3.6.1.5.5.7.48.1"),
                                                        url("http://ocsp.ca.example")))),
                        LintRule.AUTHORITY_INFO_ACCESS),
                defect(
                        "CHECKLIST 58: caIssuers although none is configured",
                        tbs ->
                                tbs.with(
                                        access,
                                        false,
                                        sequence(
                                                sequence(
                                                        new ASN1ObjectIdentifier(
                                                                "1.3.6.1.5.5.7.48.2"),
                                                        url("http://ca.example/ca.cer")))),
                        LintRule.AUTHORITY_INFO_ACCESS));
    }

    private static ASN1Encodable url(String url) {
        return new DERTaggedObject(false, 6, new DERIA5String(url));
    }

    private static ASN1Encodable fullName(ASN1Encodable... names) {
        return new DERTaggedObject(false, 0, sequence(names));
    }

    private static ASN1Encodable point(ASN1Encodable... names) {
        return sequence(sequence(explicit(0, fullName(names))));
    }

    private static List<ListedDefect> policiesAndMarker() {
        return List.of(
                byRecipe(
                        "RFC 5280 §4.2.1.4: certificatePolicies without a policy",
                        tbs -> tbs.with(Extension.certificatePolicies, false, new DERSequence()),
                        LintRule.CERTIFICATE_POLICIES,
                        LintRule.EXTENSION_LIST),
                keptByMirror(
                        "CHECKLIST 58: another policy",
                        tbs ->
                                tbs.with(
                                        Extension.certificatePolicies,
                                        false,
                                        sequence(sequence(UNKNOWN))),
                        LintRule.EXTENSION_LIST,
                        "which policies hold is the evidence's to tell"),
                marker("absent", tbs -> tbs.without(MARKER)),
                marker("critical", tbs -> tbs.critical(MARKER, true)),
                marker(
                        "of another organisation",
                        tbs -> marked(tbs, new DERUTF8String("Other"), NOTICE)),
                marker(
                        "with another notice",
                        tbs ->
                                marked(
                                        tbs,
                                        ORGANISATION,
                                        new DERIA5String("https://other.example"))),
                marker(
                        "in another string type",
                        tbs -> marked(tbs, new DERPrintableString("Example Corp"), NOTICE)),
                marker("of three parts", tbs -> marked(tbs, ORGANISATION, NOTICE, NOTICE)),
                marker(
                        "not last",
                        tbs -> {
                            List<Extension> all = tbs.extensions();
                            all.addFirst(all.removeLast());
                            return tbs.extensions(all);
                        }),
                onlyCompared(
                        "DESIGN §4: the extensions in another order",
                        tbs -> {
                            List<Extension> all = tbs.extensions();
                            Extension first = all.removeFirst();
                            all.add(all.size() - 1, first);
                            return tbs.extensions(all);
                        },
                        "RFC 5280 gives extensions no order; ours is upstream's"),
                raw(
                        "X.690 §11.5: critical FALSE is encoded",
                        tbs -> criticality(tbs, (byte) 0),
                        LintRule.DER),
                raw(
                        "X.690 §11.1: critical as 0x01",
                        tbs -> criticality(tbs, (byte) 1),
                        LintRule.DER));
    }

    private static final DERUTF8String ORGANISATION = new DERUTF8String("Example Corp");
    private static final DERIA5String NOTICE =
            new DERIA5String("https://inspection.example/notice");

    private static ListedDefect marker(String name, ListedDefect.Change change) {
        return defect("DESIGN §1: inspection marker " + name, change, LintRule.INSPECTION_MARKER);
    }

    private static TbsEdit marked(TbsEdit tbs, ASN1Encodable... parts) {
        return tbs.with(MARKER, false, sequence(parts));
    }

    /** The first extension's criticality, as this octet. */
    private static byte[] criticality(byte[] tbs, byte octet) {
        TbsEdit edit = TbsEdit.of(tbs);
        List<byte[]> encoded = new ArrayList<>();
        for (Extension extension : edit.extensions()) {
            encoded.add(TbsEdit.der(extension));
        }
        Extension first = edit.extensions().getFirst();
        encoded.set(
                0,
                TbsEdit.wrap(
                        0x30,
                        TbsEdit.join(
                                List.of(
                                        TbsEdit.der(first.getExtnId()),
                                        new byte[] {1, 1, octet},
                                        TbsEdit.der(first.getExtnValue())))));
        return edit.encodedExtensions(encoded).resealed();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
