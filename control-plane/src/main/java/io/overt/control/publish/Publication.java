package io.overt.control.publish;

import io.overt.control.store.SignedVersion;
import io.overt.policy.Problem;
import java.util.List;

/** What became of a policy that was to be published. */
public sealed interface Publication {

    /** It is the newest version now, and on the disk. */
    record Published(SignedVersion version, List<Problem> warnings) implements Publication {}

    /** The newest version has just these files: it stays the newest, no number was used. */
    record Unchanged(SignedVersion version, List<Problem> warnings) implements Publication {}

    /** It has problems; nothing changed. */
    record Rejected(List<Problem> problems) implements Publication {}

    /** Another version is the newest than the one that it is based on; nothing changed. */
    record Stale(long newest) implements Publication {}
}
