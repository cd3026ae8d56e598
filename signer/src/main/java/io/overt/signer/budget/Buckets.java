package io.overt.signer.budget;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket for each of a bounded number of keys. What is kept of one is a single number: when it
 * would be full again (the virtual scheduling of ITU-T I.371). Not thread-safe.
 *
 * <p>At the bound the bucket that was used longest ago makes room, if it is full: forgetting that
 * one changes nothing. Where none of the oldest is, all further keys share one bucket, so that
 * whoever invents keys gets no fresh bucket for each.
 */
final class Buckets {
    /** How many of the oldest are looked at for one to forget; bounds the work of a request. */
    private static final int LOOK = 8;

    private final BudgetLimit limit;
    private final int most;
    private final LinkedHashMap<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);
    private long sharedFullAt;
    private boolean sharedUsed;
    private long shared;

    /**
     * @param most keys that have one of their own
     */
    Buckets(BudgetLimit limit, int most) {
        this.limit = limit;
        this.most = most;
    }

    /** How long until one can be taken; empty if now. */
    Optional<Duration> wait(String key, long now) {
        long earliest = fullAt(key, now) - tolerance();
        return earliest <= now ? Optional.empty() : Optional.of(Duration.ofNanos(earliest - now));
    }

    /** Takes one, whether there is one or not: {@link #wait} was asked before. */
    void take(String key, long now) {
        long next = fullAt(key, now) + Math.round(limit.interval());
        if (fullAt.containsKey(key) || makeRoom(now)) {
            fullAt.put(key, next);
        } else {
            sharedUsed = true;
            sharedFullAt = next;
            shared++;
        }
    }

    int size() {
        return fullAt.size();
    }

    /** How often one was taken from the shared bucket. */
    long shared() {
        return shared;
    }

    private long fullAt(String key, long now) {
        Long own = fullAt.get(key);
        if (own != null) {
            return Math.max(own, now);
        }
        boolean crowded = fullAt.size() >= most && sharedUsed;
        return crowded ? Math.max(sharedFullAt, now) : now;
    }

    /** From an empty bucket to a full one, less the one that is taken. */
    private long tolerance() {
        return Math.round(limit.interval() * (limit.burst() - 1));
    }

    private boolean makeRoom(long now) {
        if (fullAt.size() < most) {
            return true;
        }
        Iterator<Map.Entry<String, Long>> oldest = fullAt.entrySet().iterator();
        for (int i = 0; i < LOOK && oldest.hasNext(); i++) {
            if (oldest.next().getValue() <= now) {
                oldest.remove();
                return true;
            }
        }
        return false;
    }
}
