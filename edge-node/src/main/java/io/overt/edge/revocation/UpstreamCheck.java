package io.overt.edge.revocation;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.revocation.RevocationCheck.Finding;
import io.overt.edge.transparency.TransparencyCheck;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies an upstream with all that its own words leave open: missing intermediates, revocation,
 * how public its leaf is. Around a {@link ChainVerifier}, which only computes; what has to be
 * fetched is waited for here.
 *
 * <p>Each connection's own chain is verified, or found to be the very one that was; revocation is
 * judged for each. Kept is what issuers signed about certificates, by certificate and issuer, until
 * they say they will know better. Thread-safe; whoever makes it closes it, after the last
 * connection.
 */
public final class UpstreamCheck implements AutoCloseable {
    /** Connections that wait for something to be fetched; about 2 kB each. */
    private static final int MOST_WAITING = 1024;

    /** Chains that intermediates are being looked for. */
    private static final int MOST_COMPLETING = 256;

    private final ChainVerifier verifier;
    private final InstantSource clock;
    private final StatusConfig config;
    private final StatusMeters meters;
    private final HttpFetcher fetcher;
    private final ChainCompletion completion;
    private final RevocationCheck revocation;
    private final TransparencyCheck transparency;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    /** Held until the last fetch is done, which may be long after the connection is gone. */
    private final Semaphore completing = new Semaphore(MOST_COMPLETING);

    /**
     * What is to be checked.
     *
     * @param staple the OCSP response that came with the handshake
     * @param wanted what the rule wants to know
     */
    public record Question(
            PresentedChain chain,
            Optional<Stapled> staple,
            ReferenceIdentity name,
            Wanted wanted) {}

    /** A stapled OCSP response. Nothing is known about it. */
    public static final class Stapled {
        private final byte[] der;

        /** Takes the bytes as they came. */
        public Stapled(byte[] der) {
            this.der = der.clone();
        }
    }

    /** What was found. */
    public sealed interface Checked {
        /** The upstream is who it says, as far as the rule wants to know. */
        record Good(VerifiedUpstream upstream, RevocationStanding standing) implements Checked {}

        /**
         * It is not.
         *
         * @param at the time that it was judged for
         * @param standing empty if the chain did not verify in the first place
         */
        record Bad(List<UntrustedReason> reasons, Instant at, Optional<RevocationStanding> standing)
                implements Checked {
            public Bad {
                reasons = List.copyOf(reasons);
            }
        }

        /** There is no room to wait for what would have to be fetched. */
        record Full(String detail) implements Checked {}
    }

    /**
     * Wires the parts; nothing is fetched before something is asked.
     *
     * @param site where the site shares what it fetched
     * @param transparency counts the SCTs that a rule demands
     * @param clock says what is stale
     * @param ticker for ages of what is kept
     */
    public UpstreamCheck(
            ChainVerifier verifier,
            SiteShelf site,
            StatusConfig config,
            TransparencyCheck transparency,
            InstantSource clock,
            Ticker ticker,
            MeterRegistry meters) {
        this.verifier = verifier;
        this.clock = clock;
        this.config = config;
        this.transparency = transparency;
        this.meters = new StatusMeters(meters);
        this.fetcher = new HttpFetcher(config.fetches());
        var library = new Library(fetcher, site, config.fetches(), ticker, this.meters);
        this.completion = new ChainCompletion(library);
        this.revocation =
                new RevocationCheck(
                        new StatusDesk(library, clock, ticker, config.fetches(), this.meters),
                        config,
                        clock,
                        this.meters);
    }

    /**
     * Checks. Computes on the calling thread, a millisecond and more, and never waits on it.
     *
     * @return completes normally, always; at once where nothing has to be fetched, else on a
     *     virtual thread, when the patience that is configured is over at the latest
     */
    public CompletionStage<Checked> check(Question question) {
        try {
            var at = clock.instant();
            var verdict = verifier.verify(question.chain(), question.name(), at);
            return switch (verdict) {
                case Verdict.Untrusted untrusted
                        when ChainCompletion.mayHelp(question.chain(), untrusted) ->
                        waiting(() -> completed(question, at, untrusted));
                case Verdict.Untrusted(var reasons) ->
                        CompletableFuture.completedFuture(
                                new Checked.Bad(reasons, at, Optional.empty()));
                case Verdict.Verified(var upstream) ->
                        revocation
                                .now(upstream, staple(question), question.wanted().revocation())
                                .map(finding -> done(question, upstream, finding))
                                .<CompletionStage<Checked>>map(CompletableFuture::completedFuture)
                                .orElseGet(() -> waiting(() -> asked(question, upstream)));
            };
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(defect(e));
        }
    }

    private CompletionStage<Checked> waiting(Supplier<Checked> work) {
        if (!waiting.tryAcquire()) {
            return CompletableFuture.completedFuture(
                    new Checked.Full(
                            MOST_WAITING + " connections wait for something to be fetched"));
        }
        var result = new CompletableFuture<Checked>();
        Thread.ofVirtual()
                .name("upstream-check")
                .start(
                        () -> {
                            Checked checked;
                            try {
                                checked = work.get();
                            } catch (RuntimeException e) {
                                checked = defect(e);
                            } finally {
                                waiting.release();
                            }
                            result.complete(checked);
                        });
        return result;
    }

    private Checked completed(Question question, Instant at, Verdict.Untrusted verdict) {
        if (!completing.tryAcquire()) {
            return new Checked.Full(MOST_COMPLETING + " chains are being completed");
        }
        var attempt = new CompletableFuture<Verdict>();
        // Goes on beyond our patience: what it fetches is there for the next connection.
        Thread.ofVirtual()
                .name("completion")
                .start(
                        () -> {
                            try {
                                attempt.complete(
                                        completion.complete(
                                                question.chain(),
                                                question.name(),
                                                at,
                                                verifier,
                                                verdict));
                            } catch (RuntimeException e) {
                                attempt.completeExceptionally(e);
                            } finally {
                                completing.release();
                            }
                        });
        var best =
                attempt.completeOnTimeout(
                                verdict,
                                config.completionPatience().toNanos(),
                                TimeUnit.NANOSECONDS)
                        .join();
        return switch (best) {
            case Verdict.Verified(var upstream) -> {
                meters.completion(StatusMeters.Completion.COMPLETED);
                yield revocation
                        .now(upstream, staple(question), question.wanted().revocation())
                        .map(finding -> done(question, upstream, finding))
                        .orElseGet(() -> asked(question, upstream));
            }
            case Verdict.Untrusted(var reasons) -> {
                meters.completion(StatusMeters.Completion.FAILED);
                yield new Checked.Bad(reasons, at, Optional.empty());
            }
        };
    }

    private Checked asked(Question question, VerifiedUpstream upstream) {
        try {
            return done(
                    question,
                    upstream,
                    revocation.await(upstream, staple(question), question.wanted().revocation()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("nobody interrupts these threads", e);
        }
    }

    private Checked done(Question question, VerifiedUpstream upstream, Finding finding) {
        meters.standing(finding.standing());
        var objections = new ArrayList<>(finding.objections());
        transparency
                .objection(upstream, staple(question), question.wanted().scts())
                .ifPresent(objections::add);
        return objections.isEmpty()
                ? new Checked.Good(upstream, finding.standing())
                : new Checked.Bad(objections, clock.instant(), Optional.of(finding.standing()));
    }

    private Checked defect(RuntimeException e) {
        meters.defect();
        LOG.atError().setCause(e).log("a check of an upstream broke");
        return new Checked.Bad(
                List.of(new UntrustedReason(Kind.INTERNAL, e.toString())),
                clock.instant(),
                Optional.empty());
    }

    private static Optional<byte[]> staple(Question question) {
        return question.staple().map(stapled -> stapled.der);
    }

    @Override
    public void close() {
        fetcher.close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamCheck.class);
}
