package io.overt.control.edges;

import com.google.protobuf.ByteString;
import io.overt.control.rollout.Target;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.control.v1.OfferMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * What one stream was offered, and what it has to be offered yet. Versions only rise: what is not
 * above what the edge has, or was offered, is never sent. Guarded by its session's lock.
 */
final class Offers {
    private final LongFunction<Optional<SignedVersion>> versions;
    private final Supplier<ByteString> nonces;

    /** Offers without an answer, oldest first. */
    private final Map<ByteString, Made> open = new LinkedHashMap<>();

    /**
     * The highest version that this stream need not be offered any more; it has it, or was offered
     * it.
     */
    private long settled;

    /** What its Hello said is in force. */
    private long claimed;

    private ByteString claimedDigest = ByteString.EMPTY;

    /** The version that it was last offered in shadow, or has; 0 when none. */
    private long shadow;

    /** An offer that was made. */
    record Made(long version, OfferMode mode) {}

    Offers(LongFunction<Optional<SignedVersion>> versions, Supplier<ByteString> nonces) {
        this.versions = versions;
        this.nonces = nonces;
    }

    /**
     * The edge said what it has.
     *
     * @param digest of the version in force; another than ours is another version of that number,
     *     and ours is to be offered once
     */
    void begin(long active, ByteString digest, long shadowNow) {
        claimed = active;
        claimedDigest = digest;
        settled = Math.max(0, active - 1);
        shadow = shadowNow;
    }

    /** What is to be sent now, to bring the edge to its target. */
    List<Offer> towards(Target target) {
        var offers = new ArrayList<Offer>();
        if (target.enforced() > settled) {
            versions.apply(target.enforced())
                    .ifPresent(
                            version -> {
                                settled = version.version();
                                if (!has(version)) {
                                    offers.add(offer(version, OfferMode.OFFER_MODE_ENFORCE));
                                }
                            });
        }
        if (target.shadow() != shadow) {
            if (target.shadow() != 0) {
                versions.apply(target.shadow())
                        .ifPresent(
                                version -> offers.add(offer(version, OfferMode.OFFER_MODE_SHADOW)));
            } else if (shadow != settled) {
                // What comes into force ends its own shadow.
                offers.add(end());
            }
            shadow = target.shadow();
        }
        return offers;
    }

    private boolean has(SignedVersion version) {
        return version.version() == claimed && version.manifestSha256().equals(claimedDigest);
    }

    private Offer offer(SignedVersion version, OfferMode mode) {
        return Offer.newBuilder()
                .setNonce(open(new Made(version.version(), mode)))
                .setBundle(version.bundle())
                .setMode(mode)
                .build();
    }

    private Offer end() {
        var mode = OfferMode.OFFER_MODE_END_SHADOW;
        return Offer.newBuilder().setNonce(open(new Made(shadow, mode))).setMode(mode).build();
    }

    private ByteString open(Made made) {
        var nonce = nonces.get();
        open.put(nonce, made);
        if (open.size() > EdgeSession.MAX_OPEN) {
            open.remove(open.keySet().iterator().next());
        }
        return nonce;
    }

    /** The offer that an answer is to; nothing where this stream made no such offer. */
    Optional<Made> answered(ByteString nonce) {
        return Optional.ofNullable(open.remove(nonce));
    }

    /** The version that was offered last to be enforced; 0 when none. */
    long offered() {
        return settled;
    }
}
