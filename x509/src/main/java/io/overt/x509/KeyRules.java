package io.overt.x509;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which public keys certificates may have: Baseline Requirements §6.1.5 and §6.1.6, and EdDSA
 * besides. Read from the DER, since the JDK's keys no longer say how they were encoded.
 */
final class KeyRules {
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";
    private static final Set<String> EDDSA = Set.of("1.3.101.112", "1.3.101.113");
    private static final Map<String, String> CURVES =
            Map.of(
                    "1.2.840.10045.3.1.7", "P-256",
                    "1.3.132.0.34", "P-384",
                    "1.3.132.0.35", "P-521");

    private static final int MIN_RSA_BITS = 2048;

    /** As BoringSSL: longer ones are found in attacks on whoever verifies. */
    private static final int MAX_RSA_BITS = 8192;

    private static final int MAX_EXPONENT_BITS = 33;

    /** What is wrong with the key, or empty. */
    static Optional<String> objection(DerElement subjectPublicKeyInfo)
            throws MalformedDerException {
        List<DerElement> parts = parts(subjectPublicKeyInfo, 2);
        List<DerElement> algorithm = parts.getFirst().expect(Der.SEQUENCE).children();
        if (algorithm.isEmpty() || algorithm.size() > 2) {
            throw new MalformedDerException("key algorithm of " + algorithm.size() + " parts");
        }
        byte[] key = parts.getLast().expect(Der.BIT_STRING).content();
        if (key[0] != 0) {
            throw new MalformedDerException("key is not whole octets");
        }
        String oid = algorithm.getFirst().objectIdentifier();
        if (oid.equals(RSA)) {
            return rsa(java.util.Arrays.copyOfRange(key, 1, key.length));
        }
        if (oid.equals(EC)) {
            return curve(algorithm);
        }
        return EDDSA.contains(oid)
                ? Optional.empty()
                : Optional.of("key of algorithm " + oid + " (expected: RSA, EC or EdDSA)");
    }

    /** RFC 5480 §2.1.1: named curves only. */
    private static Optional<String> curve(List<DerElement> algorithm) throws MalformedDerException {
        if (algorithm.size() != 2 || algorithm.getLast().tag() != Der.OBJECT_IDENTIFIER) {
            return Optional.of("EC key without a named curve");
        }
        String curve = algorithm.getLast().objectIdentifier();
        return CURVES.containsKey(curve)
                ? Optional.empty()
                : Optional.of("EC key on curve " + curve + " (expected: P-256, P-384 or P-521)");
    }

    private static Optional<String> rsa(byte[] encoded) throws MalformedDerException {
        List<DerElement> numbers = parts(DerElement.parse(encoded), 2);
        BigInteger modulus = numbers.getFirst().integer();
        BigInteger exponent = numbers.getLast().integer();
        int bits = modulus.bitLength();
        if (modulus.signum() <= 0 || bits < MIN_RSA_BITS) {
            return Optional.of("RSA key of " + bits + " bits (expected: at least 2048)");
        }
        if (bits > MAX_RSA_BITS) {
            return Optional.of("RSA key of " + bits + " bits (expected: at most 8192)");
        }
        if (bits % 8 != 0) {
            return Optional.of("RSA key of " + bits + " bits (expected: a multiple of 8)");
        }
        if (!exponent.testBit(0)
                || exponent.compareTo(BigInteger.valueOf(3)) < 0
                || exponent.bitLength() > MAX_EXPONENT_BITS) {
            return Optional.of("RSA exponent (expected: odd, 3 to 2^33)");
        }
        return Roca.isVulnerable(modulus)
                ? Optional.of("RSA key of a generator whose keys can be factored (CVE-2017-15361)")
                : Optional.empty();
    }

    private static List<DerElement> parts(DerElement sequence, int number)
            throws MalformedDerException {
        List<DerElement> parts = sequence.expect(Der.SEQUENCE).children();
        if (parts.size() != number) {
            throw new MalformedDerException(
                    "key of " + parts.size() + " parts (expected: " + number + ")");
        }
        return parts;
    }

    /**
     * The fingerprint of keys made by Infineon's library (Nemec et al., "The Return of
     * Coppersmith's Attack", CCS 2017, §2.3): their primes are powers of 65537 modulo the product
     * of the first 39 primes, and so is their product, modulo each of them. Of keys of another make
     * one in some 2^27 looks the same.
     */
    private static final class Roca {
        private static final int LARGEST_PRIME = 167;
        private static final BigInteger GENERATOR = BigInteger.valueOf(65537);
        private static final Map<Integer, Set<Integer>> POWERS = powers();

        static boolean isVulnerable(BigInteger modulus) {
            return POWERS.entrySet().stream()
                    .allMatch(
                            powers ->
                                    powers.getValue()
                                            .contains(
                                                    modulus.mod(BigInteger.valueOf(powers.getKey()))
                                                            .intValue()));
        }

        private static Map<Integer, Set<Integer>> powers() {
            Map<Integer, Set<Integer>> powers = new java.util.LinkedHashMap<>();
            for (int prime = 3; prime <= LARGEST_PRIME; prime += 2) {
                if (!BigInteger.valueOf(prime).isProbablePrime(20)) {
                    continue;
                }
                Set<Integer> residues = new HashSet<>();
                int power = 1;
                while (residues.add(power)) {
                    power = power * GENERATOR.mod(BigInteger.valueOf(prime)).intValue() % prime;
                }
                powers.put(prime, residues);
            }
            return powers;
        }
    }

    private KeyRules() {}
}
