package io.overt.x509;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.jce.ECNamedCurveTable;

/**
 * The upstreams and issuers of the golden vectors, made from keys that are checked in under
 * src/test/resources/golden/keys and protect nothing. Only regeneration runs this; the tests read
 * the files.
 */
final class GoldenVectors {
    static final Path DIRECTORY = Path.of("src/test/resources/golden");
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Epoch EPOCH = Epoch.at(NOW, Duration.ofDays(7));

    /**
     * An upstream's certificate and the issuing CA that mirrors it.
     *
     * @param issuer name of one of {@link #issuers}
     */
    record Vector(String name, String issuer, CertificateSpec upstream) {}

    /** An issuing CA, with and without URLs of its own. */
    record Issuer(String name, CertificateSpec spec, List<String> crlUrls, List<String> caUrls) {}

    static List<Vector> vectors() {
        return List.of(
                new Vector("ec-upstream", "ec", ec("www.example.com", "example.com")),
                new Vector(
                        "rsa-upstream",
                        "ec",
                        publicCa(leaf("upstream-leaf-rsa", "www.example.com"))
                                .keyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment)
                                .extendedKeyUsage(
                                        KeyPurposeId.id_kp_serverAuth,
                                        KeyPurposeId.id_kp_clientAuth)),
                new Vector(
                        "ev-policies",
                        "ec",
                        ec("bank.example")
                                .subject(
                                        "2.5.4.15=Private Organization,1.3.6.1.4.1.311.60.2.1.3=DE,SERIALNUMBER=HRB 12345,"
                                                + "C=DE,L=München,O=Bank \\, Söhne AG,CN=bank.example")
                                .policies("2.23.140.1.1", "1.3.6.1.4.1.34697.2.1")),
                new Vector("sct-list", "ec", ec("www.example.com").scts(3)),
                new Vector("must-staple", "ec", ec("www.example.com").mustStaple()),
                new Vector(
                        "wildcard-and-addresses",
                        "ec",
                        ec("*.example.com", "example.com", "192.0.2.1", "2001:db8::1")),
                new Vector(
                        "empty-subject", "ec", ec("www.example.com").subject("").namesCritical()),
                new Vector(
                        "hundred-names",
                        "ec",
                        ec(
                                IntStream.range(0, 100)
                                        .mapToObj("host-%d.example.com"::formatted)
                                        .toArray(String[]::new))),
                new Vector("unknown-critical", "ec", ec("www.example.com").unknownCritical()),
                new Vector(
                        "unknown-not-critical",
                        "ec",
                        ec("www.example.com")
                                .extension("1.3.6.1.4.1.55555.7", false, new byte[] {1, 2, 3})),
                new Vector(
                        "ca-true",
                        "ec",
                        ec("www.example.com").basicConstraints(new BasicConstraints(true))),
                new Vector(
                        "ca-only-extension",
                        "ec",
                        ec("www.example.com").nameConstraints(List.of("example.com"), List.of())),
                new Vector(
                        "no-basic-constraints-no-usages",
                        "ec",
                        ec("www.example.com")
                                .without(Oid.BASIC_CONSTRAINTS)
                                .without(Oid.KEY_USAGE)
                                .without(Oid.EXTENDED_KEY_USAGE)),
                new Vector("no-names", "ec", ec("www.example.com").withoutNames()),
                new Vector("version-1", "ec", ec("www.example.com").version1()),
                new Vector(
                        "statements-about-upstreams-key",
                        "ec",
                        ec("www.example.com")
                                .extension(Oid.DELEGATION_USAGE, false, DERNull.INSTANCE)
                                .extension(Oid.CAN_SIGN_HTTP_EXCHANGES, false, DERNull.INSTANCE)
                                .extension(Oid.PRIVATE_KEY_USAGE_PERIOD, false, new DERSequence())
                                .extension(Oid.FRESHEST_CRL, false, new DERSequence())),
                new Vector(
                        "already-inspected",
                        "ec",
                        ec("www.example.com")
                                .extension(
                                        InspectionMarker.OID,
                                        false,
                                        InspectionMarker.value("Other", "https://other.example"))),
                new Vector(
                        "longer-than-the-cap",
                        "ec",
                        ec("www.example.com")
                                .valid(
                                        NOW.minus(Duration.ofDays(400)),
                                        Instant.parse("2061-01-01T00:00:00Z"))),
                new Vector(
                        "expired-before-the-epoch",
                        "ec",
                        ec("www.example.com")
                                .valid(
                                        NOW.minus(Duration.ofDays(90)),
                                        NOW.minus(Duration.ofDays(30)))),
                new Vector(
                        "after-2049",
                        "ec-2060",
                        ec("www.example.com")
                                .valid(
                                        Instant.parse("2026-01-01T00:00:00Z"),
                                        Instant.parse("2026-12-31T23:59:59Z"))),
                new Vector("rsa-issuer", "rsa", ec("www.example.com").scts(2)),
                new Vector("p384-issuer-with-urls", "p384-urls", ec("www.example.com")),
                new Vector(
                        "no-urls-to-replace", "p384-urls", leaf("upstream-leaf-ec", "a.example")));
    }

    static List<Issuer> issuers() {
        CertificateSpec ec = ca("issuing-ca", "Example Ltd Inspection CA");
        return List.of(
                new Issuer("ec", ec, List.of(), List.of()),
                new Issuer(
                        "ec-2060",
                        ca("issuing-ca", "Example Ltd Inspection CA 2060")
                                .valid(
                                        Instant.parse("2026-06-01T00:00:00Z"),
                                        Instant.parse("2060-06-01T00:00:00Z")),
                        List.of(),
                        List.of()),
                // Some CAs' identifiers are no SHA-1 of the key; RFC 7093 has four other ways.
                new Issuer(
                        "rsa",
                        ca("issuing-ca-rsa", "Example Ltd Inspection CA R")
                                .subjectKeyIdentifier(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
                        List.of(),
                        List.of()),
                new Issuer(
                        "p384-urls",
                        ca("issuing-ca-p384", "Example Ltd Inspection CA P"),
                        List.of("http://crl-a.example/i.crl", "http://crl-b.example/i.crl"),
                        List.of("http://ca.example/i.cer")));
    }

    static MirrorProfile profile(Recipe recipe) {
        return ForgedChains.profile(recipe);
    }

    static LeafPublicKey siteKey() {
        return LeafPublicKey.of(key("site").getPublic());
    }

    /** The upstreams' CA; RSA, as most public ones. */
    static TestAuthority upstreamCa() {
        return TestAuthority.root(ca("upstream-ca", "Public Test CA"), NOW);
    }

    private static CertificateSpec ec(String... names) {
        return publicCa(leaf("upstream-leaf-ec", names));
    }

    private static CertificateSpec leaf(String key, String... names) {
        return CertificateSpec.leaf(names)
                .key(key(key))
                .valid(NOW.minus(Duration.ofDays(20)), NOW.plus(Duration.ofDays(70)));
    }

    private static CertificateSpec publicCa(CertificateSpec spec) {
        return spec.policies("2.23.140.1.2.1")
                .authorityInfo("http://ocsp.ca.example", "http://ca.example/ca.cer")
                .crl("http://crl.ca.example/ca.crl");
    }

    private static CertificateSpec ca(String key, String commonName) {
        return CertificateSpec.ca(commonName).key(key(key));
    }

    private static KeyPair key(String name) {
        try {
            String pem = Files.readString(DIRECTORY.resolve("keys").resolve(name + ".pem"));
            byte[] der =
                    Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "").strip());
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
            try {
                PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(spec);
                return new KeyPair(publicKey((ECPrivateKey) key), key);
            } catch (InvalidKeySpecException _) {
                RSAPrivateCrtKey key =
                        (RSAPrivateCrtKey) KeyFactory.getInstance("RSA").generatePrivate(spec);
                RSAPublicKeySpec half =
                        new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
                return new KeyPair(KeyFactory.getInstance("RSA").generatePublic(half), key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("golden key " + name, e);
        }
    }

    private static PublicKey publicKey(ECPrivateKey key) throws GeneralSecurityException {
        var bits = key.getParams().getOrder().bitLength();
        var curve = ECNamedCurveTable.getParameterSpec("P-" + bits);
        var point = curve.getG().multiply(key.getS()).normalize();
        var w =
                new ECPoint(
                        point.getAffineXCoord().toBigInteger(),
                        point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, key.getParams()));
    }

    private GoldenVectors() {}
}
