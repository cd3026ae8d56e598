package io.overt.signer.issue;

import io.overt.x509.CertificateFingerprint;
import io.overt.x509.revocation.CrlReason;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the security team has revoked, and when. Grows by an act each, and so stays small.
 * Immutable.
 */
public final class Revocations {

    /** Nothing is. */
    public static final Revocations NONE = new Revocations(Map.of(), Map.of());

    /** What becomes of the certificates that a revoked leaf key has already. */
    public enum SignedBefore {
        /** They stay good: the key is lost to nobody, say. */
        KEPT,
        /** They are on the CRL from now on. */
        REVOKED
    }

    /**
     * A leaf key that nothing is signed for.
     *
     * @param site whose it was
     */
    public record Key(String site, LeafKeyDigest digest, Instant at, SignedBefore signedBefore) {}

    /** A certificate by its issuer's fingerprint and its serial number. */
    public record CertificateName(CertificateFingerprint issuer, BigInteger serial) {}

    /** A certificate that its issuer's CRL names. */
    public record Certificate(CertificateName name, CrlReason reason, Instant at) {}

    private final Map<LeafKeyDigest, Key> keys;
    private final Map<CertificateName, Certificate> certificates;

    private Revocations(
            Map<LeafKeyDigest, Key> keys, Map<CertificateName, Certificate> certificates) {
        this.keys = keys;
        this.certificates = certificates;
    }

    /** These, and a key. */
    public Revocations with(Key key) {
        Map<LeafKeyDigest, Key> more = new LinkedHashMap<>(keys);
        more.put(key.digest(), key);
        return new Revocations(more, certificates);
    }

    /** These, and a certificate. */
    public Revocations with(Certificate certificate) {
        Map<CertificateName, Certificate> more = new LinkedHashMap<>(certificates);
        more.put(certificate.name(), certificate);
        return new Revocations(keys, more);
    }

    /** Whether nothing is signed for this key, whichever site asks. */
    public boolean revoked(LeafKeyDigest key) {
        return keys.containsKey(key);
    }

    /** Whether this certificate was revoked by itself. */
    public boolean revoked(CertificateName certificate) {
        return certificates.containsKey(certificate);
    }

    /** Those of the keys that were revoked at that time or later. */
    public List<LeafKeyDigest> keysSince(Instant at) {
        List<LeafKeyDigest> since = new ArrayList<>();
        for (Key key : keys.values()) {
            if (!key.at().isBefore(at)) {
                since.add(key.digest());
            }
        }
        return since;
    }

    /** The keys, in the order of their acts. */
    public List<Key> keys() {
        return List.copyOf(keys.values());
    }

    /** The certificates that were revoked by themselves, of one issuer. */
    public List<Certificate> certificates(CertificateFingerprint issuer) {
        List<Certificate> of = new ArrayList<>();
        for (Certificate each : certificates.values()) {
            if (each.name().issuer().equals(issuer)) {
                of.add(each);
            }
        }
        return of;
    }
}
