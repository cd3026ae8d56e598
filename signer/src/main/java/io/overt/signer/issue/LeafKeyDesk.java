package io.overt.signer.issue;

import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_BUDGET_EXHAUSTED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_LOG_UNAVAILABLE;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_REVOKED;

import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.signer.issue.Answer.Refused;
import io.overt.signer.key.SignatureScheme;
import io.overt.x509.Epoch;
import io.overt.x509.LeafPublicKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Enrols the public halves of sites' leaf keys. The site is the one of the caller's certificate and
 * nothing that the request says; the key must prove that the caller holds it, so that no site
 * enrols another's. Thread-safe; blocks.
 */
public final class LeafKeyDesk {

    private static final byte[] DOMAIN =
            "overt leaf key enrolment v1".getBytes(StandardCharsets.US_ASCII);

    /** Larger than any ECDSA signature over P-256 in DER. */
    private static final int MAX_PROOF = 80;

    private final LeafKeyRegister register;
    private final Set<PublicKey> ownKeys;
    private final InForce inForce;
    private final EpochWindow epochs;
    private final int keysPerSite;
    private final InstantSource clock;
    private final Level noted;

    /** What came of an enrolment. */
    public sealed interface Result {
        /**
         * The key is enrolled.
         *
         * @param until leaves for it are signed until then
         */
        record Enrolled(Instant until) implements Result {}

        /** It is not. */
        record NotEnrolled(Refused refused) implements Result {}
    }

    /**
     * A desk.
     *
     * @param ownKeys of our issuers and our log: a leaf never carries one
     * @param inForce tells which keys are revoked
     * @param keysPerSite in one epoch
     * @param noted level of the log line of an enrolment
     */
    public LeafKeyDesk(
            LeafKeyRegister register,
            Set<PublicKey> ownKeys,
            InForce inForce,
            EpochWindow epochs,
            int keysPerSite,
            InstantSource clock,
            Level noted) {
        this.register = register;
        this.ownKeys = Set.copyOf(ownKeys);
        this.inForce = inForce;
        this.epochs = epochs;
        this.keysPerSite = keysPerSite;
        this.clock = clock;
        this.noted = noted;
    }

    /**
     * Enrols a key.
     *
     * @param caller an edge, by its certificate
     */
    public Result enrol(FleetIdentity caller, EnrolLeafKeyRequest request) {
        try {
            return enrolled(caller, request);
        } catch (RefusedException e) {
            return new Result.NotEnrolled(e.refused());
        } catch (IndexException e) {
            LOG.atError().setCause(e).log("the register cannot be used: nothing is enrolled");
            return new Result.NotEnrolled(
                    new Refused(
                            REFUSAL_REASON_LOG_UNAVAILABLE, "", String.valueOf(e.getMessage())));
        }
    }

    /** What the proof of possession signs: the site is in it, so that it serves no other. */
    public static byte[] possession(String site, Epoch epoch, byte[] publicKey) {
        byte[] name = site.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(DOMAIN.length + 1 + name.length + 1 + 4 + publicKey.length)
                .put(DOMAIN)
                .put((byte) 0)
                .put(name)
                .put((byte) 0)
                .putInt(epoch.number())
                .put(publicKey)
                .array();
    }

    private Result enrolled(FleetIdentity caller, EnrolLeafKeyRequest request)
            throws RefusedException, IndexException {
        if (request.getEpoch() < 0) {
            throw new RefusedException(REFUSAL_REASON_MALFORMED_REQUEST, "epoch", "over 2^31 - 1");
        }
        if (request.getProofOfPossession().size() > MAX_PROOF) {
            throw new RefusedException(
                    REFUSAL_REASON_MALFORMED_REQUEST,
                    "proof_of_possession",
                    "%d bytes (expected: at most %d)"
                            .formatted(request.getProofOfPossession().size(), MAX_PROOF));
        }
        Epoch epoch = new Epoch(request.getEpoch());
        Instant now = clock.instant();
        if (!epochs.enrols(epoch, now)) {
            throw new RefusedException(
                    REFUSAL_REASON_EPOCH_NOT_CURRENT,
                    "epoch",
                    "%d (expected: %d or the next)"
                            .formatted(epoch.number(), epochs.oldest(now).number()));
        }
        LeafPublicKey key = key(request);
        if (!SignatureScheme.ECDSA_SHA256.verifies(
                key.publicKey(),
                possession(caller.site(), epoch, key.spki()),
                request.getProofOfPossession().toByteArray())) {
            throw new RefusedException(
                    REFUSAL_REASON_POSSESSION_NOT_PROVEN,
                    "proof_of_possession",
                    "does not verify for site %s and epoch %d"
                            .formatted(caller.site(), epoch.number()));
        }
        return switch (register.enrol(
                caller.site(), epoch, key, caller.uri(), keysPerSite, epochs.oldest(now), now)) {
            case ENROLLED -> {
                LOG.atLevel(noted)
                        .addKeyValue("site", caller.site())
                        .addKeyValue("epoch", epoch.number())
                        .addKeyValue("key", key)
                        .addKeyValue("requester", caller)
                        .log("leaf key enrolled");
                yield new Result.Enrolled(epochs.signsUntil(epoch));
            }
            case OF_ANOTHER_EPOCH ->
                    throw new RefusedException(
                            REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                            "public_key",
                            "%s is enrolled for another epoch than %d (expected: a key of its own for each)"
                                    .formatted(key, epoch.number()));
            case FULL ->
                    throw new RefusedException(
                            REFUSAL_REASON_BUDGET_EXHAUSTED,
                            "leaf keys of site " + caller.site(),
                            "%d keys are enrolled for epoch %d already"
                                    .formatted(keysPerSite, epoch.number()));
        };
    }

    private LeafPublicKey key(EnrolLeafKeyRequest request) throws RefusedException {
        LeafPublicKey key;
        try {
            key = new LeafPublicKey(request.getPublicKey().toByteArray());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                    "public_key",
                    String.valueOf(e.getMessage()));
        }
        if (ownKeys.contains(key.publicKey())) {
            throw new RefusedException(
                    REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                    "public_key",
                    "a key of an issuer or log of ours");
        }
        LeafKeyDigest digest = LeafKeyDigest.of(key);
        if (inForce.now().revocations().revoked(digest)) {
            throw new RefusedException(
                    REFUSAL_REASON_REVOKED, "public_key", "leaf key " + digest + " was revoked");
        }
        return key;
    }

    private static final Logger LOG = LoggerFactory.getLogger(LeafKeyDesk.class);
}
