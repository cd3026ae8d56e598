package io.overt.edge.hello;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a well-formed ClientHello says (RFC 8446 §4.1.2). Lists keep the client's order and its
 * GREASE values (RFC 8701): who compares, filters with {@link #isGrease}.
 *
 * @param message the handshake message, its four-byte header included, without record headers;
 *     read-only. For the bytes to replay to another server keep those that were fed to the parser
 * @param recordVersion {@code legacy_record_version} of the first record, 0x0301 to 0x0303
 * @param legacyVersion {@code legacy_version} of the message
 * @param serverName the one host_name, lower case, LDH labels only; empty only if the extension is
 *     absent
 * @param alpn ALPN protocol names, each byte as one character (ISO 8859-1)
 * @param versions {@code supported_versions}, or the legacy version alone where that extension is
 *     absent, and then TLS 1.2 at most (RFC 8446 §4.2.1)
 * @param cipherSuites TLS cipher suite code points
 * @param groups {@code supported_groups}: named groups, such as 0x11ec for X25519MLKEM768
 * @param keyShares the groups for which a key share was sent, a subset of {@code groups} in an
 *     honest client
 * @param signatureAlgorithms signature scheme code points
 * @param extensions extension types
 * @param encryptedClientHello whether ECH, real or GREASE, was offered
 * @param ja4 the JA4 fingerprint of a client over TCP
 */
public record ClientHello(
        ByteBuffer message,
        int recordVersion,
        int legacyVersion,
        Optional<String> serverName,
        List<String> alpn,
        List<Integer> versions,
        List<Integer> cipherSuites,
        List<Integer> groups,
        List<Integer> keyShares,
        List<Integer> signatureAlgorithms,
        List<Integer> extensions,
        EncryptedClientHello encryptedClientHello,
        String ja4) {

    public ClientHello {
        message = message.slice().asReadOnlyBuffer();
        alpn = List.copyOf(alpn);
        versions = List.copyOf(versions);
        cipherSuites = List.copyOf(cipherSuites);
        groups = List.copyOf(groups);
        keyShares = List.copyOf(keyShares);
        signatureAlgorithms = List.copyOf(signatureAlgorithms);
        extensions = List.copyOf(extensions);
    }

    /** A view of its own for each caller: positions are not shared. */
    @Override
    public ByteBuffer message() {
        return message.duplicate();
    }

    /**
     * RFC 8701 §2: the sixteen values 0x0a0a, 0x1a1a, … 0xfafa, in every list of two-byte code
     * points.
     */
    public static boolean isGrease(int codePoint) {
        return (codePoint & 0x0f0f) == 0x0a0a && (codePoint >> 8) == (codePoint & 0xff);
    }
}
