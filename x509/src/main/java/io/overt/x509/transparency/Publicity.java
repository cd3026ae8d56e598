package io.overt.x509.transparency;

import io.overt.x509.PrecertificateTbs;
import io.overt.x509.VerifiedUpstream;
import io.overt.x509.transparency.CertificateLog.Standing;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How public a verified leaf is: the logs that promised to have it. A promise counts that a known
 * log really signed, about this very leaf, not later than now, while the log was in force, and for
 * a certificate that expires when the log takes them (as Chrome and Apple count). Promises are
 * looked for in the leaf and in the stapled OCSP response.
 *
 * @param logs those in force, at most one promise of each
 * @param retired those that have been retired since
 * @param ignored promises that did not count: of unknown logs, forged, too late
 */
public record Publicity(List<CertificateLog> logs, List<CertificateLog> retired, int ignored) {
    /** Signatures that are verified for one leaf at most; about 0.2 ms each. */
    static final int MOST_SIGNATURES = 16;

    public Publicity {
        logs = List.copyOf(logs);
        retired = List.copyOf(retired);
    }

    /**
     * Looks. Takes {@link #MOST_SIGNATURES} signature verifications at most, and never throws over
     * what it is shown.
     *
     * @param staple the OCSP response that came with the handshake, if one did
     * @param at the only clock there is
     */
    public static Publicity of(
            VerifiedUpstream upstream, Optional<byte[]> staple, KnownLogs known, Instant at) {
        Count count = new Count(upstream.leaf(), known, at);
        try {
            var tbs = PrecertificateTbs.of(upstream.leaf());
            // A leaf that is its own anchor has no issuer whom a log would have known.
            if (tbs.isPresent() && upstream.path().size() > 1) {
                count.add(
                        Sct.list(tbs.get().sctList()), Entry.of(tbs.get(), upstream.path().get(1)));
            }
            if (staple.isPresent()) {
                count.add(StapledScts.of(staple.get()), Entry.of(upstream.leaf()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a verified certificate without an encoding", e);
        }
        return count.result();
    }

    /**
     * Whether it is enough: that many logs, one of them in force, and of more than one operator
     * where more than one log is wanted.
     */
    public boolean has(int wanted) {
        if (wanted <= 0) {
            return true;
        }
        return logs.size() + retired.size() >= wanted
                && !logs.isEmpty()
                && operators() >= Math.min(wanted, OPERATORS);
    }

    /** Those who run the logs that count. */
    public int operators() {
        return (int)
                java.util.stream.Stream.concat(logs.stream(), retired.stream())
                        .map(CertificateLog::operator)
                        .distinct()
                        .count();
    }

    /** For people, in one line. */
    public String text() {
        return "promises of %d logs (%d of them retired) by %d operators count, %d do not"
                .formatted(logs.size() + retired.size(), retired.size(), operators(), ignored);
    }

    /** As browsers have it: one operator alone could be made to keep a secret. */
    private static final int OPERATORS = 2;

    /** Counting, source by source. Confined to one call. */
    private static final class Count {
        private final KnownLogs known;
        private final Instant at;
        private final Instant notAfter;
        private final Map<LogId, CertificateLog> inForce = new LinkedHashMap<>();
        private final Map<LogId, CertificateLog> retired = new LinkedHashMap<>();
        private int ignored;
        private int signatures;

        Count(X509Certificate leaf, KnownLogs known, Instant at) {
            this.known = known;
            this.at = at;
            this.notAfter = leaf.getNotAfter().toInstant();
        }

        void add(List<Sct> promises, Entry about) {
            for (var promise : promises) {
                if (inForce.containsKey(promise.log()) || retired.containsKey(promise.log())) {
                    continue; // One log's word counts once.
                }
                var log =
                        known.log(promise.log())
                                .filter(each -> each.takes(notAfter))
                                .filter(_ -> !promise.at().isAfter(at))
                                .filter(each -> isWorth(each, promise))
                                .filter(each -> isSigned(each, promise, about));
                if (log.isEmpty()) {
                    ignored++;
                    continue;
                }
                switch (log.get().standing()) {
                    case Standing.InForce() -> inForce.put(promise.log(), log.get());
                    case Standing.RetiredAt _ -> retired.put(promise.log(), log.get());
                    case Standing.Worthless() -> throw new IllegalStateException("was left out");
                }
            }
        }

        private static boolean isWorth(CertificateLog log, Sct promise) {
            return switch (log.standing()) {
                case Standing.InForce() -> true;
                case Standing.RetiredAt(var when) -> promise.at().isBefore(when);
                case Standing.Worthless() -> false;
            };
        }

        /** The dear part comes last, and has its limit: lists are as long as strangers like. */
        private boolean isSigned(CertificateLog log, Sct promise, Entry about) {
            return ++signatures <= MOST_SIGNATURES && about.isSignedBy(log, promise);
        }

        Publicity result() {
            return new Publicity(
                    List.copyOf(inForce.values()), List.copyOf(retired.values()), ignored);
        }
    }
}
