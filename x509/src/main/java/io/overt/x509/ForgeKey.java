package io.overt.x509;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name of a forged certificate in every cache: SHA-256 over all that goes into it but the
 * issuer, since a leaf by any active issuer serves. Whoever finds a leaf under it still derives the
 * TBS for the issuer it names, and compares.
 */
public final class ForgeKey {
    /**
     * Separates this use of SHA-256 from all others; the number rises when the recipe changes what
     * it makes of equal inputs.
     */
    private static final String DOMAIN = "overt forge key v1";

    /** Apart from the other, so that no cache can answer one with a leaf of the other. */
    private static final String UNTRUSTED_DOMAIN = "overt untrusted forge key v1";

    private final byte[] bytes;

    /**
     * A forge key received from elsewhere.
     *
     * @throws IllegalArgumentException if it is not 32 bytes
     */
    public ForgeKey(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException(
                    "forge key: " + bytes.length + " bytes (expected: 32)");
        }
        this.bytes = bytes.clone();
    }

    /**
     * The key of what {@link MirrorRecipe} derives from these for a verified upstream, whichever of
     * the trusted issuers.
     */
    public static ForgeKey of(
            X509Certificate upstreamLeaf, LeafPublicKey key, MirrorProfile profile, Epoch epoch) {
        return of(DOMAIN, upstreamLeaf, key, profile, epoch);
    }

    /** The key of the leaf for an upstream of this standing, by any issuer that mirrors such. */
    public static ForgeKey of(
            UpstreamStanding upstream, LeafPublicKey key, MirrorProfile profile, Epoch epoch) {
        return of(
                switch (upstream) {
                    case VerifiedUpstream _ -> DOMAIN;
                    case UntrustedUpstream _ -> UNTRUSTED_DOMAIN;
                },
                upstream.leaf(),
                key,
                profile,
                epoch);
    }

    private static ForgeKey of(
            String domain,
            X509Certificate upstreamLeaf,
            LeafPublicKey key,
            MirrorProfile profile,
            Epoch epoch) {
        Input input = new Input();
        input.add(domain.getBytes(StandardCharsets.UTF_8));
        input.add(Encodings.of(upstreamLeaf));
        input.add(key.spki());
        input.add(profile.name().getBytes(StandardCharsets.UTF_8));
        input.add(profile.recipe().name().getBytes(StandardCharsets.UTF_8));
        input.add(profile.organisation().getBytes(StandardCharsets.UTF_8));
        input.add(profile.noticeUrl().getBytes(StandardCharsets.UTF_8));
        input.add(seconds(profile.maxLifetime()));
        input.add(seconds(profile.epochLength()));
        input.add(seconds(profile.epochGrace()));
        input.add(ByteBuffer.allocate(Integer.BYTES).putInt(epoch.number()).array());
        return new ForgeKey(Hashes.sha256(input.out.toByteArray()));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ForgeKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }

    private static byte[] seconds(Duration value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value.toSeconds()).array();
    }

    /**
     * Each part with its length before it, so that no two lists of parts run together to the same
     * bytes.
     */
    private static final class Input {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void add(byte[] part) {
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            out.writeBytes(part);
        }
    }
}
