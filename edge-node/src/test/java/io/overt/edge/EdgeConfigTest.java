package io.overt.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.flow.Listener.Access;
import io.overt.edge.flow.Listener.Provenance;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.login.LoginSettings;
import io.overt.edge.net.DataPathSettings.Deadlines;
import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.DataPathSettings.KeepAlive;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.edge.net.DataPathSettings.LocalDestinations;
import io.overt.edge.net.DataPathSettings.ParentProxy;
import io.overt.edge.net.DataPathSettings.UpstreamSource;
import io.overt.edge.net.HabitSettings;
import io.overt.edge.policy.ListShelfConfig;
import io.overt.edge.policy.PolicyFeedConfig.Terms;
import io.overt.edge.revocation.StatusConfig;
import io.overt.edge.trust.VerdictCacheConfig;
import io.overt.policy.Cidr;
import io.overt.policy.HostPattern;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeConfigTest {
    private static final Path EXAMPLE = Path.of("src/main/dist/edge.yaml");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void the_example_is_read_and_what_it_comments_out_is_the_default() throws Exception {
        var config = read(Files.readString(EXAMPLE));
        assertThat(config.data().limits()).isEqualTo(Limits.DEFAULT);
        assertThat(config.data().deadlines()).isEqualTo(Deadlines.DEFAULT);
        assertThat(config.data().http()).isEqualTo(Http1Limits.DEFAULT);
        assertThat(config.data().upstreamSource()).isEqualTo(UpstreamSource.EDGE);
        assertThat(config.habits()).isEqualTo(HabitSettings.DEFAULT);
        assertThat(config.status()).isEqualTo(StatusConfig.DEFAULT);
        assertThat(config.records()).isEqualTo(new EdgeConfig.Records(Optional.empty(), 8192));

        var said = read(withCommentedKeys());
        assertThat(config.policy().lists()).isEqualTo(ListShelfConfig.DEFAULTS);
        assertThat(said.policy().lists()).isEqualTo(ListShelfConfig.DEFAULTS);
        assertThat(said.data().limits()).isEqualTo(Limits.DEFAULT);
        assertThat(said.data().deadlines()).isEqualTo(Deadlines.DEFAULT);
        assertThat(said.data().keepAlive()).isEqualTo(KeepAlive.DEFAULT);
        assertThat(said.data().http()).isEqualTo(Http1Limits.DEFAULT);
        assertThat(said.data().upstreamSource()).isEqualTo(UpstreamSource.EDGE);
        assertThat(said.habits()).isEqualTo(HabitSettings.DEFAULT);
        assertThat(said.status()).isEqualTo(StatusConfig.DEFAULT);
        assertThat(said.records().queue()).isEqualTo(8192);
        assertThat(config.transparency().logList()).isEmpty();
        assertThat(said.transparency().logList())
                .contains(Path.of("/etc/overt/edge/log_list.json"));
    }

    @Test
    void patience_that_outlasts_the_deadline_of_verifying_is_refused() throws Exception {
        var text = withCommentedKeys().replace("hard: 3s", "hard: 4s");

        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("deadlines.verify: PT5S (expected: at least PT5.5S");
    }

    @Test
    void every_key_is_mapped() throws Exception {
        var config =
                read(
                        withCommentedKeys()
                                .replace("kind: divert", "kind: redirect")
                                .replace("max-size: 1GiB", "max-size: 52KiB")
                                .replace("rate: 32MiB", "rate: 50KiB")
                                .replace("patience: 10m", "patience: 51s")
                                .replace(
                                        "local-destinations: refused",
                                        "local-destinations: allowed")
                                .replace("source: edge", "source: client")
                                .replace("threads: 0", "threads: 3")
                                .replace("connections: 20000", "connections: 11")
                                .replace("client-connections: 5000", "client-connections: 7")
                                .replace("fair-share: on", "fair-share: off")
                                .replace("hellos: 4096", "hellos: 8")
                                .replace("refusals: 1024", "refusals: 9")
                                .replace("inspections: 10000", "inspections: 12")
                                .replace("hello: 64KiB", "hello: 13KiB")
                                .replace("connect-head: 16KiB", "connect-head: 14KiB")
                                .replace("verifications: 1024", "verifications: 15")
                                .replace("resolutions: 1024", "resolutions: 16")
                                .replace("queue: 8192", "queue: 17")
                                .replace("arriving: 1s", "arriving: 21s")
                                .replace("connect-head: 10s", "connect-head: 22s")
                                .replace("resolve: 5s", "resolve: 23s")
                                .replace("first-byte: 10s", "first-byte: 24s")
                                .replace("hello: 5s", "hello: 25s")
                                .replace("connect: 10s", "connect: 26s")
                                .replace("upstream-handshake: 10s", "upstream-handshake: 27s")
                                .replace("verify: 5s", "verify: 78s")
                                .replace("forge: 5s", "forge: 29s")
                                .replace("client-handshake: 15s", "client-handshake: 30s")
                                .replace("idle: 15m", "idle: 31s")
                                .replace("half-closed: 2m", "half-closed: 34s")
                                .replace("  idle: 2m", "  idle: 35s")
                                .replace("interval: 30s", "interval: 36s")
                                .replace("request-head-time: 30s", "request-head-time: 44s")
                                .replace("response-head-time: 30s", "response-head-time: 45s")
                                .replace("probes: 4", "probes: 37")
                                .replace("linger: 2s", "linger: 32s")
                                .replace("drain: 30s", "drain: 33s")
                                .replace("max-verdicts: 5000", "max-verdicts: 38")
                                .replace("max-age: 1h", "max-age: 39s")
                                .replace("soft: 500ms", "soft: 34s")
                                .replace("hard: 3s", "hard: 35s")
                                .replace("deadline: 10s ", "deadline: 36s ")
                                .replace("at-once: 32", "at-once: 37")
                                .replace("largest: 10MiB", "largest: 38KiB")
                                .replace("memory: 64MiB", "memory: 39MiB")
                                .replace("memory: 1h", "memory: 43m")
                                .replace("upstreams: 10000", "upstreams: 44")
                                .replace("keep: 1d", "keep: 40h")
                                .replace("retry-after: 5m", "retry-after: 41s")
                                .replace("completion: 1500ms", "completion: 42s")
                                .replace(
                                        "allowed-networks: []", "allowed-networks: [10.1.0.0/16]"));
        assertThat(config.policy().lists())
                .isEqualTo(new ListShelfConfig(52 << 10, 50 << 10, Duration.ofSeconds(51)));
        assertThat(config.status())
                .isEqualTo(
                        new StatusConfig(
                                Duration.ofSeconds(34),
                                Duration.ofSeconds(35),
                                Duration.ofSeconds(42),
                                new StatusConfig.Fetches(
                                        Duration.ofSeconds(36),
                                        37,
                                        38 << 10,
                                        39 << 20,
                                        Duration.ofHours(40),
                                        Duration.ofSeconds(41),
                                        List.of(Cidr.of("10.1.0.0/16")))));
        assertThat(config.habits()).isEqualTo(new HabitSettings(Duration.ofMinutes(43), 44));
        var data = config.data();
        assertThat(data.listeners().getFirst().listener().provenance())
                .isEqualTo(Provenance.REDIRECT);
        assertThat(data.listeners().get(1).localDestinations())
                .isEqualTo(LocalDestinations.ALLOWED);
        assertThat(data.upstreamSource()).isEqualTo(UpstreamSource.CLIENT);
        assertThat(data.threads()).isEqualTo(3);
        var limits = data.limits();
        assertThat(limits.connections()).isEqualTo(11);
        assertThat(limits.clientConnections()).isEqualTo(7);
        assertThat(limits.fairShare()).isEqualTo(FairShare.OFF);
        assertThat(limits.hellos()).isEqualTo(8);
        assertThat(limits.refusals()).isEqualTo(9);
        assertThat(limits.inspections()).isEqualTo(12);
        assertThat(limits.hello().bytes()).isEqualTo(13 * 1024);
        assertThat(limits.connectHead()).isEqualTo(14 * 1024);
        assertThat(limits.verifications()).isEqualTo(15);
        assertThat(limits.resolutions()).isEqualTo(16);
        assertThat(config.records().queue()).isEqualTo(17);
        assertThat(config.records().file()).contains(Path.of("/var/log/overt/connections.log"));
        assertThat(data.deadlines())
                .isEqualTo(
                        new Deadlines(
                                seconds(21),
                                seconds(22),
                                seconds(23),
                                seconds(24),
                                seconds(25),
                                seconds(26),
                                seconds(27),
                                seconds(78),
                                seconds(29),
                                seconds(30),
                                seconds(31),
                                seconds(34),
                                seconds(32),
                                seconds(33)));
        assertThat(data.keepAlive()).isEqualTo(new KeepAlive(seconds(35), seconds(36), 37));
        assertThat(data.http().requestHeadTime()).isEqualTo(seconds(44));
        assertThat(data.http().responseHeadTime()).isEqualTo(seconds(45));
        assertThat(data.notice().organisation()).isEqualTo("Example Corp");
        assertThat(data.notice().url().map(Object::toString))
                .contains("https://it.example.com/inspection");
        assertThat(config.upstream().ownCas()).hasSize(1);
        assertThat(config.upstream().verdicts()).isEqualTo(new VerdictCacheConfig(38, seconds(39)));
    }

    @Test
    void a_key_that_is_misspelt_or_wrong_is_refused_with_its_line() throws IOException {
        var text = Files.readString(EXAMPLE);
        assertThatThrownBy(() -> read(text.replace("kind: connect", "kind: tunnel")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "tunnel (expected: divert, redirect, connect or proxy-protocol)");
        assertThatThrownBy(() -> read(text + "deadline:\n  idle: 1m\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("deadline: unknown key")
                .hasMessageContaining("deadlines");
        assertThatThrownBy(() -> read(text + "deadlines:\n  idle: never\n  helo: 1s\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("deadlines.idle: never")
                .hasMessageContaining("deadlines.helo: unknown key");
        assertThatThrownBy(() -> read(text.replace("name: proxy", "name: divert")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("divert: given twice");
    }

    /** `ansible/check-roles` holds the file to the template. */
    @Test
    void what_the_ansible_role_writes_is_read() throws Exception {
        var data =
                read(Files.readString(
                                Path.of("src/test/resources/io/overt/edge/edge-by-ansible.yaml")))
                        .data();
        assertThat(data.listeners())
                .extracting(each -> each.listener().provenance())
                .containsExactly(Provenance.DIVERT, Provenance.CONNECT, Provenance.PROXY_PROTOCOL);
        assertThat(data.listeners().get(1).authentication().orElseThrow().realm())
                .isEqualTo("Example Ltd: web");
        assertThat(data.listeners().get(2).balancers()).hasSize(2);
        assertThat(data.upstreamSource()).isEqualTo(UpstreamSource.CLIENT);
        assertThat(data.parentProxy().orElseThrow().exceptHosts()).hasSize(1);
        assertThat(data.keepAlive().idle()).isEqualTo(Duration.ofMinutes(4));
        assertThat(data.deadlines().halfClosed()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void users_and_a_parent_proxy_are_as_the_example_says() throws Exception {
        var plain = read(Files.readString(EXAMPLE));
        assertThat(plain.data().listeners().get(1).authentication()).isEmpty();
        assertThat(plain.data().listeners().get(1).listener().access()).isEqualTo(Access.OPEN);
        assertThat(plain.data().parentProxy()).isEmpty();

        var said = read(withCommentedKeys()).data();
        var usual = said.listeners().get(1).authentication().orElseThrow();
        assertThat(usual)
                .isEqualTo(
                        new LoginSettings(
                                "proxy",
                                folder.resolve("users.htpasswd"),
                                LoginSettings.USUAL_REMEMBER,
                                LoginSettings.USUAL_ATTEMPTS,
                                LoginSettings.USUAL_WINDOW,
                                LoginSettings.USUAL_QUEUE));
        assertThat(said.listeners().get(1).listener().access()).isEqualTo(Access.AUTHENTICATED);
        assertThat(said.parentProxy())
                .contains(
                        new ParentProxy(
                                InetSocketAddress.createUnresolved("proxy.example", 3128),
                                Optional.of(folder.resolve("parent-proxy.txt")),
                                List.of(Cidr.of("10.0.0.0/8"), Cidr.of("2001:db8::/32")),
                                List.of(HostPattern.parse("*.corp.example").orElseThrow())));

        var other =
                read(withCommentedKeys()
                                .replace("realm: proxy", "realm: Example Corp")
                                .replace("remember: 5m", "remember: 41s")
                                .replace("attempts: 10", "attempts: 42")
                                .replace("window: 1m", "window: 43s")
                                .replace("queue: 256", "queue: 44"))
                        .data()
                        .listeners()
                        .get(1)
                        .authentication()
                        .orElseThrow();
        assertThat(other)
                .isEqualTo(
                        new LoginSettings(
                                "Example Corp",
                                folder.resolve("users.htpasswd"),
                                seconds(41),
                                42,
                                seconds(43),
                                44));
    }

    @Test
    void approvals_labels_and_health_are_as_the_example_says() throws Exception {
        var usual = read(Files.readString(EXAMPLE)).policy().terms();
        assertThat(usual).isEqualTo(Terms.DEFAULT);

        var said = read(withCommentedKeys()).policy().terms();
        assertThat(said)
                .isEqualTo(
                        new Terms(
                                Optional.of(folder.resolve("identity/approvers.yaml")),
                                List.of("canary"),
                                usual.healthEvery(),
                                usual.reconnectWithin()));

        var other =
                read(withCommentedKeys()
                                .replace("health-every: 5s", "health-every: 6s")
                                .replace("reconnect-within: 5s", "reconnect-within: 7s")
                                .replace("[canary]", "[canary, dc-2]"))
                        .policy()
                        .terms();
        assertThat(other.healthEvery()).isEqualTo(seconds(6));
        assertThat(other.reconnectWithin()).isEqualTo(seconds(7));
        assertThat(other.labels()).containsExactly("canary", "dc-2");
    }

    @Test
    void labels_are_few_words_that_differ() throws Exception {
        var text = withCommentedKeys();
        assertThatThrownBy(() -> read(text.replace("[canary]", "[Canary]")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("labels")
                .hasMessageContaining("a-z 0-9 -");
        assertThatThrownBy(() -> read(text.replace("[canary]", "[a, b, a]")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("labels: [a, b, a] (expected: at most 16, each different)");
    }

    @Test
    void users_are_asked_only_where_they_can_answer() throws Exception {
        var text = withCommentedKeys();
        assertThatThrownBy(() -> read(text.replace("kind: connect", "kind: redirect")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("authentication: only for kind: connect");
        assertThatThrownBy(() -> read(text.replace("realm: proxy", "realm: 'a \"b\"'")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("printable ASCII without quotes");
        assertThatThrownBy(() -> read(text.replace("[10.0.0.0/8, ", "[10.0.0.1/8, ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has host bits set (expected: 10.0.0.0/8)");
    }

    @Test
    void a_load_balancers_header_is_taken_only_from_addresses_that_are_named() throws Exception {
        var text = Files.readString(EXAMPLE);
        var balanced = read(text).data().listeners().get(2);
        assertThat(balanced.listener().provenance()).isEqualTo(Provenance.PROXY_PROTOCOL);
        assertThat(balanced.balancers())
                .containsExactly(Cidr.of("192.0.2.8/32"), Cidr.of("2001:db8:8::/64"));
        assertThatThrownBy(() -> read(text.replaceFirst("(?m)^ +from: .*\\R", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("from: none (expected: the addresses or networks");
        assertThatThrownBy(() -> read(text.replace("kind: proxy-protocol", "kind: divert")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("from: only for kind: proxy-protocol");
        assertThatThrownBy(() -> read(text.replace("[192.0.2.8,", "[192.0.2.8/24,")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has host bits set (expected: 192.0.2.0/24)");
    }

    private EdgeConfig read(String text) throws ConfigException, IOException {
        // The section that the frame of every process reads before the process does.
        var own = text.replaceFirst("(?m)^log:\\R {2}level: info\\R", "");
        return EdgeConfig.read(
                ConfigFile.read(Files.writeString(folder.resolve("edge.yaml"), own)));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** The example with every key that it comments out; prose begins with a capital or a blank. */
    private static String withCommentedKeys() throws IOException {
        return Files.readAllLines(EXAMPLE).stream()
                .map(
                        line ->
                                line.matches(" *# +(- \\{|[a-z-]+:( |$)).*")
                                        ? line.replaceFirst("# ", "")
                                        : line)
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
