package io.overt.it.cluster;

import io.overt.testkit.pki.TwoApprovers;
import java.util.Optional;

/**
 * What is written into configurations beside what every cluster needs. Lines of YAML.
 *
 * @param control sections of the control plane's
 * @param edgePolicy keys of the section {@code policy} of each edge's, indented by two
 * @param approvers who approve the first policy, where it needs that
 */
public record FurtherSettings(String control, String edgePolicy, Optional<TwoApprovers> approvers) {
    /** Nothing. */
    public static final FurtherSettings NONE = new FurtherSettings("", "", Optional.empty());
}
