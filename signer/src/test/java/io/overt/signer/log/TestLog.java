package io.overt.signer.log;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.service.admin.Readiness;
import io.overt.signer.issue.IndexException;
import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.testkit.pki.LogReaders;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A log in a folder of the test's own, with its checkpoint key in memory: the same key whenever the
 * same folder is opened again in this JVM. Whoever opens it closes it.
 */
public record TestLog(
        TransparencyLog log,
        LogFolder folder,
        NoteKey key,
        MemoryKey signing,
        LogReaders readers,
        Readiness readiness,
        SimpleMeterRegistry registry)
        implements AutoCloseable {

    private static final Map<Path, MemoryKey> KEYS = new ConcurrentHashMap<>();

    /** Opens the log {@code log} in a folder, and makes keys for it the first time. */
    public static TestLog open(Path directory, Ledger ledger) throws IndexException, IOException {
        return open(directory, directory.resolve("log"), ledger, Duration.ofMillis(100));
    }

    static TestLog beating(Path directory, Ledger ledger, Duration heartbeat)
            throws IndexException, IOException {
        return open(directory, directory.resolve("log"), ledger, Duration.ofMillis(100), heartbeat);
    }

    static TestLog open(Path directory, Path folder, Ledger ledger, Duration interval)
            throws IndexException, IOException {
        return open(directory, folder, ledger, interval, Duration.ofHours(1));
    }

    private static TestLog open(
            Path directory, Path folder, Ledger ledger, Duration interval, Duration heartbeat)
            throws IndexException, IOException {
        LogReaders readers =
                Files.exists(directory.resolve("log-readers.pem"))
                        ? new LogReaders(
                                directory.resolve("log-readers.pem"),
                                directory.resolve("log-readers.key"))
                        : LogReaders.create(directory);
        MemoryKey signing = KEYS.computeIfAbsent(directory, _ -> new MemoryKey());
        NoteKey key = NoteKey.of("log.example/test", NoteKey.Kind.ECDSA, signing.publicKey());
        LogFolder files = new LogFolder(folder);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Readiness readiness = new Readiness(registry);
        return new TestLog(
                TransparencyLog.open(
                        new TransparencyLog.Settings(
                                files,
                                key,
                                ReadersKey.read(readers.publicKey()),
                                interval,
                                heartbeat,
                                Duration.ZERO),
                        signing,
                        ledger,
                        Clock.systemUTC(),
                        registry,
                        readiness.condition("log")),
                files,
                key,
                signing,
                readers,
                readiness,
                registry);
    }

    /** One who reads everything. */
    public LogReader reader() {
        try {
            return LogReader.read(key.name(), readers.privateKey());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        log.close();
    }

    double failures(String step) {
        return registry.get("overt.signer.log.failures").tag("step", step).counter().count();
    }

    /** Signs unless it was told to be away. */
    static final class MemoryKey implements SigningKey {
        private final KeyPair pair;
        volatile boolean away;

        MemoryKey() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                pair = generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public PublicKey publicKey() {
            return pair.getPublic();
        }

        @Override
        public Signing sign(byte[] content) {
            if (away) {
                return new Signing.NotSigned(Signing.Reason.FAILED, "away");
            }
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(pair.getPrivate());
                signature.update(content);
                return new Signing.Signed(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Optional<Signing.NotSigned> canary() {
            return Optional.empty();
        }

        @Override
        public KeyState state() {
            return away ? KeyState.DOWN : KeyState.UP;
        }
    }
}
