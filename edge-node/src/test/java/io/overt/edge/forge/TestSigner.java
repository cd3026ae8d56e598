package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.HealthRequest;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.proto.signer.v1.Issuance;
import io.overt.proto.signer.v1.Issuer;
import io.overt.proto.signer.v1.IssuerState;
import io.overt.proto.signer.v1.Profile;
import io.overt.proto.signer.v1.Recipe;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.proto.signer.v1.SigningState;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.TbsCertificateDer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A signer for the tests of its client: real gRPC over real mutual TLS, a real CA key, proofs of
 * possession and enrolment checked; no evidence, log or token. Misbehaves as told.
 */
final class TestSigner implements AutoCloseable {
    static final MirrorProfile PROFILE =
            new MirrorProfile(
                    "mirror",
                    io.overt.x509.Recipe.MIRROR,
                    "Example GmbH",
                    "https://inspection.example/why",
                    Duration.ofDays(398),
                    Duration.ofDays(7),
                    Duration.ofDays(1));

    private final TestAuthority root;
    private final TestAuthority ca;
    private final TestAuthority untrusted;
    private final Server server;
    private final InetSocketAddress address;
    private final Set<LeafPublicKey> enrolled = ConcurrentHashMap.newKeySet();
    private final AtomicInteger forgeCalls = new AtomicInteger();

    /** Applied to each certificate before it is sent. */
    volatile Function<byte[], byte[]> tampering = Function.identity();

    /** What every forge request is refused for, if it is. */
    volatile Optional<RefusalReason> refusal = Optional.empty();

    /** With what every forge request is refused, in full, if it is. */
    volatile Optional<Refusal> refusedWith = Optional.empty();

    /** What the issuer is described as. */
    volatile IssuerState state = IssuerState.ISSUER_STATE_ACTIVE;

    /** Whether there is an issuer that nobody trusts. */
    volatile boolean hasUntrusted = true;

    /** What every call fails with, if it does. */
    volatile Optional<Status> failure = Optional.empty();

    /** What forge calls wait for. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    /** What every call waits for: a process that is stopped takes connections all the same. */
    volatile CountDownLatch stopped = new CountDownLatch(0);

    /** What keeps it from signing, as it says itself. */
    volatile List<String> unmet = List.of();

    /** Leaf keys that it calls revoked, by SHA-256. */
    volatile List<ByteString> revoked = List.of();

    /** Whether it knows the call that asks how it is. */
    volatile boolean knowsHealth = true;

    TestSigner(FleetTls tls) throws IOException {
        this(tls, 0);
    }

    /**
     * @param port 0: the system picks one
     */
    TestSigner(FleetTls tls, int port) throws IOException {
        TestPki pki = TestPki.create();
        this.root = pki.root();
        this.ca = root.subordinate(CertificateSpec.ca("Overt Test Issuing CA").pathLength(0));
        this.untrusted =
                TestAuthority.root(
                        CertificateSpec.ca("Overt Test Untrusted CA").pathLength(0), pki.now());
        this.server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .sslContext(tls.serverContext())
                        .intercept(RoleGate.allow(Set.of(Role.EDGE)))
                        .addService(new Service())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build()
                        .start();
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    }

    InetSocketAddress address() {
        return address;
    }

    /** As edges call it. */
    String name() {
        return address.getHostString() + ":" + address.getPort();
    }

    int forgeCalls() {
        return forgeCalls.get();
    }

    Set<LeafPublicKey> enrolled() {
        return enrolled;
    }

    /** The root that clients trust. */
    X509Certificate root() {
        return root.certificate();
    }

    X509Certificate untrustedIssuer() {
        return untrusted.certificate();
    }

    X509Certificate issuer() {
        return ca.certificate();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Service extends SignerGrpc.SignerImplBase {
        @Override
        public void describe(DescribeRequest request, StreamObserver<DescribeResponse> answer) {
            answer(answer, this::described);
        }

        @Override
        public void health(HealthRequest request, StreamObserver<HealthResponse> answer) {
            answer(
                    answer,
                    () -> {
                        if (!knowsHealth) {
                            throw Status.UNIMPLEMENTED.asRuntimeException();
                        }
                        return HealthResponse.newBuilder()
                                .setState(
                                        unmet.isEmpty()
                                                ? SigningState.SIGNING_STATE_SERVING
                                                : SigningState.SIGNING_STATE_NOT_SERVING)
                                .addAllUnmet(unmet)
                                .addAllRevokedLeafKeys(revoked)
                                .setDescription(described().toByteString())
                                .build();
                    });
        }

        private DescribeResponse described() {
            return DescribeResponse.newBuilder()
                    .addIssuers(
                            Issuer.newBuilder()
                                    .setCertificate(ByteString.copyFrom(der(ca.certificate())))
                                    .setState(state)
                                    .addCrlUrls("http://crl.overt.example/test.crl"))
                    .addAllUntrustedIssuers(
                            hasUntrusted
                                    ? List.of(
                                            Issuer.newBuilder()
                                                    .setCertificate(
                                                            ByteString.copyFrom(
                                                                    der(untrusted.certificate())))
                                                    .setState(IssuerState.ISSUER_STATE_ACTIVE)
                                                    .build())
                                    : List.of())
                    .addProfiles(
                            Profile.newBuilder()
                                    .setName(PROFILE.name())
                                    .setRecipe(Recipe.RECIPE_MIRROR)
                                    .setOrganisation(PROFILE.organisation())
                                    .setNoticeUrl(PROFILE.noticeUrl())
                                    .setMaxLifetime(seconds(PROFILE.maxLifetime()))
                                    .setEpochLength(seconds(PROFILE.epochLength()))
                                    .setEpochGrace(seconds(PROFILE.epochGrace())))
                    .build();
        }

        @Override
        public void enrolLeafKey(
                EnrolLeafKeyRequest request, StreamObserver<EnrolLeafKeyResponse> answer) {
            String site = CallerIdentity.current().site();
            answer(
                    answer,
                    () -> {
                        LeafPublicKey key = new LeafPublicKey(request.getPublicKey().toByteArray());
                        if (!provesPossession(site, key, request)) {
                            throw refused(RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN);
                        }
                        enrolled.add(key);
                        return EnrolLeafKeyResponse.getDefaultInstance();
                    });
        }

        @Override
        public void forge(ForgeRequest request, StreamObserver<ForgeResponse> answer) {
            forgeCalls.incrementAndGet();
            answer(
                    answer,
                    () -> {
                        await(gate);
                        if (refusedWith.isPresent()) {
                            throw RefusalTrailer.exception(
                                    Status.RESOURCE_EXHAUSTED, refusedWith.get());
                        }
                        if (refusal.isPresent()) {
                            throw refused(refusal.get());
                        }
                        if (!enrolled.contains(
                                new LeafPublicKey(request.getPublicKey().toByteArray()))) {
                            throw refused(RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED);
                        }
                        byte[] tbs = request.getTbs().toByteArray();
                        return ForgeResponse.newBuilder()
                                .setCertificate(
                                        ByteString.copyFrom(
                                                tampering.apply(sign(tbs, issuerOf(request)))))
                                .setIssuance(Issuance.ISSUANCE_SIGNED)
                                .build();
                    });
        }

        private <T> void answer(StreamObserver<T> answer, Supplier<T> response) {
            try {
                await(stopped);
                if (failure.isPresent()) {
                    throw failure.get().asRuntimeException();
                }
                answer.onNext(response.get());
                answer.onCompleted();
            } catch (StatusRuntimeException e) {
                answer.onError(e);
            }
        }
    }

    private TestAuthority issuerOf(ForgeRequest request) {
        byte[] named = request.getIssuerSha256().toByteArray();
        return Arrays.equals(named, CertificateFingerprint.of(untrusted.certificate()).bytes())
                ? untrusted
                : ca;
    }

    /** The certificate that this CA's signature makes of {@code tbs}. */
    byte[] sign(byte[] tbs) {
        return sign(tbs, ca);
    }

    private static byte[] sign(byte[] tbs, TestAuthority by) {
        try {
            return der(TbsCertificateDer.parse(tbs).assemble(by.sign(tbs)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static boolean provesPossession(
            String site, LeafPublicKey key, EnrolLeafKeyRequest request) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (String part : List.of("overt leaf key enrolment v1", site)) {
            message.writeBytes(part.getBytes(StandardCharsets.UTF_8));
            message.write(0);
        }
        message.writeBytes(ByteBuffer.allocate(4).putInt(request.getEpoch()).array());
        message.writeBytes(key.spki());
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(key.publicKey());
            verifier.update(message.toByteArray());
            return verifier.verify(request.getProofOfPossession().toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static StatusRuntimeException refused(RefusalReason reason) {
        return RefusalTrailer.exception(
                Status.FAILED_PRECONDITION,
                Refusal.newBuilder()
                        .setReason(reason)
                        .setSubject("test")
                        .setDetail("told to refuse")
                        .build());
    }

    private static com.google.protobuf.Duration seconds(Duration duration) {
        return com.google.protobuf.Duration.newBuilder().setSeconds(duration.toSeconds()).build();
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw Status.CANCELLED.withCause(e).asRuntimeException();
        }
    }
}
