package io.overt.edge;

import io.overt.edge.net.DataPath;
import io.overt.edge.policy.PolicyFeed;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.ConfigReload;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Takes {@code edge.yaml} again: for connections that begin, and versions that are offered, from
 * then on. What was made at the start, such as sockets, threads and caches, stays; a file that
 * would change any of that is refused whole. Confined to whoever reloads, one at a time.
 */
final class EdgeReload implements ConfigReload.Taker {
    private final DataPath path;
    private final PolicyFeed feed;
    private final Names names;
    private EdgeConfig inForce;

    /** Who the edge is, by its certificate. */
    record Names(String site, String edge) {}

    EdgeReload(EdgeConfig atStart, Names names, PolicyFeed feed, DataPath path) {
        this.inForce = atStart;
        this.feed = feed;
        this.names = names;
        this.path = path;
    }

    @Override
    public List<String> take(ConfigNode root) throws ConfigException {
        var next = EdgeConfig.read(root);
        new EdgeMain().check(next);
        var restart = needRestart(inForce, next);
        if (!restart.isEmpty()) {
            throw new ConfigException(
                    restart.stream()
                            .map(key -> key + ": changed, which takes a restart of the edge")
                            .toList());
        }
        var changed = changed(RELOADABLE, inForce, next);
        var terms = next.policy().terms();
        // Its content is not in edge.yaml: it is read anew whether or not its name changed.
        var approvers = terms.readApprovers();
        path.apply(next.data().named(names.site(), names.edge()));
        feed.apply(terms, approvers);
        inForce = next;
        return changed;
    }

    /** The keys that differ and cannot change while the edge runs. */
    static List<String> needRestart(EdgeConfig now, EdgeConfig next) {
        var keys = changed(FIXED, now, next);
        // The record knows more than this table if somebody forgot to add a key.
        return keys.isEmpty() && !now.taking(next).equals(next) ? List.of("(unnamed)") : keys;
    }

    private record Key(String name, Function<EdgeConfig, Object> value) {}

    private static List<String> changed(List<Key> keys, EdgeConfig now, EdgeConfig next) {
        var changed = new ArrayList<String>();
        for (var key : keys) {
            if (!Objects.equals(key.value.apply(now), key.value.apply(next))) {
                changed.add(key.name);
            }
        }
        return List.copyOf(changed);
    }

    private static final List<Key> FIXED =
            List.of(
                    new Key("admin.listen", EdgeConfig::admin),
                    new Key("identity", EdgeConfig::identity),
                    new Key("state", EdgeConfig::state),
                    new Key(
                            "policy",
                            each ->
                                    List.of(
                                            each.policy().control(),
                                            each.policy().signingKeys(),
                                            each.policy().maxBytes())),
                    new Key("signers", EdgeConfig::signers),
                    new Key("leaf-cache", EdgeConfig::leafCache),
                    new Key("site-cluster", EdgeConfig::siteCluster),
                    new Key("upstream.trust-anchors", each -> each.upstream().trustAnchors()),
                    new Key("upstream.own-cas", each -> each.upstream().ownCas()),
                    new Key("upstream.parent-proxy", each -> each.data().parentProxy()),
                    new Key("upstream.client-certificates", EdgeConfig::habits),
                    new Key("verdict-cache", each -> each.upstream().verdicts()),
                    new Key("revocation or fetches", EdgeConfig::status),
                    new Key("certificate-transparency", EdgeConfig::transparency),
                    new Key("records", EdgeConfig::records),
                    new Key("threads", each -> each.data().threads()),
                    new Key("limits.verifications", each -> each.data().limits().verifications()),
                    new Key("limits.resolutions", each -> each.data().limits().resolutions()),
                    new Key(
                            "listeners: name, kind, listen or authentication",
                            each ->
                                    each.data().listeners().stream()
                                            .map(
                                                    one ->
                                                            List.of(
                                                                    one.listener(),
                                                                    one.bind(),
                                                                    one.authentication()))
                                            .toList()));

    private static final List<Key> RELOADABLE =
            List.of(
                    new Key("labels", each -> each.policy().terms().labels()),
                    new Key("policy.approvers", each -> each.policy().terms().approvers()),
                    new Key("policy.health-every", each -> each.policy().terms().healthEvery()),
                    new Key(
                            "policy.reconnect-within",
                            each -> each.policy().terms().reconnectWithin()),
                    new Key("limits", each -> each.data().limits()),
                    new Key("deadlines", each -> each.data().deadlines()),
                    new Key("keep-alive", each -> each.data().keepAlive()),
                    new Key("http", each -> each.data().http()),
                    new Key("notice", each -> each.data().notice()),
                    new Key("upstream.source", each -> each.data().upstreamSource()),
                    new Key("listeners", each -> each.data().listeners()));
}
