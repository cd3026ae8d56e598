package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.forge.SignerAnswer.Silence;
import io.overt.edge.site.EpochKey;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.proto.signer.v1.SigningState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one signer: can it sign, has its description changed, does it know the site's leaf keys.
 * Confined to the thread that watches it; blocks, within the deadline of a call.
 */
final class SignerWatch {
    private final Signers signers;
    private final SignerClient client;
    private final Duration describeEvery;
    private final Ticker ticker;

    /** What the signer called its description when it was last asked for it. */
    private Optional<ByteString> described = Optional.empty();

    private long describedAt;

    SignerWatch(Signers signers, SignerClient client, Duration describeEvery, Ticker ticker) {
        this.signers = signers;
        this.client = client;
        this.describeEvery = describeEvery;
        this.ticker = ticker;
    }

    /**
     * Looks once.
     *
     * @param keys that the signer should know
     */
    void look(List<EpochKey> keys) {
        switch (client.health()) {
            case Answered<HealthResponse>(HealthResponse health) -> {
                var _ = signers.heard(health);
                describe(Optional.of(health.getDescription()));
                if (health.getState() == SigningState.SIGNING_STATE_SERVING) {
                    enrol(keys);
                    client.breaker().saysItServes();
                } else {
                    client.breaker().saysItDoesNotServe(String.join("; ", health.getUnmetList()));
                    enrol(keys);
                }
            }
            case Refused<HealthResponse>(var reason, var detail) ->
                    client.breaker().saysItDoesNotServe(RefusalCourse.text(reason) + ": " + detail);
            case NoAnswer<HealthResponse>(Silence silence, String detail) -> {
                switch (silence) {
                    case DEAF, NO_TIME -> client.breaker().saysNothing(detail);
                    // An older signer: that it describes itself has to do.
                    case UNKNOWN_CALL -> {
                        if (describe(Optional.empty())) {
                            enrol(keys);
                            client.breaker().saysItServes();
                        } else {
                            client.breaker().saysNothing(detail);
                        }
                    }
                }
            }
        }
    }

    /**
     * Has it describe itself where that is due; whether what is known of it is what it says.
     *
     * @param now what it calls its description; empty when it does not tell, and then it is due
     */
    private boolean describe(Optional<ByteString> now) {
        boolean due =
                now.isEmpty()
                        || !described.equals(now)
                        || client.description().isEmpty()
                        || ticker.read() - describedAt >= describeEvery.toNanos();
        if (!due) {
            return true;
        }
        return switch (signers.describe(client, client.aCall())) {
            case CHANGED, SAME -> {
                described = now;
                describedAt = ticker.read();
                yield true;
            }
            case NOT_DESCRIBED -> false;
        };
    }

    /** Before the first forging with a key needs it. */
    private void enrol(List<EpochKey> keys) {
        for (EpochKey key : keys) {
            if (client.lacks(key)) {
                signers.enrolAt(client, key, client.aCall())
                        .ifPresentOrElse(
                                problem ->
                                        LOG.atWarn()
                                                .addKeyValue("signer", client.address())
                                                .addKeyValue("key", key)
                                                .log("leaf key not enrolled: {}", problem),
                                () ->
                                        LOG.atInfo()
                                                .addKeyValue("signer", client.address())
                                                .addKeyValue("key", key)
                                                .log("signer knows the leaf key"));
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SignerWatch.class);
}
