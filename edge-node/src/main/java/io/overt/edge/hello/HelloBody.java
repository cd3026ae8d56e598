package io.overt.edge.hello;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The body of a ClientHello (RFC 8446 §4.1.2) and the extensions that a decision needs. One
 * instance a parse.
 */
final class HelloBody {

    private final HelloCursor body;
    private final List<Integer> extensions = new ArrayList<>();
    private Optional<String> serverName = Optional.empty();
    private List<String> alpn = List.of();
    private List<Integer> versions = List.of();
    private List<Integer> groups = List.of();
    private List<Integer> keyShares = List.of();
    private List<Integer> signatureAlgorithms = List.of();
    private EncryptedClientHello encryptedClientHello = EncryptedClientHello.ABSENT;

    private HelloBody(HelloCursor body) {
        this.body = body;
    }

    /** {@code message} is one whole handshake message and from here on belongs to the result. */
    static HelloPeek parse(byte[] message, int recordVersion) {
        return new HelloBody(new HelloCursor(message, HANDSHAKE_HEADER))
                .parseAll(message, recordVersion);
    }

    private HelloPeek parseAll(byte[] message, int recordVersion) {
        var legacyVersion = body.uint16("legacy_version");
        if (legacyVersion < 0x0300) {
            body.fail("legacy_version 0x%04x (expected: at least 0x0300)".formatted(legacyVersion));
        }
        body.skip(32, "random");
        body.vector(1, 0, 32, "legacy_session_id");
        var cipherSuites = body.vector(2, 2, 0xfffe, "cipher_suites").uint16s("cipher_suites");
        var compressionMethods = body.vector(1, 1, 0xff, "legacy_compression_methods").rest();
        // RFC 5246 §7.4.1.2: extensions are there if and only if bytes follow the compression
        // methods. A TLS 1.2
        // hello without any ends here.
        if (body.hasRemaining()) {
            extensions(body.vector(2, 0, 0xffff, "extensions"));
        }
        body.expectEnd("extensions");
        if (versions.isEmpty()) {
            // RFC 8446 §4.2.1: without the extension it is TLS 1.2 at most, even if legacy_version
            // is 0x0304 or later; RFC 5246 §E.1 said of later ones that a server takes its highest.
            versions = List.of(Math.min(legacyVersion, TLS_1_2));
        }
        compression(compressionMethods);
        var flaw = body.flaw();
        if (flaw != null) {
            return new HelloPeek.Malformed(flaw);
        }
        var ja4 =
                Ja4.of(
                        extensions.contains(SUPPORTED_VERSIONS) ? versions : List.of(legacyVersion),
                        cipherSuites,
                        extensions,
                        alpn,
                        signatureAlgorithms);
        return new HelloPeek.Hello(
                new ClientHello(
                        ByteBuffer.wrap(message),
                        recordVersion,
                        legacyVersion,
                        serverName,
                        alpn,
                        versions,
                        cipherSuites,
                        groups,
                        keyShares,
                        signatureAlgorithms,
                        extensions,
                        encryptedClientHello,
                        ja4));
    }

    private void compression(String methods) {
        // RFC 5246 §7.4.1.2: the null method is always offered. RFC 8446 §4.1.2: with TLS 1.3 it is
        // the only one.
        if (methods.indexOf('\0') < 0) {
            body.fail("legacy_compression_methods without null");
        }
        if (versions.contains(TLS_1_3) && methods.length() != 1) {
            body.fail(
                    "%d legacy_compression_methods with TLS 1.3 (expected: 1)"
                            .formatted(methods.length()));
        }
    }

    private void extensions(HelloCursor all) {
        var seen = new HashSet<Integer>();
        while (all.hasRemaining()) {
            var type = all.uint16("extension type");
            var content = all.vector(2, 0, 0xffff, "extension %d".formatted(type));
            // RFC 8446 §4.2: not more than one extension of the same type. Parsers differ in which
            // one they take.
            if (!seen.add(type)) {
                all.fail("extension %d twice".formatted(type));
            }
            // RFC 8446 §4.2.11: pre_shared_key is the last one.
            if (type == PRE_SHARED_KEY && all.hasRemaining()) {
                all.fail("pre_shared_key is not the last extension");
            }
            extensions.add(type);
            extension(type, content);
        }
    }

    private void extension(int type, HelloCursor content) {
        switch (type) {
            case SERVER_NAME -> {
                serverName = ServerName.parse(content);
                content.expectEnd("server_name");
            }
            case ALPN -> {
                alpn = protocolNames(content.vector(2, 2, 0xffff, "alpn"));
                content.expectEnd("alpn");
            }
            case SUPPORTED_VERSIONS -> {
                versions =
                        content.vector(1, 2, 254, "supported_versions")
                                .uint16s("supported_versions");
                content.expectEnd("supported_versions");
            }
            case SUPPORTED_GROUPS -> {
                groups =
                        content.vector(2, 2, 0xffff, "supported_groups")
                                .uint16s("supported_groups");
                content.expectEnd("supported_groups");
            }
            case SIGNATURE_ALGORITHMS -> {
                signatureAlgorithms =
                        content.vector(2, 2, 0xfffe, "signature_algorithms")
                                .uint16s("signature_algorithms");
                content.expectEnd("signature_algorithms");
            }
            case KEY_SHARE -> {
                keyShares = keyShares(content.vector(2, 0, 0xffff, "key_share"));
                content.expectEnd("key_share");
            }
            case ENCRYPTED_CLIENT_HELLO -> encryptedClientHello = EncryptedClientHello.PRESENT;
            default -> {
                // RFC 8446 §4.2: unknown extensions, GREASE (RFC 8701) among them, are ignored
                // whatever they hold.
            }
        }
    }

    /** RFC 7301 §3.1: {@code opaque ProtocolName<1..2^8-1>}. */
    private static List<String> protocolNames(HelloCursor list) {
        var names = new ArrayList<String>();
        while (list.hasRemaining()) {
            names.add(list.vector(1, 1, 0xff, "alpn protocol name").rest());
        }
        return names;
    }

    /**
     * RFC 8446 §4.2.8: {@code NamedGroup group; opaque key_exchange<1..2^16-1>}. An empty list asks
     * for a retry.
     */
    private static List<Integer> keyShares(HelloCursor list) {
        var shares = new ArrayList<Integer>();
        while (list.hasRemaining()) {
            shares.add(list.uint16("key_share group"));
            list.vector(2, 1, 0xffff, "key_exchange");
        }
        return shares;
    }

    private static final int HANDSHAKE_HEADER = 4;
    private static final int TLS_1_2 = 0x0303;
    private static final int TLS_1_3 = 0x0304;
    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int ALPN = 16;
    private static final int PRE_SHARED_KEY = 41;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int KEY_SHARE = 51;
    private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;
}
