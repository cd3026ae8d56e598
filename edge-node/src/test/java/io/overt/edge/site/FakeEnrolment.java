package io.overt.edge.site;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Signers that take every key, or none while they are away. */
final class FakeEnrolment implements LeafKeyEnrolment {
    static final Duration EPOCH_LENGTH = Duration.ofDays(7);

    private final List<EpochKey> keys = new CopyOnWriteArrayList<>();
    private final List<EpochKey> offered = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private volatile boolean broken;

    void goAway() {
        away = true;
    }

    /** From now on it throws, as no enrolment should. */
    void breakDown() {
        broken = true;
    }

    void mend() {
        broken = false;
    }

    void comeBack() {
        away = false;
    }

    List<EpochKey> keys() {
        return keys;
    }

    /** Every key that was ever offered, once for each time. */
    List<EpochKey> offered() {
        return offered;
    }

    @Override
    public Optional<Duration> epochLength() {
        return Optional.of(EPOCH_LENGTH);
    }

    @Override
    public Enrolment enrol(EpochKey key) {
        offered.add(key);
        if (broken) {
            throw new IllegalStateException("a defect");
        }
        if (away) {
            return new NotEnrolled("away");
        }
        keys.add(key);
        return new Enrolled();
    }
}
