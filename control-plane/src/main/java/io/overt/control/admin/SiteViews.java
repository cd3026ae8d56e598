package io.overt.control.admin;

import io.overt.control.edges.EdgeDetails;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.rollout.EmergencyDesk;
import io.overt.control.rollout.RefusedException;
import io.overt.control.rollout.RolloutCourse;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.Emergency;
import io.overt.proto.control.v1.EmergencyEdge;
import io.overt.proto.control.v1.EmergencyStanding;
import io.overt.proto.control.v1.ListSitesResponse;
import io.overt.proto.control.v1.Site;
import io.overt.proto.control.v1.SiteEdge;
import io.overt.proto.policy.v1.EmergencyOrder;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Sites with their edges, and emergencies with what edges made of them. */
public final class SiteViews {
    private final EdgeFleet fleet;
    private final RolloutCourse rollouts;
    private final EmergencyDesk emergencies;

    /** Shows these. */
    public SiteViews(EdgeFleet fleet, RolloutCourse rollouts, EmergencyDesk emergencies) {
        this.fleet = fleet;
        this.rollouts = rollouts;
        this.emergencies = emergencies;
    }

    /** An order for a site that nobody has heard of would reach nobody. */
    void require(String site) throws RefusedException {
        if (fleet.details().stream().noneMatch(edge -> site(edge).equals(site))) {
            throw RefusedException.notFound(
                    "site " + site,
                    "there is no edge at site \""
                            + site
                            + "\" (expected: a site of overtctl sites)");
        }
    }

    ListSitesResponse list() {
        var running = rollouts.running();
        var response = ListSitesResponse.newBuilder().setBaseVersion(rollouts.base());
        running.ifPresent(rollout -> response.setRollout(rollout.id()));
        var bySite =
                fleet.details().stream()
                        .collect(
                                Collectors.groupingBy(
                                        SiteViews::site, TreeMap::new, Collectors.toList()));
        bySite.forEach(
                (name, edges) -> {
                    var site = Site.newBuilder().setName(name);
                    edges.forEach(
                            edge -> {
                                var message = edge(edge);
                                running.ifPresent(
                                        rollout ->
                                                message.setWave(
                                                        rollout.waveOf(
                                                                edge.report().identity(),
                                                                edge.report().labels())));
                                site.addEdges(message);
                            });
                    emergencies
                            .of(name)
                            .filter(kept -> emergencies.inForce(kept.order()))
                            .ifPresent(kept -> site.setEmergency(emergency(kept.order(), edges)));
                    response.addSites(site);
                });
        return response.build();
    }

    Emergency emergency(EmergencyOrder order) {
        return emergency(
                order,
                fleet.details().stream()
                        .filter(edge -> site(edge).equals(order.getSite()))
                        .toList());
    }

    private Emergency emergency(EmergencyOrder order, List<EdgeDetails> edges) {
        return Emergency.newBuilder()
                .setNumber(order.getNumber())
                .setSite(order.getSite())
                .setAction(order.getAction())
                .setGiven(order.getGiven())
                .setUntil(order.getUntil())
                .setBy(order.getBy())
                .setReason(order.getReason())
                .setInForce(emergencies.inForce(order))
                .addAllEdges(edges.stream().map(edge -> answer(order, edge)).toList())
                .build();
    }

    private EmergencyEdge answer(EmergencyOrder order, EdgeDetails edge) {
        var identity = edge.report().identity();
        var refusal = fleet.refusal(identity, order.getNumber());
        return EmergencyEdge.newBuilder()
                .setEdge(identity.uri())
                .setProblem(refusal.orElse(""))
                .setStanding(standing(order, edge, refusal.isPresent()))
                .build();
    }

    private static EmergencyStanding standing(
            EmergencyOrder order, EdgeDetails edge, boolean refused) {
        if (refused) {
            return EmergencyStanding.EMERGENCY_STANDING_REFUSED;
        }
        if (Long.compareUnsigned(edge.emergency(), order.getNumber()) >= 0) {
            return EmergencyStanding.EMERGENCY_STANDING_OBEYED;
        }
        if (edge.view().link() == EdgeFleet.Link.AWAY) {
            return EmergencyStanding.EMERGENCY_STANDING_AWAY;
        }
        return edge.traits().abilities().contains(EdgeAbility.EDGE_ABILITY_EMERGENCY)
                ? EmergencyStanding.EMERGENCY_STANDING_SENT
                : EmergencyStanding.EMERGENCY_STANDING_TOO_OLD;
    }

    private static SiteEdge.Builder edge(EdgeDetails edge) {
        var message =
                SiteEdge.newBuilder()
                        .setEdge(WireVersions.of(edge.view()))
                        .addAllLabels(edge.traits().labels().stream().sorted().toList())
                        .addAllAbilities(edge.traits().abilities().stream().sorted().toList())
                        .setTargetVersion(edge.target().enforced())
                        .setTargetShadowVersion(edge.target().shadow())
                        .setShadowVersion(edge.report().shadow());
        edge.health().ifPresent(message::setHealth);
        edge.healthAt().ifPresent(at -> message.setHealthAt(RolloutAdminService.timestamp(at)));
        return message;
    }

    private static String site(EdgeDetails edge) {
        return edge.report().identity().site();
    }
}
