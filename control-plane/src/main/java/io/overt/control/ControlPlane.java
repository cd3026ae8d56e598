package io.overt.control;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.access.AccessGate;
import io.overt.control.access.AccessSettings;
import io.overt.control.access.AccessTrail;
import io.overt.control.access.CertificateAuthenticator;
import io.overt.control.access.oidc.People;
import io.overt.control.admin.AuditAdminService;
import io.overt.control.admin.ExclusionAdminService;
import io.overt.control.admin.LogViewService;
import io.overt.control.admin.PolicyAdminService;
import io.overt.control.admin.PolicyAuthorService;
import io.overt.control.admin.ReportAdminService;
import io.overt.control.admin.RolloutAdminService;
import io.overt.control.admin.SelfService;
import io.overt.control.admin.SiteViews;
import io.overt.control.audit.AuditTrail;
import io.overt.control.audit.HeadAnnouncer;
import io.overt.control.edges.EdgeControlService;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.edges.EdgeStates;
import io.overt.control.lists.Lists;
import io.overt.control.once.Once;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.publish.PublishedPolicy;
import io.overt.control.rollout.ApprovalBook;
import io.overt.control.rollout.EmergencyDesk;
import io.overt.control.rollout.RolloutCourse;
import io.overt.control.rollout.RolloutDriver;
import io.overt.control.rollout.RolloutMeters;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.rollout.Rollouts;
import io.overt.control.store.ApprovalStore;
import io.overt.control.store.AuditStore;
import io.overt.control.store.Database;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.EdgeTraitStore;
import io.overt.control.store.EmergencyStore;
import io.overt.control.store.KeyedActStore;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.ReportStore;
import io.overt.control.store.RolloutStore;
import io.overt.control.store.SessionStore;
import io.overt.control.store.SignedVersion;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.Topic;
import io.overt.control.store.WitnessStore;
import io.overt.control.web.SignInRoutes;
import io.overt.control.web.WebServer;
import io.overt.control.web.notice.NoticeService;
import io.overt.control.witness.Witness;
import io.overt.control.witness.WitnessKey;
import io.overt.control.witness.WitnessServer;
import io.overt.control.witness.WitnessedLogs;
import io.overt.service.admin.AdminServer;
import io.overt.service.admin.Readiness;
import io.overt.service.admin.ServiceMeters;
import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import io.overt.service.rpc.Guard;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: top to bottom in start order. Parts are closed by whoever holds {@link
 * Parts}.
 */
public final class ControlPlane {
    private final FleetServer rpc;
    private final AdminServer admin;
    private final Optional<WitnessServer> witness;
    private final Optional<WebServer> web;

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
        database.bindTo(meters);
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

        var auditStore = new AuditStore(database);
        var trail = new AuditTrail(auditStore, tls.self().uri(), clock, meters);
        trail.begin();
        parts.add("audit-head", HeadAnnouncer.start(trail, config.access().announceHead()));
        var accessTrail = new AccessTrail(trail, clock, meters);
        var byCertificate = new CertificateAuthenticator(config.access().granted());
        var machines = new AccessGate(byCertificate, accessTrail);
        var people = people(config.access(), new SessionStore(database), accessTrail, clock, parts);
        if (config.access().grants().isEmpty()) {
            LOG.atWarn()
                    .log(
                            "no access section in the configuration: every operator's certificate has every role");
        }

        // The publisher announces to the desk, which goes back by publishing: the one knot, tied
        // here.
        var announced = new AtomicReference<Runnable>(() -> {});
        var publisher =
                new PolicyPublisher(
                        versions,
                        lists.desk(),
                        key,
                        clock,
                        config.limits(),
                        meters,
                        _ -> Optional.ofNullable(announced.get()).ifPresent(Runnable::run));
        var rolloutMeters = new RolloutMeters(meters);
        var rollouts =
                Rollouts.open(
                        new RolloutStore(database),
                        versions,
                        new ApprovalBook(
                                new ApprovalStore(database),
                                approvers(config.rollout()),
                                config.rollout()),
                        publisher::republish,
                        () -> publisher.newest().map(SignedVersion::version).orElse(0L),
                        config.rollout(),
                        clock,
                        rolloutMeters);
        announced.set(rollouts.course()::nudge);
        var emergencies = new EmergencyDesk(new EmergencyStore(database), key::sign, clock);
        var edges = new EdgeStore(database);
        var fleet =
                new EdgeFleet(
                        edges,
                        parts.add("edge-states", EdgeStates.start(edges, tls.self(), meters)),
                        tls.self(),
                        new EdgeTraitStore(database),
                        rollouts.targets(),
                        emergencies::of,
                        database.isShared() ? EdgeFleet.Others.SOME : EdgeFleet.Others.NONE,
                        clock,
                        nonces(),
                        meters);
        rollouts.course().serve(fleet);
        emergencies.serve(fleet::order);
        var lease = parts.add("rollout-lease", database.lease("rollouts"));
        parts.add(
                "rollouts",
                RolloutDriver.start(
                        rollouts.course(),
                        emergencies,
                        () -> lease.hold().isPresent(),
                        clock,
                        rolloutMeters));
        var listLease = parts.add("list-lease", database.lease("lists"));
        var refresh =
                parts.add(
                        "list-refresh",
                        ListRefresh.start(
                                publisher, versions, rollouts, () -> listLease.hold().isPresent()));
        var fetching =
                lists.fetch(publisher::newest, () -> listLease.hold().isPresent(), refresh::ask);
        parts.add("list-schedule", fetching.schedule());
        // Another control plane on the same store publishes and rolls out as well.
        parts.add(
                "store-watch",
                database.watch(
                        Topic.POLICY,
                        whatOthersDid(
                                publisher, rollouts.course(), fleet, config.store(), readiness),
                        meters));

        // Beside all that: no log's trouble is policy's.
        var watching = witness(config, new WitnessStore(database), clock, meters, parts);
        var witness = witnessServer(config, watching, parts);

        var reports = new ReportStore(database);
        // Behind the gate: an idempotency key is its caller's own.
        var once = new Once(new KeyedActStore(database), clock);
        var services =
                Stream.<BindableService>of(
                                new PolicyAdminService(publisher, versions, fleet, rollouts.desk()),
                                new RolloutAdminService(
                                        rollouts,
                                        emergencies,
                                        new SiteViews(fleet, rollouts.course(), emergencies)),
                                new PolicyAuthorService(publisher, versions),
                                new ExclusionAdminService(fleet, clock),
                                new LogViewService(
                                        watching.map(Witness::seen).orElseGet(WitnessedLogs::none)),
                                fetching.admin(),
                                new ReportAdminService(reports, clock),
                                new AuditAdminService(auditStore),
                                new SelfService())
                        .map(once::around)
                        .toList();
        var rpc =
                parts.add(
                        "rpc",
                        FleetServer.start(
                                config.listen(),
                                tls,
                                // Files, and the names and framing around them.
                                Math.toIntExact(config.limits().maxBytes() + (1 << 20)),
                                meters,
                                Stream.concat(
                                                Stream.of(
                                                        new GatedService(
                                                                new EdgeControlService(fleet),
                                                                RoleGate.allow(Set.of(Role.EDGE))),
                                                        new GatedService(
                                                                lists.pieces(),
                                                                RoleGate.allow(Set.of(Role.EDGE)))),
                                                services.stream()
                                                        .map(
                                                                each ->
                                                                        new GatedService(
                                                                                each, machines)))
                                        .toList()));
        parts.add("edge-streams", fleet);
        // The same services, for browsers and for HTTP and JSON.
        var gate =
                people.map(each -> each.authenticator(config.access().granted(), byCertificate))
                        .map(each -> new AccessGate(each, accessTrail))
                        .orElse(machines);
        var webParts = new ArrayList<WebServer.Part>();
        people.map(each -> new SignInRoutes(each, Thread::startVirtualThread).parts())
                .ifPresent(webParts::addAll);
        webParts.addAll(
                notice(config, new PublishedPolicy(publisher::newest), reports, clock, meters));
        var web = web(config, gate, services, webParts, meters, parts);
        serving.met();
        return new ControlPlane(rpc, admin, witness, web);
    }

    private ControlPlane(
            FleetServer rpc,
            AdminServer admin,
            Optional<WitnessServer> witness,
            Optional<WebServer> web) {
        this.rpc = rpc;
        this.admin = admin;
        this.witness = witness;
        this.web = web;
    }

    /** Where edges and operators' tools connect. */
    public InetSocketAddress rpcAddress() {
        return rpc.address();
    }

    /** Every method that is served there. */
    public List<MethodDescriptor<?, ?>> rpcMethods() {
        return rpc.methods();
    }

    /** Where health and metrics are served. */
    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    /** Where cosigned heads of logs are served, if any are. */
    public Optional<InetSocketAddress> witnessAddress() {
        return witness.map(WitnessServer::address);
    }

    /** Where browsers and programs that speak HTTP and JSON connect, if they may. */
    public Optional<InetSocketAddress> webAddress() {
        return web.map(WebServer::address);
    }

    private static Optional<WebServer> web(
            ControlConfig config,
            AccessGate gate,
            List<BindableService> services,
            List<WebServer.Part> webParts,
            MeterRegistry meters,
            Parts parts)
            throws StartException {
        if (config.web().isEmpty()) {
            return Optional.empty();
        }
        var guard = new Guard(meters);
        return Optional.of(
                parts.add(
                        "web",
                        WebServer.start(
                                config.web().get(),
                                services.stream()
                                        .map(each -> guard.around(new GatedService(each, gate)))
                                        .toList(),
                                webParts,
                                meters)));
    }

    private static List<WebServer.Part> notice(
            ControlConfig config,
            PublishedPolicy published,
            ReportStore reports,
            Clock clock,
            MeterRegistry meters)
            throws StartException {
        if (config.notice().isEmpty()) {
            return List.of();
        }
        var notice =
                new NoticeService(
                        config.notice().get(),
                        published,
                        reports,
                        clock,
                        Thread::startVirtualThread,
                        meters);
        return List.of(
                new WebServer.Part("/notice", notice),
                new WebServer.Part("/notice/report", notice));
    }

    private static Optional<People> people(
            AccessSettings settings,
            SessionStore sessions,
            AccessTrail trail,
            Clock clock,
            Parts parts)
            throws StartException {
        try {
            return settings.oidc()
                    .map(oidc -> parts.add("people", People.open(oidc, sessions, trail, clock)));
        } catch (IllegalArgumentException e) {
            throw new StartException("access.oidc: " + e.getMessage(), e);
        }
    }

    private static Optional<Witness> witness(
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
            return Optional.of(
                    parts.add(
                            "witness",
                            Witness.start(
                                    settings,
                                    settings.watched(),
                                    WitnessKey.read(settings.key()),
                                    store,
                                    clock,
                                    meters)));
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<WitnessServer> witnessServer(
            ControlConfig config, Optional<Witness> witness, Parts parts) throws StartException {
        if (config.witness().isEmpty() || witness.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                parts.add(
                        "witness-http",
                        WitnessServer.start(config.witness().get().listen(), witness.get())));
    }

    /** Also finds out whether the store answers. */
    private static Runnable whatOthersDid(
            PolicyPublisher publisher,
            RolloutCourse rollouts,
            EdgeFleet fleet,
            StoreConfig config,
            Readiness readiness) {
        var answers = readiness.condition("store");
        var dead = config.poll().multipliedBy(3).plus(config.lease());
        return () -> {
            try {
                publisher.follow();
                fleet.look(dead);
                rollouts.nudge();
                answers.met();
            } catch (RuntimeException e) {
                answers.unmet(config + " does not answer: " + e.getMessage());
                throw e;
            }
        };
    }

    private static Optional<Approvers> approvers(RolloutSettings settings) throws StartException {
        try {
            return settings.readApprovers();
        } catch (ConfigException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
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

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
}
