package io.overt.edge.flow;

import io.overt.edge.flow.Known.TlsSession;
import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.hello.ClientHello;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the upstream's leg of a connection is weaker than the client's, which a client cannot see
 * (ADR 0146). What is compared are classes, since most differences of bits say nothing: a
 * connection is as strong as its weakest part (NIST SP 800-57 part 1, §5.6.2), and that is 112 to
 * 128 bits on nearly all of them.
 */
public final class LegComparison {
    /** SP 800-57 part 1, table 2: what RSA with 2,048 bits comes to. Less is refused (KeyRules). */
    private static final int LEAST_BITS = 112;

    private LegComparison() {}

    /** In what. The vocabulary is closed: records and metrics use these names. */
    public enum Aspect {
        /** TLS 1.2 where the client's leg has TLS 1.3. */
        VERSION,
        /** Without X25519MLKEM768 where the client's leg has it. */
        KEY_EXCHANGE,
        /** CBC with HMAC where the client's leg has an AEAD. */
        CIPHER,
        /** A leaf key of less than 112 bits of strength, behind ours of 128. */
        KEY,
        /** A leaf signed with MD5 or SHA-1, behind ours with SHA-2. */
        SIGNATURE;

        /** The name in records and metrics. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** In what the upstream's leg is the weaker, now that both stand. */
    public static List<Aspect> weaker(UpstreamSession upstream, TlsSession client) {
        var found = new ArrayList<Aspect>();
        var tls = upstream.tls();
        if (rank(tls.version()) < rank(client.version())) {
            found.add(Aspect.VERSION);
        }
        // A group that an engine does not tell is not proof of anything.
        if (isHybrid(client) && !isHybrid(tls)) {
            found.add(Aspect.KEY_EXCHANGE);
        }
        if (!isAead(tls.cipherSuite()) && isAead(client.cipherSuite())) {
            found.add(Aspect.CIPHER);
        }
        var leaf = upstream.chain().leaf();
        if (strength(leaf.getPublicKey()) < LEAST_BITS) {
            found.add(Aspect.KEY);
        }
        if (isBroken(leaf.getSigAlgName())) {
            found.add(Aspect.SIGNATURE);
        }
        return List.copyOf(found);
    }

    /**
     * In what it will be, as far as the rule's {@code weaker} is about it: what the client's leg
     * comes to is known before it begins, since ours takes the highest version that the hello has,
     * and AEADs only. The group has a key of its own in the rule; leaf and signature are the
     * verifier's affair.
     *
     * @return each in words, e.g. {@code version TLSv1.2 (client: TLSv1.3)}
     */
    static List<String> foreseen(ClientHello hello, UpstreamSession upstream) {
        var found = new ArrayList<String>();
        var tls = upstream.tls();
        UpstreamOffer.PROTOCOLS.stream()
                .filter(each -> hello.versions().contains(each.getValue()))
                .findFirst() // Ours, the highest first.
                .filter(each -> rank(tls.version()) < rank(each.getKey()))
                .ifPresent(
                        each ->
                                found.add(
                                        "version "
                                                + tls.version()
                                                + " (client: "
                                                + each.getKey()
                                                + ")"));
        if (!isAead(tls.cipherSuite())) {
            found.add("cipher suite " + tls.cipherSuite() + " (client: an AEAD)");
        }
        return List.copyOf(found);
    }

    /** The leaf's key in words, e.g. {@code RSA 2048} or {@code EC P-256}. */
    public static String key(X509Certificate leaf) {
        return switch (leaf.getPublicKey()) {
            case ECPublicKey ec -> "EC P-" + bits(ec);
            case RSAPublicKey rsa -> rsa.getAlgorithm() + " " + rsa.getModulus().bitLength();
            case EdECPublicKey edwards -> edwards.getParams().getName();
            case PublicKey other -> other.getAlgorithm();
        };
    }

    /** SP 800-57 part 1, table 2, in bits; 0 for kinds of keys that are in no certificate here. */
    static int strength(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> bits(ec) / 2;
            case RSAPublicKey rsa -> strength(rsa.getModulus().bitLength());
            case EdECPublicKey edwards -> edwards.getParams().getName().equals("Ed448") ? 224 : 128;
            default -> 0;
        };
    }

    private static int strength(int modulus) {
        if (modulus >= 15_360) {
            return 256;
        }
        if (modulus >= 7_680) {
            return 192;
        }
        if (modulus >= 3_072) {
            return 128;
        }
        return modulus >= 2_048 ? 112 : 80;
    }

    private static int bits(ECPublicKey key) {
        return key.getParams().getCurve().getField().getFieldSize();
    }

    /** Whether the key exchange withstands who records it now and computes later. */
    static boolean isHybrid(TlsSession tls) {
        return tls.group().filter("X25519MLKEM768"::equals).isPresent();
    }

    /** Of those that are ever offered, all but the CBC suites are AEADs. */
    private static boolean isAead(String cipherSuite) {
        return !cipherSuite.contains("_CBC_");
    }

    /** As the JDK names signatures, e.g. {@code SHA1withRSA}. */
    private static boolean isBroken(String signature) {
        var name = signature.toUpperCase(Locale.ROOT);
        return name.startsWith("SHA1") || name.startsWith("MD");
    }

    /** Of a version's name as the JDK writes it, which sorts as the versions do. */
    private static int rank(String version) {
        return switch (version) {
            case "TLSv1.3" -> 4;
            case "TLSv1.2" -> 3;
            default -> 0;
        };
    }
}
