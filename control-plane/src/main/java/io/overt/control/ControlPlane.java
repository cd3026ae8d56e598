package io.overt.control;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.admin.ExclusionAdminService;
import io.overt.control.admin.PolicyAdminService;
import io.overt.control.edges.EdgeControlService;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.lists.Lists;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.publish.Publication;
import io.overt.control.publish.SubmittedFiles;
import io.overt.control.store.Database;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.Lease;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.Topic;
import io.overt.control.store.WitnessStore;
import io.overt.control.witness.Witness;
import io.overt.control.witness.WitnessKey;
import io.overt.control.witness.WitnessServer;
import io.overt.service.admin.AdminServer;
import io.overt.service.admin.Readiness;
import io.overt.service.admin.ServiceMeters;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The composition root: top to bottom in start order. Parts are closed by whoever holds {@link
 * Parts}.
 */
public final class ControlPlane {
    private final FleetServer rpc;
    private final AdminServer admin;
    private final Optional<WitnessServer> witness;

    /**
     * Starts all of it; returns when it serves.
     *
     * @throws StartException when a file cannot be used or an address not listened on
     */
    public static ControlPlane start(ControlConfig config, Clock clock, Parts parts)
            throws StartException {
        var meters = parts.add("metrics", new ServiceMeters()).registry();
        var readiness = new Readiness(meters);
        var serving = readiness.condition("rpc");
        // First of all servers: a start that hangs can be seen to hang.
        var admin = parts.add("admin", AdminServer.start(config.admin(), meters, readiness));

        var tls = parts.add("fleet-tls", tls(config));
        tls.bindTo(meters);
        var key = signingKey(config);

        var database = parts.add("store", Database.open(config.store()));
        var versions = new PolicyStore(database);
        var lists =
                parts.add(
                        "lists",
                        Lists.open(
                                config.lists(),
                                new ListStore(database),
                                clock,
                                new SecureRandom(),
                                meters));

        // The publisher announces to the fleet, the fleet starts with the publisher's newest: the
        // one knot, tied here.
        var announce = new AtomicReference<EdgeFleet>();
        var publisher =
                new PolicyPublisher(
                        versions,
                        lists.desk(),
                        key,
                        clock,
                        config.limits(),
                        meters,
                        version -> announce(announce, version));
        var fleet =
                new EdgeFleet(
                        new EdgeStore(database),
                        tls.self(),
                        publisher.newest(),
                        clock,
                        nonces(),
                        meters);
        announce.set(fleet);
        var lease =
                parts.add(
                        "list-lease",
                        new Lease(database, "lists", config.store().lease(), System::nanoTime));
        var fetching =
                lists.fetch(
                        publisher::newest,
                        () -> lease.hold().isPresent(),
                        () -> republish(publisher));
        parts.add("list-schedule", fetching.schedule());
        parts.add(
                "store-watch",
                database.watch(
                        Topic.POLICY,
                        whatOthersDid(publisher, fleet, config.store(), readiness),
                        meters));

        var rpc =
                parts.add(
                        "rpc",
                        FleetServer.start(
                                config.listen(),
                                tls,
                                // Files, and the names and framing around them.
                                Math.toIntExact(config.limits().maxBytes() + (1 << 20)),
                                meters,
                                List.of(
                                        new GatedService(
                                                new EdgeControlService(fleet),
                                                RoleGate.allow(Set.of(Role.EDGE))),
                                        new GatedService(
                                                lists.pieces(), RoleGate.allow(Set.of(Role.EDGE))),
                                        new GatedService(
                                                fetching.admin(),
                                                RoleGate.allow(Set.of(Role.OPERATOR))),
                                        new GatedService(
                                                new PolicyAdminService(publisher, versions, fleet),
                                                RoleGate.allow(Set.of(Role.OPERATOR))),
                                        new GatedService(
                                                new ExclusionAdminService(fleet, clock),
                                                RoleGate.allow(Set.of(Role.OPERATOR))))));
        parts.add("edge-streams", fleet);
        // Beside all that: no log's trouble is policy's.
        var witness = witness(config, new WitnessStore(database), clock, meters, parts);
        serving.met();
        return new ControlPlane(rpc, admin, witness);
    }

    private ControlPlane(FleetServer rpc, AdminServer admin, Optional<WitnessServer> witness) {
        this.rpc = rpc;
        this.admin = admin;
        this.witness = witness;
    }

    /** Where edges and operators' tools connect. */
    public InetSocketAddress rpcAddress() {
        return rpc.address();
    }

    /** Where health and metrics are served. */
    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    /** Where cosigned heads of logs are served, if any are. */
    public Optional<InetSocketAddress> witnessAddress() {
        return witness.map(WitnessServer::address);
    }

    private static Optional<WitnessServer> witness(
            ControlConfig config,
            WitnessStore store,
            Clock clock,
            MeterRegistry meters,
            Parts parts)
            throws StartException {
        if (config.witness().isEmpty()) {
            return Optional.empty();
        }
        var settings = config.witness().get();
        try {
            var witness =
                    parts.add(
                            "witness",
                            Witness.start(
                                    settings,
                                    settings.watched(),
                                    WitnessKey.read(settings.key()),
                                    store,
                                    clock,
                                    meters));
            return Optional.of(
                    parts.add("witness-http", WitnessServer.start(settings.listen(), witness)));
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static long republish(PolicyPublisher publisher) {
        try {
            return switch (publisher.republish()) {
                case Publication.Published(var version, _) -> version.version();
                case Publication.Unchanged _ -> 0;
                case Publication.Rejected(var problems) ->
                        throw new IllegalStateException(
                                "what was published is rejected now: " + problems.getFirst());
            };
        } catch (SubmittedFiles.RefusedException e) {
            throw new IllegalStateException("what was published is refused now", e);
        }
    }

    /** Also finds out whether the store answers. */
    private static Runnable whatOthersDid(
            PolicyPublisher publisher, EdgeFleet fleet, StoreConfig config, Readiness readiness) {
        var answers = readiness.condition("store");
        var dead = config.poll().multipliedBy(3).plus(config.lease());
        return () -> {
            try {
                publisher.follow();
                fleet.look(dead);
                answers.met();
            } catch (RuntimeException e) {
                answers.unmet(config + " does not answer: " + e.getMessage());
                throw e;
            }
        };
    }

    private static void announce(AtomicReference<EdgeFleet> fleet, SignedVersion version) {
        Optional.ofNullable(fleet.get())
                .orElseThrow(
                        () -> new IllegalStateException("published before the fleet was there"))
                .announce(version);
    }

    private static FleetTls tls(ControlConfig config) throws StartException {
        try {
            var tls = new FleetTls(config.identity());
            if (tls.self().role() != Role.CONTROL) {
                tls.close();
                throw new StartException(
                        config.identity().certificateChain()
                                + ": is for "
                                + tls.self()
                                + " (expected: role control)");
            }
            return tls;
        } catch (FleetIdentityException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static PolicySigningKey signingKey(ControlConfig config) throws StartException {
        try {
            return PolicySigningKey.read(config.signingKey());
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Supplier<ByteString> nonces() {
        var random = new SecureRandom();
        return () -> {
            var nonce = new byte[16];
            random.nextBytes(nonce);
            return ByteString.copyFrom(nonce);
        };
    }
}
