package io.overt.edge;

import io.overt.edge.flow.Listener;
import io.overt.edge.forge.LeafCacheConfig;
import io.overt.edge.forge.SignersConfig;
import io.overt.edge.hello.HelloLimit;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.login.LoginSettings;
import io.overt.edge.net.DataPathSettings;
import io.overt.edge.net.DataPathSettings.Deadlines;
import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.DataPathSettings.KeepAlive;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.net.DataPathSettings.LocalDestinations;
import io.overt.edge.net.DataPathSettings.Notice;
import io.overt.edge.net.DataPathSettings.ParentProxy;
import io.overt.edge.net.DataPathSettings.UpstreamSource;
import io.overt.edge.net.HabitSettings;
import io.overt.edge.policy.PolicyFeedConfig;
import io.overt.edge.revocation.StatusConfig;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.transparency.TransparencyConfig;
import io.overt.edge.trust.VerdictCacheConfig;
import io.overt.policy.Cidr;
import io.overt.policy.HostPattern;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetIdentity;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The edge's configuration file, validated. {@code edge.yaml} in the distribution documents each
 * key with unit, default and reason.
 *
 * @param state a folder of this edge's own: the last good policy
 * @param habits what is remembered of upstreams and client certificates
 * @param status how it is found out whether upstreams' certificates are revoked, and what of them
 *     is missing
 * @param records where connection records go
 * @param data all of the data path but its names, which the fleet identity has
 */
public record EdgeConfig(
        InetSocketAddress admin,
        FleetFiles identity,
        Path state,
        PolicyFeedConfig policy,
        SignersConfig signers,
        LeafCacheConfig leafCache,
        SiteClusterConfig siteCluster,
        Upstream upstream,
        HabitSettings habits,
        StatusConfig status,
        TransparencyConfig transparency,
        Records records,
        Data data) {

    /**
     * Whom upstreams may be vouched for by.
     *
     * @param trustAnchors PEM files
     * @param ownCas PEM files of our own CAs, which never vouch for an upstream
     * @param verdicts what is remembered of chains that verified
     */
    public record Upstream(
            List<Path> trustAnchors, List<Path> ownCas, VerdictCacheConfig verdicts) {}

    /**
     * Where records go.
     *
     * @param file empty for standard output
     * @param queue records that may wait to be written
     */
    public record Records(Optional<Path> file, int queue) {}

    /** See {@link DataPathSettings}. */
    public record Data(
            List<ListenerSettings> listeners,
            UpstreamSource upstreamSource,
            Optional<ParentProxy> parentProxy,
            int threads,
            Limits limits,
            Deadlines deadlines,
            KeepAlive keepAlive,
            Http1Limits http,
            Notice notice) {

        /** With all that {@code next} may change while connections are open. */
        private Data taking(Data next) {
            var taken = named("", "").taking(next.named("", ""));
            return new Data(
                    taken.listeners(),
                    taken.upstreamSource(),
                    taken.parentProxy(),
                    taken.threads(),
                    taken.limits(),
                    taken.deadlines(),
                    taken.keepAlive(),
                    taken.http(),
                    taken.notice());
        }

        DataPathSettings named(String site, String edge) {
            return new DataPathSettings(
                    site,
                    edge,
                    listeners,
                    upstreamSource,
                    parentProxy,
                    threads,
                    limits,
                    deadlines,
                    keepAlive,
                    http,
                    notice);
        }
    }

    /** This configuration with all that {@code next} may change while the edge runs. */
    EdgeConfig taking(EdgeConfig next) {
        return new EdgeConfig(
                admin,
                identity,
                state,
                policy.taking(next.policy),
                signers,
                leafCache,
                siteCluster,
                upstream,
                habits,
                status,
                transparency,
                records,
                data.taking(next.data));
    }

    /** Reads every key of the file, and then checks that there are no others. */
    static EdgeConfig read(ConfigNode root) throws ConfigException {
        var admin = root.sectionOrDefaults("admin").listenAddress("listen", "127.0.0.1:9445");
        var identity = FleetFiles.of(root.section("identity"));
        var state = root.path("state", "state");
        var policy = PolicyFeedConfig.from(root);
        var signers = SignersConfig.from(root);
        var leafCache = LeafCacheConfig.from(root);
        var siteCluster =
                SiteClusterConfig.from(root, identity.identity().map(FleetIdentity::name));
        var upstreamNode = root.section("upstream");
        var upstream = upstream(upstreamNode, VerdictCacheConfig.from(root));
        var source = upstreamNode.choice("source", UpstreamSource.class, UpstreamSource.EDGE);
        var parent = upstreamNode.optionalSection("parent-proxy").map(EdgeConfig::parentProxy);
        var habits = habits(upstreamNode.sectionOrDefaults("client-certificates"));
        var status = StatusConfig.from(root);
        var transparency = TransparencyConfig.from(root);
        var records = records(root.sectionOrDefaults("records"));
        var listeners = listeners(root);
        var threads = root.integer("threads", 0, 0, 1024);
        var limits = limits(root.sectionOrDefaults("limits"));
        var deadlines = deadlines(root.sectionOrDefaults("deadlines"));
        if (status.longest().compareTo(deadlines.verify()) > 0) {
            root.sectionOrDefaults("deadlines")
                    .problem(
                            "verify",
                            deadlines.verify()
                                    + " (expected: at least "
                                    + status.longest()
                                    + ", which revocation.patience and fetches.completion may take)");
        }
        var keepAlive = keepAlive(root.sectionOrDefaults("keep-alive"));
        var http = http(root.sectionOrDefaults("http"));
        var notice = notice(root.section("notice"));
        root.finish();
        return new EdgeConfig(
                admin,
                identity,
                state,
                policy,
                signers,
                leafCache,
                siteCluster,
                upstream,
                habits,
                status,
                transparency,
                records,
                new Data(
                        listeners, source, parent, threads, limits, deadlines, keepAlive, http,
                        notice));
    }

    private static Upstream upstream(ConfigNode node, VerdictCacheConfig verdicts) {
        var anchors = node.paths("trust-anchors");
        if (anchors.isEmpty()) {
            node.problem(
                    "trust-anchors",
                    "none (expected: PEM files, such as /etc/ssl/certs/ca-certificates.crt)");
        }
        return new Upstream(anchors, node.paths("own-cas"), verdicts);
    }

    private static HabitSettings habits(ConfigNode node) {
        var usual = HabitSettings.DEFAULT;
        var memory = node.duration("memory", usual.memory());
        if (memory.compareTo(Duration.ofSeconds(1)) < 0
                || memory.compareTo(Duration.ofDays(7)) > 0) {
            node.problem("memory", memory + " (expected: 1s to 7d)");
            memory = usual.memory();
        }
        return new HabitSettings(memory, node.integer("upstreams", usual.most(), 1, 1_000_000));
    }

    private static ParentProxy parentProxy(ConfigNode node) {
        var networks = new ArrayList<Cidr>();
        var hosts = new ArrayList<HostPattern>();
        node.list(
                "except",
                text -> {
                    var host = HostPattern.parse(text);
                    // What ends in a digit is no name of a host (RFC 1123 §2.1): an address, then.
                    if (host.isPresent() && !Character.isDigit(text.charAt(text.length() - 1))) {
                        hosts.add(host.get());
                    } else {
                        networks.add(Cidr.of(text));
                    }
                    return text;
                });
        return new ParentProxy(
                node.address("address"), node.optionalPath("credentials"), networks, hosts);
    }

    private static Records records(ConfigNode node) {
        return new Records(node.optionalPath("file"), node.integer("queue", 8192, 16, 1_000_000));
    }

    private static List<ListenerSettings> listeners(ConfigNode root) {
        var names = new HashSet<String>();
        var sections = root.sections("listeners");
        if (sections.isEmpty()) {
            root.problem("listeners", "none (expected: at least one)");
        }
        return sections.stream()
                .map(
                        node -> {
                            var name = node.text("name");
                            if (!names.add(name)) {
                                node.problem("name", name + ": given twice");
                            }
                            var kind =
                                    node.required(
                                            "kind",
                                            Listener.Provenance.CONNECT,
                                            EdgeConfig::provenance);
                            return new ListenerSettings(
                                    new Listener(
                                            name,
                                            kind,
                                            node.has("authentication")
                                                    ? Listener.Access.AUTHENTICATED
                                                    : Listener.Access.OPEN),
                                    node.listenAddress("listen"),
                                    node.choice(
                                            "local-destinations",
                                            LocalDestinations.class,
                                            LocalDestinations.REFUSED),
                                    balancers(node, kind),
                                    login(node, kind));
                        })
                .toList();
    }

    private static List<Cidr> balancers(ConfigNode node, Listener.Provenance kind) {
        var balancers = node.list("from", Cidr::of);
        var isAsked = kind == Listener.Provenance.PROXY_PROTOCOL;
        if (isAsked && balancers.isEmpty()) {
            node.problem(
                    "from",
                    "none (expected: the addresses or networks of the load balancers in front)");
        } else if (!isAsked && !balancers.isEmpty()) {
            node.problem("from", "only for kind: proxy-protocol");
        }
        return balancers;
    }

    private static Optional<LoginSettings> login(ConfigNode listener, Listener.Provenance kind) {
        var section = listener.optionalSection("authentication");
        if (section.isPresent() && kind != Listener.Provenance.CONNECT) {
            listener.problem("authentication", "only for kind: connect");
        }
        return section.map(
                node ->
                        new LoginSettings(
                                node.parsed("realm", "proxy", EdgeConfig::realm),
                                node.path("users"),
                                node.duration(
                                        "remember",
                                        LoginSettings.USUAL_REMEMBER,
                                        Duration.ofSeconds(1),
                                        Duration.ofDays(1)),
                                node.integer("attempts", LoginSettings.USUAL_ATTEMPTS, 1, 10_000),
                                node.duration(
                                        "window",
                                        LoginSettings.USUAL_WINDOW,
                                        Duration.ofSeconds(1),
                                        Duration.ofDays(1)),
                                node.integer("queue", LoginSettings.USUAL_QUEUE, 1, 100_000)));
    }

    private static String realm(String text) {
        if (text.isEmpty() || !text.matches("[\\x20-\\x7e&&[^\"\\\\]]+")) {
            throw new IllegalArgumentException("printable ASCII without quotes");
        }
        return text;
    }

    private static Listener.Provenance provenance(String text) {
        return switch (text) {
            case "divert" -> Listener.Provenance.DIVERT;
            case "redirect" -> Listener.Provenance.REDIRECT;
            case "connect" -> Listener.Provenance.CONNECT;
            case "proxy-protocol" -> Listener.Provenance.PROXY_PROTOCOL;
            default ->
                    throw new IllegalArgumentException(
                            "divert, redirect, connect or proxy-protocol");
        };
    }

    private static Limits limits(ConfigNode node) {
        var usual = Limits.DEFAULT;
        return new Limits(
                node.integer("connections", usual.connections(), 1, 10_000_000),
                node.integer("client-connections", usual.clientConnections(), 1, 10_000_000),
                node.choice("fair-share", FairShare.class, usual.fairShare()),
                node.integer("hellos", usual.hellos(), 1, 10_000_000),
                node.integer("refusals", usual.refusals(), 1, 1_000_000),
                node.integer("inspections", usual.inspections(), 1, 10_000_000),
                new HelloLimit((int) node.size("hello", usual.hello().bytes(), 1 << 10, 16 << 20)),
                (int) node.size("connect-head", usual.connectHead(), 1 << 10, 1 << 20),
                node.integer("verifications", usual.verifications(), 1, 1_000_000),
                node.integer("resolutions", usual.resolutions(), 1, 1_000_000));
    }

    private static Deadlines deadlines(ConfigNode node) {
        var usual = Deadlines.DEFAULT;
        return new Deadlines(
                deadline(node, "arriving", usual.arriving()),
                deadline(node, "connect-head", usual.connectHead()),
                deadline(node, "resolve", usual.resolve()),
                deadline(node, "first-byte", usual.firstByte()),
                deadline(node, "hello", usual.hello()),
                deadline(node, "connect", usual.connect()),
                deadline(node, "upstream-handshake", usual.upstreamHandshake()),
                deadline(node, "verify", usual.verify()),
                deadline(node, "forge", usual.forge()),
                deadline(node, "client-handshake", usual.clientHandshake()),
                deadline(node, "idle", usual.idle()),
                deadline(node, "half-closed", usual.halfClosed()),
                deadline(node, "linger", usual.linger()),
                deadline(node, "drain", usual.drain()));
    }

    /** The bounds are Linux's: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT. */
    private static KeepAlive keepAlive(ConfigNode node) {
        var usual = KeepAlive.DEFAULT;
        var most = Duration.ofSeconds(32_767);
        return new KeepAlive(
                node.duration("idle", usual.idle(), Duration.ofSeconds(1), most),
                node.duration("interval", usual.interval(), Duration.ofSeconds(1), most),
                node.integer("probes", usual.probes(), 1, 127));
    }

    private static Duration deadline(ConfigNode node, String key, Duration usual) {
        return node.duration(key, usual, Duration.ofMillis(10), Duration.ofDays(1));
    }

    private static Http1Limits http(ConfigNode node) {
        var usual = Http1Limits.DEFAULT;
        return new Http1Limits(
                (int) node.size("request-head", usual.requestHead(), 1 << 10, 16 << 20),
                (int) node.size("response-head", usual.responseHead(), 1 << 10, 16 << 20),
                deadline(node, "request-head-time", usual.requestHeadTime()),
                deadline(node, "response-head-time", usual.responseHeadTime()),
                (int) node.size("chunk-line", usual.chunkLine(), 16, 1 << 20),
                (int) node.size("trailers", usual.trailers(), 16, 1 << 20),
                (int) node.size("pipelined", usual.pipelined(), 16, 16 << 20),
                node.integer("interim-responses", usual.interimResponses(), 1, 1000),
                node.size("discarded", usual.discarded(), 1, 1L << 40),
                node.size("lingered", usual.lingered(), 1, 1L << 40),
                deadline(node, "linger", usual.linger()));
    }

    private static Notice notice(ConfigNode node) {
        return new Notice(node.text("organisation"), node.optional("url", EdgeConfig::webAddress));
    }

    private static URI webAddress(String text) {
        var uri = URI.create(text);
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw new IllegalArgumentException("http:// or https://");
        }
        return uri;
    }
}
