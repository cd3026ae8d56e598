package io.overt.signer;

import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.StartException;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.issue.VerifyingCode;
import io.overt.signer.store.SqliteStore;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the way of a request before the first one comes, since classes that are loaded and compiled
 * only then take longer than an edge waits (ADR 0105): a {@link Rehearsal} for everything but the
 * issuing keys, a canary by each of these, and a look into the real index. Leaves no trace in
 * index, register or counters.
 *
 * <p>Runs on the thread that starts the process, and is bounded in time. That it could not be done
 * is no reason not to serve: the first request is slow then, as it is after any restart without it.
 */
final class WarmUp {

    private final SignerConfig config;
    private final FleetTls tls;
    private final SqliteStore store;
    private final VerifyingCode verifying;
    private final InstantSource clock;
    private final AtomicInteger rounds = new AtomicInteger();

    WarmUp(
            SignerConfig config,
            FleetTls tls,
            SqliteStore store,
            VerifyingCode verifying,
            InstantSource clock,
            MeterRegistry registry) {
        this.config = config;
        this.tls = tls;
        this.store = store;
        this.verifying = verifying;
        this.clock = clock;
        Gauge.builder("overt.signer.rehearsed", rounds, AtomicInteger::get)
                .description(
                        "Requests that this process rehearsed before it was ready; 0: its first requests were slow.")
                .register(registry);
    }

    /** Warms up, for at most the configured time and one call into each issuing key. */
    void run(List<Issuer> issuers) {
        if (config.warmUp().isZero()) {
            return;
        }
        long end = System.nanoTime() + config.warmUp().toNanos();
        for (Issuer issuer : issuers) {
            if (issuer.state() == IssuerState.ACTIVE) {
                canary(issuer);
            }
        }
        try (Rehearsal rehearsal = Rehearsal.start(config, tls, verifying, clock)) {
            var _ = store.find(TbsDigest.of(new byte[0]));
            rehearse(rehearsal, end);
        } catch (GeneralSecurityException
                | IOException
                | IndexException
                | StartException
                | StatusRuntimeException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("rehearsed", rounds.get())
                    .log("not warmed up; the first requests will be slow");
        }
    }

    private void rehearse(Rehearsal rehearsal, long end)
            throws GeneralSecurityException, IOException {
        long began = System.nanoTime();
        Duration first = Duration.ZERO;
        Duration last = Duration.ZERO;
        for (long at = began; rounds.get() < ROUNDS && end - at > 0; at = System.nanoTime()) {
            rehearsal.round(Duration.ofNanos(end - at));
            last = Duration.ofNanos(System.nanoTime() - at);
            if (rounds.getAndIncrement() == 0) {
                first = last;
            }
        }
        LOG.atInfo()
                .addKeyValue("rehearsed", rounds.get())
                .addKeyValue("first", first)
                .addKeyValue("last", last)
                .log("warmed up");
    }

    private static void canary(Issuer issuer) {
        // Not ours to act on: whether a key is up is a condition of its own.
        issuer.key()
                .canary()
                .ifPresent(
                        not ->
                                LOG.atWarn()
                                        .addKeyValue("issuer", issuer.name())
                                        .addKeyValue("reason", not.reason())
                                        .addKeyValue("detail", not.detail())
                                        .log("the canary of the warm-up was not signed"));
    }

    /** From here on a round takes as long as the one before; measured, ADR 0105. */
    private static final int ROUNDS = 40;

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
}
