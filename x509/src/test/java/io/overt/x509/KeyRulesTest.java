package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Baseline Requirements §6.1.5 and §6.1.6. checklist 15 */
class KeyRulesTest {
    private static final byte[] RSA =
            Der.sequence(Oid.encoded("1.2.840.113549.1.1.1"), Der.encode(Der.NULL));

    @ParameterizedTest
    @CsvSource({
        "2048, 65537,      ''",
        "2048, 3,          ''",
        "4096, 65537,      ''",
        "8192, 65537,      ''",
        "1024, 65537,      at least 2048",
        "2047, 65537,      at least 2048",
        "2052, 65537,      a multiple of 8",
        "2056, 65537,      ''",
        "8200, 65537,      at most 8192",
        "2048, 1,          exponent",
        "2048, 65536,      exponent",
        "2048, 8589934593, exponent",
    })
    void rsa(int bits, BigInteger exponent, String objection) throws Exception {
        BigInteger modulus = BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.valueOf(0x10f));

        assertObjection(rsa(modulus, exponent), objection);
    }

    @Test
    void keys_that_can_be_factored_by_their_fingerprint_are_refused() throws Exception {
        BigInteger primes = BigInteger.ONE;
        for (int prime = 2; prime <= 167; prime++) {
            if (BigInteger.valueOf(prime).isProbablePrime(30)) {
                primes = primes.multiply(BigInteger.valueOf(prime));
            }
        }
        BigInteger power = BigInteger.valueOf(65537).modPow(BigInteger.valueOf(12345), primes);
        BigInteger like = BigInteger.ONE.shiftLeft(2047).divide(primes).add(BigInteger.TWO);
        BigInteger modulus = like.multiply(primes).add(power);

        assertObjection(rsa(modulus, BigInteger.valueOf(65537)), "CVE-2017-15361");
        assertObjection(rsa(modulus.add(BigInteger.TWO), BigInteger.valueOf(65537)), "");
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.840.10045.3.1.7, ''",
        "1.3.132.0.34,        ''",
        "1.3.132.0.35,        ''",
        "1.2.840.10045.3.1.1, expected: P-256",
        "1.3.132.0.10,        expected: P-256",
    })
    void curves(String oid, String objection) throws Exception {
        assertObjection(
                key(Der.sequence(Oid.encoded("1.2.840.10045.2.1"), Oid.encoded(oid))), objection);
    }

    @Test
    void a_curve_written_out_is_refused() throws Exception {
        assertObjection(
                key(
                        Der.sequence(
                                Oid.encoded("1.2.840.10045.2.1"),
                                Der.sequence(Der.integer(BigInteger.ONE)))),
                "without a named curve");
    }

    @ParameterizedTest
    @CsvSource({
        "1.3.101.112,           ''",
        "1.3.101.113,           ''",
        "1.2.840.10040.4.1,     expected: RSA",
        "1.2.840.113549.1.1.10, expected: RSA",
    })
    void algorithms(String oid, String objection) throws Exception {
        assertObjection(key(Der.sequence(Oid.encoded(oid))), objection);
    }

    private static byte[] rsa(BigInteger modulus, BigInteger exponent) {
        return Der.sequence(
                RSA, Der.bitString(Der.sequence(Der.integer(modulus), Der.integer(exponent))));
    }

    private static byte[] key(byte[] algorithm) {
        return Der.sequence(algorithm, Der.bitString(new byte[] {4, 1, 2}));
    }

    private static void assertObjection(byte[] subjectPublicKeyInfo, String objection)
            throws MalformedDerException {
        Optional<String> found = KeyRules.objection(DerElement.parse(subjectPublicKeyInfo));

        if (objection.isEmpty()) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found).hasValueSatisfying(text -> assertThat(text).contains(objection));
        }
    }
}
