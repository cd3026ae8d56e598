package io.overt.edge.revocation;

import io.overt.edge.revocation.StatusDesk.Answer;
import io.overt.policy.Revocation;
import io.overt.x509.UntrustedReason;
import io.overt.x509.VerifiedUpstream;
import io.overt.x509.revocation.IssuedCertificate;
import io.overt.x509.revocation.OcspCheck;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.RevocationReasons;
import io.overt.x509.revocation.StatusSources;
import io.overt.x509.revocation.StatusSources.Staple;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether a verified path stands, by what its rule wants to know: the staple first, because it
 * costs nothing and tells nobody who visits whom; then whatever the certificates point to.
 */
final class RevocationCheck {
    private final StatusDesk desk;
    private final StatusConfig config;
    private final InstantSource clock;
    private final StatusMeters meters;

    /**
     * What was found.
     *
     * @param objections none if the path stands
     */
    record Finding(RevocationStanding standing, List<UntrustedReason> objections) {}

    RevocationCheck(
            StatusDesk desk, StatusConfig config, InstantSource clock, StatusMeters meters) {
        this.desk = desk;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
    }

    /** The finding, where it takes no waiting. */
    Optional<Finding> now(VerifiedUpstream upstream, Optional<byte[]> staple, Revocation wanted) {
        if (wanted == Revocation.OFF) {
            return Optional.of(new Finding(RevocationStanding.OFF, List.of()));
        }
        var path = IssuedCertificate.of(upstream.path());
        if (path.isEmpty()) {
            return Optional.of(new Finding(RevocationStanding.OFF, List.of()));
        }
        var stapled = staple.flatMap(bytes -> stapled(path.getFirst(), bytes));
        var answers = new ArrayList<Word>();
        for (var about : path) {
            var word = immediate(about, path.getFirst().equals(about), stapled);
            if (word.isEmpty()) {
                return Optional.empty();
            }
            answers.add(word.get());
        }
        return Optional.of(finding(path, answers, staple, stapled, wanted));
    }

    /** The finding, at the latest when patience is over. Blocks: for virtual threads. */
    Finding await(VerifiedUpstream upstream, Optional<byte[]> staple, Revocation wanted)
            throws InterruptedException {
        var path = IssuedCertificate.of(upstream.path());
        var patience = wanted == Revocation.HARD ? config.hardPatience() : config.softPatience();
        var until = System.nanoTime() + patience.toNanos();
        var stapled = staple.flatMap(bytes -> stapled(path.getFirst(), bytes));
        var asked = new ArrayList<CompletableFuture<Word>>();
        for (var about : path) {
            var word = immediate(about, path.getFirst().equals(about), stapled);
            asked.add(
                    word.map(CompletableFuture::completedFuture)
                            .orElseGet(() -> desk.ask(about).thenApply(RevocationCheck::word)));
        }
        var words = new ArrayList<Word>();
        for (var each : asked) {
            words.add(wait(each, until, patience));
        }
        return finding(path, words, staple, stapled, wanted);
    }

    private static Word wait(CompletableFuture<Word> answer, long until, Duration patience)
            throws InterruptedException {
        try {
            return answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return new Word.Silence("no answer within " + patience);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer that broke", e);
        }
    }

    /** What is said about one certificate. */
    private sealed interface Word {
        record Clear(RevocationStanding by) implements Word {}

        record Bad(Revoked revoked) implements Word {}

        record Silence(String detail) implements Word {}
    }

    /**
     * What is known without asking. A staple does not outweigh what is known to be revoked: its
     * holder would show the last good one for as long as that counts.
     */
    private Optional<Word> immediate(
            IssuedCertificate about, boolean isLeaf, Optional<Word> stapled) {
        var known = desk.known(about);
        return isLeaf && stapled.isPresent() && !(known.orElse(null) instanceof Answer.Listed)
                ? stapled
                : known.map(RevocationCheck::word);
    }

    private Optional<Word> stapled(IssuedCertificate about, byte[] staple) {
        return switch (OcspCheck.check(staple, about, clock.instant())) {
            case Good _ -> Optional.of(new Word.Clear(RevocationStanding.STAPLED_GOOD));
            case Revoked revoked -> Optional.of(new Word.Bad(revoked));
            case Unusable _ -> Optional.empty();
        };
    }

    private static Word word(Answer answer) {
        return switch (answer) {
            case Answer.Clear(var source, _) ->
                    new Word.Clear(
                            switch (source) {
                                case CRL -> RevocationStanding.CRL_GOOD;
                                case OCSP -> RevocationStanding.OCSP_GOOD;
                            });
            case Answer.Listed(var revoked, _) -> new Word.Bad(revoked);
            case Answer.Unknown(var detail, _) -> new Word.Silence(detail);
        };
    }

    private Finding finding(
            List<IssuedCertificate> path,
            List<Word> words,
            Optional<byte[]> staple,
            Optional<Word> stapled,
            Revocation wanted) {
        var leaf = path.getFirst();
        var revoked = new ArrayList<UntrustedReason>();
        var unknown = new ArrayList<UntrustedReason>();
        for (var i = 0; i < path.size(); i++) {
            switch (words.get(i)) {
                case Word.Clear _ -> {}
                case Word.Bad(var answer) ->
                        revoked.add(RevocationReasons.revoked(path.get(i), answer));
                case Word.Silence(var detail) ->
                        unknown.add(RevocationReasons.unknown(path.get(i), detail));
            }
        }
        if (!revoked.isEmpty()) {
            return new Finding(RevocationStanding.REVOKED, revoked);
        }
        if (staple.isPresent() && stapled.isEmpty()) {
            meters.unusableStaple();
        }
        if (StatusSources.of(leaf.certificate()).staple() == Staple.MUST && stapled.isEmpty()) {
            return new Finding(
                    RevocationStanding.STAPLE_MISSING,
                    List.of(
                            RevocationReasons.unknown(
                                    leaf,
                                    "no good stapled response, which the certificate demands"
                                            + " (RFC 7633)")));
        }
        if (!unknown.isEmpty()) {
            return new Finding(
                    RevocationStanding.UNKNOWN, wanted == Revocation.HARD ? unknown : List.of());
        }
        return switch (words.getFirst()) {
            case Word.Clear(var by) -> new Finding(by, List.of());
            case Word.Bad _, Word.Silence _ ->
                    throw new IllegalStateException("an objection that was not noted");
        };
    }
}
