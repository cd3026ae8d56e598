package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Listener;
import io.overt.edge.login.LoginSettings;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.net.DataPathSettings.LocalDestinations;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Users of the explicit proxy, by curl. */
@ExtendWith(LeakExtension.class)
class ProxyAuthenticationTest {
    private static final String RULES =
            """
            rules:
              - {name: alices, when: {user: alice}, then: splice}
              - {name: default, then: block, label: "Not for you"}
            """;

    /** "correct horse" and "battery", by libxcrypt's crypt(3). */
    private static final String USERS =
            """
            alice:$2y$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6
            bob:$2y$05$N9qo8uLOickgx2ZMRZoMyeM1.7LfQE3QazuoeT1W1w5Hd7GI0r0c.
            """;

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        var users = Files.writeString(folder.resolve("users"), USERS);
        bench =
                new Bench(
                        RULES,
                        Bench.settings(
                                Optional.empty(),
                                List.of(
                                        new ListenerSettings(
                                                new Listener(
                                                        "proxy",
                                                        Listener.Provenance.CONNECT,
                                                        Listener.Access.AUTHENTICATED),
                                                new InetSocketAddress(
                                                        InetAddress.getLoopbackAddress(), 0),
                                                LocalDestinations.ALLOWED,
                                                List.of(),
                                                Optional.of(
                                                        new LoginSettings(
                                                                "Example Corp",
                                                                users,
                                                                Duration.ofMinutes(5),
                                                                3,
                                                                Duration.ofMinutes(1),
                                                                16))))));
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
    }

    @Test
    void without_a_name_both_kinds_of_request_hear_407_and_go_nowhere() throws Exception {
        try (var origin = new PlainOrigin("the origin")) {
            var plain = curl("http://" + origin.authority() + "/", "--dump-header", "-");
            assertThat(plain.output())
                    .startsWith("HTTP/1.1 407 Proxy Authentication Required\r\n")
                    .contains(
                            "Proxy-Authenticate: Basic realm=\"Example Corp\", charset=\"UTF-8\"\r\n");
            assertThat(bench.record().fate()).isEqualTo("block authentication-required complete");

            var tunnel =
                    curl("https://" + origin.authority() + "/", "--write-out", "<%{http_connect}>");
            assertThat(tunnel.output()).contains("<407>");
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block authentication-required complete");
            assertThat(record.text("user")).isEqualTo("null");
            assertThat(origin.alsoAsked()).isEmpty();
        }
    }

    @Test
    void a_users_name_reaches_policy_and_record_and_its_password_nobody() throws Exception {
        try (var origin = new PlainOrigin("the origin")) {
            var curl =
                    curl(
                            "http://" + origin.authority() + "/",
                            "--proxy-user",
                            "alice:correct horse");
            assertThat(curl.output()).isEqualTo("this is the origin\n");
            assertThat(origin.asked()).doesNotContainIgnoringCase("authorization");
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("splice rule complete");
        assertThat(record.text("user")).isEqualTo("alice");
        assertThat(record.text("rule")).isEqualTo("alices");
        assertThat(record.json()).doesNotContain("correct horse", "YWxpY2U6Y29ycmVjdCBob3JzZQ==");
    }

    @Test
    void a_tunnels_user_is_known_as_well() throws Exception {
        var identity = Bench.PKI.leaf("127.0.0.1");
        try (var upstream =
                MisbehavingUpstream.that(
                        TlsManner.with(identity)
                                .speaking(
                                        tls -> {
                                            Clients.readHead(tls.getInputStream());
                                            tls.getOutputStream()
                                                    .write(
                                                            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"
                                                                    .getBytes(
                                                                            java.nio.charset
                                                                                    .StandardCharsets
                                                                                    .US_ASCII));
                                        }))) {
            var curl =
                    curl(
                            "--insecure",
                            "https://127.0.0.1:" + upstream.address().getPort() + "/",
                            "--proxy-user",
                            "alice:correct horse");
            assertThat(curl.output()).as(curl.errors()).isEqualTo("yes");
        }
        var record = bench.record();
        assertThat(record.text("outcome")).isEqualTo("splice");
        assertThat(record.text("user")).isEqualTo("alice");
    }

    @Test
    void another_user_on_the_same_connection_is_verified_and_judged_anew() throws Exception {
        try (var origin = new PlainOrigin("the origin")) {
            var curl =
                    curl(
                            "http://" + origin.authority() + "/1",
                            "--proxy-user",
                            "alice:correct horse",
                            "--next",
                            "--silent",
                            "--proxy",
                            "http://127.0.0.1:" + bench.proxy().getPort(),
                            "--proxy-user",
                            "bob:battery",
                            "http://" + origin.authority() + "/2",
                            "--write-out",
                            "<%{response_code}>");
            assertThat(curl.output())
                    .startsWith("this is the origin\n")
                    .contains("Not for you", "<403>");
            assertThat(origin.asked()).startsWith("GET /1 ");
            assertThat(origin.alsoAsked()).isEmpty();
        }
        assertThat(List.of(bench.record(), bench.record()))
                .extracting(record -> record.text("user") + " " + record.fate())
                .containsExactlyInAnyOrder("alice splice rule complete", "bob block rule complete");
    }

    @Test
    void wrong_passwords_hear_407_and_then_429() throws Exception {
        // A client of its own, so that other tests are not limited with it.
        try (var origin = new PlainOrigin("the origin")) {
            for (var i = 0; i < 3; i++) {
                assertThat(guess(origin, "guess" + i)).contains("<407>");
                assertThat(bench.record().fate()).isEqualTo("block authentication-failed complete");
            }
            assertThat(guess(origin, "guess4")).contains("<429>");
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block authentication-limited complete");
            assertThat(record.json()).doesNotContain("guess");
            assertThat(origin.alsoAsked()).isEmpty();
        }
    }

    private static String guess(PlainOrigin origin, String password)
            throws IOException, InterruptedException {
        return curl(
                        "http://" + origin.authority() + "/",
                        "--interface",
                        "127.0.0.99",
                        "--proxy-user",
                        "mallory:" + password,
                        "--write-out",
                        "<%{response_code}>")
                .output();
    }

    private static Curl curl(String... arguments) throws IOException, InterruptedException {
        var all =
                new ArrayList<>(List.of("--proxy", "http://127.0.0.1:" + bench.proxy().getPort()));
        all.addAll(Arrays.asList(arguments));
        return Curl.run(all);
    }
}
