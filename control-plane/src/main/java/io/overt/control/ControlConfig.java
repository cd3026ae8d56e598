package io.overt.control;

import io.overt.control.access.AccessSettings;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.store.StoreConfig;
import io.overt.control.web.WebSettings;
import io.overt.control.web.notice.NoticeSettings;
import io.overt.control.witness.WitnessSettings;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The control plane's configuration; {@code control.yaml} in the distribution documents each key.
 *
 * @param listen where edges and operators' tools connect
 * @param admin where health and metrics are served, in the clear
 * @param identity files of this process's fleet certificate, role {@code control}
 * @param store the database
 * @param signingKey the private half of the policy signing key
 * @param limits of publications
 * @param lists how lists are compiled, fetched and served
 * @param rollout how versions come into force
 * @param witness which logs are witnessed; absent: none
 * @param web the listener for browsers and for HTTP and JSON; absent: none
 * @param notice the page for those who are inspected, on that listener; absent: none
 * @param access who may do what
 */
public record ControlConfig(
        InetSocketAddress listen,
        InetSocketAddress admin,
        FleetFiles identity,
        StoreConfig store,
        Path signingKey,
        PublicationLimits limits,
        ListsConfig lists,
        RolloutSettings rollout,
        Optional<WitnessSettings> witness,
        Optional<WebSettings> web,
        Optional<NoticeSettings> notice,
        AccessSettings access) {

    /** Reads every key of the root. */
    public static ControlConfig read(ConfigNode root) throws ConfigException {
        var listen = root.listenAddress("listen", "0.0.0.0:9443");
        var admin = root.sectionOrDefaults("admin").listenAddress("listen", "127.0.0.1:9444");
        var identity = FleetFiles.of(root.section("identity"));
        var store = StoreConfig.read(root.sectionOrDefaults("store"));
        var policy = root.section("policy");
        var signingKey = policy.path("signing-key");
        var limits =
                new PublicationLimits(
                        policy.size("max-size", 64L << 20, 1L << 10, 1L << 30),
                        policy.integer("next-version-at-least", 1, 1, Integer.MAX_VALUE));
        var rollout =
                root.optionalSection("rollout")
                        .map(RolloutSettings::read)
                        .orElseGet(RolloutSettings::defaults);
        var lists = ListsConfig.read(root.sectionOrDefaults("lists"));
        var witness = root.optionalSection("witness").map(WitnessSettings::read);
        var web = root.optionalSection("web").map(WebSettings::read);
        var notice = root.optionalSection("notice").map(NoticeSettings::read);
        if (notice.isPresent() && web.isEmpty()) {
            root.problem("notice", "without web (expected: web, whose listener serves the page)");
        }
        var access = AccessSettings.read(root);
        root.finish();
        return new ControlConfig(
                listen,
                admin,
                identity,
                store,
                signingKey,
                limits,
                lists,
                rollout,
                witness,
                web,
                notice,
                access);
    }
}
