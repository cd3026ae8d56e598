package io.overt.edge.flow;

import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.hello.ClientHello;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an upstream agreed on with us that its client had not offered (ADR 0145). {@link
 * UpstreamOffer} keeps most of it from happening; what is left is what a server chooses by itself,
 * such as the kind of its key, and what BoringSSL does not let us leave out of an offer.
 *
 * @param findings what the rule is asked about, each in words, e.g. {@code key RSA}
 * @param beyond what is no weaker than all that the client offered of its kind; recorded only
 */
public record Unoffered(List<String> findings, List<String> beyond) {

    public Unoffered {
        findings = List.copyOf(findings);
        beyond = List.copyOf(beyond);
    }

    /** Both empty if there is nothing. */
    public static Unoffered by(ClientHello hello, UpstreamSession session) {
        var found = new ArrayList<String>();
        var beyond = new ArrayList<String>();
        var tls = session.tls();
        code(UpstreamOffer.PROTOCOLS, tls.version())
                .filter(version -> !hello.versions().contains(version))
                .ifPresent(_ -> found.add("version " + tls.version()));
        Optional.ofNullable(UpstreamOffer.SUITES.get(tls.cipherSuite()))
                .filter(suite -> !hello.cipherSuites().contains(suite))
                .ifPresent(
                        suite ->
                                (isBelow(hello, suite) ? found : beyond)
                                        .add("cipher suite " + tls.cipherSuite()));
        tls.group()
                .flatMap(group -> code(UpstreamOffer.GROUPS, group))
                .filter(group -> !hello.groups().isEmpty() && !hello.groups().contains(group))
                .ifPresent(
                        group ->
                                (group == UpstreamOffer.X25519MLKEM768 ? beyond : found)
                                        .add("group " + tls.group().orElse("")));
        tls.alpn()
                .filter(protocol -> !hello.alpn().contains(protocol))
                .ifPresent(protocol -> found.add("protocol " + protocol));
        var key = session.chain().leaf().getPublicKey();
        if (!takesKey(hello, key, tls.version())) {
            found.add("key " + describe(key));
        }
        return new Unoffered(found, beyond);
    }

    /**
     * A suite of TLS 1.3 differs from the others in the strength of its cipher alone: below is what
     * is weaker than every one that the client offered. Of TLS 1.2 every suite that was not offered
     * is.
     */
    private static boolean isBelow(ClientHello hello, int suite) {
        return !UpstreamOffer.isTls13Suite(suite)
                || hello.cipherSuites().stream()
                        .filter(UpstreamOffer::isTls13Suite)
                        .noneMatch(offered -> bits(offered) <= bits(suite));
    }

    /** RFC 8446 §B.4: of the five, two have a cipher of 256 bits. */
    private static int bits(int tls13Suite) {
        return tls13Suite == 0x1302 /* TLS_AES_256_GCM_SHA384 */
                        || tls13Suite == 0x1303 /* TLS_CHACHA20_POLY1305_SHA256 */
                ? 256
                : 128;
    }

    /** RFC 8446 §4.2.3: in TLS 1.3 an ECDSA scheme names the curve; in 1.2 it does not. */
    private static boolean takesKey(ClientHello hello, PublicKey key, String version) {
        var schemes = hello.signatureAlgorithms();
        if (schemes.isEmpty()) {
            return true; // RFC 5246 §7.4.1.4.1: then the cipher suite says it.
        }
        var is13 = version.equals("TLSv1.3");
        return switch (key.getAlgorithm()) {
            case "RSA" -> anyOf(schemes, is13 ? RSA_PSS : RSA);
            case "RSASSA-PSS" -> anyOf(schemes, RSA_PSS_PSS);
            case "EC" ->
                    (is13 && key instanceof ECPublicKey ec)
                            ? anyOf(schemes, scheme(ec))
                            : anyOf(schemes, ECDSA);
            case "EdDSA", "Ed25519", "Ed448" -> anyOf(schemes, EDDSA);
            // A kind that no offer of ours could have led to, so not one of the client's either.
            default -> false;
        };
    }

    private static Set<Integer> scheme(ECPublicKey key) {
        return switch (key.getParams().getCurve().getField().getFieldSize()) {
            case 256 -> Set.of(0x0403 /* ecdsa_secp256r1_sha256 */);
            case 384 -> Set.of(0x0503 /* ecdsa_secp384r1_sha384 */);
            case 521 -> Set.of(0x0603 /* ecdsa_secp521r1_sha512 */);
            default -> Set.of();
        };
    }

    private static boolean anyOf(List<Integer> offered, Set<Integer> wanted) {
        return offered.stream().anyMatch(wanted::contains);
    }

    private static String describe(PublicKey key) {
        return key instanceof ECPublicKey ec
                ? "EC P-" + ec.getParams().getCurve().getField().getFieldSize()
                : key.getAlgorithm();
    }

    private static Optional<Integer> code(List<Map.Entry<String, Integer>> known, String name) {
        return known.stream()
                .filter(
                        each ->
                                each.getKey()
                                        .toLowerCase(Locale.ROOT)
                                        .equals(name.toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** rsa_pss_rsae with SHA-256, SHA-384, SHA-512. */
    private static final Set<Integer> RSA_PSS = Set.of(0x0804, 0x0805, 0x0806);

    /** The same, and PKCS #1 with SHA-1 (which the client offers at its own risk) and SHA-2. */
    private static final Set<Integer> RSA =
            Set.of(0x0804, 0x0805, 0x0806, 0x0201, 0x0401, 0x0501, 0x0601);

    private static final Set<Integer> RSA_PSS_PSS = Set.of(0x0809, 0x080a, 0x080b);
    private static final Set<Integer> ECDSA = Set.of(0x0203, 0x0403, 0x0503, 0x0603);
    private static final Set<Integer> EDDSA = Set.of(0x0807, 0x0808);
}
