package io.overt.edge.flow;

import io.overt.edge.hello.ClientHello;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a hello leaves room for what we would answer: TLS 1.2 or 1.3, an ECDSA P-256 leaf, and
 * one of our groups. Asked before anything is done for the client, because afterwards the only
 * answer would be a failed handshake.
 */
final class Servable {

    private Servable() {}

    /** Why not. */
    record Unservable(Reason reason, String detail) {}

    /** Empty if the client can be served. */
    static Optional<Unservable> by(ClientHello hello) {
        if (hello.versions().contains(TLS_1_3)) {
            return by13(hello);
        }
        return hello.versions().contains(TLS_1_2)
                ? by12(hello)
                : Optional.of(
                        new Unservable(
                                Reason.CLIENT_TOO_OLD,
                                "versions "
                                        + hex(hello.versions())
                                        + " (expected: 0x0304 or 0x0303)"));
    }

    private static Optional<Unservable> by13(ClientHello hello) {
        // RFC 8446 §4.2.3: in 1.3 the scheme names the curve.
        if (!hello.signatureAlgorithms().contains(ECDSA_SECP256R1_SHA256)) {
            return no("signature algorithms lack 0x0403, ecdsa_secp256r1_sha256");
        }
        if (hello.groups().stream().noneMatch(GROUPS::contains)) {
            return no("groups " + hex(hello.groups()) + " (expected: one of " + hex(GROUPS) + ")");
        }
        return Optional.empty();
    }

    private static Optional<Unservable> by12(ClientHello hello) {
        if (hello.cipherSuites().stream().noneMatch(ECDHE_ECDSA::contains)) {
            return no("no cipher suite with ECDHE and ECDSA that we have");
        }
        // RFC 8422 §5.1: the groups also bound the curve of the certificate's key. A client
        // without the extension takes any.
        if (!hello.groups().isEmpty() && !hello.groups().contains(SECP256R1)) {
            return no("groups " + hex(hello.groups()) + " lack 0x0017, secp256r1");
        }
        // RFC 5246 §7.4.1.4.1: without the extension SHA-1 is meant, which we do not sign with.
        if (hello.signatureAlgorithms().stream().noneMatch(ECDSA_SCHEMES::contains)) {
            return no("signature algorithms lack ECDSA with SHA-256, SHA-384 or SHA-512");
        }
        return Optional.empty();
    }

    private static Optional<Unservable> no(String detail) {
        return Optional.of(new Unservable(Reason.NO_ECDSA, detail));
    }

    private static String hex(Iterable<Integer> codePoints) {
        var text = new StringBuilder();
        for (int codePoint : codePoints) {
            if (!ClientHello.isGrease(codePoint)) {
                text.append(text.isEmpty() ? "" : ",").append("0x%04x".formatted(codePoint));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }

    private static final int TLS_1_2 = 0x0303;
    private static final int TLS_1_3 = 0x0304;
    private static final int ECDSA_SECP256R1_SHA256 = 0x0403;
    private static final Set<Integer> ECDSA_SCHEMES = Set.of(0x0403, 0x0503, 0x0603);
    private static final int SECP256R1 = 0x0017;

    /** X25519MLKEM768, x25519, secp256r1: what the shell configures the engines with. */
    private static final List<Integer> GROUPS = List.of(0x11ec, 0x001d, SECP256R1);

    /** The ECDHE_ECDSA suites of BoringSSL: AES-GCM (128, 256) and ChaCha20-Poly1305. */
    private static final Set<Integer> ECDHE_ECDSA = Set.of(0xc02b, 0xc02c, 0xcca9);
}
