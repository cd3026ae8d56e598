package io.overt.control.rollout;

import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The few versions that are being offered, with people's approvals, so that 2,000 edges do not read
 * a list of millions 2,000 times. Thread-safe.
 */
final class Bundles {
    private final PolicyStore store;
    private final ApprovalBook approvals;

    /** Guarded by itself; the least lately used goes first. */
    private final Map<Long, SignedVersion> recent =
            new LinkedHashMap<>(8, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, SignedVersion> eldest) {
                    return size() > MOST;
                }
            };

    Bundles(PolicyStore store, ApprovalBook approvals) {
        this.store = store;
        this.approvals = approvals;
    }

    Optional<SignedVersion> find(long number) {
        if (number == 0) {
            return Optional.empty();
        }
        synchronized (recent) {
            var known = recent.get(number);
            if (known != null) {
                return Optional.of(known);
            }
            var found = store.find(number).map(this::approved);
            found.ifPresent(version -> recent.put(number, version));
            return found;
        }
    }

    /** An approval has come. */
    void forget(long number) {
        synchronized (recent) {
            recent.remove(number);
        }
    }

    private SignedVersion approved(SignedVersion version) {
        return new SignedVersion(
                version.version(),
                version.policy(),
                version.published(),
                version.publisher(),
                version.contentSha256(),
                version.manifestSha256(),
                version.bundle().toBuilder()
                        .clearApprovals()
                        .addAllApprovals(approvals.signatures(version))
                        .build());
    }

    /** The base, what is rolled out, and the way back. */
    private static final int MOST = 3;
}
