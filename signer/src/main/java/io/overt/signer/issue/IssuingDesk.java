package io.overt.signer.issue;

import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_BUDGET_EXHAUSTED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_INTERNAL;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_KEY_BUDGET_EXHAUSTED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_LOG_UNAVAILABLE;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE;

import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.signer.budget.Budgets;
import io.overt.signer.issue.Answer.Issued;
import io.overt.signer.issue.Answer.Origin;
import io.overt.signer.issue.Answer.Refused;
import io.overt.signer.key.Signing;
import io.overt.x509.TbsCertificateDer;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Issues one certificate for one TBS, ever (DESIGN.md section 4): looks it up, joins an identical
 * request under way, or has it checked, notes the intent, has it signed, verifies the signature,
 * stores the certificate, and only then answers. Thread-safe; blocks.
 */
public final class IssuingDesk {

    private final ForgeChecks checks;
    private final IssuanceIndex index;
    private final Budgets budgets;
    private final IssuanceMeters meters;
    private final VerifyingCode verifying;
    private final InstantSource clock;
    private final Duration joinDeadline;
    private final Level noted;

    /**
     * Requests under way, by what they ask for: whoever comes second waits for the first one's
     * answer.
     */
    private final Map<TbsDigest, CompletableFuture<Answer>> flights = new ConcurrentHashMap<>();

    /**
     * A desk.
     *
     * @param verifying each signature, before it leaves
     * @param joinDeadline how long a request waits for an identical one that came before it
     * @param noted level of the log line of an issuance
     */
    public IssuingDesk(
            ForgeChecks checks,
            IssuanceIndex index,
            Budgets budgets,
            IssuanceMeters meters,
            VerifyingCode verifying,
            InstantSource clock,
            Duration joinDeadline,
            Level noted) {
        this.checks = checks;
        this.index = index;
        this.budgets = budgets;
        this.meters = meters;
        this.verifying = verifying;
        this.clock = clock;
        this.joinDeadline = joinDeadline;
        this.noted = noted;
    }

    /**
     * Answers a request.
     *
     * @param caller an edge, by its certificate
     */
    public Answer forge(FleetIdentity caller, ForgeRequest request) {
        try {
            checks.requireShape(request);
            // Each request counts, a repeated one too: an index is not there to be asked in a loop.
            Optional<Budgets.Exhausted> flooded =
                    budgets.request(caller, checks.namedTrust(request));
            if (flooded.isPresent()) {
                return exhausted(flooded.get());
            }
            Optional<IssuanceIndex.Kept> before =
                    index.find(TbsDigest.of(request.getTbs().toByteArray()));
            if (before.isPresent()) {
                return repeated(before.get());
            }
            // Each caller passes the checks by itself: a flight is joined with an approved TBS,
            // never instead of one.
            return issue(caller, checks.approve(caller, request));
        } catch (RefusedException e) {
            return e.refused();
        } catch (IndexException e) {
            return logUnavailable(e);
        }
    }

    private Answer issue(FleetIdentity caller, IssuanceToken token) throws RefusedException {
        TbsDigest digest = TbsDigest.of(token.tbs());
        CompletableFuture<Answer> flight = new CompletableFuture<>();
        CompletableFuture<Answer> earlier = flights.putIfAbsent(digest, flight);
        if (earlier != null) {
            return join(earlier);
        }
        Answer answer =
                new Refused(
                        REFUSAL_REASON_INTERNAL, "", "the request that was joined had a defect");
        try {
            answer = signOnce(caller, token, digest);
            return answer;
        } catch (RefusedException e) {
            // Whoever joined is refused for the same reason.
            answer = e.refused();
            return answer;
        } finally {
            flights.remove(digest, flight);
            flight.complete(answer);
        }
    }

    private Answer join(CompletableFuture<Answer> earlier) throws RefusedException {
        Answer answer;
        try {
            answer = earlier.get(joinDeadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return new Refused(
                    REFUSAL_REASON_TOKEN_UNAVAILABLE,
                    "",
                    "an identical request had no answer in " + joinDeadline);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Refused(REFUSAL_REASON_TOKEN_UNAVAILABLE, "", "the signer is stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a flight never completes exceptionally", e);
        }
        return switch (answer) {
            case Issued issued -> repeated(issued.kept());
            case Refused refused -> refused;
        };
    }

    private Answer signOnce(FleetIdentity caller, IssuanceToken token, TbsDigest digest)
            throws RefusedException {
        Issuer issuer = token.issuer();
        // What all share costs only who passed every check and leads the flight (ADR 0176).
        Optional<Budgets.Exhausted> used =
                budgets.signature(
                        caller, issuer.ca().trust(), token.server(), issuer.ca().fingerprint());
        if (used.isPresent()) {
            return exhausted(used.get());
        }
        X509Certificate certificate;
        try {
            IssuanceIndex.Intent intent =
                    new IssuanceIndex.Intent(
                            token.tbs(),
                            issuer.ca(),
                            token.server(),
                            token.requester(),
                            token.evidence(),
                            clock.instant());
            IssuanceIndex.Intended.Noted logged;
            switch (index.intend(intent)) {
                case IssuanceIndex.Intended.Before(var kept) -> {
                    // It was stored between our look and now.
                    return repeated(kept);
                }
                case IssuanceIndex.Intended.Noted now -> logged = now;
            }
            switch (issuer.key().sign(token.spend())) {
                case Signing.NotSigned(Signing.Reason reason, String detail) -> {
                    return new Refused(REFUSAL_REASON_TOKEN_UNAVAILABLE, reason.name(), detail);
                }
                case Signing.Signed(byte[] signature) -> {
                    meters.signed(issuer);
                    certificate = token.tbs().assemble(signature);
                    if (!verifies(certificate, token)) {
                        return stop(issuer, digest, logged);
                    }
                }
            }
            // The commit point: from here on this, and no other, is the certificate of this TBS.
            IssuanceIndex.Kept stored =
                    index.store(intent, logged, certificate.getEncoded(), clock.instant());
            LOG.atLevel(noted)
                    .addKeyValue("tbs", digest)
                    .addKeyValue("issuer", issuer.name())
                    .addKeyValue("requester", token.requester())
                    .log("forged");
            // An act may have come into force since the checks: nothing leaves against it.
            checks.requireStillForged(certificate);
            return new Issued(stored, Origin.SIGNED);
        } catch (IndexException e) {
            return logUnavailable(e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was just read has no encoding", e);
        }
    }

    /** A token that mixes up its handles signs with another key and says so to nobody. */
    private boolean verifies(X509Certificate certificate, IssuanceToken token) {
        try {
            verifying.verify(certificate, token.issuer().ca().certificate().getPublicKey());
            return TbsCertificateDer.of(certificate).equals(token.tbs());
        } catch (GeneralSecurityException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("issuer", token.issuer().name())
                    .log("signature does not verify");
            return false;
        }
    }

    private Answer stop(Issuer issuer, TbsDigest digest, IssuanceIndex.Intended.Noted logged) {
        issuer.stop();
        LOG.atError()
                .addKeyValue("issuer", issuer.name())
                .addKeyValue("tbs", digest)
                .log(
                        "SECURITY: the token signed with another key than the issuer's; the issuer is stopped");
        try {
            index.withhold(logged, REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, clock.instant());
        } catch (IndexException e) {
            // The worse of the two is what is answered; that the log fails stops signing by itself.
            LOG.atError().setCause(e).log("a withheld signature could not be logged");
        }
        return new Refused(
                REFUSAL_REASON_SIGNATURE_NOT_VERIFIED,
                "signatureValue",
                "the signature from the token does not verify with the issuer's key");
    }

    private Answer repeated(IssuanceIndex.Kept kept) throws RefusedException {
        checks.requireStillForged(certificate(kept));
        meters.indexHit();
        return new Issued(kept, Origin.REPEATED);
    }

    private static X509Certificate certificate(IssuanceIndex.Kept kept) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(kept.certificate()));
        } catch (CertificateException e) {
            throw new IllegalStateException("the index holds what is no certificate", e);
        }
    }

    private static Answer exhausted(Budgets.Exhausted exhausted) {
        return new Refused(
                switch (exhausted.budget()) {
                    case KEY -> REFUSAL_REASON_KEY_BUDGET_EXHAUSTED;
                    case EDGE, SITE, DOMAIN, NEW_NAMES -> REFUSAL_REASON_BUDGET_EXHAUSTED;
                },
                exhausted.budget().text(),
                exhausted.detail() + ": used up for " + exhausted.retryAfter(),
                Optional.of(exhausted.retryAfter()));
    }

    private static Answer logUnavailable(IndexException e) {
        LOG.atError().setCause(e).log("the index cannot be used: nothing is signed");
        return new Refused(REFUSAL_REASON_LOG_UNAVAILABLE, "", String.valueOf(e.getMessage()));
    }

    private static final Logger LOG = LoggerFactory.getLogger(IssuingDesk.class);
}
