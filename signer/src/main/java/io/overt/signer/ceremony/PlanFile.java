package io.overt.signer.ceremony;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.signer.ca.CaContents;
import io.overt.signer.ca.NameLimits;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** Reads a plan: all keys, then what they amount to. */
final class PlanFile {

    /** The acts, as plans call them in lower case with dashes. */
    private enum Kind {
        ROOT,
        UNTRUSTED_CA,
        ISSUING_REQUEST,
        ISSUING_CERTIFICATE,
        IMPORT_CERTIFICATE,
        CROSS_CERTIFICATE,
        CRL,
        KEY_DESTRUCTION;

        String written() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Kind of(String text) {
            for (Kind kind : values()) {
                if (kind.written().equals(text)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(
                    String.join(" or ", List.of(values()).stream().map(Kind::written).toList()));
        }
    }

    private final ConfigNode root;
    private final ConfigNode outputs;

    private PlanFile(ConfigNode root) {
        this.root = root;
        this.outputs = root.section("outputs");
    }

    /**
     * Reads a plan from bytes that were read before, so that what was approved is what is done.
     *
     * @param file for messages; relative paths in the plan are relative to its folder
     */
    static Plan read(Path file, byte[] content) throws ConfigException {
        return new PlanFile(ConfigFile.parse(file, content)).plan();
    }

    private Plan plan() throws ConfigException {
        Kind kind = root.required("act", Kind.ROOT, Kind::of);
        String title = root.text("title");
        Draft<TokenSettings> token = token();
        Path transcript = outputs.path("transcript");
        Draft<Act> act =
                switch (kind) {
                    case ROOT -> root();
                    case UNTRUSTED_CA -> untrusted();
                    case ISSUING_REQUEST -> issuingRequest();
                    case ISSUING_CERTIFICATE -> issuingCertificate();
                    case IMPORT_CERTIFICATE -> importCertificate();
                    case CROSS_CERTIFICATE -> crossCertificate();
                    case CRL -> crl();
                    case KEY_DESTRUCTION -> keyDestruction();
                };
        root.finish();
        try {
            return new Plan(kind.written(), title, token.made(), act.made(), transcript);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    /** What is made of values once all of them are known to be there. */
    private interface Draft<T> {
        T made();
    }

    private Draft<TokenSettings> token() {
        ConfigNode node = root.section("token");
        Path module = node.path("module");
        String label =
                node.required(
                        "label",
                        "",
                        text -> {
                            TokenSettings.requireLabel(text);
                            return text;
                        });
        Path pinFile = node.path("pin-file");
        return () -> TokenSettings.of(module, label, pinFile);
    }

    private Draft<Act> root() {
        Draft<Act.NewKey> key = newKey();
        Draft<CaContents> contents = contents(CaContents.Purpose.ROOT);
        Path certificate = outputs.path("certificate");
        return () -> new Act.Root(key.made(), contents.made(), certificate);
    }

    private Draft<Act> untrusted() {
        Draft<Act.NewKey> key = newKey();
        Draft<CaContents> contents = contents(CaContents.Purpose.ISSUING);
        Path certificate = outputs.path("certificate");
        return () -> new Act.UntrustedCa(key.made(), contents.made(), certificate);
    }

    private Draft<Act> issuingRequest() {
        Draft<Act.NewKey> key = newKey();
        Draft<X500Name> subject = subject(root);
        IssuerTrust trust = trust();
        Path request = outputs.path("request");
        return () -> new Act.IssuingRequest(key.made(), subject.made(), trust, request);
    }

    private Draft<Act> issuingCertificate() {
        Path issuer = root.section("issuer").path("certificate");
        ConfigNode node = root.section("request");
        Path request = node.path("file");
        Draft<PublicKeyHash> key = publicKey(node);
        Draft<CaContents> contents = contents(CaContents.Purpose.ISSUING);
        Path certificate = outputs.path("certificate");
        return () ->
                new Act.IssuingCertificate(
                        issuer, request, key.made(), contents.made(), certificate);
    }

    private Draft<Act> importCertificate() {
        String label = label();
        ConfigNode node = root.section("certificate");
        Path imported = node.path("file");
        Draft<CertificateFingerprint> fingerprint =
                checked(
                        node,
                        "sha256",
                        text ->
                                CertificateFingerprint.ofSha256(
                                        HexFormat.of()
                                                .parseHex(
                                                        new PublicKeyHash(text.replace(":", ""))
                                                                .hex())));
        Path anchor = root.section("issuer").path("root");
        IssuerTrust trust = trust();
        Path certificate = outputs.path("certificate");
        return () ->
                new Act.ImportCertificate(
                        label, imported, fingerprint.made(), anchor, trust, certificate);
    }

    private Draft<Act> crossCertificate() {
        Path issuer = root.section("issuer").path("certificate");
        ConfigNode node = root.section("certificate");
        Path existing = node.path("of");
        Draft<Instant> notBefore = instant(node, "not-before");
        Draft<Instant> notAfter = instant(node, "not-after");
        int pathLength = node.integer("path-length", 1, 1, 8);
        List<String> crlUrls = node.list("crl-urls");
        List<String> caIssuersUrls = node.list("ca-issuers-urls");
        Draft<NameLimits> limits = limits(node);
        Path certificate = outputs.path("certificate");
        return () ->
                new Act.CrossCertificate(
                        issuer,
                        existing,
                        new CaContents(
                                // Stands in until the certificate itself is read.
                                new X500Name(BCStyle.INSTANCE, "CN=of the certificate"),
                                notBefore.made(),
                                notAfter.made(),
                                CaContents.Purpose.ROOT,
                                pathLength,
                                limits.made(),
                                crlUrls,
                                caIssuersUrls),
                        certificate);
    }

    private Draft<Act> crl() {
        Path issuer = root.section("issuer").path("certificate");
        ConfigNode node = root.section("crl");
        Draft<BigInteger> number = checked(node, "number", PlanFile::number);
        Draft<Instant> thisUpdate = instant(node, "this-update");
        Draft<Instant> nextUpdate = instant(node, "next-update");
        List<Draft<Act.Revoked>> revoked = new ArrayList<>();
        for (ConfigNode each : node.sections("revoked")) {
            Draft<BigInteger> serial = checked(each, "serial", PlanFile::serial);
            Draft<Instant> at = instant(each, "at");
            Draft<Integer> reason = checked(each, "reason", PlanFile::reason);
            revoked.add(() -> new Act.Revoked(serial.made(), at.made(), reason.made()));
        }
        Path file = outputs.path("crl");
        return () -> {
            if (!thisUpdate.made().isBefore(nextUpdate.made())) {
                throw new IllegalArgumentException(
                        "next-update: %s (expected: after this-update, %s)"
                                .formatted(nextUpdate.made(), thisUpdate.made()));
            }
            return new Act.Crl(
                    issuer,
                    number.made(),
                    thisUpdate.made(),
                    nextUpdate.made(),
                    revoked.stream().map(Draft::made).toList(),
                    file);
        };
    }

    private Draft<Act> keyDestruction() {
        ConfigNode node = root.section("key");
        String label = label(node);
        Draft<PublicKeyHash> key = publicKey(node);
        return () -> new Act.KeyDestruction(label, key.made());
    }

    private Draft<Act.NewKey> newKey() {
        ConfigNode node = root.section("key");
        String label = label(node);
        TokenBench.Curve curve =
                node.choice("kind", TokenBench.Curve.class, TokenBench.Curve.EC_P256);
        return () -> new Act.NewKey(label, curve);
    }

    private String label() {
        return label(root.section("key"));
    }

    private static String label(ConfigNode node) {
        return node.required(
                "label",
                "",
                text -> {
                    if (!text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
                        throw new IllegalArgumentException(
                                "1 to 64 of a-z A-Z 0-9 . _ -, a letter or digit first");
                    }
                    return text;
                });
    }

    private IssuerTrust trust() {
        return root.choice("trust", IssuerTrust.class, IssuerTrust.TRUSTED);
    }

    private static Draft<PublicKeyHash> publicKey(ConfigNode node) {
        return checked(node, "public-key-sha256", PublicKeyHash::new);
    }

    private Draft<CaContents> contents(CaContents.Purpose purpose) {
        ConfigNode node = root.section("certificate");
        Draft<X500Name> subject = subject(node);
        Draft<Instant> notBefore = instant(node, "not-before");
        Draft<Instant> notAfter = instant(node, "not-after");
        int pathLength =
                switch (purpose) {
                    case ROOT -> node.integer("path-length", 1, 1, 8);
                    case ISSUING -> node.integer("path-length", 0, 0, 0);
                };
        List<String> crlUrls = node.list("crl-urls");
        List<String> caIssuersUrls = node.list("ca-issuers-urls");
        Draft<NameLimits> limits = limits(node);
        return () ->
                new CaContents(
                        subject.made(),
                        notBefore.made(),
                        notAfter.made(),
                        purpose,
                        pathLength,
                        limits.made(),
                        crlUrls,
                        caIssuersUrls);
    }

    private static Draft<NameLimits> limits(ConfigNode node) {
        Optional<ConfigNode> constraints = node.optionalSection("name-constraints");
        if (constraints.isEmpty()) {
            return () -> NameLimits.NONE;
        }
        ConfigNode permitted = constraints.get().sectionOrDefaults("permitted");
        ConfigNode excluded = constraints.get().sectionOrDefaults("excluded");
        List<String> permittedDns = permitted.list("dns");
        List<String> permittedIp = permitted.list("ip");
        List<String> excludedDns = excluded.list("dns");
        List<String> excludedIp = excluded.list("ip");
        return () -> new NameLimits(permittedDns, permittedIp, excludedDns, excludedIp);
    }

    /** In the order of the certificate: {@code O=Example Corp, CN=…}. */
    private static Draft<X500Name> subject(ConfigNode node) {
        return checked(
                node,
                "subject",
                text -> {
                    try {
                        return new X500Name(BCStyle.INSTANCE, text);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "a name such as 'O=Example Corp, CN=Example Corp TLS Inspection CA'",
                                e);
                    }
                });
    }

    private static Draft<Instant> instant(ConfigNode node, String key) {
        return checked(
                node,
                key,
                text -> {
                    try {
                        return Instant.parse(text);
                    } catch (DateTimeParseException e) {
                        throw new IllegalArgumentException(
                                "a time such as 2027-01-01T00:00:00Z", e);
                    }
                });
    }

    private static BigInteger number(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("a number of at most 18 digits");
        }
        return new BigInteger(text);
    }

    private static BigInteger serial(String text) {
        String digits = text.replace(":", "").replaceFirst("^0x", "");
        if (!digits.matches("[0-9A-Fa-f]{1,40}")) {
            throw new IllegalArgumentException("a serial number in hexadecimal");
        }
        return new BigInteger(digits, 16);
    }

    private static int reason(String text) {
        // RFC 5280 §5.3.1, those that a CA's certificate can be revoked for.
        return switch (text) {
            case "unspecified" -> 0;
            case "ca-compromise" -> 2;
            case "affiliation-changed" -> 3;
            case "superseded" -> 4;
            case "cessation-of-operation" -> 5;
            default ->
                    throw new IllegalArgumentException(
                            "unspecified or ca-compromise or affiliation-changed or superseded or cessation-of-operation");
        };
    }

    /** A value that must be there; made use of only after {@link ConfigNode#finish()}. */
    private static <T> Draft<T> checked(ConfigNode node, String key, Function<String, T> parse) {
        Optional<T> value =
                node.required(key, Optional.empty(), text -> Optional.of(parse.apply(text)));
        return () ->
                value.orElseThrow(
                        () -> new IllegalStateException(key + ": finish() reports its absence"));
    }
}
