package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.site.SiteClusterConfig.Embedded;
import io.overt.edge.site.SiteClusterConfig.Member;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.edge.site.SiteClusterConfig.Off;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteClusterConfigTest {
    @TempDir private Path directory;

    @Test
    void without_the_section_nothing_is_shared() throws Exception {
        assertThat(read("{}")).isEqualTo(new Off(64 << 20));
    }

    @Test
    void defaults() throws Exception {
        assertThat(
                        read(
                                """
                                site-cluster:
                                  peer-listen: 10.0.0.1:5711
                                  members:
                                    - {name: edge-1, number: 1, address: "10.0.0.1:5702"}
                                """))
                .isEqualTo(
                        new Embedded(
                                MemberNetwork.MESH,
                                List.of(
                                        new Member(
                                                "edge-1",
                                                1,
                                                new InetSocketAddress("10.0.0.1", 5702))),
                                1,
                                5701,
                                new InetSocketAddress("10.0.0.1", 5711),
                                new InetSocketAddress("10.0.0.1", 5711),
                                Duration.ofMillis(30),
                                Duration.ofSeconds(30)));
    }

    @Test
    void every_key() throws Exception {
        assertThat(
                        read(
                                """
                                site-cluster:
                                  mode: embedded
                                  map-memory: 1GiB
                                  member-network: external
                                  generation: 3
                                  mesh-port: 6701
                                  peer-listen: 10.0.0.2:5711
                                  peer-address: 192.0.2.2:5711
                                  call-deadline: 20ms
                                  alone-after: 1m
                                  members:
                                    - {name: edge-1, number: 1, address: "10.0.0.1:5702"}
                                    - {name: edge-2, number: 254, address: "10.0.0.2:5702"}
                                """))
                .isEqualTo(
                        new Embedded(
                                MemberNetwork.EXTERNAL,
                                List.of(
                                        new Member(
                                                "edge-1",
                                                1,
                                                new InetSocketAddress("10.0.0.1", 5702)),
                                        new Member(
                                                "edge-2",
                                                254,
                                                new InetSocketAddress("10.0.0.2", 5702))),
                                3,
                                6701,
                                new InetSocketAddress("10.0.0.2", 5711),
                                new InetSocketAddress("192.0.2.2", 5711),
                                Duration.ofMillis(20),
                                Duration.ofMinutes(1)));
    }

    @Test
    void off_leaves_the_other_keys_where_they_are() throws Exception {
        assertThat(
                        read(
                                """
                                site-cluster:
                                  mode: off
                                  map-memory: 2MiB
                                  peer-listen: 10.0.0.1:5711
                                  members:
                                    - {name: edge-1, number: 1, address: "10.0.0.1:5702"}
                                """))
                .isEqualTo(new Off(2 << 20));
        assertThat(read("site-cluster: {mode: off}")).isEqualTo(new Off(64 << 20));
    }

    @Test
    void all_problems_are_reported_with_their_lines() {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        site-cluster:
                                          peer-listen: 10.0.0.1:5711
                                          member-netwerk: mesh
                                          members:
                                            - {name: edge-1, number: 1, address: "10.0.0.1:5702"}
                                            - {name: edge-1, number: 1, address: "10.0.0.2:5702"}
                                            - {name: edge-3, number: 255, address: "10.0.0.3:5702"}
                                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("edge.yaml:3: site-cluster.member-netwerk")
                .hasMessageContaining(
                        "edge.yaml:6: site-cluster.members[1].name: edge-1: given twice")
                .hasMessageContaining("edge.yaml:6: site-cluster.members[1].number: 1: given twice")
                .hasMessageContaining(
                        "edge.yaml:7: site-cluster.members[2].number: 255 (expected: 1 to 254)");
    }

    @Test
    void a_cluster_without_members_is_refused() {
        assertThatThrownBy(() -> read("site-cluster: {peer-listen: \"10.0.0.1:5711\"}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("site-cluster.members: none");
    }

    @Test
    void in_the_mesh_hazelcast_is_bound_to_loopback_whatever_the_members_addresses()
            throws Exception {
        var config = (Embedded) read(TWO.formatted("mesh"));
        MemberAddresses addresses = MemberAddresses.of(config, config.members().getFirst());
        assertThat(addresses.bind().getAddress().isLoopbackAddress()).isTrue();
        assertThat(addresses.announced()).isEqualTo(new InetSocketAddress("127.77.0.1", 5701));
        assertThat(addresses.members()).allMatch(each -> each.getAddress().isLoopbackAddress());
    }

    @Test
    void only_an_external_network_binds_hazelcast_to_the_members_address() throws Exception {
        var config = (Embedded) read(TWO.formatted("external"));
        MemberAddresses addresses = MemberAddresses.of(config, config.members().get(1));
        assertThat(addresses.bind()).isEqualTo(new InetSocketAddress("10.0.0.2", 5702));
        assertThat(addresses.members())
                .containsExactly(
                        new InetSocketAddress("10.0.0.1", 5702),
                        new InetSocketAddress("10.0.0.2", 5702));
    }

    @Test
    void a_list_of_members_without_this_edge_is_refused_with_its_line() {
        assertThatThrownBy(() -> read(TWO.formatted("mesh"), Optional.of("edge-3")))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith(
                        "edge.yaml:4: site-cluster.members: edge-1, edge-2 (expected: an entry for"
                                + " this edge, edge-3, as its certificate names it)");
    }

    private SiteClusterConfig read(String yaml) throws Exception {
        return read(yaml, Optional.empty());
    }

    private SiteClusterConfig read(String yaml, Optional<String> self) throws Exception {
        Path file = Files.writeString(directory.resolve("edge.yaml"), yaml);
        ConfigNode root = ConfigFile.read(file);
        SiteClusterConfig config = SiteClusterConfig.from(root, self);
        root.finish();
        return config;
    }

    private static final String TWO =
            """
            site-cluster:
              member-network: %s
              peer-listen: 10.0.0.1:5711
              members:
                - {name: edge-1, number: 1, address: "10.0.0.1:5702"}
                - {name: edge-2, number: 2, address: "10.0.0.2:5702"}
            """;
}
