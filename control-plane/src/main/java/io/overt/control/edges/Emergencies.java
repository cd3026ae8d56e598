package io.overt.control.edges;

import io.overt.control.store.EmergencyStore;
import java.util.Optional;

/** What goes before the policy of a site. Thread-safe. */
public interface Emergencies {
    /** The order that edges of this site are to have, if any. */
    Optional<EmergencyStore.Kept> of(String site);
}
