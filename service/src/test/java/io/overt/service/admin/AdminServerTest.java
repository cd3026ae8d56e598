package io.overt.service.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.process.StartException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private final ServiceMeters meters = new ServiceMeters();
    private final Readiness readiness = new Readiness(meters.registry());
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                AdminServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        meters.registry(),
                        readiness);
    }

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    @Test
    void a_process_is_live_before_it_is_ready() throws Exception {
        readiness.condition("policy");

        assertThat(call("GET", "/health/live").statusCode()).isEqualTo(200);
        assertThat(call("GET", "/health/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void it_is_ready_when_each_condition_is_met_and_tells_which_is_not() throws Exception {
        var policy = readiness.condition("policy");
        var signer = readiness.condition("signer");
        policy.met();
        signer.unmet("connection refused");

        assertThat(call("GET", "/health/ready").body()).isEqualTo("signer: connection refused\n");
        signer.met();
        assertThat(call("GET", "/health/ready").statusCode()).isEqualTo(200);
        policy.unmet("no version in force");
        assertThat(call("GET", "/health/ready").body()).isEqualTo("policy: no version in force\n");
    }

    @Test
    void a_condition_has_one_owner() {
        readiness.condition("policy");

        assertThatThrownBy(() -> readiness.condition("policy"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void metrics_are_served_in_the_form_asked_for() throws Exception {
        readiness.condition("policy");

        var plain = call("GET", "/metrics");
        assertThat(plain.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).contains("0.0.4"));
        assertThat(plain.body())
                .contains(
                        "overt_ready{condition=\"policy\"} 0",
                        "jvm_memory_used_bytes",
                        "overt_build{version=");

        var open =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(uri("/metrics"))
                                        .header(
                                                "Accept",
                                                "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
                                        .build(),
                                BodyHandlers.ofString());
        assertThat(open.body()).endsWith("# EOF\n");
    }

    @Test
    void anything_else_is_told_what_there_is() throws Exception {
        assertThat(call("GET", "/health/ready/x").statusCode()).isEqualTo(404);
        assertThat(call("GET", "/").body()).isEqualTo("/health/live /health/ready /metrics\n");
        var post = call("POST", "/metrics");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(call("HEAD", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void a_port_that_is_taken_is_told_in_one_line() {
        assertThatThrownBy(() -> AdminServer.start(server.address(), meters.registry(), readiness))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "listen 127.0.0.1:"
                                + server.address().getPort()
                                + ": address already in use");
    }

    private HttpResponse<String> call(String method, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri(path))
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }
}
