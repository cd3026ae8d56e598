package io.overt.control.rollout;

import java.util.Locale;

/** What timelines, tables and metrics call a state. */
public enum Phase {
    AWAITING_APPROVAL,
    SCHEDULED,
    WAVE,
    BAKING,
    PAUSED,
    ROLLING_BACK,
    ROLLED_BACK,
    ABORTED,
    COMPLETE,
    SUPERSEDED;

    /** Whether a rollout in it does something by itself, or can be made to. */
    public boolean over() {
        return switch (this) {
            case AWAITING_APPROVAL, SCHEDULED, WAVE, BAKING, PAUSED, ROLLING_BACK -> false;
            case ROLLED_BACK, ABORTED, COMPLETE, SUPERSEDED -> true;
        };
    }

    /** As people read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
