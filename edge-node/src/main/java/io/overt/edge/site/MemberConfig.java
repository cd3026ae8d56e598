package io.overt.edge.site;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * How the embedded member is configured: everything that lets it be found, be fed code or call home
 * is off, and what it takes from a peer is bytes.
 */
final class MemberConfig {
    /**
     * Member attribute with the address of the member's SitePeer. Untrusted: mutual TLS says who is
     * there.
     */
    static final String SITE_PEER = "overt.site-peer";

    static Config of(String clusterName, MemberAddresses addresses, InetSocketAddress sitePeer) {
        Config config = new Config().setClusterName(clusterName);
        config.setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                // Ours is the only shutdown hook: it closes the parts in order.
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false")
                // A silent member blocks its partitions until it is removed: 5 s instead of the
                // default minute.
                .setProperty("hazelcast.heartbeat.interval.seconds", "1")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "5")
                .setProperty("hazelcast.operation.call.timeout.millis", "10000")
                // A write whose backup is on the move waits for an acknowledgement that never
                // comes,
                // five seconds by default. The value is stored all the same, and a lost backup
                // costs
                // one signature.
                .setProperty("hazelcast.operation.backup.timeout.millis", "500")
                .setProperty("hazelcast.graceful.shutdown.max.wait", "5")
                // Two halves of a healed network find each other within seconds instead of five
                // minutes.
                .setProperty("hazelcast.merge.first.run.delay.seconds", "10")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "10")
                .setProperty("hazelcast.health.monitoring.level", "OFF")
                .setProperty("hazelcast.jmx", "false");
        config.setAdvancedNetworkConfig(network(addresses));
        config.getMemberAttributeConfig()
                .setAttribute(SITE_PEER, sitePeer.getHostString() + ":" + sitePeer.getPort());
        config.getSerializationConfig().setJavaSerializationFilterConfig(filter());
        // Jet and its SQL run what peers submit.
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.addMapConfig(map("*"));
        return config;
    }

    private static AdvancedNetworkConfig network(MemberAddresses addresses) {
        AdvancedNetworkConfig network = new AdvancedNetworkConfig().setEnabled(true);
        // Only the member endpoint: the client protocol shares the port of a simple network
        // configuration.
        network.getEndpointConfigs()
                .keySet()
                .removeIf(qualifier -> !qualifier.equals(EndpointQualifier.MEMBER));
        network.setMemberEndpointConfig(
                new ServerSocketEndpointConfig()
                        .setPort(addresses.bind().getPort())
                        .setPortAutoIncrement(false)
                        .setReuseAddress(true));
        // The provider's word is final; Hazelcast's own choice refuses addresses of the loopback
        // interface.
        network.getMemberAddressProviderConfig()
                .setEnabled(true)
                .setImplementation(new Fixed(addresses));
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        List<String> members =
                addresses.members().stream()
                        .map(each -> each.getHostString() + ":" + each.getPort())
                        .toList();
        join.getTcpIpConfig().setEnabled(true).setMembers(members).setConnectionTimeoutSeconds(2);
        return network;
    }

    /**
     * Nothing of ours is Serializable; Hazelcast's own messages need these, and no gadget lives
     * there.
     */
    private static JavaSerializationFilterConfig filter() {
        JavaSerializationFilterConfig filter =
                new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        filter.getWhitelist().addPrefixes("com.hazelcast.", "java.lang.", "java.util.", "[");
        filter.getBlacklist()
                .addPrefixes(
                        "java.rmi.",
                        "javax.management.",
                        "java.lang.invoke.",
                        "java.lang.reflect.");
        return filter;
    }

    private static MapConfig map(String name) {
        MapConfig map =
                new MapConfig(name)
                        .setInMemoryFormat(InMemoryFormat.BINARY)
                        .setBackupCount(1)
                        // A stale value is as good as a fresh one: each is verified for itself.
                        .setReadBackupData(true)
                        .setEvictionConfig(
                                new EvictionConfig()
                                        .setEvictionPolicy(EvictionPolicy.LRU)
                                        .setMaxSizePolicy(MaxSizePolicy.USED_HEAP_PERCENTAGE)
                                        .setSize(30));
        // After a split brain any valid value will do.
        map.getMergePolicyConfig().setPolicy("PutIfAbsentMergePolicy");
        return map;
    }

    /** Addresses that are known and not to be guessed. */
    private record Fixed(MemberAddresses addresses) implements MemberAddressProvider {
        @Override
        public InetSocketAddress getBindAddress() {
            return addresses.bind();
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return addresses.bind();
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return addresses.announced();
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return addresses.announced();
        }
    }

    private MemberConfig() {}
}
