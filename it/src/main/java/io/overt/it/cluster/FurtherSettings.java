package io.overt.it.cluster;

import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TwoApprovers;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is written into configurations beside what every cluster needs. Lines of YAML.
 *
 * @param control sections of the control plane's
 * @param web what browsers are shown at the control plane's web listener; without it there is none
 * @param edgePolicy keys of the section {@code policy} of each edge's, indented by two
 * @param labels of edges, by the names that the plan has for them
 * @param approvers who approve the first policy, where it needs that
 */
public record FurtherSettings(
        String control,
        Optional<PemFiles> web,
        String edgePolicy,
        Map<String, List<String>> labels,
        Optional<TwoApprovers> approvers) {
    /** Nothing. */
    public static final FurtherSettings NONE =
            new FurtherSettings("", Optional.empty(), "", Map.of(), Optional.empty());

    public FurtherSettings {
        labels = Map.copyOf(labels);
    }
}
