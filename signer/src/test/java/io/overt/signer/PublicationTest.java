package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a signer publishes over plain HTTP, taken by curl, openssl and a bare socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublicationTest {

    private SignerWorld world;
    private InetSocketAddress address;
    private String issuer;
    private String part = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        world = SignerWorld.idle(directory);
        world.more =
                """
                publication: { listen: "127.0.0.1:0", connections: 6, connections-per-client: 4, deadline: 500ms }
                """;
        world.start();
        address = world.serving().publication().orElseThrow().address();
        String file = String.valueOf(world.token.issuingPem().getFileName());
        issuer = file.substring(0, file.length() - ".pem".length());
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        Files.write(
                directory.resolve("leaf.der"),
                edge.forge(edge.request(world.upstream("www.origin.example"), "www.origin.example"))
                        .getCertificate()
                        .toByteArray());
        awaitStatus("/crl/" + issuer + ".crl", 200);
        awaitStatus("/log/checkpoint", 200);
        // A folder that is being written has files of no name yet: the checkpoint says what is
        // there.
        part = new String(get("/log/checkpoint").body(), StandardCharsets.UTF_8).split("\n")[1];
    }

    @AfterAll
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void a_client_takes_issuer_and_crl_with_curl_and_openssl_verifies_the_leaf_against_them()
            throws Exception {
        run("curl", "-sfS", "-o", "issuing.cer", url("/ca/" + issuer + ".cer"));
        run("curl", "-sfS", "-o", "issuing.crl", url("/crl/" + issuer + ".crl"));
        run("openssl", "x509", "-inform", "DER", "-in", "issuing.cer", "-out", "ca.pem");
        run("openssl", "x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem");
        String crl =
                run(
                        "openssl",
                        "crl",
                        "-inform",
                        "DER",
                        "-in",
                        "issuing.crl",
                        "-verify",
                        "-CAfile",
                        "ca.pem",
                        "-text",
                        "-out",
                        "crl.pem");
        assertThat(crl).contains("verify OK");
        assertThat(Files.readString(world.directory.resolve("crl.pem")))
                .contains("X509v3 CRL Number")
                .contains("X509v3 Authority Key Identifier")
                .contains("Signature Algorithm: ecdsa-with-SHA256")
                .contains("No Revoked Certificates");
        // The trust anchor is the issuing CA: its own status is its root's to tell.
        assertThat(
                        run(
                                "openssl",
                                "verify",
                                "-partial_chain",
                                "-crl_check",
                                "-CRLfile",
                                "crl.pem",
                                "-CAfile",
                                "ca.pem",
                                "leaf.pem"))
                .contains("leaf.pem: OK");
        assertThat(Files.readAllBytes(world.directory.resolve("crl/" + issuer + ".crl")))
                .as("the copy for other web servers")
                .isEqualTo(Files.readAllBytes(world.directory.resolve("issuing.crl")));
    }

    @ParameterizedTest
    @CsvSource({
        "/crl/ISSUER.crl, application/pkix-crl, 'public, max-age=3600'",
        "/ca/ISSUER.cer, application/pkix-cert, 'public, max-age=86400'",
        "/log/checkpoint, text/plain; charset=utf-8, no-cache",
        "/log/tile/entries/000.p/PART, application/octet-stream, 'public, max-age=31536000, immutable'",
    })
    void each_kind_has_its_type_and_its_time_in_caches(
            String path, String contentType, String caching) throws Exception {
        HttpResponse<byte[]> whole = get(path);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.headers().firstValue("content-type")).contains(contentType);
        assertThat(whole.headers().firstValue("cache-control")).contains(caching);
        String tag = whole.headers().firstValue("etag").orElseThrow();
        String changed = whole.headers().firstValue("last-modified").orElseThrow();

        HttpResponse<byte[]> head =
                send(
                        HttpRequest.newBuilder(uri(path)).HEAD(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-length"))
                .contains(Integer.toString(whole.body().length));
        assertThat(head.body()).isEmpty();

        if (path.contains("checkpoint")) {
            return; // it may have grown since
        }
        assertThat(status(path, "If-None-Match", "\"x\", W/" + tag)).isEqualTo(304);
        assertThat(status(path, "If-None-Match", "\"another\"")).isEqualTo(200);
        assertThat(status(path, "If-Modified-Since", changed)).isEqualTo(304);
        assertThat(status(path, "If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"))
                .isEqualTo(200);
        // RFC 9110 §13.2.2: where there is a tag, the date does not count.
        assertThat(
                        send(
                                        HttpRequest.newBuilder(uri(path))
                                                .header("If-None-Match", "\"another\"")
                                                .header("If-Modified-Since", changed),
                                        HttpResponse.BodyHandlers.ofByteArray())
                                .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/crl/",
                "/crl/nobody.crl",
                "/crl/../signer.yaml",
                "/crl/..%2fsigner.yaml.crl",
                "/crl/%2e%2e/signer.db.crl",
                "/crl//etc/passwd.crl",
                "/crl/ISSUER.crl/",
                "/crl/ISSUER.crl?x=1",
                "/ca/../ca.cer",
                "/ca/ISSUER.pem",
                "/log",
                "/log/",
                "/log/../signer.db",
                "/log/checkpoint/..",
                "/log/%63heckpoint",
                "/log/tile/0/../../../signer.db",
                "/log/tile/0/000.p/0",
                "/log/tile/0/000.p/257",
                "/log/tile/0/000.p/01",
                "/log/tile/0/x000/000.p/1",
                "/log/tile/64/000.p/1",
                "/log/tile/00/000.p/1",
                "/log/tile/entries/000.p/1.new",
                "/log/tile/entries/999",
                "/signer.yaml",
                "//signer.yaml",
                "/health/ready",
                "/metrics",
            })
    void there_is_nothing_but_what_is_published(String path) throws Exception {
        assertThat(
                        raw(
                                "GET "
                                        + path.replace("ISSUER", issuer)
                                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    void requests_that_are_none_are_answered_as_such_and_change_nothing() throws Exception {
        String crl = "/crl/" + issuer + ".crl";
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE")) {
            assertThat(
                            raw(
                                    method
                                            + " "
                                            + crl
                                            + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 ")
                    .containsIgnoringCase("allow: GET, HEAD");
        }
        assertThat(raw("GET " + crl + " HTTP/1.1\r\n\r\n"))
                .as("no Host")
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET " + crl + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw("\u0016\u0003\u0001 what is this\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /" + "x".repeat(3000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(
                        raw(
                                "GET http://crl.example"
                                        + crl
                                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .as("RFC 9112 §3.2.2")
                .startsWith("HTTP/1.1 200 ");
        assertThat(raw("GET " + crl + " HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        String head = " HTTP/1.1\r\nHost: x\r\n";
        String two = "GET /a" + head + "\r\nGET /b" + head + "Connection: close\r\n\r\n";
        assertThat(raw(two).split("HTTP/1.1 404 ", -1)).as("pipelined").hasSize(3);
    }

    @Test
    void a_slow_client_and_one_with_too_many_connections_are_cut_off_and_others_go_on()
            throws Exception {
        awaitNoConnections();
        double deadlines = ended("deadline");
        double full = ended("client-full");
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                Socket slow = new Socket(address.getAddress(), address.getPort());
                slow.getOutputStream().write("GET /crl/".getBytes(StandardCharsets.US_ASCII));
                open.add(slow);
            }
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> connections() == 4);
            try (Socket fifth = new Socket(address.getAddress(), address.getPort())) {
                fifth.setSoTimeout(10_000);
                assertThat(fifth.getInputStream().read()).as("closed at once").isEqualTo(-1);
            }
            assertThat(ended("client-full")).isEqualTo(full + 1);
            for (Socket slow : open) {
                slow.setSoTimeout(10_000);
                // A byte now and then does not put the deadline off.
                slow.getOutputStream().write('x');
                assertThat(slow.getInputStream().read()).as("cut off").isEqualTo(-1);
            }
            assertThat(ended("deadline")).isEqualTo(deadlines + 4);
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
        awaitNoConnections();
        awaitStatus("/crl/" + issuer + ".crl", 200);
    }

    @Test
    void a_crl_is_in_the_log_before_it_is_published() throws Exception {
        // The one that is published was committed with its entry; a checkpoint covers it soon.
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(LogLines.of(world.directory))
                                        .anySatisfy(
                                                line ->
                                                        assertThat(line)
                                                                .contains(" crl issuer=")
                                                                .contains(" number=1 revoked=0 ")));
    }

    private double connections() {
        return world.serving()
                .registry()
                .get("overt.signer.publication.connections")
                .gauge()
                .value();
    }

    private double ended(String reason) {
        return world.serving()
                .registry()
                .get("overt.signer.publication.ended")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private void awaitNoConnections() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> connections() == 0);
    }

    private void awaitStatus(String path, int status) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () ->
                                raw("GET "
                                                + path
                                                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                        .startsWith("HTTP/1.1 " + status + " "));
    }

    private URI uri(String path) {
        return URI.create(url(path.replace("ISSUER", issuer).replace("PART", part)));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + address.getPort() + path;
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)), HttpResponse.BodyHandlers.ofByteArray());
    }

    private int status(String path, String header, String value) throws Exception {
        return send(
                        HttpRequest.newBuilder(uri(path)).header(header, value),
                        HttpResponse.BodyHandlers.ofByteArray())
                .statusCode();
    }

    private static <T> HttpResponse<T> send(
            HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) throws Exception {
        try (HttpClient once = HttpClient.newHttpClient()) {
            return once.send(request.build(), body);
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private String run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(world.directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
