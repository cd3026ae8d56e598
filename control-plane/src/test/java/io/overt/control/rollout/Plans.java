package io.overt.control.rollout;

import io.overt.control.rollout.EdgeReport.Presence;
import io.overt.control.rollout.EdgeReport.Shadow;
import io.overt.control.rollout.Plan.Wave;
import io.overt.control.rollout.Plan.Wave.Mode;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Plans, rollouts and edges as tests of this package use them. */
final class Plans {
    static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    static final Duration BAKE = Duration.ofMinutes(5);

    static Wave canary() {
        return new Wave(
                "canary", Set.of(), Set.of("canary"), 100, Mode.ENFORCE, BAKE, Plan.DEADLINE, 100);
    }

    static Wave shadow() {
        return new Wave("shadow", Set.of(), Set.of(), 100, Mode.SHADOW, BAKE, Plan.DEADLINE, 100);
    }

    static Wave site(String site) {
        return new Wave(site, Set.of(site), Set.of(), 100, Mode.ENFORCE, BAKE, Plan.DEADLINE, 100);
    }

    static Wave percent(int percent) {
        return new Wave(
                percent + " percent",
                Set.of(),
                Set.of(),
                percent,
                Mode.ENFORCE,
                BAKE,
                Plan.DEADLINE,
                100);
    }

    static Wave everyone() {
        return new Wave(
                "everyone", Set.of(), Set.of(), 100, Mode.ENFORCE, BAKE, Plan.DEADLINE, 100);
    }

    static Gate handshakes(Gate.Action action) {
        return new Gate(Gate.Metric.HANDSHAKE_FAILURES, 0.02, 0, 100, action);
    }

    static Plan plan(List<Wave> waves, Gate... gates) {
        return new Plan(waves, List.of(gates), Gate.Action.PAUSE, Optional.empty());
    }

    static Rollout rollout(Plan plan) {
        return new Rollout(1, 8, 8, "corporate", 7, plan, 0, NOON, "overt://hq/operator/ann", "");
    }

    static FleetIdentity edge(String site, String name) {
        return new FleetIdentity(site, Role.EDGE, name);
    }

    /** Connected, with the base in force. */
    static EdgeReport report(FleetIdentity edge, String... labels) {
        return new EdgeReport(
                edge,
                Set.of(labels),
                Shadow.TAKES,
                Presence.CONNECTED,
                7,
                0,
                0,
                0,
                Map.of(),
                Map.of());
    }

    static EdgeReport having(EdgeReport edge, long version) {
        return new EdgeReport(
                edge.identity(),
                edge.labels(),
                edge.takesShadow(),
                edge.presence(),
                version,
                edge.shadow(),
                edge.rejected(),
                edge.offered(),
                edge.enforced(),
                edge.shadowed());
    }

    static EdgeReport refusing(EdgeReport edge, long version) {
        return new EdgeReport(
                edge.identity(),
                edge.labels(),
                edge.takesShadow(),
                edge.presence(),
                edge.active(),
                edge.shadow(),
                version,
                edge.offered(),
                edge.enforced(),
                edge.shadowed());
    }

    static EdgeReport gone(EdgeReport edge, long offered) {
        return new EdgeReport(
                edge.identity(),
                edge.labels(),
                edge.takesShadow(),
                Presence.AWAY,
                edge.active(),
                edge.shadow(),
                edge.rejected(),
                offered,
                edge.enforced(),
                edge.shadowed());
    }

    private Plans() {}
}
