package io.overt.signer.crl;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.log.v1.Crl;
import io.overt.proto.log.v1.Entry;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.Rules;
import io.overt.signer.log.TransparencyLog;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CRLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a fresh CRL published for every issuer that is not retired: makes one anew when its time
 * has come, or as soon as something more is revoked. While that fails, for a token that is away
 * say, the last one stays published; it lives at least twice as long as the time between two.
 *
 * <p>Making runs on one thread of its own; {@link #published} is for any thread. Whoever starts it
 * closes it, before the log and the keys.
 */
public final class CrlOffice implements AutoCloseable {

    /**
     * When CRLs are made.
     *
     * @param folder gets a copy of each, for other web servers
     * @param lifetime from the signature to {@code nextUpdate}
     * @param every between two of an issuer; at most half the lifetime
     */
    public record Settings(Path folder, Duration lifetime, Duration every) {
        public Settings {
            if (every.multipliedBy(2).compareTo(lifetime) > 0) {
                throw new IllegalArgumentException(
                        "%s (expected: at most half of lifetime, %s)".formatted(every, lifetime));
            }
        }
    }

    private final Settings settings;
    private final Map<String, Issuer> issuers;
    private final Supplier<Rules> rules;
    private final CrlBook book;
    private final CrlLines lines;
    private final TransparencyLog log;
    private final CrlMeters meters;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    private final Map<String, PublishedCrl> published = new ConcurrentHashMap<>();

    // ---- of the thread
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();
    private final Set<String> unwritten = new HashSet<>();
    private @Nullable Rules seen;
    private Instant looked = Instant.MIN;

    /**
     * Publishes the CRLs that the store has, and goes on from there.
     *
     * @param issuers by the names that their CRLs are published under
     * @throws IndexException when the store cannot be used, or holds what is no CRL
     */
    public static CrlOffice start(
            Settings settings,
            Map<String, Issuer> issuers,
            InForce rules,
            CrlBook book,
            TransparencyLog log,
            InstantSource clock,
            MeterRegistry registry)
            throws IndexException {
        CrlOffice office = new CrlOffice(settings, issuers, rules, book, log, clock, registry);
        office.publishKept();
        var _ =
                office.thread.scheduleWithFixedDelay(
                        office::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return office;
    }

    CrlOffice(
            Settings settings,
            Map<String, Issuer> issuers,
            InForce rules,
            CrlBook book,
            TransparencyLog log,
            InstantSource clock,
            MeterRegistry registry) {
        this.settings = settings;
        this.issuers = Map.copyOf(issuers);
        this.rules = rules::now;
        this.book = book;
        this.lines = new CrlLines(book, settings.lifetime());
        this.log = log;
        this.clock = clock;
        this.meters = new CrlMeters(registry, issuers.keySet());
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("signer-crl").factory());
    }

    /** The CRL under this name, if there is one. */
    public Optional<PublishedCrl> published(String name) {
        return Optional.ofNullable(published.get(name));
    }

    /** Something was revoked: look now. */
    public void wake() {
        thread.execute(this::look);
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException _) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    void publishKept() throws IndexException {
        for (Map.Entry<String, Issuer> each : issuers.entrySet()) {
            Optional<byte[]> kept = book.last(each.getValue().ca().fingerprint());
            if (kept.isPresent()) {
                try {
                    publish(each.getKey(), PublishedCrl.of(kept.get()));
                } catch (CRLException e) {
                    throw new IndexException("the last CRL of " + each.getKey() + ": " + e, e);
                }
            }
        }
    }

    /** One look at all issuers; on the thread of this office, or a test's. */
    void look() {
        try {
            Rules now = rules.get();
            Instant at = clock.instant();
            // A certificate may have been under way when its key was revoked: it is found later.
            boolean again = !now.equals(seen) || !at.isBefore(looked.plus(LOOK_AT_STORE));
            for (Map.Entry<String, Issuer> each : issuers.entrySet()) {
                look(each.getKey(), each.getValue(), again);
            }
            if (again) {
                seen = now;
                looked = at;
            }
            for (String name : List.copyOf(unwritten)) {
                write(name);
            }
        } catch (IndexException e) {
            meters.failed(CrlMeters.Step.STORE);
            LOG.atError().setCause(e).log("CRLs cannot be made; those from before stay");
        } catch (RuntimeException e) {
            // The backstop: a defect in one look must not end all that would come.
            meters.failed(CrlMeters.Step.DEFECT);
            LOG.atError().setCause(e).log("looking after CRLs ended in a defect");
        }
    }

    private void look(String name, Issuer issuer, boolean again) throws IndexException {
        Instant now = clock.instant();
        if (issuer.state() == IssuerState.RETIRED
                || issuer.stopped()
                || now.isBefore(notBefore.getOrDefault(name, Instant.MIN))) {
            return;
        }
        PublishedCrl last = published.get(name);
        boolean due = last == null || !now.isBefore(last.issued().plus(settings.every()));
        if (!due && !again) {
            return;
        }
        List<CrlMaker.Line> wanted = lines.of(issuer.ca().fingerprint(), rules.get(), now);
        if (due || last == null || !last.serials().containsAll(serials(wanted))) {
            make(name, issuer, wanted, now);
        }
    }

    private void make(String name, Issuer issuer, List<CrlMaker.Line> wanted, Instant now)
            throws IndexException {
        // Whatever goes wrong is tried again, though not at once.
        notBefore.put(name, now.plus(RETRY));
        CrlMaker.Content content =
                new CrlMaker.Content(
                        book.nextNumber(issuer.ca().fingerprint()),
                        now.minus(PublishedCrl.BACKDATED),
                        now.plus(settings.lifetime()),
                        wanted);
        switch (CrlMaker.make(issuer, content)) {
            case CrlMaker.Made.Good(PublishedCrl crl) -> {
                meters.signed(name);
                // The commit point: in the log and in the store, and only then anybody's.
                log.append(
                        entry(issuer, crl),
                        now,
                        entry -> {
                            book.keep(issuer.ca().fingerprint(), crl.der(), entry);
                            return crl;
                        });
                publish(name, crl);
                notBefore.remove(name);
                LOG.atInfo()
                        .addKeyValue("crl", name)
                        .addKeyValue("number", crl.number())
                        .addKeyValue("revoked", wanted.size())
                        .addKeyValue("next-update", crl.nextUpdate())
                        .log("CRL published");
            }
            case CrlMaker.Made.NotSigned(var why) -> {
                meters.failed(CrlMeters.Step.TOKEN);
                LOG.atWarn()
                        .addKeyValue("crl", name)
                        .addKeyValue("reason", why.reason())
                        .addKeyValue("detail", why.detail())
                        .log("the CRL was not signed; the one before stays");
            }
            case CrlMaker.Made.NotVerified(String why) -> {
                issuer.stop();
                meters.failed(CrlMeters.Step.SIGNATURE);
                LOG.atError()
                        .addKeyValue("crl", name)
                        .addKeyValue("detail", why)
                        .log(
                                "SECURITY: what the token signed as a CRL does not verify; the issuer is stopped");
            }
        }
    }

    private void publish(String name, PublishedCrl crl) {
        published.put(name, crl);
        meters.published(name, crl);
        unwritten.add(name);
        write(name);
    }

    /** The copy for others. It is made again until it is there. */
    private void write(String name) {
        PublishedCrl crl = published.get(name);
        if (crl == null) {
            return;
        }
        Path file = settings.folder().resolve(name + ".crl");
        try {
            Files.createDirectories(settings.folder());
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, crl.der());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            unwritten.remove(name);
        } catch (IOException e) {
            meters.failed(CrlMeters.Step.FILE);
            LOG.atError().setCause(e).addKeyValue("file", file).log("the CRL cannot be written");
        }
    }

    private static Entry.Builder entry(Issuer issuer, PublishedCrl crl) {
        Crl.Builder entry =
                Crl.newBuilder()
                        .setIssuerSha256(ByteString.copyFrom(issuer.ca().fingerprint().bytes()))
                        .setNumber(crl.number())
                        .setNextUpdate(TransparencyLog.timestamp(crl.nextUpdate()))
                        .setRevoked(crl.serials().size())
                        .setCrlSha256(ByteString.copyFrom(crl.sha256()));
        byte[] der = crl.der();
        if (der.length <= TransparencyLog.ROOM) {
            entry.setCrl(ByteString.copyFrom(der));
        }
        return Entry.newBuilder().setCrl(entry);
    }

    private static Set<BigInteger> serials(List<CrlMaker.Line> lines) {
        List<BigInteger> serials = new ArrayList<>();
        lines.forEach(line -> serials.add(line.serial()));
        return Set.copyOf(serials);
    }

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Longer than any request for a signature is under way. */
    private static final Duration LOOK_AT_STORE = Duration.ofMinutes(1);

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(CrlOffice.class);
}
