package io.overt.signer;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.service.admin.Readiness;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetChannel;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import io.overt.signer.budget.BudgetLimits;
import io.overt.signer.budget.Budgets;
import io.overt.signer.issue.ForgeChecks;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceMeters;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.IssuingDesk;
import io.overt.signer.issue.LeafKeyDesk;
import io.overt.signer.issue.LintGate;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.Rules;
import io.overt.signer.issue.VerifyingCode;
import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.ReadersKey;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/**
 * A second signer inside this one, of the same classes: a gRPC server on the loopback address, the
 * checks, a store, and a caller who asks it for a leaf. What it works with is all thrown away
 * afterwards: an issuing CA whose key is in memory, an upstream that only its own verifier trusts,
 * a database in a temporary folder. Nothing of the real issuers, index or counters is within its
 * reach, and only a process with this signer's role may call it.
 *
 * <p>Confined to one thread. Whoever opens it closes it.
 */
final class Rehearsal implements AutoCloseable {

    private final Deque<Runnable> open = new ArrayDeque<>();
    private final InstantSource clock;
    private final VerifyingCode verifying;
    private final MirrorProfile profile;
    private final String site;
    private final RehearsalCertificates certificates;
    private final IssuingCa ca;
    private final BoundedChainVerifier verifier;
    private final KeyPair leafKey = RehearsalCertificates.keyPair();
    private final SignerGrpc.SignerBlockingStub signer;

    /**
     * Starts it.
     *
     * @param tls this process's own identity: caller and called are the same here
     */
    static Rehearsal start(
            SignerConfig config, FleetTls tls, VerifyingCode verifying, InstantSource clock)
            throws GeneralSecurityException, IOException, IndexException, StartException {
        return new Rehearsal(config, tls, verifying, clock);
    }

    private Rehearsal(
            SignerConfig config, FleetTls tls, VerifyingCode verifying, InstantSource clock)
            throws GeneralSecurityException, IOException, IndexException, StartException {
        this.clock = clock;
        this.verifying = verifying;
        profile = config.profiles().getFirst();
        site = tls.self().site();
        certificates = new RehearsalCertificates(clock.instant());
        KeyPair caKey = RehearsalCertificates.keyPair();
        X509Certificate caCertificate = certificates.issuingCa(caKey);
        ca = new IssuingCa(caCertificate, List.of(), List.of());
        verifier =
                new BoundedChainVerifier(
                        TrustAnchors.of(List.of(certificates.anchor()))
                                .refusing(List.of(caCertificate)),
                        verifying.maths());
        try {
            Path folder = Files.createTempDirectory("overt-signer-rehearsal");
            open.push(() -> delete(folder));
            SqliteStore store =
                    SqliteStore.open(folder.resolve("signer.db"), config.storeDeadline());
            open.push(store::close);
            TransparencyLog log = log(folder.resolve("log"), store);
            open.push(log::close);
            FleetServer server = server(config, tls, store, log, new InMemoryKey(caKey));
            open.push(server::close);
            ManagedChannel channel =
                    FleetChannel.to(
                            server.address(),
                            tls,
                            ExpectedPeer.of(Role.SIGNER, site),
                            config.maxMessage());
            open.push(() -> shutDown(channel));
            signer = SignerGrpc.newBlockingStub(channel);
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /**
     * One leaf, as an edge's first of a new key: described, enrolled, forged.
     *
     * @param deadline for all of it
     * @throws io.grpc.StatusRuntimeException when the deadline passes
     */
    void round(Duration deadline) throws GeneralSecurityException, IOException {
        SignerGrpc.SignerBlockingStub stub =
                signer.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
        Epoch epoch = Epoch.at(clock.instant(), profile.epochLength());
        byte[] spki = leafKey.getPublic().getEncoded();
        var _ = stub.describe(DescribeRequest.getDefaultInstance());
        var _ =
                stub.enrolLeafKey(
                        EnrolLeafKeyRequest.newBuilder()
                                .setPublicKey(ByteString.copyFrom(spki))
                                .setEpoch(epoch.number())
                                .setProofOfPossession(
                                        ByteString.copyFrom(
                                                signed(
                                                        leafKey.getPrivate(),
                                                        LeafKeyDesk.possession(site, epoch, spki))))
                                .build());
        PresentedChain chain = new PresentedChain(certificates.upstream());
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(derived(chain, epoch)))
                        .setServerName(RehearsalCertificates.HOST)
                        .setProfile(profile.name())
                        .setEpoch(epoch.number())
                        .setIssuerSha256(ByteString.copyFrom(ca.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(spki));
        chain.encoded().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        var _ = stub.forge(request.build());
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().run();
        }
    }

    private FleetServer server(
            SignerConfig config,
            FleetTls tls,
            SqliteStore store,
            TransparencyLog log,
            InMemoryKey caKey)
            throws StartException {
        Issuer issuer = new Issuer(ca, List.of(), IssuerState.ACTIVE, caKey);
        InForce inForce = new InForce(new Rules(new NeverForged(List.of()), List.of(profile)));
        SimpleMeterRegistry apart = new SimpleMeterRegistry();
        IssuingDesk issuing =
                new IssuingDesk(
                        new ForgeChecks(
                                Map.of(ca.fingerprint(), issuer),
                                inForce,
                                verifier,
                                store,
                                config.epochs(),
                                clock,
                                new LintGate(apart),
                                Set.of()),
                        log,
                        new Budgets(
                                BudgetLimits.DEFAULTS,
                                List.of(
                                        new Budgets.IssuingKey(
                                                ca.fingerprint(), ca.trust(), issuer.name(), 0)),
                                System::nanoTime,
                                clock,
                                apart),
                        new IssuanceMeters(apart, List.of(issuer)),
                        verifying,
                        clock,
                        config.storeDeadline(),
                        Level.DEBUG);
        LeafKeyDesk leafKeys =
                new LeafKeyDesk(
                        store,
                        Set.of(caKey.publicKey()),
                        inForce,
                        config.epochs(),
                        2,
                        clock,
                        Level.DEBUG);
        return FleetServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls,
                config.maxMessage(),
                apart,
                List.of(
                        new GatedService(
                                new SignerService(
                                        List.of(issuer),
                                        inForce,
                                        issuing,
                                        leafKeys,
                                        Map::of,
                                        List::of,
                                        apart),
                                RoleGate.allow(Set.of(Role.SIGNER)))));
    }

    /** A log that nobody can read: both of its keys are gone with the rehearsal. */
    private TransparencyLog log(Path folder, SqliteStore store)
            throws GeneralSecurityException, IOException, IndexException {
        InMemoryKey key = new InMemoryKey(RehearsalCertificates.keyPair());
        SimpleMeterRegistry apart = new SimpleMeterRegistry();
        return TransparencyLog.open(
                new TransparencyLog.Settings(
                        new LogFolder(folder),
                        NoteKey.of("rehearsal", NoteKey.Kind.ECDSA, key.publicKey()),
                        new ReadersKey(
                                KeyPairGenerator.getInstance("X25519")
                                        .generateKeyPair()
                                        .getPublic()),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1),
                        Duration.ofMinutes(1)),
                key,
                store,
                clock,
                apart,
                new Readiness(apart).condition("log"));
    }

    private byte[] derived(PresentedChain chain, Epoch epoch) throws CertificateException {
        ReferenceIdentity name = ReferenceIdentity.parse(RehearsalCertificates.HOST).orElseThrow();
        return switch (verifier.verify(chain, name, clock.instant())) {
            case Verdict.Verified(var upstream) ->
                    switch (MirrorRecipe.derive(
                            upstream, LeafPublicKey.of(leafKey.getPublic()), ca, profile, epoch)) {
                        case Mirroring.Mirrored(var tbs) -> tbs.der();
                        case Mirroring.NotMirrorable not ->
                                throw new CertificateException("not mirrorable: " + not);
                    };
            case Verdict.Untrusted untrusted ->
                    throw new CertificateException("not trusted: " + untrusted);
        };
    }

    private static byte[] signed(PrivateKey key, byte[] content) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(content);
        return signature.sign();
    }

    private static void shutDown(ManagedChannel channel) {
        channel.shutdownNow();
        try {
            if (!channel.awaitTermination(SHUT_DOWN.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("a channel to this process did not end");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the rehearsal's folder cannot be removed", e);
        }
    }

    /** The rehearsal's CA key. */
    private record InMemoryKey(KeyPair pair) implements SigningKey {

        @Override
        public PublicKey publicKey() {
            return pair.getPublic();
        }

        @Override
        public Signing sign(byte[] content) {
            try {
                return new Signing.Signed(signed(pair.getPrivate(), content));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a P-256 key in memory does not sign", e);
            }
        }

        @Override
        public Optional<Signing.NotSigned> canary() {
            return Optional.empty(); // it signs in memory; what it would prove is the JDK's
        }

        @Override
        public KeyState state() {
            return KeyState.UP;
        }
    }

    private static final Duration SHUT_DOWN = Duration.ofSeconds(5);
}
