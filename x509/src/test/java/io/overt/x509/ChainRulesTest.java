package io.overt.x509;

import static io.overt.x509.Chains.intermediate;
import static io.overt.x509.Chains.leaf;
import static io.overt.x509.Chains.root;
import static io.overt.x509.Chains.under;
import static io.overt.x509.Chains.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A row a rule: its clause, a chain that differs from a good one in this only, what is told. */
class ChainRulesTest {
    private static final String AKI = Oid.AUTHORITY_KEY_IDENTIFIER;
    private static final String SKI = Oid.SUBJECT_KEY_IDENTIFIER;
    private static final String SAN = Oid.SUBJECT_ALT_NAME;
    private static final String EKU = Oid.EXTENDED_KEY_USAGE;
    private static final String AIA = Oid.AUTHORITY_INFO_ACCESS;
    private static final String PC = Oid.POLICY_CONSTRAINTS;

    private static final Map<String, Supplier<Chains>> GOOD = new LinkedHashMap<>();
    private static final Map<String, Row> BAD = new LinkedHashMap<>();

    private record Row(Supplier<Chains> chain, Kind kind) {}

    static {
        good("nothing is wrong", () -> with(leaf()));
        // RFC 5280 §4.2.1.9 asks it of CAs; browsers do not mind, and Chromium has a test of it
        good(
                "intermediate's basicConstraints not critical",
                () -> under(intermediate().extension(Oid.BASIC_CONSTRAINTS, false, ca())));
        good(
                "RFC 5280 §4.2.1.12 anyExtendedKeyUsage in an intermediate",
                () -> under(intermediate().extendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage)));
        good(
                "RFC 5280 §4.2.1.6 empty subject with critical names",
                () -> with(leaf().subject("").namesCritical()));
        good(
                "RFC 5280 §4.1.2.2 serial 0 in a root",
                () -> Chains.below(root().serial(BigInteger.ZERO)));
        good(
                "RFC 5280 §6.1 explicit policy required and there",
                () ->
                        Chains.of(
                                root(),
                                intermediate().policies("1.3.9.1").extension(PC, true, explicit()),
                                leaf().policies("1.3.9.1")));

        // checklist 11: the form of certificates
        malformed("RFC 5280 §4.1.2.2 serial 0", () -> with(leaf().serial(BigInteger.ZERO)));
        malformed(
                "RFC 5280 §4.1.2.2 negative serial",
                () -> with(leaf().serial(BigInteger.valueOf(-7))));
        malformed(
                "RFC 5280 §4.1.2.2 serial of 21 octets",
                () -> with(leaf().serial(BigInteger.ONE.shiftLeft(160))));
        malformed(
                "RFC 5280 §4.1.2.2 intermediate's serial 0",
                () -> under(intermediate().serial(BigInteger.ZERO)));
        bad(
                "RFC 5280 §4.2.1.1 leaf without authorityKeyIdentifier",
                () -> with(leaf().withoutKeyIdentifiers()),
                Kind.NO_KEY_IDENTIFIER);
        malformed(
                "RFC 5280 §4.2.1.1 critical",
                () -> with(leaf().withoutKeyIdentifiers().extension(AKI, true, akiOf(0))));
        bad(
                "RFC 5280 §4.2.1.1 without keyIdentifier",
                () -> with(leaf().withoutKeyIdentifiers().extension(AKI, false, new DERSequence())),
                Kind.NO_KEY_IDENTIFIER);
        malformed(
                "RFC 5280 §A.2 authorityCertSerialNumber alone",
                () -> with(leaf().withoutKeyIdentifiers().extension(AKI, false, akiOf(2))));
        bad(
                "RFC 5280 §4.2.1.2 root without subjectKeyIdentifier",
                () -> Chains.below(root().withoutKeyIdentifiers()),
                Kind.NO_KEY_IDENTIFIER);
        malformed(
                "RFC 5280 §4.2.1.2 critical",
                () ->
                        Chains.below(
                                root().withoutKeyIdentifiers()
                                        .extension(SKI, true, new DEROctetString(new byte[20]))));
        malformed(
                "RFC 5280 §4.2.1.3 no usage at all",
                () ->
                        with(
                                leaf().extension(
                                                Oid.KEY_USAGE,
                                                true,
                                                new DERBitString(new byte[0], 0))));
        malformed(
                "RFC 5280 §4.2.1.9 root's basicConstraints not critical",
                () -> Chains.below(root().extension(Oid.BASIC_CONSTRAINTS, false, ca())));
        malformed(
                "RFC 5280 §4.2.1.10 name constraints in a leaf",
                () -> with(leaf().nameConstraints(List.of("example.com"), List.of())));
        malformed(
                "RFC 5280 §4.2.1.11 policyConstraints not critical",
                () ->
                        Chains.of(
                                root(),
                                intermediate().policies("1.3.9.1").extension(PC, false, explicit()),
                                leaf().policies("1.3.9.1")));
        malformed(
                "RFC 5280 §4.2.1.12 no purpose",
                () -> with(leaf().extension(EKU, false, new DERSequence())));
        malformed(
                "RFC 5280 §4.2.2.1 not ASN.1",
                () -> with(leaf().extension(AIA, false, new byte[] {'m', 'a', 'l'})));
        malformed(
                "RFC 5280 §4.2.2.1 critical", () -> with(leaf().extension(AIA, true, caIssuers())));
        malformed(
                "X.690 §10.1 indefinite length in names",
                () ->
                        with(
                                leaf().withoutNames()
                                        .extension(
                                                SAN, false, new byte[] {0x30, (byte) 0x80, 0, 0})));

        // checklist 7, 8, 12, 13, 14
        bad(
                "RFC 5280 §4.2.1.9 root without basicConstraints",
                () -> Chains.below(root().without(Oid.BASIC_CONSTRAINTS)),
                Kind.NOT_A_CA);
        bad(
                "RFC 5280 §4.2.1.9 root that is no CA",
                () -> Chains.below(root().basicConstraints(new BasicConstraints(false))),
                Kind.NOT_A_CA);
        bad(
                "RFC 5280 §4.2.1.3 root without keyCertSign",
                () -> Chains.below(root().keyUsage(KeyUsage.cRLSign)),
                Kind.KEY_USAGE);
        bad(
                "RFC 5280 §4.2.1.9 pathLen of the root",
                () -> Chains.below(root().pathLength(0)),
                Kind.PATH_TOO_LONG);
        bad(
                "BR §7.1.2.10 root for clients",
                () -> Chains.below(root().extendedKeyUsage(KeyPurposeId.id_kp_clientAuth)),
                Kind.EXTENDED_KEY_USAGE);
        bad(
                "STIP anyExtendedKeyUsage alone in a leaf",
                () -> with(leaf().extendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage)),
                Kind.EXTENDED_KEY_USAGE);
        bad(
                "RFC 5280 §6.1.5 explicit policy required and not there",
                () -> under(intermediate().policies("1.3.9.1").extension(PC, true, explicit())),
                Kind.POLICY);
        bad(
                "RFC 5280 §4.2.1.4 critical policies with an unknown qualifier",
                () -> with(leaf().extension(Oid.CERTIFICATE_POLICIES, true, oddQualifier())),
                Kind.UNKNOWN_CRITICAL_EXTENSION);
    }

    static Set<String> good() {
        return GOOD.keySet();
    }

    static Set<String> bad() {
        return BAD.keySet();
    }

    @ParameterizedTest
    @MethodSource("good")
    void accepts(String rule) {
        assertThat(Objects.requireNonNull(GOOD.get(rule)).get().verdict())
                .isInstanceOf(Verdict.Verified.class);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refuses(String rule) {
        Row row = Objects.requireNonNull(BAD.get(rule));

        Verdict verdict = row.chain().get().verdict();

        assertThat(verdict).isInstanceOf(Untrusted.class);
        assertThat(((Untrusted) verdict).reasons())
                .extracting(UntrustedReason::kind)
                .containsOnly(row.kind());
    }

    private static void good(String rule, Supplier<Chains> chain) {
        GOOD.put(rule, chain);
    }

    private static void malformed(String rule, Supplier<Chains> chain) {
        bad(rule, chain, Kind.MALFORMED);
    }

    private static void bad(String rule, Supplier<Chains> chain, Kind kind) {
        BAD.put(rule, new Row(chain, kind));
    }

    private static ASN1Encodable ca() {
        return new BasicConstraints(true);
    }

    private static ASN1Encodable akiOf(int tag) {
        return new DERSequence(
                new DERTaggedObject(
                        false,
                        tag,
                        tag == 0 ? new DEROctetString(new byte[20]) : new ASN1Integer(7)));
    }

    private static ASN1Encodable caIssuers() {
        return new DERSequence(
                new DERSequence(
                        new ASN1Encodable[] {
                            new ASN1ObjectIdentifier(Oid.AD_CA_ISSUERS),
                            new GeneralName(GeneralName.uniformResourceIdentifier, "http://i.test")
                        }));
    }

    /** requireExplicitPolicy 0. */
    private static ASN1Encodable explicit() {
        return new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0)));
    }

    private static ASN1Encodable oddQualifier() {
        return new DERSequence(
                new DERSequence(
                        new ASN1Encodable[] {
                            new ASN1ObjectIdentifier("1.3.9.1"),
                            new DERSequence(
                                    new DERSequence(
                                            new ASN1Encodable[] {
                                                new ASN1ObjectIdentifier("1.3.9.2"),
                                                new ASN1Integer(1)
                                            }))
                        }));
    }
}
