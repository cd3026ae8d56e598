package io.overt.signer;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.Profile;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.rpc.FleetChannel;
import io.overt.signer.issue.LeafKeyDesk;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.LogReaders;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.softhsm.SoftHsmToken;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/**
 * A signer as it runs in production: SoftHSM, SQLite, gRPC over mutual TLS on loopback; and edges
 * that talk to it. Not thread-safe but for {@link Edge}.
 */
final class SignerWorld {

    static final Duration EPOCH = Duration.ofDays(7);

    final Path directory;
    final TestPki internet = TestPki.create();
    final SoftHsmToken token;
    final TestFleet fleet;
    final String neverForge;
    final LogReaders readers;
    private final List<AutoCloseable> clients = new ArrayList<>();
    private Parts parts = new Parts();
    private Optional<SignerMain.Serving> serving = Optional.empty();
    private String state = "active";
    private String budgets = "";

    /** With an issuer that nobody trusts beside the other, made by its command. */
    static SignerWorld startWithUntrusted(Path directory) throws Exception {
        SignerWorld world = new SignerWorld(directory, "[never.example]");
        world.moreIssuers = "  - { certificate: untrusted.pem, trust: untrusted }\n";
        world.config();
        CreateUntrustedCa command = new CreateUntrustedCa(Clock.systemUTC());
        CommandLine line = new CommandLine(command);
        line.parseArgs(
                "--config",
                directory.resolve("signer.yaml").toString(),
                "--organisation",
                "Example Corp");
        command.call();
        world.start();
        return world;
    }

    /** Further lines of {@code issuers} at its next start. */
    String moreIssuers = "";

    /** Further keys of the configuration at its next start. */
    String more = "";

    /** Of the signer at its next start; most tests need no warm one. */
    String warmUp = "0s";

    /** The library that the signer is given at its next start. */
    Path module;

    /** More keys of the token; most tests are not about being late. */
    String tokenTimes = "deadline: 60s\n  stalled-after: 60s\n  give-up-after: 10m";

    static SignerWorld start(Path directory) throws Exception {
        return start(directory, "[signer.corp.example, '*.internal.example', 192.0.2.7]");
    }

    static SignerWorld start(Path directory, String neverForge) throws Exception {
        SignerWorld world = new SignerWorld(directory, neverForge);
        world.start();
        return world;
    }

    /**
     * With these keys in its section {@code budgets}.
     *
     * @param budgets one line
     */
    static SignerWorld withBudgets(Path directory, String budgets) throws Exception {
        SignerWorld world = new SignerWorld(directory, "[never.example]");
        world.budgets = "budgets:\n  " + budgets + "\n";
        world.start();
        return world;
    }

    /** Everything that a signer needs, and none that runs. */
    static SignerWorld idle(Path directory) throws Exception {
        SignerWorld world = new SignerWorld(directory, "[never.example]");
        world.makeLogKey();
        return world;
    }

    private SignerWorld(Path directory, String neverForge) {
        this.directory = directory;
        this.neverForge = neverForge;
        token = SoftHsmToken.create(directory);
        module = token.module();
        fleet = TestPki.fleet(directory, "berlin");
        internet.writeAnchor(directory.resolve("anchors.pem"));
        readers = LogReaders.create(directory);
    }

    /** The log's key comes into the token by its command, as into any signer's. */
    private void makeLogKey() throws Exception {
        if (!Files.exists(directory.resolve("log.pem"))) {
            config();
            CreateLogKey command = new CreateLogKey(Clock.systemUTC());
            new CommandLine(command)
                    .parseArgs("--config", directory.resolve("signer.yaml").toString());
            command.call();
        }
    }

    void start() throws Exception {
        makeLogKey();
        parts = new Parts();
        SignerMain main = new SignerMain(Clock.systemUTC());
        serving = Optional.of(main.serve(config(), parts));
    }

    /** As after a stop and a start of the process. */
    void restart() throws Exception {
        stop();
        start();
    }

    void restartWithIssuer(String nextState) throws Exception {
        state = nextState;
        restart();
    }

    void stop() throws Exception {
        hangUp();
        parts.close();
    }

    /** Ends the connections of all callers until now. */
    void hangUp() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
        clients.clear();
    }

    SignerConfig config() throws Exception {
        PemFiles identity = fleet.issue("signer", "s1");
        Path file =
                Files.writeString(
                        directory.resolve("signer.yaml"),
                        """
                        listen: 127.0.0.1:0
                        admin: { listen: "127.0.0.1:0" }
                        identity:
                          certificate: %s
                          key: %s
                          trust-anchors: %s
                        token:
                          module: %s
                          label: %s
                          pin-file: %s
                          %s
                        issuers:
                          - certificate: %s
                            state: %s
                            crl-urls: [http://crl.corp.example/issuing.crl]
                        %sprofiles:
                          - { name: mirror, organisation: Example Corp, notice-url: "https://inspection.example/notice" }
                          - { name: strict, recipe: strict, organisation: Example Corp, notice-url: "https://inspection.example/notice" }
                        upstream: { trust-anchors: [anchors.pem] }
                        never-forge: %s
                        store: { file: signer.db, deadline: 60s }
                        transparency-log: { certificate: log.pem, readers-key: log-readers.pem, interval: 100ms }
                        limits: { leaf-keys-per-site: 2 }
                        warm-up: %s
                        %s"""
                                .formatted(
                                        identity.certificateChain(),
                                        identity.privateKey(),
                                        identity.trustAnchors(),
                                        module,
                                        token.label(),
                                        token.pinFile(),
                                        tokenTimes,
                                        token.issuingPem(),
                                        state,
                                        moreIssuers,
                                        neverForge,
                                        warmUp,
                                        budgets + more));
        return SignerConfig.read(ConfigFile.read(file));
    }

    SignerMain.Serving serving() {
        return serving.orElseThrow();
    }

    double signatures() {
        return serving().registry().get("overt.signer.signatures").counter().count();
    }

    double refusals(String method, String reason) {
        return serving()
                .registry()
                .get("overt.signer.refusals")
                .tag("method", method)
                .tag("reason", reason)
                .counter()
                .count();
    }

    /** An edge of the signer's own site. */
    Edge edge(String name) throws Exception {
        return caller(fleet, "edge", name);
    }

    Edge caller(TestFleet site, String role, String name) throws Exception {
        return callerAt(serving().server().address(), site, role, name);
    }

    /** Of a signer that may be another process. */
    Edge callerAt(InetSocketAddress address, TestFleet site, String role, String name)
            throws Exception {
        PemFiles files = site.issue(role, name);
        FleetTls tls =
                new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        ManagedChannel channel =
                FleetChannel.to(address, tls, ExpectedPeer.of(Role.SIGNER), 1 << 20);
        clients.add(channel::shutdownNow);
        clients.add(tls);
        return new Edge(tls.self().site(), SignerGrpc.newBlockingStub(channel), leafKey());
    }

    static KeyPair leafKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /**
     * What the world's real servers look like: names, policies, and all that the recipe must keep
     * or drop.
     */
    TestIdentity upstream(String... names) {
        return internet.issue(
                CertificateSpec.leaf(names)
                        .subject("CN=" + names[0] + ",O=Origin Ltd,C=DE")
                        .policies("2.23.140.1.1", "1.3.6.1.4.1.55555.7")
                        .scts(2)
                        .mustStaple()
                        .crl("http://crl.ca.example/ca.crl")
                        .authorityInfo("http://ocsp.ca.example", "http://ca.example/ca.cer"));
    }

    VerifiedUpstream verified(TestIdentity upstream, String name) {
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(internet.anchor())))
                        .verify(
                                new PresentedChain(upstream.chain()),
                                ReferenceIdentity.parse(name).orElseThrow(),
                                Instant.now());
        return switch (verdict) {
            case Verdict.Verified(VerifiedUpstream verified) -> verified;
            case Verdict.Untrusted untrusted -> throw new AssertionError(untrusted);
        };
    }

    /** An edge as it behaves, and as it could misbehave. Thread-safe. */
    final class Edge {
        final String site;
        final SignerGrpc.SignerBlockingStub stub;
        final KeyPair leafKey;

        Edge(String site, SignerGrpc.SignerBlockingStub stub, KeyPair leafKey) {
            this.site = site;
            this.stub = stub;
            this.leafKey = leafKey;
        }

        /** The same edge with another leaf key. */
        Edge with(KeyPair other) {
            return new Edge(site, stub, other);
        }

        DescribeResponse describe() {
            return stub.describe(DescribeRequest.getDefaultInstance());
        }

        Edge enrolled() throws Exception {
            stub.enrolLeafKey(enrolment(currentEpoch()).build());
            return this;
        }

        EnrolLeafKeyRequest.Builder enrolment(Epoch epoch) throws Exception {
            byte[] spki = leafKey.getPublic().getEncoded();
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(leafKey.getPrivate());
            signature.update(LeafKeyDesk.possession(site, epoch, spki));
            return EnrolLeafKeyRequest.newBuilder()
                    .setPublicKey(ByteString.copyFrom(spki))
                    .setEpoch(epoch.number())
                    .setProofOfPossession(ByteString.copyFrom(signature.sign()));
        }

        ForgeRequest.Builder request(TestIdentity upstream, String name) throws Exception {
            return request(upstream, name, "mirror");
        }

        ForgeRequest.Builder request(TestIdentity upstream, String name, String profile)
                throws Exception {
            io.overt.proto.signer.v1.Issuer issuer = describe().getIssuers(0);
            TbsCertificateDer tbs = derive(verified(upstream, name), issuer, profile);
            ForgeRequest.Builder request =
                    ForgeRequest.newBuilder()
                            .setTbs(ByteString.copyFrom(tbs.der()))
                            .setServerName(name)
                            .setProfile(profile)
                            .setEpoch(currentEpoch().number())
                            .setIssuerSha256(ByteString.copyFrom(ca(issuer).fingerprint().bytes()))
                            .setPublicKey(ByteString.copyFrom(leafKey.getPublic().getEncoded()));
            upstream.chainDer().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
            return request;
        }

        TbsCertificateDer derive(
                VerifiedUpstream upstream, io.overt.proto.signer.v1.Issuer issuer, String profile)
                throws Exception {
            Profile described =
                    describe().getProfilesList().stream()
                            .filter(each -> each.getName().equals(profile))
                            .findFirst()
                            .orElseThrow();
            MirrorProfile mirror = profile(described);
            Mirroring mirroring =
                    MirrorRecipe.derive(
                            upstream,
                            LeafPublicKey.of(leafKey.getPublic()),
                            ca(issuer),
                            mirror,
                            currentEpoch());
            return switch (mirroring) {
                case Mirroring.Mirrored(TbsCertificateDer tbs) -> tbs;
                case Mirroring.NotMirrorable not -> throw new AssertionError(not);
            };
        }

        ForgeResponse forge(ForgeRequest.Builder request) {
            return stub.forge(request.build());
        }

        Refusal refusedForge(ForgeRequest.Builder request) {
            return refusal(() -> stub.forge(request.build()));
        }
    }

    /** As an edge reads it. */
    static MirrorProfile profile(Profile described) {
        return new MirrorProfile(
                described.getName(),
                Recipe.valueOf(described.getRecipe().name().substring("RECIPE_".length())),
                described.getOrganisation(),
                described.getNoticeUrl(),
                Duration.ofSeconds(described.getMaxLifetime().getSeconds()),
                Duration.ofSeconds(described.getEpochLength().getSeconds()),
                Duration.ofSeconds(described.getEpochGrace().getSeconds()));
    }

    static Epoch currentEpoch() {
        return Epoch.at(Instant.now(), EPOCH);
    }

    static Refusal refusal(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return RefusalTrailer.from(e)
                    .orElseThrow(() -> new AssertionError("no refusal in the trailers", e));
        }
        throw new AssertionError("not refused");
    }

    static IssuingCa ca(io.overt.proto.signer.v1.Issuer issuer) throws Exception {
        X509Certificate certificate =
                PresentedChain.parse(List.of(issuer.getCertificate().toByteArray())).leaf();
        return new IssuingCa(certificate, issuer.getCrlUrlsList(), issuer.getCaIssuersUrlsList());
    }
}
