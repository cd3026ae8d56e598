package io.overt.control.rollout;

import com.google.protobuf.Timestamp;
import io.overt.control.store.EmergencyStore;
import io.overt.control.store.EmergencyStore.Kept;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders that go before the policy of a site. Signed and kept before any edge hears of them; each
 * ends by itself, and numbers rise, so that none can be sent again later. Thread-safe; blocking.
 */
public final class EmergencyDesk {
    private final EmergencyStore store;
    private final Function<EmergencyOrder, SignedEmergency> signer;
    private final Clock clock;
    private volatile Consumer<String> tell = _ -> {};

    /** The last order of each site, as of {@link #known}: 2,000 edges that come back ask for it. */
    private final Map<String, Optional<Kept>> last = new ConcurrentHashMap<>();

    /** Number of the newest order that was told of here. Written by {@link #follow} alone. */
    private final AtomicLong known;

    /** Signs by this. */
    public EmergencyDesk(
            EmergencyStore store, Function<EmergencyOrder, SignedEmergency> signer, Clock clock) {
        this.store = store;
        this.signer = signer;
        this.clock = clock;
        this.known = new AtomicLong(store.highest());
    }

    /** Tells of orders that were given, here or by another control plane. */
    public synchronized void follow() {
        long newest = store.highest();
        long before = known.get();
        if (newest > before) {
            known.set(newest);
            last.clear();
            store.list("", MOST_NEWS).stream()
                    .filter(kept -> kept.order().getNumber() > before)
                    .map(kept -> kept.order().getSite())
                    .distinct()
                    .forEach(tell);
        }
    }

    /** From now on, this is told the site of each order. */
    public void serve(Consumer<String> edges) {
        tell = edges;
    }

    /** Splices at a site, for a while. */
    public EmergencyOrder splice(String site, Duration lasting, String by, String reason)
            throws RefusedException {
        if (!lasting.isPositive() || lasting.compareTo(LONGEST) > 0) {
            throw RefusedException.malformed(
                    "lasting", lasting + " (expected: more than 0, at most 24 hours)");
        }
        return order(
                site, EmergencyAction.EMERGENCY_ACTION_SPLICE, now().plus(lasting), by, reason);
    }

    /** The policy holds again. */
    public EmergencyOrder lift(String site, String by, String reason) throws RefusedException {
        var standing =
                of(site).filter(
                                kept ->
                                        kept.order().getAction()
                                                == EmergencyAction.EMERGENCY_ACTION_SPLICE)
                        .orElseThrow(
                                () ->
                                        RefusedException.notNow(
                                                "site " + site,
                                                "no emergency is in force at site " + site));
        // For as long as an edge may come back that was away and still has the order.
        return order(
                site,
                EmergencyAction.EMERGENCY_ACTION_LIFT,
                instant(standing.order().getUntil()),
                by,
                reason);
    }

    /** The order that edges of a site are to have: the last one, until it is over by itself. */
    public Optional<Kept> of(String site) {
        return last.computeIfAbsent(site, each -> store.list(each, 1).stream().findFirst())
                .filter(this::standing);
    }

    /** The newest first. */
    public List<Kept> list(String site, int limit) {
        return store.list(site, limit);
    }

    /** Whether a site is under this order now. */
    public boolean inForce(EmergencyOrder order) {
        return order.getAction() == EmergencyAction.EMERGENCY_ACTION_SPLICE
                && of(order.getSite())
                        .filter(kept -> kept.order().getNumber() == order.getNumber())
                        .isPresent();
    }

    private boolean standing(Kept kept) {
        return clock.instant().isBefore(instant(kept.order().getUntil()));
    }

    private EmergencyOrder order(
            String site, EmergencyAction action, Instant until, String by, String reason)
            throws RefusedException {
        if (site.isBlank() || site.length() > MOST_SITE) {
            throw RefusedException.malformed("site", "\"" + site + "\" (expected: a site's name)");
        }
        if (reason.isBlank() || reason.length() > MOST_REASON) {
            throw RefusedException.malformed(
                    "reason",
                    reason.length()
                            + " letters (expected: 1 to "
                            + MOST_REASON
                            + ", for whoever asks later why nothing was inspected)");
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var order =
                    EmergencyOrder.newBuilder()
                            .setNumber(store.highest() + 1)
                            .setSite(site)
                            .setAction(action)
                            .setGiven(timestamp(now()))
                            .setUntil(timestamp(until))
                            .setBy(by)
                            .setReason(reason)
                            .build();
            // The commit point: what edges are told is what was kept.
            if (store.add(new Kept(order, signer.apply(order)))) {
                LOG.atWarn()
                        .addKeyValue("number", order.getNumber())
                        .addKeyValue("site", site)
                        .addKeyValue("action", action)
                        .addKeyValue("until", until)
                        .addKeyValue("actor", by)
                        .addKeyValue("reason", reason)
                        .log("emergency order given");
                follow();
                return order;
            }
        }
        throw new IllegalStateException("another control plane gives orders without end");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Instant instant(Timestamp at) {
        return PlanMessages.instant(at);
    }

    private static Timestamp timestamp(Instant at) {
        return PlanMessages.timestamp(at);
    }

    /** An emergency that lasts longer is a policy. Edges hold to the same bound. */
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Between two looks, a second apart. */
    private static final int MOST_NEWS = 500;

    private static final int MOST_SITE = 63;
    private static final int MOST_REASON = 500;
    private static final int ATTEMPTS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(EmergencyDesk.class);
}
