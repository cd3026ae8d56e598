package io.overt.edge;

import io.overt.edge.flow.Known.Suspension;
import io.overt.edge.net.Policies;
import io.overt.edge.policy.ActivePolicy;
import io.overt.edge.policy.PolicyFeed;
import java.util.Optional;

/** What the feed has in force, as the data path asks for it. */
record FedPolicies(PolicyFeed feed) implements Policies {

    @Override
    public Optional<Numbered> active() {
        return feed.get().map(FedPolicies::numbered);
    }

    @Override
    public Optional<Numbered> shadow() {
        return feed.shadow().map(FedPolicies::numbered);
    }

    @Override
    public Optional<Suspension> suspension() {
        return feed.emergency().map(order -> new Suspension(order.number()));
    }

    private static Numbered numbered(ActivePolicy policy) {
        return new Numbered(policy.version(), policy.policy());
    }
}
