package io.overt.it.bench;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.overt.it.cluster.Child;
import io.overt.it.cluster.Launcher;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.HealthRequest;
import io.overt.proto.signer.v1.Issuance;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.LogReaders;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.softhsm.FaultyToken;
import io.overt.testkit.softhsm.SoftHsmToken;
import io.overt.testkit.softhsm.SoftHsmToken.KeyKind;
import io.overt.testkit.softhsm.SoftHsmToken.Protection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code ./overt bench-signer}: signatures a second that SunPKCS11 takes from a token, beside those
 * that edges get from a signer on the same token, over gRPC with mutual TLS, each for another host
 * and with all that a forge request goes through. In one run and in turns; what counts is the
 * ratio. All three processes share this machine's cores.
 */
public final class SignerBench {

    private static final int[] IN_FLIGHT = {1, 4, 16, 64};
    private static final Duration BARE = Duration.ofSeconds(2);
    private static final int THREADS = 16;

    /** Requests after which a signer's rate grows no more: the JVM's compilers take their time. */
    private static final int WARM = 20_000;

    private static final Duration WARMING = Duration.ofMinutes(2);

    private final FaultyToken token;
    private final ManagedChannel[] channels;
    private final Requests requests;
    private final Process bare;
    private final long signerPid;

    /** Folder to work in, seconds a measurement, the signer's section "verifying", kind of key. */
    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]);
        Duration slice = Duration.ofSeconds(Integer.parseInt(arguments[1]));
        KeyKind kind = KeyKind.valueOf(arguments[3].toUpperCase(Locale.ROOT).replace('-', '_'));
        SoftHsmToken softHsm = SoftHsmToken.create(work, Protection.SENSITIVE, kind);
        FaultyToken token = FaultyToken.over(softHsm, work);
        TestPki internet = TestPki.create();
        TestFleet fleet = TestPki.fleet(work, "bench");
        int port = freePort();
        Path config = config(work, softHsm, token, internet, fleet, port, arguments[2]);
        Launcher launcher = Launcher.ofBuildTree();
        launcher.run("overt-signer", "create-log-key", "--config", config.toString());
        PemFiles identity = fleet.issue("edge", "e1");
        try (Child signer =
                        launcher.start(
                                "signer",
                                work.resolve("signer.out"),
                                "overt-signer",
                                "--config",
                                config.toString());
                FleetTls tls =
                        new FleetTls(
                                identity.certificateChain(),
                                identity.privateKey(),
                                identity.trustAnchors())) {
            ManagedChannel[] channels = new ManagedChannel[4]; // as many edges
            Arrays.setAll(
                    channels,
                    _ ->
                            FleetChannel.to(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                                    tls,
                                    ExpectedPeer.of(Role.SIGNER),
                                    1 << 20));
            SignerGrpc.SignerBlockingStub stub = SignerGrpc.newBlockingStub(channels[0]);
            signer.await("serving", Duration.ofMinutes(2), () -> serves(stub));
            Process bare = bare(softHsm, token);
            try {
                new SignerBench(
                                token,
                                channels,
                                new Requests(internet, tls.self().site(), stub),
                                bare,
                                signer.pid())
                        .run(slice);
            } finally {
                bare.destroy();
                for (ManagedChannel channel : channels) {
                    channel.shutdownNow();
                }
            }
        }
    }

    private SignerBench(
            FaultyToken token,
            ManagedChannel[] channels,
            Requests requests,
            Process bare,
            long signerPid) {
        this.token = token;
        this.channels = channels;
        this.requests = requests;
        this.bare = bare;
        this.signerPid = signerPid;
    }

    private void run(Duration slice) throws Exception {
        System.out.println("warming up");
        var _ = bareRate(THREADS);
        double guess = 0;
        long began = System.nanoTime();
        for (int warm = 0;
                warm < WARM && System.nanoTime() - began < WARMING.toNanos();
                warm += WARM / 10) {
            guess = forged(requests.make(WARM / 10), THREADS).rate();
        }
        var _ = bareRate(THREADS);
        table("SoftHSM in the process", slice, guess);
        token.delaySignatures(Duration.ofMillis(1));
        table(
                "the same, and each signature 1 ms later, as from an HSM over a network",
                slice,
                guess);
    }

    private void table(String title, Duration slice, double first) throws Exception {
        System.out.printf(
                "%n%s; %d threads for the token%n%n| in flight | bare token /s | calls /s that ask for nothing | one after the other /s | through the signer /s | of the bare token | of one after the other | p50, p99 ms | CPU of the signer, of the load, µs each |%n|---|---|---|---|---|---|---|---|---|%n",
                title, THREADS);
        for (int inFlight : IN_FLIGHT) {
            // A short look first: how many requests are to be made ahead.
            double guess = forged(requests.make((int) first / 2), inFlight).rate();
            List<ForgeRequest> ahead = requests.make((int) (guess * slice.toSeconds()) + inFlight);
            double before = bareRate(Math.min(THREADS, inFlight));
            double calls = callRate(inFlight);
            Forged forged = forged(ahead, inFlight);
            double after = bareRate(Math.min(THREADS, inFlight));
            double bareRate = (before + after) / 2;
            // Whoever has both done cannot be faster, on the same cores or alone.
            double both = 1 / (1 / bareRate + 1 / calls);
            System.out.printf(
                    "| %d | %.0f (%.0f, %.0f) | %.0f | %.0f | %.0f | %.0f %% | %.0f %% | %.1f, %.1f | %.0f, %.0f |%n",
                    inFlight,
                    bareRate,
                    before,
                    after,
                    calls,
                    both,
                    forged.rate(),
                    100 * forged.rate() / bareRate,
                    100 * forged.rate() / both,
                    forged.percentile(50),
                    forged.percentile(99),
                    forged.signerMicros(),
                    forged.loadMicros());
        }
    }

    /**
     * Calls of the same service with nothing to do: what gRPC and mutual TLS cost by themselves.
     */
    private double callRate(int inFlight) throws InterruptedException, ExecutionException {
        LongAdder calls = new LongAdder();
        long began = System.nanoTime();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < inFlight; caller++) {
                var stub = SignerGrpc.newBlockingStub(channels[caller % channels.length]);
                running.add(
                        callers.submit(
                                () -> {
                                    while (System.nanoTime() - began < BARE.toNanos()) {
                                        var _ = stub.health(HealthRequest.getDefaultInstance());
                                        calls.increment();
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return calls.sum() * 1e9 / (System.nanoTime() - began);
    }

    /**
     * What a number of requests came to.
     *
     * @param nanos of each, sorted
     */
    @SuppressWarnings("ArrayRecordComponent") // made and read here
    private record Forged(long[] nanos, long elapsed, Duration signerCpu, Duration loadCpu) {
        double rate() {
            return nanos.length * 1e9 / elapsed;
        }

        double percentile(int percent) {
            return nanos[(nanos.length - 1) * percent / 100] / 1e6;
        }

        double signerMicros() {
            return signerCpu.toNanos() / 1e3 / nanos.length;
        }

        double loadMicros() {
            return loadCpu.toNanos() / 1e3 / nanos.length;
        }
    }

    private Forged forged(List<ForgeRequest> all, int inFlight)
            throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        long[] nanos = new long[all.size()];
        Duration signerBefore = cpu(signerPid);
        Duration loadBefore = cpu(ProcessHandle.current().pid());
        long began = System.nanoTime();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < inFlight; caller++) {
                var stub = SignerGrpc.newBlockingStub(channels[caller % channels.length]);
                running.add(
                        callers.submit(
                                () -> {
                                    for (int i = next.getAndIncrement();
                                            i < all.size();
                                            i = next.getAndIncrement()) {
                                        long asked = System.nanoTime();
                                        var answer = stub.forge(all.get(i));
                                        nanos[i] = System.nanoTime() - asked;
                                        if (answer.getIssuance() != Issuance.ISSUANCE_SIGNED) {
                                            throw new IllegalStateException(
                                                    "answered from the index");
                                        }
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        long elapsed = System.nanoTime() - began;
        Arrays.sort(nanos);
        return new Forged(
                nanos,
                elapsed,
                cpu(signerPid).minus(signerBefore),
                cpu(ProcessHandle.current().pid()).minus(loadBefore));
    }

    private static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    private double bareRate(int threads) throws IOException {
        Writer asked = bare.outputWriter(StandardCharsets.UTF_8);
        asked.write(threads + " " + BARE.toMillis() + "\n");
        asked.flush();
        BufferedReader answers = bare.inputReader(StandardCharsets.UTF_8);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the process with the bare token ended");
        }
        String[] words = answer.split(" ", -1);
        return Long.parseLong(words[0]) * 1e9 / Long.parseLong(words[1]);
    }

    private static Process bare(SoftHsmToken softHsm, FaultyToken token) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareToken.class.getName(),
                        token.module().toString(),
                        softHsm.pinFile().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static boolean serves(SignerGrpc.SignerBlockingStub stub) {
        try {
            return stub.describe(DescribeRequest.getDefaultInstance()).getIssuersCount() > 0;
        } catch (StatusRuntimeException _) {
            return false; // not yet
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static Path config(
            Path work,
            SoftHsmToken softHsm,
            FaultyToken token,
            TestPki internet,
            TestFleet fleet,
            int port,
            String verifying)
            throws IOException {
        PemFiles identity = fleet.issue("signer", "s1");
        internet.writeAnchor(work.resolve("anchors.pem"));
        LogReaders.create(work);
        return Files.writeString(
                work.resolve("signer.yaml"),
                """
                listen: 127.0.0.1:%d
                admin: { listen: "127.0.0.1:0" }
                identity:
                  certificate: %s
                  key: %s
                  trust-anchors: %s
                token:
                  module: %s
                  label: %s
                  pin-file: %s
                  threads: %d
                issuers:
                  - certificate: %s
                profiles:
                  - { name: mirror, organisation: Example Corp, notice-url: "https://inspection.example/notice" }
                upstream: { trust-anchors: [anchors.pem] }
                store: { file: signer.db }
                transparency-log: { certificate: log.pem, readers-key: log-readers.pem }
                verifying: %s
                # Every request is for a new name: the limits that bound a stolen edge would be what is measured.
                budgets:
                  edge: { amount: 1000000, per: 1s, burst: 1000000 }
                  site: { amount: 1000000, per: 1s, burst: 1000000 }
                  domain: { amount: 10000000, per: 1h, burst: 10000000 }
                  new-names: { amount: 10000000, per: 1h, burst: 10000000 }
                  key-per-day: 100000000
                """
                        .formatted(
                                port,
                                identity.certificateChain(),
                                identity.privateKey(),
                                identity.trustAnchors(),
                                token.module(),
                                softHsm.label(),
                                softHsm.pinFile(),
                                THREADS,
                                softHsm.issuingPem(),
                                verifying));
    }
}
