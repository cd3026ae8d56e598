package io.overt.x509;

import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.Mirroring.Reason;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Makes of a verified upstream's certificate what our CA is to sign: keeps what stays true, derives
 * what must change. docs/spec/mirror-recipe.md is the table, field by field.
 *
 * <p>A pure function. Edge, signer and log monitor run it and compare the bytes, so a change of
 * what it makes is a change of the wire: golden vectors hold it in place.
 */
public final class MirrorRecipe {
    /**
     * 128 bits, so that two different TBS of one issuer never share a serial; RFC 5280 §4.1.2.2
     * allows 20 octets.
     */
    private static final int SERIAL_OCTETS = 16;

    private static final byte[] VERSION_3 = Der.tagged(0, Der.integer(BigInteger.TWO));

    /**
     * Derives the TBS of the forged leaf.
     *
     * @param issuer one that clients trust
     * @param epoch that of {@code key}, in the profile's {@link MirrorProfile#epochLength()}
     */
    public static Mirroring derive(
            VerifiedUpstream upstream,
            LeafPublicKey key,
            IssuingCa issuer,
            MirrorProfile profile,
            Epoch epoch) {
        requireTrust(issuer, IssuerTrust.TRUSTED);
        return derive(Encodings.of(upstream.leaf()), key, issuer, profile, epoch);
    }

    /**
     * The same of an upstream that is not good. What is wrong with its leaf stays wrong: its
     * validity is kept whatever the profile's cap, and a leaf without names is mirrored without.
     *
     * @param issuer one that no client trusts
     */
    public static Mirroring derive(
            UntrustedUpstream upstream,
            LeafPublicKey key,
            IssuingCa issuer,
            MirrorProfile profile,
            Epoch epoch) {
        requireTrust(issuer, IssuerTrust.UNTRUSTED);
        return derive(Encodings.of(upstream.leaf()), key, issuer, profile, epoch);
    }

    /**
     * The digest of what this recipe makes, for whoever judges what was signed long ago by anchors
     * of another day. Nothing can be signed with it, so it needs no proof about the upstream.
     *
     * @param upstreamLeaf DER of the upstream's certificate
     * @return SHA-256 of the TBS; empty where the recipe makes none of this
     */
    public static Optional<byte[]> digest(
            byte[] upstreamLeaf,
            LeafPublicKey key,
            IssuingCa issuer,
            MirrorProfile profile,
            Epoch epoch) {
        return switch (derive(upstreamLeaf, key, issuer, profile, epoch)) {
            case Mirrored(TbsCertificateDer tbs) -> Optional.of(tbs.sha256());
            case NotMirrorable _ -> Optional.empty();
        };
    }

    /** The one place where a verdict and an issuer meet; a mismatch is a bug of the caller's. */
    private static void requireTrust(IssuingCa issuer, IssuerTrust expected) {
        if (issuer.trust() != expected) {
            throw new IllegalArgumentException(
                    "issuer "
                            + issuer.certificate().getSubjectX500Principal().getName()
                            + ": "
                            + issuer.trust()
                            + " (expected: "
                            + expected
                            + ")");
        }
    }

    /** The same of DER alone: what the recipe makes depends on nothing else of the upstream. */
    static Mirroring derive(
            byte[] upstreamLeaf,
            LeafPublicKey key,
            IssuingCa issuer,
            MirrorProfile profile,
            Epoch epoch) {
        if (upstreamLeaf.length > PresentedChain.MAX_CERTIFICATE_BYTES) {
            return tooLarge("certificate", upstreamLeaf.length);
        }
        try {
            TbsFields upstream = TbsFields.ofCertificate(upstreamLeaf);
            Optional<NotMirrorable> objection = LeafRules.objection(upstream, issuer.trust());
            if (objection.isPresent()) {
                return objection.get();
            }
            LeafValidity validity = LeafValidity.of(upstream, issuer, profile, epoch);
            if (validity.isEmpty()) {
                return new NotMirrorable(
                        Reason.NO_COMMON_VALIDITY,
                        "would be valid from %s to %s"
                                .formatted(validity.notBefore(), validity.notAfter()));
            }
            byte[] extensions =
                    Der.tagged(3, Der.sequence(LeafExtensions.of(upstream, key, issuer, profile)));
            byte[] withoutSerial =
                    tbs(BigInteger.ZERO, upstream, validity, key, issuer, extensions);
            byte[] digest = Hashes.sha256(withoutSerial);
            BigInteger serial = new BigInteger(1, Arrays.copyOf(digest, SERIAL_OCTETS));
            byte[] tbs = tbs(serial, upstream, validity, key, issuer, extensions);
            if (tbs.length > PresentedChain.MAX_CERTIFICATE_BYTES) {
                return tooLarge("TBSCertificate", tbs.length);
            }
            return new Mirrored(TbsCertificateDer.parse(tbs));
        } catch (MalformedDerException e) {
            return new NotMirrorable(Reason.NOT_DER, e.what());
        } catch (CertificateException e) {
            throw new IllegalStateException("derived a TBSCertificate that is none", e);
        }
    }

    private static byte[] tbs(
            BigInteger serial,
            TbsFields upstream,
            LeafValidity validity,
            LeafPublicKey key,
            IssuingCa issuer,
            byte[] extensions) {
        return Der.sequence(
                VERSION_3,
                Der.integer(serial),
                IssuerSignature.of(issuer.certificate().getPublicKey()).identifier(),
                issuer.subject(),
                Der.sequence(Der.time(validity.notBefore()), Der.time(validity.notAfter())),
                upstream.subject().encoded(),
                key.spki(),
                extensions);
    }

    private static NotMirrorable tooLarge(String what, int length) {
        return new NotMirrorable(
                Reason.TOO_LARGE,
                "%s of %d bytes (expected: at most %d)"
                        .formatted(what, length, PresentedChain.MAX_CERTIFICATE_BYTES));
    }

    private MirrorRecipe() {}
}
