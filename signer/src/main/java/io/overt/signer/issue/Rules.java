package io.overt.signer.issue;

import io.overt.x509.MirrorProfile;
import java.util.List;
import java.util.Optional;

/**
 * What the security team decides and a running signer may change: which names are never forged,
 * what leaves say of us, and what is revoked. Immutable.
 *
 * @param profiles at least one, by different names
 */
public record Rules(
        NeverForged neverForged, List<MirrorProfile> profiles, Revocations revocations) {

    public Rules {
        profiles = List.copyOf(profiles);
        if (profiles.isEmpty()) {
            throw new IllegalArgumentException("no profile (expected: at least one)");
        }
    }

    /** Rules under which nothing is revoked. */
    public Rules(NeverForged neverForged, List<MirrorProfile> profiles) {
        this(neverForged, profiles, Revocations.NONE);
    }

    /** The profile of that name. */
    public Optional<MirrorProfile> profile(String name) {
        return profiles.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** The same with another list. */
    public Rules with(NeverForged list) {
        return new Rules(list, profiles, revocations);
    }

    /** The same with other profiles. */
    public Rules with(List<MirrorProfile> others) {
        return new Rules(neverForged, others, revocations);
    }

    /** The same with other revocations. */
    public Rules with(Revocations others) {
        return new Rules(neverForged, profiles, others);
    }
}
