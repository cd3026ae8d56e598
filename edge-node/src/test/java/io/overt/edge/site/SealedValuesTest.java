package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.edge.site.SealedValues.NotOpened;
import io.overt.edge.site.SealedValues.Opened;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SealedValuesTest {
    private final SecureRandom random = new SecureRandom();
    private final SiteSecret secret = SiteSecret.random(random);
    private final SealedValues leaves = new SealedValues(secret, "leaves", random);
    private final ByteString key = leaves.entryKey(bytes("www.example.com"));

    @RepeatedTest(20)
    void whatever_is_sealed_opens_to_the_same_bytes() {
        long seed = random.nextLong();
        Random seeded = new Random(seed);
        byte[] value = new byte[seeded.nextInt(5000)];
        seeded.nextBytes(value);
        assertThat(leaves.open(key, leaves.seal(key, value)))
                .as("seed %d", seed)
                .isEqualTo(new Opened(ByteString.copyFrom(value)));
    }

    @Test
    void no_single_bit_may_differ() {
        ByteString sealed = leaves.seal(key, bytes("a leaf"));
        for (int bit = 0; bit < sealed.size() * 8; bit++) {
            byte[] flipped = sealed.toByteArray();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(leaves.open(key, ByteString.copyFrom(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOf(NotOpened.class);
        }
    }

    @Test
    void no_byte_may_be_missing_or_added() {
        ByteString sealed = leaves.seal(key, bytes("a leaf"));
        for (int length = 0; length < sealed.size(); length++) {
            assertThat(leaves.open(key, sealed.substring(0, length)))
                    .as("%d bytes", length)
                    .isInstanceOf(NotOpened.class);
        }
        assertThat(leaves.open(key, sealed.concat(ByteString.copyFrom(new byte[1]))))
                .isInstanceOf(NotOpened.class);
    }

    @Test
    void a_value_opens_under_its_own_key_only() {
        ByteString other = leaves.entryKey(bytes("www.example.org"));
        assertThat(leaves.open(other, leaves.seal(key, bytes("a leaf"))))
                .isInstanceOf(NotOpened.class);
    }

    @Test
    void a_value_opens_in_its_own_map_only() {
        SealedValues policy = new SealedValues(secret, "policy", random);
        assertThat(policy.open(key, leaves.seal(key, bytes("a leaf"))))
                .isInstanceOf(NotOpened.class);
    }

    @Test
    void a_value_opens_at_its_own_site_only() {
        SealedValues elsewhere = new SealedValues(SiteSecret.random(random), "leaves", random);
        assertThat(elsewhere.open(key, leaves.seal(key, bytes("a leaf"))))
                .isInstanceOf(NotOpened.class);
    }

    @Test
    void another_edge_with_the_same_secret_opens_it() {
        SealedValues atPeer = new SealedValues(SiteSecret.of(secret.bytes()), "leaves", random);
        assertThat(atPeer.entryKey(bytes("www.example.com"))).isEqualTo(key);
        assertThat(atPeer.open(key, leaves.seal(key, bytes("a leaf"))))
                .isEqualTo(new Opened(ByteString.copyFromUtf8("a leaf")));
    }

    @Test
    void equal_values_are_sealed_differently() {
        assertThat(leaves.seal(key, bytes("a leaf")))
                .isNotEqualTo(leaves.seal(key, bytes("a leaf")));
    }

    @Test
    void entry_keys_differ_by_map_and_site() {
        byte[] logical = bytes("www.example.com");
        assertThat(new SealedValues(secret, "policy", random).entryKey(logical)).isNotEqualTo(key);
        assertThat(new SealedValues(SiteSecret.random(random), "leaves", random).entryKey(logical))
                .isNotEqualTo(key);
        assertThat(key.size()).isEqualTo(32);
    }

    @Test
    void a_secret_is_never_printed() {
        assertThat(secret.toString()).isEqualTo("SiteSecret[not shown]");
        assertThat(new Keyring(secret, java.util.Map.of()).toString()).isEqualTo("Keyring[]");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
