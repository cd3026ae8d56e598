package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.signer.log.LogCheck;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.LogReader;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.x509.PresentedChain;
import io.overt.x509.tlog.NoteKey;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A signer's process, ended by {@code kill -9} at random moments under load. {@code
 * -Dovert.kills=200} makes it as many as one wants; the suite has time for few.
 */
// checklist 53, 66
class KillTest {

    private static final int KILLS = Integer.getInteger("overt.kills", 3);
    private static final int CLIENTS = 4;

    @TempDir Path directory;

    /** Every certificate that left a signer, by its serial number. */
    private final Map<BigInteger, ByteString> released = new ConcurrentHashMap<>();

    private final Map<ForgeRequest, ByteString> answers = new ConcurrentHashMap<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicInteger hosts = new AtomicInteger();

    // checklist 66: every use of the CA key is logged
    @Test
    void a_killed_signer_leaves_no_certificate_outside_its_log_and_no_serial_number_twice()
            throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SignerWorld world = SignerWorld.idle(directory);
        world.config();
        Path config = directory.resolve("signer.yaml");
        NoteKey key = LogFiles.key(LogFiles.certificate(directory.resolve("log.pem")));
        LogFolder log = new LogFolder(directory.resolve("log"));
        KeyPair leafKey = SignerWorld.leafKey();
        KeyPair originKey = SignerWorld.leafKey();
        long underWay = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            String when = "kill %d of %d, seed %d".formatted(kill, KILLS, seed);
            try (SignerProcess signer = SignerProcess.start(config)) {
                if (kill > 0) {
                    requireLogged(log, key, world.readers.privateKey(), when);
                }
                SignerWorld.Edge edge =
                        world.callerAt(signer.address(), world.fleet, "edge", "e1").with(leafKey);
                edge.enrolled();
                load(world, edge, originKey, random, signer);
            }
            world.hangUp();
            // Straight after the kill, with nobody there to mend it.
            LogCheck.Report report =
                    LogCheck.of(
                            log,
                            key,
                            Optional.of(LogReader.read(key.name(), world.readers.privateKey())));
            if (log.checkpoint().isPresent()) {
                assertThat(report.findings()).as(when).isEmpty();
                underWay = Math.max(underWay, report.open());
            }
        }
        try (SignerProcess signer = SignerProcess.start(config)) {
            LogCheck.Report report =
                    requireLogged(log, key, world.readers.privateKey(), "after all");
            System.out.printf(
                    "%d kills: %d certificates left, %d asked for again, log of %d entries, %d intents without a result (at most %d right after a kill)%n",
                    KILLS,
                    released.size(),
                    repeated.get(),
                    report.head().orElseThrow().size(),
                    report.open(),
                    underWay);
            assertThat(signer.process().isAlive()).isTrue();
        }
        world.stop();
        assertThat(released).as("there was a load").hasSizeGreaterThan(KILLS);
    }

    /** The log is good, and has every certificate that ever left. */
    private LogCheck.Report requireLogged(LogFolder log, NoteKey key, Path readersKey, String when)
            throws Exception {
        LogReader reader = LogReader.read(key.name(), readersKey);
        LogCheck.Report report = LogCheck.of(log, key, Optional.of(reader));
        assertThat(report.findings()).as(when).isEmpty();
        LogReader again = LogReader.read(key.name(), readersKey);
        Map<ByteString, Long> logged = new ConcurrentHashMap<>();
        LogEntries.each(
                log,
                0,
                report.head().orElseThrow().size(),
                (index, bytes) -> {
                    Entry entry = parsed(bytes);
                    again.learn(index, entry);
                    if (entry.hasResult()) {
                        logged.put(again.issued(entry.getResult()).getCertificate(), index);
                    }
                });
        assertThat(logged.keySet()).as(when).containsAll(released.values());
        return report;
    }

    private static Entry parsed(byte[] bytes) throws InvalidProtocolBufferException {
        return Entry.parseFrom(bytes);
    }

    /** Clients that ask as fast as they can, until the signer is killed under them. */
    private void load(
            SignerWorld world,
            SignerWorld.Edge edge,
            KeyPair originKey,
            Random random,
            SignerProcess signer)
            throws Exception {
        List<ForgeRequest> before = List.copyOf(answers.keySet());
        List<Future<?>> asked = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int client = 0; client < CLIENTS; client++) {
                int number = client;
                asked.add(
                        clients.submit(
                                () -> {
                                    ask(world, edge, originKey, signer, before, number);
                                    return null;
                                }));
            }
            // A cold process needs a while for its first; from then on any moment is as good.
            int enough = released.size() + 1 + random.nextInt(25);
            await().atMost(Duration.ofSeconds(60)).until(() -> released.size() >= enough);
            signer.process().waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
            signer.kill();
        }
        for (Future<?> each : asked) {
            each.get();
        }
    }

    private void ask(
            SignerWorld world,
            SignerWorld.Edge edge,
            KeyPair originKey,
            SignerProcess signer,
            List<ForgeRequest> before,
            int number)
            throws Exception {
        try {
            for (int i = number; i < before.size(); i += CLIENTS * (1 + before.size() / 20)) {
                forge(edge, before.get(i));
                repeated.incrementAndGet();
            }
            while (signer.process().isAlive()) {
                String host = "h%d.example".formatted(hosts.incrementAndGet());
                forge(
                        edge,
                        edge.request(
                                        world.internet.issue(
                                                CertificateSpec.leaf(host).key(originKey)),
                                        host)
                                .build());
            }
        } catch (StatusRuntimeException e) {
            // What a killed signer says; one that is alive has no reason to.
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    private void forge(SignerWorld.Edge edge, ForgeRequest request) throws CertificateException {
        ForgeResponse response = edge.stub.withDeadlineAfter(30, TimeUnit.SECONDS).forge(request);
        ByteString certificate = response.getCertificate();
        assertThat(response.hasLogIndex()).isTrue();
        assertThat(answers.merge(request, certificate, (first, _) -> first)).isEqualTo(certificate);
        BigInteger serial =
                PresentedChain.parse(List.of(certificate.toByteArray())).leaf().getSerialNumber();
        assertThat(released.merge(serial, certificate, (first, _) -> first)).isEqualTo(certificate);
    }
}
