package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5280 §4.2.1.10. Names and constraints are written {@code type:value}. checklist 9 */
class NameConstraintsTest {
    enum Place {
        ROOT,
        INTERMEDIATE
    }

    @ParameterizedTest(name = "{1} permitted: {0}")
    @CsvSource({
        "DNS:www.example.com,       DNS:example.com",
        "DNS:www.example.com,       DNS:EXAMPLE.com",
        "DNS:www.example.com,       DNS:www.example.com",
        "DNS:www.example.com,       DNS:.example.com",
        "DNS:*.example.com,         DNS:example.com",
        "DNS:*.example.com,         DNS:.example.com",
        "DNS:www.example.com,       IP:192.0.2.0/24",
        "IP:192.0.2.7,              IP:192.0.2.0/24",
        "IP:2001:db8::7,            IP:2001:db8::/32",
        "IP:192.0.2.7,              DNS:example.org",
        "email:a@example.com,       email:example.com",
        "email:a@example.com,       email:a@EXAMPLE.com",
        "email:a@b.example.com,     email:.example.com",
        "URI:https://a.example.com/x, URI:.example.com",
        "URI:https://u@a.example.com:8443/x, URI:a.example.com",
        "'DN:O=Some,CN=x',          'DN:O=some'",
        "'DN:O=Some  Thing,CN=x',   'DN:O=some thing'",
    })
    void permits(String name, String constraint) {
        assertThat(verdict(Place.ROOT, "permitted", constraint, name))
                .isInstanceOf(Verdict.Verified.class);
        assertThat(verdict(Place.INTERMEDIATE, "excluded", constraint, name))
                .as("the same, excluded")
                .satisfies(
                        verdict -> {
                            if (!constraint.substring(0, 2).equals(name.substring(0, 2))) {
                                assertThat(verdict).isInstanceOf(Verdict.Verified.class);
                            } else {
                                assertRefused(verdict, Kind.NAME_CONSTRAINTS);
                            }
                        });
    }

    @ParameterizedTest(name = "{1} does not permit {0}")
    @CsvSource({
        "DNS:www.example.org,       DNS:example.com",
        "DNS:notexample.com,        DNS:example.com",
        "DNS:example.com,           DNS:.example.com",
        "DNS:example.com,           DNS:www.example.com",
        // CVE-2025-61727
        "DNS:*.example.com,         DNS:www.example.com",
        "DNS:.example.com,          DNS:example.com",
        "DNS:a b.example.com,       DNS:example.com",
        "IP:192.0.3.7,              IP:192.0.2.0/24",
        "IP:2001:db8::7,            IP:192.0.2.0/24",
        "email:a@b.example.com,     email:example.com",
        "email:A@example.com,       email:a@example.com",
        "email:user@example.com,    email:*@example.com",
        "email:example.com,         email:example.com",
        "URI:https://a.example.com, URI:example.com",
        "URI:https://192.0.2.1/,    URI:.example.com",
        "URI:urn:x,                 URI:.example.com",
        "'DN:CN=x,O=Some',          'DN:O=Some'",
        "'DN:O=Other',              'DN:O=Some'",
    })
    void does_not_permit(String name, String constraint) {
        assertRefused(verdict(Place.ROOT, "permitted", constraint, name), Kind.NAME_CONSTRAINTS);
        assertRefused(
                verdict(Place.INTERMEDIATE, "permitted", constraint, name), Kind.NAME_CONSTRAINTS);
    }

    @ParameterizedTest(name = "{1} excludes {0}")
    @CsvSource({
        // CVE-2025-61727: one of its names is
        "DNS:*.example.com,         DNS:www.example.com",
        "DNS:example.com,           DNS:.example.com",
        "DNS:a.example.com,         DNS:''",
        "URI:urn:x,                 URI:example.com",
    })
    void excludes(String name, String constraint) {
        assertRefused(
                verdict(Place.ROOT, "excluded", constraint.replace("''", ""), name),
                Kind.NAME_CONSTRAINTS);
    }

    @ParameterizedTest(name = "{1} does not exclude {0}")
    @CsvSource({
        "DNS:*.example.com,         DNS:a.b.example.com",
        "DNS:*.example.com,         DNS:example.org",
        "DNS:notexample.com,        DNS:example.com",
        "IP:192.0.3.7,              IP:192.0.2.0/24",
        "email:a@example.org,       email:example.com",
        "'DN:O=Other',              'DN:O=Some'",
    })
    void does_not_exclude(String name, String constraint) {
        assertThat(verdict(Place.ROOT, "excluded", constraint, name))
                .isInstanceOf(Verdict.Verified.class);
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void a_constraint_on_a_type_that_nobody_compares_forbids_all_names_of_the_type(Place place) {
        assertRefused(verdict(place, "excluded", "other:1", "other:2"), Kind.NAME_CONSTRAINTS);
        assertRefused(verdict(place, "permitted", "other:1", "other:1"), Kind.NAME_CONSTRAINTS);
        assertThat(verdict(place, "excluded", "other:1", "DNS:a.example"))
                .isInstanceOf(Verdict.Verified.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DNS:*.example.com", "DNS:a..b", "DNS:example.com.", "email:a@b@c"})
    void a_malformed_constraint_forbids_everything(String constraint) {
        assertRefused(verdict(Place.ROOT, "permitted", constraint, "DNS:x.test"), Kind.MALFORMED);
        assertRefused(
                verdict(Place.INTERMEDIATE, "excluded", constraint, "DNS:x.test"), Kind.MALFORMED);
    }

    @Test
    void malformed_extensions_forbid_everything() {
        GeneralName dns = name("DNS:example.com");
        List<ASN1Encodable> odd =
                List.of(
                        // neither permitted nor excluded
                        new DERSequence(),
                        // no subtree
                        new DERSequence(new DERTaggedObject(false, 0, new DERSequence())),
                        // a minimum
                        constraints(0, dns, new DERTaggedObject(false, 0, new ASN1Integer(1))),
                        // an address alone, and a mask with a hole
                        constraints(0, ip(192, 0, 2, 0)),
                        constraints(0, ip(192, 0, 2, 0, 255, 0, 255, 0)));
        for (ASN1Encodable value : odd) {
            Chains chain = Chains.below(Chains.root().extension(Oid.NAME_CONSTRAINTS, true, value));

            assertRefused(chain.verdict(), Kind.MALFORMED);
        }
    }

    @Test
    void each_constraint_of_the_path_holds_and_excluded_outweighs_permitted() {
        CertificateSpec both =
                Chains.root().nameConstraints(List.of("example.com"), List.of("www.example.com"));
        assertRefused(Chains.below(both).verdict(), Kind.NAME_CONSTRAINTS);

        Chains narrowed =
                Chains.of(
                        Chains.root().nameConstraints(List.of("a.test"), List.of()),
                        Chains.intermediate()
                                .nameConstraints(List.of("a.test", "b.test"), List.of()),
                        CertificateSpec.leaf("b.test"));
        assertRefused(narrowed.verdict("b.test"), Kind.NAME_CONSTRAINTS);
    }

    @Test
    void names_of_intermediates_are_constrained_unless_self_issued() {
        CertificateSpec named = Chains.intermediate().name("ca.example.org");
        CertificateSpec constrained =
                Chains.root().nameConstraints(List.of("example.com"), List.of());

        assertRefused(
                Chains.of(constrained, named, Chains.leaf()).verdict(), Kind.NAME_CONSTRAINTS);
        TestAuthority root =
                TestAuthority.root(
                        Chains.root().nameConstraints(List.of("example.com"), List.of()),
                        Chains.NOW);
        TestAuthority newKey = root.subordinate(Chains.root().name("ca.example.org"));
        TestIdentity leaf = newKey.issue(Chains.leaf()).presenting(newKey.certificate());
        assertThat(new Chains(leaf, root.certificate()).verdict())
                .isInstanceOf(Verdict.Verified.class);
    }

    private static Verdict verdict(Place place, String kind, String constraint, String name) {
        ASN1Encodable value = constraints(kind.equals("permitted") ? 0 : 1, base(constraint));
        CertificateSpec root = Chains.root();
        CertificateSpec intermediate = Chains.intermediate();
        CertificateSpec leaf = CertificateSpec.leaf("x.test").subject("");
        String host = "x.test";
        // Constraints on the type of the name asked for must permit that one too.
        leaf = leaf.withoutNames().namesCritical();
        if (name.startsWith("DNS:") && ReferenceIdentity.parse(name.substring(4)).isPresent()) {
            host = name.substring(4);
        } else if (name.startsWith("DNS:*.")) {
            host = "www" + name.substring(5);
        } else if (name.startsWith("IP:")) {
            host = name.substring(3);
        } else if (!name.startsWith("DNS:")) {
            leaf = leaf.name(host);
        } else {
            host = "www.example.com";
            if (constraint.startsWith("DNS:")) {
                leaf = leaf.name(host);
            }
        }
        leaf = leaf.generalName(name(name));
        switch (place) {
            case ROOT -> root = root.extension(Oid.NAME_CONSTRAINTS, true, value);
            case INTERMEDIATE ->
                    intermediate = intermediate.extension(Oid.NAME_CONSTRAINTS, true, value);
        }
        if (place == Place.ROOT && constraint.startsWith("DN:")) {
            // The intermediate's own subject must be in the name space.
            intermediate =
                    intermediate.subject(
                            kind.equals("permitted") ? constraint.substring(3) : "O=Elsewhere");
        }
        return Chains.of(root, intermediate, leaf).verdict(host);
    }

    private static ASN1Encodable constraints(int tag, ASN1Encodable... subtree) {
        return new DERSequence(
                new DERTaggedObject(false, tag, new DERSequence(new DERSequence(subtree))));
    }

    private static GeneralName base(String constraint) {
        if (!constraint.startsWith("IP:")) {
            return name(constraint);
        }
        return new GeneralName(GeneralName.iPAddress, constraint.substring(3));
    }

    private static GeneralName ip(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return new GeneralName(GeneralName.iPAddress, new DEROctetString(bytes));
    }

    private static GeneralName name(String text) {
        String value = text.substring(text.indexOf(':') + 1);
        return switch (text.substring(0, text.indexOf(':'))) {
            case "DNS" -> new GeneralName(GeneralName.dNSName, new DERIA5String(value));
            case "IP" -> new GeneralName(GeneralName.iPAddress, value);
            case "email" -> new GeneralName(GeneralName.rfc822Name, new DERIA5String(value));
            case "URI" ->
                    new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(value));
            case "DN" -> new GeneralName(GeneralName.directoryName, new X500Name(value));
            case "other" ->
                    new GeneralName(
                            GeneralName.otherName,
                            new DERSequence(
                                    new ASN1Encodable[] {
                                        new ASN1ObjectIdentifier("1.3.9." + value),
                                        new DERTaggedObject(true, 0, DERNull.INSTANCE)
                                    }));
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static void assertRefused(Verdict verdict, Kind... kinds) {
        assertThat(verdict).isInstanceOf(Untrusted.class);
        assertThat(((Untrusted) verdict).reasons())
                .extracting(UntrustedReason::kind)
                .containsOnly(kinds);
    }
}
