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
 * What an upstream agreed on with us that its client had not offered. {@link UpstreamOffer} keeps
 * most of it from happening; what is left is what a server chooses by itself, such as the kind of
 * its key. A group that is stronger than all that the client knows is no finding.
 */
public final class Unoffered {

    private Unoffered() {}

    /** Each thing in words, e.g. {@code key RSA}; empty if there is nothing. */
    public static List<String> by(ClientHello hello, UpstreamSession session) {
        var found = new ArrayList<String>();
        var tls = session.tls();
        code(UpstreamOffer.PROTOCOLS, tls.version())
                .filter(version -> !hello.versions().contains(version))
                .ifPresent(_ -> found.add("version " + tls.version()));
        Optional.ofNullable(UpstreamOffer.SUITES.get(tls.cipherSuite()))
                .filter(suite -> !offersSuite(hello, suite))
                .ifPresent(_ -> found.add("cipher suite " + tls.cipherSuite()));
        tls.group()
                .flatMap(group -> code(UpstreamOffer.GROUPS, group))
                .filter(group -> group != UpstreamOffer.X25519MLKEM768)
                .filter(group -> !hello.groups().isEmpty() && !hello.groups().contains(group))
                .ifPresent(_ -> found.add("group " + tls.group().orElse("")));
        tls.alpn()
                .filter(protocol -> !hello.alpn().contains(protocol))
                .ifPresent(protocol -> found.add("protocol " + protocol));
        var key = session.chain().leaf().getPublicKey();
        if (!takesKey(hello, key, tls.version())) {
            found.add("key " + describe(key));
        }
        return List.copyOf(found);
    }

    /** Which of TLS 1.3's suites it is does not matter: all are AEADs of one kind of handshake. */
    private static boolean offersSuite(ClientHello hello, int suite) {
        return UpstreamOffer.isTls13Suite(suite)
                ? hello.cipherSuites().stream().anyMatch(UpstreamOffer::isTls13Suite)
                : hello.cipherSuites().contains(suite);
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
