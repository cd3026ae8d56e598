package io.overt.service.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.site.v1.FetchKeysRequest;
import io.overt.proto.site.v1.FetchKeysResponse;
import io.overt.proto.site.v1.SitePeerGrpc;
import io.overt.service.rpc.FleetChannel;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS as the fleet uses it, end to end over real sockets. */
class FleetTlsTest {
    private static final InetSocketAddress LOOPBACK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /**
     * Short enough that tests wait for it gladly; every wait below is for the outcome, not for a
     * time.
     */
    private static final Duration LOOK = Duration.ofMillis(50);

    @TempDir Path folder;
    private TestFleetCa ca;
    private final List<AutoCloseable> open = new ArrayList<>();

    /** Answers with who it took the caller for. */
    private static final class WhoAmI extends SitePeerGrpc.SitePeerImplBase {
        @Override
        public void fetchKeys(
                FetchKeysRequest request, StreamObserver<FetchKeysResponse> observer) {
            var caller = CallerIdentity.current().uri();
            observer.onNext(
                    FetchKeysResponse.newBuilder()
                            .setSiteSecret(ByteString.copyFromUtf8(caller))
                            .build());
            observer.onCompleted();
        }
    }

    /** A method with a defect in it. */
    private static final class Broken extends SitePeerGrpc.SitePeerImplBase {
        @Override
        public void fetchKeys(
                FetchKeysRequest request, StreamObserver<FetchKeysResponse> observer) {
            throw new IllegalStateException("secret detail");
        }
    }

    @BeforeEach
    void makeFleet() throws Exception {
        ca = new TestFleetCa("fleet");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void a_member_calls_a_member_and_each_knows_who_the_other_is() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));

        assertThat(call(server, member("overt://hq/edge/b"), ExpectedPeer.of(Role.EDGE, "hq")))
                .isEqualTo("overt://hq/edge/b");
    }

    @Test
    void rsa_keys_serve_as_well() throws Exception {
        var day = Instant.now().plus(Duration.ofDays(1));
        var server =
                serve(
                        tls(ca, ca.issue("RSA", day, "overt://hq/edge/a")),
                        RoleGate.allow(Set.of(Role.EDGE)));

        assertThat(
                        call(
                                server,
                                tls(ca, ca.issue("RSA", day, "overt://hq/edge/b")),
                                ExpectedPeer.of(Role.EDGE)))
                .isEqualTo("overt://hq/edge/b");
    }

    @Test
    void a_caller_of_another_role_is_refused_with_the_reason_in_the_trailer() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));

        var failure =
                failureOf(server, member("overt://hq/operator/eve"), ExpectedPeer.of(Role.EDGE));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(RefusalTrailer.from(failure))
                .hasValueSatisfying(
                        refusal -> {
                            assertThat(refusal.getReason())
                                    .isEqualTo(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED);
                            assertThat(refusal.getSubject())
                                    .isEqualTo("overt.site.v1.SitePeer/FetchKeys");
                            assertThat(refusal.getDetail())
                                    .isEqualTo(
                                            "overt://hq/operator/eve (expected: a caller of role edge)");
                        });
    }

    @Test
    void a_caller_of_another_site_is_refused_where_only_the_own_site_may_call() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Role.EDGE, "hq"));

        assertThat(call(server, member("overt://hq/edge/b"), ExpectedPeer.of(Role.EDGE)))
                .endsWith("/b");
        assertThat(
                        reasonOf(
                                failureOf(
                                        server,
                                        member("overt://lab/edge/b"),
                                        ExpectedPeer.of(Role.EDGE))))
                .isEqualTo(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED);
    }

    @Test
    void a_caller_that_talks_to_the_wrong_role_or_site_hangs_up_before_it_says_anything()
            throws Exception {
        var server = serve(member("overt://lab/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));
        var caller = member("overt://hq/edge/b");

        assertThat(failureOf(server, caller, ExpectedPeer.of(Role.CONTROL)))
                .hasRootCauseMessage("peer is overt://lab/edge/a (expected: overt://*/control/*)")
                .extracting(each -> each.getStatus().getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failureOf(server, caller, ExpectedPeer.of(Role.EDGE, "hq")))
                .hasRootCauseMessage("peer is overt://lab/edge/a (expected: overt://hq/edge/*)");
    }

    @Test
    void a_server_of_another_ca_is_not_talked_to() throws Exception {
        var stranger = new TestFleetCa("stranger");
        var server =
                serve(
                        tls(stranger, stranger.issue("overt://hq/edge/a")),
                        RoleGate.allow(Set.of(Role.EDGE)));

        var failure = failureOf(server, member("overt://hq/edge/b"), ExpectedPeer.of(Role.EDGE));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure).hasStackTraceContaining("unable to find valid certification path");
    }

    @Test
    void a_caller_of_another_ca_does_not_get_past_the_handshake() throws Exception {
        var stranger = new TestFleetCa("stranger");
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));
        // Trusts our fleet, but presents a certificate that its own CA issued.
        var files = stranger.write(folder.resolve("stranger"), stranger.issue("overt://hq/edge/b"));
        TestFleetCa.replace(
                files.trustAnchors(), TestFleetCa.pem("CERTIFICATE", ca.certificate.getEncoded()));

        var failure =
                failureOf(server, keep(new FleetTls(files, LOOK)), ExpectedPeer.of(Role.EDGE));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(RefusalTrailer.from(failure)).isEmpty();
    }

    @Test
    void a_caller_whose_certificate_has_expired_does_not_get_past_the_handshake() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));
        var expired = tls(ca, ca.issue("EC", Instant.now().minusSeconds(60), "overt://hq/edge/b"));

        assertThat(failureOf(server, expired, ExpectedPeer.of(Role.EDGE)).getStatus().getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void a_caller_without_certificate_or_with_an_older_tls_is_turned_away() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));

        // In TLS 1.3 the refusal of a missing certificate arrives with the first read.
        assertThatThrownBy(() -> connect(server.address(), "TLSv1.3"))
                .isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> connect(server.address(), "TLSv1.2"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("protocol_version");
    }

    @Test
    void a_caller_whose_certificate_names_nobody_is_refused() throws Exception {
        var server = serve(member("overt://hq/edge/a"), RoleGate.allow(Set.of(Role.EDGE)));
        var files = ca.write(folder.resolve("nobody"), ca.issue("https://example.com/"));
        // FleetTls itself would not load such files, so this caller is built by hand.
        var context =
                io.grpc.netty.GrpcSslContexts.forClient()
                        .keyManager(files.certificateChain().toFile(), files.privateKey().toFile())
                        .trustManager(
                                PeerTrust.ofClient(
                                        List.of(ca.certificate), ExpectedPeer.of(Role.EDGE)))
                        .build();
        var channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.address().getPort())
                        .sslContext(context)
                        .build();
        keep(channel::shutdownNow);

        assertThat(reasonOf(failureOf(channel)))
                .isEqualTo(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED);
    }

    @Test
    void a_gate_on_a_plain_connection_refuses() throws Exception {
        var server =
                NettyServerBuilder.forAddress(LOOPBACK)
                        .addService(
                                io.grpc.ServerInterceptors.intercept(
                                        new WhoAmI(), RoleGate.allow(Set.of(Role.EDGE))))
                        .build()
                        .start();
        keep(server::shutdownNow);
        var channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build();
        keep(channel::shutdownNow);

        assertThat(failureOf(channel).getStatus().getDescription())
                .contains("the connection is not TLS");
    }

    @Test
    void a_defect_in_a_method_is_counted_and_told_only_by_its_id() throws Exception {
        var meters = new SimpleMeterRegistry();
        var server =
                keep(
                        FleetServer.start(
                                LOOPBACK,
                                member("overt://hq/edge/a"),
                                1 << 20,
                                meters,
                                List.of(
                                        new GatedService(
                                                new Broken(), RoleGate.allow(Set.of(Role.EDGE))))));

        var failure = failureOf(server, member("overt://hq/edge/b"), ExpectedPeer.of(Role.EDGE));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(failure.getStatus().getDescription())
                .startsWith("a defect, logged as ")
                .doesNotContain("secret");
        assertThat(reasonOf(failure)).isEqualTo(RefusalReason.REFUSAL_REASON_INTERNAL);
        assertThat(meters.get("overt.rpc.defects").counter().count()).isEqualTo(1);
        assertThat(answers(meters, "internal")).isEqualTo(1);
        assertThat(answers(meters, "permission_denied")).isZero();
    }

    @Test
    void a_refused_caller_is_counted() throws Exception {
        var meters = new SimpleMeterRegistry();
        var server =
                keep(
                        FleetServer.start(
                                LOOPBACK,
                                member("overt://hq/edge/a"),
                                1 << 20,
                                meters,
                                List.of(
                                        new GatedService(
                                                new WhoAmI(), RoleGate.allow(Set.of(Role.EDGE))))));

        failureOf(server, member("overt://hq/operator/eve"), ExpectedPeer.of(Role.EDGE));

        assertThat(answers(meters, "permission_denied")).isEqualTo(1);
    }

    @Test
    void new_certificates_serve_new_connections_without_a_restart() throws Exception {
        var serverFiles = ca.write(folder.resolve("server"), ca.issue("overt://hq/edge/a"));
        var clientFiles = ca.write(folder.resolve("client"), ca.issue("overt://hq/edge/b"));
        var serverTls = keep(new FleetTls(serverFiles, LOOK));
        var clientTls = keep(new FleetTls(clientFiles, LOOK));
        var server = serve(serverTls, RoleGate.allow(Set.of(Role.EDGE)));
        assertThat(call(server, clientTls, ExpectedPeer.of(Role.EDGE))).endsWith("/b");

        // The whole fleet moves to another CA: were either end still on its old files, the call
        // could not succeed.
        var next = new TestFleetCa("next");
        next.write(folder.resolve("server"), next.issue("overt://hq/edge/a"));
        next.write(folder.resolve("client"), next.issue("overt://hq/edge/b"));
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                serverTls
                                                .certificate()
                                                .getIssuerX500Principal()
                                                .getName()
                                                .equals("CN=next")
                                        && clientTls
                                                .certificate()
                                                .getIssuerX500Principal()
                                                .getName()
                                                .equals("CN=next"));

        assertThat(call(server, clientTls, ExpectedPeer.of(Role.EDGE))).endsWith("/b");
        assertThat(reasonlessFailure(server, member("overt://hq/edge/old")))
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void files_that_do_not_fit_together_change_nothing_and_are_counted_once() throws Exception {
        var files = ca.write(folder.resolve("server"), ca.issue("overt://hq/edge/a"));
        var tls = keep(new FleetTls(files, LOOK));
        var meters = new SimpleMeterRegistry();
        tls.bindTo(meters);
        var before = tls.certificate();
        var next = ca.issue("overt://hq/edge/a");

        // Half of a rotation: the key is new, the certificate is still the old one.
        TestFleetCa.replace(
                files.privateKey(), TestFleetCa.pem("PRIVATE KEY", next.key().getEncoded()));
        await().atMost(30, TimeUnit.SECONDS).until(() -> reloads(meters, "refused") == 1);
        assertThat(tls.certificate()).isEqualTo(before);

        // The other half.
        TestFleetCa.replace(
                files.certificateChain(),
                TestFleetCa.pem("CERTIFICATE", next.certificate().getEncoded()));
        await().atMost(30, TimeUnit.SECONDS).until(() -> reloads(meters, "taken") == 1);
        assertThat(tls.certificate()).isEqualTo(next.certificate());
        assertThat(reloads(meters, "refused")).isEqualTo(1);
        assertThat(meters.get("overt.fleet.certificate.expiry").gauge().value())
                .isEqualTo((double) next.certificate().getNotAfter().toInstant().getEpochSecond());
    }

    @Test
    void a_reload_never_changes_who_the_process_is() throws Exception {
        var files = ca.write(folder.resolve("server"), ca.issue("overt://hq/edge/a"));
        var tls = keep(new FleetTls(files, LOOK));
        var meters = new SimpleMeterRegistry();
        tls.bindTo(meters);

        ca.write(folder.resolve("server"), ca.issue("overt://hq/signer/a"));
        await().atMost(30, TimeUnit.SECONDS).until(() -> reloads(meters, "refused") >= 1);

        assertThat(tls.self()).isEqualTo(new FleetIdentity("hq", Role.EDGE, "a"));
    }

    @Test
    void unusable_files_are_told_by_name_at_the_start() throws Exception {
        var files = ca.write(folder.resolve("x"), ca.issue("overt://hq/edge/a"));
        var other = ca.write(folder.resolve("y"), ca.issue("overt://hq/edge/b"));

        assertThatThrownBy(
                        () ->
                                new FleetTls(
                                        files.certificateChain(),
                                        other.privateKey(),
                                        files.trustAnchors()))
                .isInstanceOf(FleetIdentityException.class)
                .hasMessage(
                        other.privateKey()
                                + ": is not the key of the certificate in "
                                + files.certificateChain());
        assertThatThrownBy(
                        () ->
                                new FleetTls(
                                        folder.resolve("none"),
                                        other.privateKey(),
                                        files.trustAnchors()))
                .hasMessage(folder.resolve("none") + ": no such file");
        assertThatThrownBy(
                        () ->
                                new FleetTls(
                                        files.certificateChain(),
                                        files.certificateChain(),
                                        files.trustAnchors()))
                .hasMessageContaining("no PKCS#8 private key in it");
        assertThatThrownBy(
                        () ->
                                new FleetTls(
                                        files.privateKey(),
                                        files.privateKey(),
                                        files.trustAnchors()))
                .isInstanceOf(FleetIdentityException.class)
                .hasMessageStartingWith(files.privateKey().toString());
        var nobody = ca.write(folder.resolve("z"), ca.issue("https://example.com/"));
        assertThatThrownBy(() -> new FleetTls(nobody))
                .hasMessageContaining(
                        "0 subject alternative names of the form overt://… (expected: 1)");
    }

    // ---- what the tests above are made of

    private FleetTls member(String uri) throws Exception {
        return tls(ca, ca.issue(uri));
    }

    private FleetTls tls(TestFleetCa issuer, TestFleetCa.Issued issued) throws Exception {
        return keep(
                new FleetTls(issuer.write(folder.resolve("member-" + open.size()), issued), LOOK));
    }

    private FleetServer serve(FleetTls tls, RoleGate gate) throws Exception {
        return keep(
                FleetServer.start(
                        LOOPBACK,
                        tls,
                        1 << 20,
                        new SimpleMeterRegistry(),
                        List.of(new GatedService(new WhoAmI(), gate))));
    }

    private static String call(FleetServer server, FleetTls caller, ExpectedPeer expected) {
        var channel = FleetChannel.to(server.address(), caller, expected, 1 << 20);
        try {
            return call(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private static String call(ManagedChannel channel) {
        return SitePeerGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .fetchKeys(FetchKeysRequest.getDefaultInstance())
                .getSiteSecret()
                .toString(StandardCharsets.UTF_8);
    }

    private static StatusRuntimeException failureOf(
            FleetServer server, FleetTls caller, ExpectedPeer expected) {
        var channel = FleetChannel.to(server.address(), caller, expected, 1 << 20);
        try {
            return failureOf(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private static StatusRuntimeException failureOf(ManagedChannel channel) {
        try {
            var answer = call(channel);
            throw new AssertionError("expected a refusal, got: " + answer);
        } catch (StatusRuntimeException e) {
            return e;
        }
    }

    private static Status.Code reasonlessFailure(FleetServer server, FleetTls caller) {
        return failureOf(server, caller, ExpectedPeer.of(Role.EDGE)).getStatus().getCode();
    }

    private static RefusalReason reasonOf(StatusRuntimeException failure) {
        return RefusalTrailer.from(failure)
                .orElseThrow(() -> new AssertionError("no refusal in", failure))
                .getReason();
    }

    private static double answers(SimpleMeterRegistry meters, String status) {
        return meters.get("overt.rpc.answers").tag("status", status).counter().count();
    }

    private static double reloads(SimpleMeterRegistry meters, String result) {
        return meters.get("overt.fleet.reloads").tag("result", result).functionCounter().count();
    }

    private static void connect(InetSocketAddress address, String protocol) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(address.getAddress(), address.getPort())) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            socket.getInputStream().readAllBytes();
        }
    }

    /** The one connecting here is the one being tested for. */
    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
