package io.overt.it.scan;

import io.overt.it.scan.Leg.Legs;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is compared: each of TLS-Scanner's properties that says something about the TLS of a leg, by
 * the scanner's own name. Whatever else it reports is left out for a reason below, or new, which
 * {@link #isKnown} tells.
 */
enum Trait {
    VULNERABLE_TO_ALPACA("ALPACA", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_BLEICHENBACHER("Bleichenbacher", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_BREACH("BREACH", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_CRIME("CRIME", Wish.NO, Legs.BOTH),
    VULNERABLE_TO_DIRECT_RACCOON("Direct Raccoon", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_EARLY_CCS("Early CCS", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_EXTRA_CLEAR_DROWN("Extra clear DROWN", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_FREAK("FREAK", Wish.NO, Legs.BOTH),
    VULNERABLE_TO_GENERAL_DROWN("DROWN", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_HEARTBLEED("Heartbleed", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_INVALID_CURVE("Invalid curve, static", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_INVALID_CURVE_EPHEMERAL("Invalid curve, ephemeral", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_INVALID_CURVE_TWIST("Invalid curve, on the twist", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_LOGJAM("Logjam", Wish.NO, Legs.BOTH),
    VULNERABLE_TO_PADDING_ORACLE("CBC padding oracle", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_POODLE("POODLE", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_RACCOON_ATTACK("Raccoon", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_RENEGOTIATION_ATTACK_CIPHERSUITE_V1(
            "Renegotiation attack, suite, first kind", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_RENEGOTIATION_ATTACK_CIPHERSUITE_V2(
            "Renegotiation attack, suite, second kind", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_RENEGOTIATION_ATTACK_EXTENSION_V1(
            "Renegotiation attack, extension, first kind", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_RENEGOTIATION_ATTACK_EXTENSION_V2(
            "Renegotiation attack, extension, second kind", Wish.NO, Legs.CLIENT),
    VULNERABLE_TO_SWEET_32("Sweet32", Wish.NO, Legs.BOTH),
    HAS_ALPN_INTOLERANCE("Does not bear unknown protocols in ALPN", Wish.NO, Legs.CLIENT),
    HAS_BIG_CLIENT_HELLO_INTOLERANCE("Does not bear a hello of 14 kB", Wish.NO, Legs.CLIENT),
    HAS_CIPHER_SUITE_INTOLERANCE("Does not bear unknown suites", Wish.NO, Legs.CLIENT),
    HAS_CIPHER_SUITE_LENGTH_INTOLERANCE("Does not bear 512 suites", Wish.NO, Legs.CLIENT),
    HAS_CLIENT_HELLO_LENGTH_INTOLERANCE(
            "Does not bear a hello of 256 to 511 bytes", Wish.NO, Legs.CLIENT),
    HAS_COMPRESSION_INTOLERANCE("Does not bear unknown compression methods", Wish.NO, Legs.CLIENT),
    HAS_EMPTY_LAST_EXTENSION_INTOLERANCE(
            "Does not bear an empty last extension", Wish.NO, Legs.CLIENT),
    HAS_EXTENSION_INTOLERANCE("Does not bear unknown extensions", Wish.NO, Legs.CLIENT),
    HAS_GREASE_CIPHER_SUITE_INTOLERANCE("Does not bear GREASE among suites", Wish.NO, Legs.CLIENT),
    HAS_GREASE_NAMED_GROUP_INTOLERANCE("Does not bear GREASE among groups", Wish.NO, Legs.CLIENT),
    HAS_GREASE_SIGNATURE_AND_HASH_ALGORITHM_INTOLERANCE(
            "Does not bear GREASE among signature algorithms", Wish.NO, Legs.CLIENT),
    HAS_NAMED_GROUP_INTOLERANCE("Does not bear unknown groups", Wish.NO, Legs.CLIENT),
    HAS_SIG_HASH_ALGORITHM_INTOLERANCE(
            "Does not bear unknown signature algorithms", Wish.NO, Legs.CLIENT),
    HAS_VERSION_INTOLERANCE("Does not bear unknown versions", Wish.NO, Legs.CLIENT),
    HAS_SECOND_CIPHER_SUITE_BYTE_BUG("Reads half of a suite", Wish.NO, Legs.CLIENT),
    IGNORES_OFFERED_CIPHER_SUITES("Takes a suite that was not offered", Wish.NO, Legs.CLIENT),
    REFLECTS_OFFERED_CIPHER_SUITES("Answers with an unknown suite", Wish.NO, Legs.CLIENT),
    IGNORES_OFFERED_NAMED_GROUPS("Takes a group that was not offered", Wish.NO, Legs.CLIENT),
    IGNORES_OFFERED_SIG_HASH_ALGOS("Signs with what was not offered", Wish.NO, Legs.CLIENT),
    IGNORES_ECDSA_GROUP_DISPARITY("ECDSA on a curve that was not offered", Wish.NO, Legs.CLIENT),
    HANDSHAKES_WITH_UNDEFINED_POINT_FORMAT(
            "Goes on with an undefined point format", Wish.NO, Legs.BOTH),
    REUSES_EC_PUBLICKEY("Uses an EC key twice", Wish.NO, Legs.BOTH),
    REUSES_DH_PUBLICKEY("Uses a DH key twice", Wish.NO, Legs.BOTH),
    FORCED_COMPRESSION("Compresses when told to", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_TLS_COMPRESSION("TLS compression", Wish.NO, Legs.BOTH),
    SUPPORTS_SSL_2("SSL 2", Wish.NO, Legs.BOTH),
    SUPPORTS_SSL_3("SSL 3", Wish.NO, Legs.BOTH),
    SUPPORTS_TLS_1_0("TLS 1.0", Wish.NO, Legs.BOTH),
    SUPPORTS_TLS_1_1("TLS 1.1", Wish.NO, Legs.BOTH),
    SUPPORTS_TLS_1_2("TLS 1.2", Wish.YES, Legs.BOTH),
    SUPPORTS_TLS_1_3("TLS 1.3", Wish.YES, Legs.BOTH),
    TLS_1_3_DOWNGRADE_PROTECTION("Minds the downgrade sentinel", Wish.YES, Legs.UPSTREAM),
    SUPPORTS_TLS_FALLBACK_SCSV("TLS_FALLBACK_SCSV", Wish.YES, Legs.CLIENT),
    SUPPORTS_NULL_CIPHERS("Suites: Null", Wish.NO, Legs.BOTH),
    SUPPORTS_ANON("Suites: Anonymous", Wish.NO, Legs.BOTH),
    SUPPORTS_EXPORT("Suites: Export", Wish.NO, Legs.BOTH),
    SUPPORTS_RC2("Suites: RC2", Wish.NO, Legs.BOTH),
    SUPPORTS_RC4("Suites: RC4", Wish.NO, Legs.BOTH),
    SUPPORTS_DES("Suites: DES", Wish.NO, Legs.BOTH),
    SUPPORTS_3DES("Suites: 3DES", Wish.NO, Legs.BOTH),
    SUPPORTS_IDEA("Suites: IDEA", Wish.NO, Legs.BOTH),
    SUPPORTS_SEED("Suites: SEED", Wish.NO, Legs.BOTH),
    SUPPORTS_FORTEZZA("Suites: Fortezza", Wish.NO, Legs.BOTH),
    SUPPORTS_GOST("Suites: GOST", Wish.NO, Legs.BOTH),
    SUPPORTS_KERBEROS("Suites: Kerberos", Wish.NO, Legs.BOTH),
    SUPPORTS_SRP("Suites: SRP", Wish.NO, Legs.BOTH),
    SUPPORTS_DSS("Suites: DSS", Wish.NO, Legs.BOTH),
    SUPPORTS_PSK_PLAIN("Suites: PSK without a key exchange", Wish.NO, Legs.BOTH),
    SUPPORTS_PSK_RSA("Suites: PSK with RSA", Wish.NO, Legs.BOTH),
    SUPPORTS_STATIC_DH("Suites: Static DH", Wish.NO, Legs.BOTH),
    SUPPORTS_STATIC_ECDH("Suites: Static ECDH", Wish.NO, Legs.BOTH),
    SUPPORTS_RSA("Suites: RSA key exchange", Wish.NO, Legs.BOTH),
    SUPPORTS_BLOCK_CIPHERS("Suites: CBC", Wish.NO, Legs.BOTH),
    SUPPORTS_LEGACY_PRF("Suites: the PRF of TLS 1.0", Wish.NO, Legs.BOTH),
    SUPPORTS_AEAD("Suites: AEAD", Wish.YES, Legs.BOTH),
    SUPPORTS_AES("Suites: AES", Wish.YES, Legs.BOTH),
    SUPPORTS_CHACHA("Suites: ChaCha20", Wish.YES, Legs.BOTH),
    SUPPORTS_ECDHE("Suites: ECDHE", Wish.YES, Legs.BOTH),
    SUPPORTS_ECDSA("Suites: ECDSA", Wish.YES, Legs.BOTH),
    SUPPORTS_PFS("Suites: forward secrecy", Wish.YES, Legs.BOTH),
    SUPPORTS_ONLY_PFS("Suites: nothing but forward secrecy", Wish.YES, Legs.BOTH),
    SUPPORTS_SHA256_PRF("Suites: the PRF with SHA-256", Wish.YES, Legs.BOTH),
    SUPPORTS_SHA384_PRF("Suites: the PRF with SHA-384", Wish.YES, Legs.BOTH),
    PREFERS_PFS("Prefers forward secrecy", Wish.YES, Legs.BOTH),
    SUPPORTS_DHE("Suites: DHE", Wish.NEITHER, Legs.BOTH),
    SUPPORTS_EVEN_MODULUS("DHE: takes an even modulus", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_MOD3_MODULUS("DHE: takes a modulus divisible by 3", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_MODULUS_ONE("DHE: takes modulus 1", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_MODULUS_ZERO("DHE: takes modulus 0", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_GENERATOR_ONE("DHE: takes generator 1", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_GENERATOR_ZERO("DHE: takes generator 0", Wish.NO, Legs.UPSTREAM),
    SUPPORTS_UNCOMPRESSED_POINT("Uncompressed points", Wish.YES, Legs.BOTH),
    SUPPORTS_TLS13_SECP_COMPRESSION("Compressed points in TLS 1.3", Wish.NO, Legs.BOTH),
    SUPPORTS_EXPLICIT_PRIME_CURVE("Curves by explicit primes", Wish.NO, Legs.CLIENT),
    SUPPORTS_EXPLICIT_CHAR2_CURVE("Curves by explicit fields", Wish.NO, Legs.CLIENT),
    SUPPORTS_EXTENDED_MASTER_SECRET("Extended master secret", Wish.YES, Legs.CLIENT),
    SUPPORTS_ENCRYPT_THEN_MAC("Encrypt-then-MAC", Wish.YES, Legs.CLIENT),
    SUPPORTS_SECURE_RENEGOTIATION_EXTENSION("renegotiation_info", Wish.YES, Legs.CLIENT),
    SUPPORTS_CLIENT_SIDE_INSECURE_RENEGOTIATION("Insecure renegotiation", Wish.NO, Legs.CLIENT),
    SUPPORTS_CLIENT_SIDE_SECURE_RENEGOTIATION_EXTENSION(
            "Renegotiation by extension", Wish.NEITHER, Legs.CLIENT),
    SUPPORTS_CLIENT_SIDE_SECURE_RENEGOTIATION_CIPHERSUITE(
            "Renegotiation by suite", Wish.NEITHER, Legs.CLIENT),
    SUPPORTS_RECORD_FRAGMENTATION("Messages in many small records", Wish.YES, Legs.BOTH),
    STRICT_SNI("Refuses an unknown server name", Wish.YES, Legs.CLIENT),
    STRICT_ALPN("Refuses where no protocol is in common", Wish.YES, Legs.CLIENT),
    REQUIRES_SNI("Refuses without a server name", Wish.NEITHER, Legs.CLIENT),
    ENFORCES_CS_ORDERING("Own order of suites", Wish.YES, Legs.CLIENT),
    ENFORCES_NAMED_GROUP_ORDERING("Own order of groups", Wish.YES, Legs.CLIENT),
    ENFORCES_SIGNATURE_HASH_ALGORITHM_ORDERING(
            "Own order of signature algorithms", Wish.YES, Legs.CLIENT),
    SUPPORTS_TLS13_0_RTT("Early data", Wish.NO, Legs.CLIENT),
    SUPPORTS_SESSION_ID_RESUMPTION("Resumption by session id", Wish.NEITHER, Legs.CLIENT),
    SUPPORTS_SESSION_TICKET_RESUMPTION("Resumption by ticket", Wish.NEITHER, Legs.CLIENT),
    SUPPORTS_TLS13_PSK_DHE("Resumption in TLS 1.3", Wish.NEITHER, Legs.CLIENT),
    SUPPORTS_CCA("Answers a certificate request", Wish.NEITHER, Legs.UPSTREAM),
    SUPPORTED_PROTOCOL_VERSIONS("Versions", Wish.FEWER, Legs.BOTH),
    SUPPORTED_NAMED_GROUPS("Groups with TLS 1.2", Wish.FEWER, Legs.BOTH),
    SUPPORTED_TLS13_GROUPS("Groups with TLS 1.3", Wish.FEWER, Legs.BOTH),
    SUPPORTED_SIGNATURE_AND_HASH_ALGORITHMS_SKE("Signatures with TLS 1.2", Wish.FEWER, Legs.CLIENT),
    SUPPORTED_SIGNATURE_AND_HASH_ALGORITHMS_TLS13(
            "Signatures with TLS 1.3", Wish.FEWER, Legs.CLIENT),
    CLIENT_ADVERTISED_SIGNATURE_AND_HASH_ALGORITHMS(
            "Signatures offered", Wish.FEWER, Legs.UPSTREAM),
    CLIENT_ADVERTISED_NAMED_GROUPS("Groups offered", Wish.FEWER, Legs.UPSTREAM),
    CLIENT_ADVERTISED_COMPRESSIONS("Compression offered", Wish.FEWER, Legs.UPSTREAM);

    private final String title;
    private final Wish wish;
    private final Legs legs;

    Trait(String title, Wish wish, Legs legs) {
        this.title = title;
        this.wish = wish;
        this.legs = legs;
    }

    /** For the table. Of one leg no two are alike. */
    String title() {
        return title;
    }

    Wish wish() {
        return wish;
    }

    /** All that are compared on a leg, in the table's order. */
    static Set<Trait> of(Leg leg) {
        Set<Trait> all = EnumSet.noneOf(Trait.class);
        Arrays.stream(values()).filter(each -> each.legs.has(leg)).forEach(all::add);
        return all;
    }

    /** Whether a property of the scanner's is compared, or left out on purpose. */
    static boolean isKnown(String property) {
        return LEFT_OUT.stream().anyMatch(each -> each.matcher(property).find())
                || Arrays.stream(values()).anyMatch(each -> each.name().equals(property));
    }

    private static final List<Pattern> LEFT_OUT =
            List.of(
                    // DTLS and QUIC, which no edge speaks
                    Pattern.compile("DTLS|COOKIE|_HVR_|_MISMATCH$|RETRANSMISSION|REORDERING"),
                    Pattern.compile("MESSAGE_SEQUENCE|UNENCRYPTED_|EARLY_FINISHED|CHANGES_PORT"),
                    Pattern.compile("MIGRATION|^RETRY_|^IPV6_|SPLITTED_CLIENT_HELLO"),
                    // What the site behind says over HTTP
                    Pattern.compile(
                            "HPKP|HSTS|HTTPS?(_|$)|SUPPORTED_ALPN_CONSTANTS|CLIENT_ADVERTISED_ALPNS"),
                    // Drafts that nobody speaks any more, or nobody ever did
                    Pattern.compile(
                            "TOKENBINDING|ESNI|NEWHOPE|ECMQV|POST_QUANTUM|PSK_ECDHE|PSK_DHE$"),
                    // Raw measurements that an answer above is made from, or that differ by chance
                    Pattern.compile(
                            "_RESULT$|_PROBABILITIES$|_REPORTS$|_PAIRS$|_DELTA$|_VALUES$|_LENGTH$"),
                    Pattern.compile(
                            "UNIX_TIMESTAMPS|MODULUS_SIZE|_WITNESSES|HRR_SELECTED|PROTOCOL_TYPE"),
                    // What families of suites, groups and algorithms above say in other words
                    Pattern.compile(
                            "CIPHERSUITES$|_EXTENSIONS$|COMPRESSION_METHODS$|_SIG_GROUPS$|_PK_GROUPS$"),
                    Pattern.compile(
                            "ANSIX962|ARIA|CAMELLIA|STREAM_CIPHERS|RSA_CERT|RSA_SIG|_POINTFORMATS$"),
                    Pattern.compile(
                            "KEYSHARE_NAMED_GROUPS|GROUPS_DEPEND|_PRIMES$|_MODULI$|SECP256R1"),
                    Pattern.compile("HELLO_RETRY|SESSION_TICKET|TLS13_PSK|SESSION_ID_RESUMPTION"),
                    // The certificate, which the verifier and the mirror recipe answer for
                    Pattern.compile("CERT|OCSP|STAPL|NONCE|_CCA|CLIENT_CERTIFICATE"),
                    // On the upstream leg these take options of the client's command, and
                    // VULNERABLE_TO_PADDING_ORACLE a certificate that the edge trusts
                    Pattern.compile(
                            "^STRICT_(SNI|ALPN)$|^REQUIRES_SNI$|ALPACA|SENDS_APPLICATION_MESSAGE"));
}
