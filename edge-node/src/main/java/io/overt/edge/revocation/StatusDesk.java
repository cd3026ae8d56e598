package io.overt.edge.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.overt.edge.revocation.Fetched.Body;
import io.overt.edge.revocation.Fetched.Failed;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.revocation.CrlCheck;
import io.overt.x509.revocation.IssuedCertificate;
import io.overt.x509.revocation.OcspCheck;
import io.overt.x509.revocation.OcspQuestion;
import io.overt.x509.revocation.RevocationAnswer;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.StatusSources;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out whether a certificate has been revoked, by its CRL and then its OCSP responder, and
 * remembers the answer until the issuer will know better. An answer that comes too late for the
 * connection that asked is there for the next one. Thread-safe; nothing blocks its callers.
 */
final class StatusDesk {
    /** Certificates asked about at once; what is more waits for the next connection. */
    private static final int MOST_ASKING = 256;

    private static final int MOST_REMEMBERED = 100_000;

    private final Library library;
    private final InstantSource clock;
    private final StatusConfig.Fetches config;
    private final StatusMeters meters;
    private final Cache<Key, Answer> answers;
    private final Map<Key, CompletableFuture<Answer>> asking = new ConcurrentHashMap<>();

    private record Key(CertificateFingerprint certificate, CertificateFingerprint issuer) {
        static Key of(IssuedCertificate about) {
            return new Key(
                    CertificateFingerprint.of(about.certificate()),
                    CertificateFingerprint.of(about.issuer()));
        }
    }

    /** What is known, and until when that holds. */
    sealed interface Answer {
        Instant until();

        record Clear(Source source, Instant until) implements Answer {}

        record Listed(Revoked revoked, Instant until) implements Answer {}

        record Unknown(String detail, Instant until) implements Answer {}
    }

    /** Who cleared it. */
    enum Source {
        CRL,
        OCSP
    }

    StatusDesk(
            Library library,
            InstantSource clock,
            Ticker ticker,
            StatusConfig.Fetches config,
            StatusMeters meters) {
        this.library = library;
        this.clock = clock;
        this.config = config;
        this.meters = meters;
        this.answers =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumSize(MOST_REMEMBERED)
                        .expireAfterWrite(config.keep())
                        .build();
    }

    /** What is known already and still holds. */
    Optional<Answer> known(IssuedCertificate about) {
        return Optional.ofNullable(answers.getIfPresent(Key.of(about)))
                .filter(answer -> clock.instant().isBefore(answer.until()));
    }

    /**
     * Asks, unless somebody else does already.
     *
     * @return completes normally, always, though perhaps long after its caller has lost patience
     */
    CompletableFuture<Answer> ask(IssuedCertificate about) {
        var known = known(about);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        var key = Key.of(about);
        var mine = new CompletableFuture<Answer>();
        var others = asking.putIfAbsent(key, mine);
        if (others != null) {
            return others;
        }
        if (asking.size() > MOST_ASKING) {
            asking.remove(key);
            mine.complete(unknown(MOST_ASKING + " certificates are being asked about"));
        } else {
            Thread.ofVirtual()
                    .name("status")
                    .start(
                            () -> {
                                try {
                                    var answer = find(about);
                                    answers.put(key, answer);
                                    mine.complete(answer);
                                } catch (RuntimeException e) {
                                    meters.defect();
                                    mine.complete(unknown("defect: " + e));
                                } finally {
                                    asking.remove(key);
                                }
                            });
        }
        return mine;
    }

    private Answer find(IssuedCertificate about) {
        var sources = StatusSources.of(about.certificate());
        var detail = "names no CRL and no OCSP responder that could be asked";
        for (var url : sources.crlUrls()) {
            switch (find(about, Ask.crl(url), Source.CRL)) {
                case Answer.Unknown(var why, _) -> detail = url + ": " + why;
                case Answer answer -> {
                    return answer;
                }
            }
        }
        for (var url : sources.ocspUrls()) {
            switch (find(about, Ask.ocsp(url, OcspQuestion.der(about)), Source.OCSP)) {
                case Answer.Unknown(var why, _) -> detail = url + ": " + why;
                case Answer answer -> {
                    return answer;
                }
            }
        }
        return unknown(detail);
    }

    private Answer find(IssuedCertificate about, Ask ask, Source source) {
        var judge =
                new Library.Judge() {
                    private Optional<RevocationAnswer> latest = Optional.empty();

                    @Override
                    public boolean isUsable(byte[] bytes) {
                        var answer = evaluate(bytes, about, source);
                        latest = Optional.of(answer);
                        if (answer instanceof Unusable) {
                            meters.unusableAnswer();
                            return false;
                        }
                        return true;
                    }
                };
        return switch (library.find(ask, judge)) {
            case Failed(_, var detail) -> unknown(detail);
            case Body _ ->
                    switch (judge.latest.orElseThrow()) {
                        case Good(var until) -> new Answer.Clear(source, atMost(until));
                        case Revoked revoked ->
                                new Answer.Listed(revoked, clock.instant().plus(config.keep()));
                        case Unusable(_, var detail) -> unknown(detail);
                    };
        };
    }

    private RevocationAnswer evaluate(byte[] bytes, IssuedCertificate about, Source source) {
        return switch (source) {
            case CRL -> CrlCheck.check(bytes, about, clock.instant());
            case OCSP -> OcspCheck.check(bytes, about, clock.instant());
        };
    }

    private Instant atMost(Instant until) {
        var longest = clock.instant().plus(config.keep());
        // An answer of the last minutes, taken for a clock's difference, is asked for again soon.
        var soonest = clock.instant().plus(SHORTEST);
        return until.isAfter(longest) ? longest : until.isBefore(soonest) ? soonest : until;
    }

    private Answer.Unknown unknown(String detail) {
        return new Answer.Unknown(detail, clock.instant().plus(config.retryAfter()));
    }

    private static final Duration SHORTEST = Duration.ofSeconds(10);
}
