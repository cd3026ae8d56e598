package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.grpc.Deadline;
import io.overt.edge.forge.LeafCheck.Bad;
import io.overt.edge.forge.LeafCheck.Good;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.forge.SignerAnswer.Silence;
import io.overt.edge.forge.SignerMeters.Call;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.TbsCertificateDer;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tier 3: asks the signers, one after the other and never two at once, until one gives a leaf that
 * holds or an answer that stands. Blocks until the deadline at the latest: for virtual threads.
 */
final class SignerTier {
    private final Signers signers;
    private final InstantSource clock;

    SignerTier(Signers signers, InstantSource clock) {
        this.signers = signers;
        this.clock = clock;
    }

    /** What came of asking one signer. */
    sealed interface Outcome permits Answer, Next {}

    /** What came of asking them all. */
    sealed interface Answer extends Outcome permits Signed, Final {}

    /** A leaf that was checked. */
    record Signed(X509Certificate leaf, KnownIssuer issuer) implements Answer {}

    /** An answer that stands: no signer needs to be asked again. */
    record Final(ForgeResult result) implements Answer {}

    /** This signer did not help; the next may. */
    record Next(String detail) implements Outcome {}

    /** Asks for the leaf of {@code task}. */
    Answer ask(ForgeTask task, Deadline deadline) {
        List<SignerClient> all = signers.inOrder(task.name(), task.profile(), task.trust());
        var round = new Round(task, deadline, all.size());
        List<SignerClient> onTrial = new ArrayList<>();
        List<SignerClient> notServing = new ArrayList<>();
        for (SignerClient signer : all) {
            switch (signer.breaker().admit()) {
                case SignerBreaker.Admitted admitted -> round.ask(signer, admitted);
                case SignerBreaker.Later(SignerStanding standing) ->
                        (standing == SignerStanding.ON_TRIAL ? onTrial : notServing).add(signer);
                case SignerBreaker.Never(String why) -> round.skip(signer, why);
            }
            if (round.answer.isPresent()) {
                return round.answer.get();
            }
        }
        onTrial.addAll(notServing);
        for (SignerClient signer : onTrial) {
            switch (signer.breaker().admitLast()) {
                case SignerBreaker.Admitted admitted -> round.ask(signer, admitted);
                case SignerBreaker.Later _ ->
                        throw new IllegalStateException("there is no later than last");
                case SignerBreaker.Never(String why) -> round.skip(signer, why);
            }
            if (round.answer.isPresent()) {
                return round.answer.get();
            }
        }
        return new Final(new ForgeResult.Unavailable(round.text()));
    }

    /** The asking for one leaf. Confined to its thread. */
    private final class Round {
        private final ForgeTask task;
        private final Deadline deadline;
        private final List<String> details = new ArrayList<>();
        private Optional<Answer> answer = Optional.empty();

        /** Signers that may still be asked. */
        private int left;

        private int asked;

        Round(ForgeTask task, Deadline deadline, int left) {
            this.task = task;
            this.deadline = deadline;
            this.left = left;
        }

        void skip(SignerClient signer, String why) {
            left--;
            details.add(signer.address() + ": not asked: " + why);
        }

        void ask(SignerClient signer, SignerBreaker.Admitted admitted) {
            try (admitted) {
                askAdmitted(signer, admitted);
            }
        }

        private void askAdmitted(SignerClient signer, SignerBreaker.Admitted admitted) {
            left--;
            if (deadline.isExpired()) {
                details.add(signer.address() + ": the deadline has passed");
                return;
            }
            if (asked++ == 0) {
                signer.meters().chosen();
            }
            switch (SignerTier.this.ask(signer, admitted, task, share(), Again.MAY)) {
                case Next(String detail) -> {
                    details.add(detail);
                    if (left > 0) {
                        signer.meters().failedOver();
                    }
                }
                case Answer stands -> answer = Optional.of(stands);
            }
        }

        /** While somebody else could still be asked, half of the time that is left is theirs. */
        private Deadline share() {
            if (left == 0) {
                return deadline;
            }
            long nanos = deadline.timeRemaining(TimeUnit.NANOSECONDS);
            return deadline.minimum(Deadline.after(nanos / 2, TimeUnit.NANOSECONDS));
        }

        String text() {
            return details.isEmpty()
                    ? switch (task.trust()) {
                        case TRUSTED -> "no signer with an active issuer is known";
                        case UNTRUSTED -> "no signer with an active untrusted issuer is known";
                    }
                    : String.join("; ", details);
        }
    }

    /** Whether a signer may be asked once more after what it objected to was put right. */
    private enum Again {
        MAY,
        NO
    }

    private Outcome ask(
            SignerClient signer,
            SignerBreaker.Admitted admitted,
            ForgeTask task,
            Deadline deadline,
            Again again) {
        Optional<KnownIssuer> issuer =
                signer.description().flatMap(known -> known.active(task.trust()));
        if (issuer.isEmpty()) {
            return new Next(signer.address() + ": no active issuer");
        }
        return switch (task.mirroredFor(issuer.get())) {
            case NotMirrorable(var reason, String detail) ->
                    new Final(new ForgeResult.NotMirrorable(reason + ": " + detail));
            case Mirrored(TbsCertificateDer tbs) ->
                    switch (signer.forge(request(task, tbs, issuer.get()), deadline)) {
                        case Answered<ForgeResponse>(ForgeResponse response) ->
                                check(signer, admitted, response, tbs, issuer.get());
                        case Refused<ForgeResponse>(RefusalReason reason, String detail) ->
                                refusal(signer, admitted, task, deadline, again, reason, detail);
                        case NoAnswer<ForgeResponse>(Silence silence, String detail) -> {
                            signer.meters().called(Call.UNANSWERED);
                            switch (silence) {
                                case DEAF -> admitted.unanswered(detail);
                                // Nothing that would say how the signer is.
                                case NO_TIME, UNKNOWN_CALL -> {}
                            }
                            yield new Next(detail);
                        }
                    };
        };
    }

    private Outcome refusal(
            SignerClient signer,
            SignerBreaker.Admitted admitted,
            ForgeTask task,
            Deadline deadline,
            Again again,
            RefusalReason reason,
            String detail) {
        String text = RefusalCourse.text(reason);
        RefusalCourse course = RefusalCourse.of(reason);
        signer.meters().called(course == RefusalCourse.NEXT_SIGNER ? Call.CANNOT : Call.REFUSED);
        return switch (course) {
            case FINAL -> {
                admitted.worked();
                yield new Final(new ForgeResult.Refused(text, detail));
            }
            case NOT_MIRRORABLE -> {
                admitted.worked();
                yield new Final(new ForgeResult.NotMirrorable(detail));
            }
            case GIVE_UP -> {
                admitted.worked();
                yield new Final(new ForgeResult.Unavailable(text + ": " + detail));
            }
            case ANOTHER_KEY -> {
                admitted.worked();
                yield new Final(
                        signers.callsRevoked(signer, task.key())
                                ? new ForgeResult.Unavailable(text + ": " + detail)
                                : new ForgeResult.Refused(text, detail));
            }
            case NEXT_SIGNER -> {
                admitted.cannot(text + ": " + detail);
                yield new Next(text + ": " + detail);
            }
            case ENROL ->
                    once(
                                    again,
                                    signer,
                                    admitted,
                                    task,
                                    deadline,
                                    () -> signers.enrolAt(signer, task.key(), deadline).isEmpty())
                            .orElseGet(() -> new Next(text + ": " + detail));
            case DESCRIBE ->
                    once(
                                    again,
                                    signer,
                                    admitted,
                                    task,
                                    deadline,
                                    () ->
                                            signers.describe(signer, deadline)
                                                    == Signers.Described.CHANGED)
                            // Both know the same and still differ: a defect of one side, which no
                            // other signer cures.
                            .orElseGet(
                                    () ->
                                            reason == RefusalReason.REFUSAL_REASON_TBS_DIFFERS
                                                    ? new Final(
                                                            new ForgeResult.Refused(text, detail))
                                                    : new Next(text + ": " + detail));
        };
    }

    /** Asks again, but only once and only if what was in the way could be put right. */
    private Optional<Outcome> once(
            Again again,
            SignerClient signer,
            SignerBreaker.Admitted admitted,
            ForgeTask task,
            Deadline deadline,
            Supplier<Boolean> putRight) {
        return switch (again) {
            case NO -> Optional.empty();
            case MAY ->
                    putRight.get()
                            ? Optional.of(ask(signer, admitted, task, deadline, Again.NO))
                            : Optional.empty();
        };
    }

    private Outcome check(
            SignerClient signer,
            SignerBreaker.Admitted admitted,
            ForgeResponse response,
            TbsCertificateDer tbs,
            KnownIssuer issuer) {
        return switch (LeafCheck.of(
                response.getCertificate().toByteArray(), tbs, issuer, clock.instant())) {
            case Good(X509Certificate leaf) -> {
                signer.meters().called(Call.SIGNED);
                admitted.worked();
                yield new Signed(leaf, issuer);
            }
            case Bad(var fault, var detail) -> {
                signer.meters().called(Call.NOT_VERIFIED);
                String why = "its leaf does not hold: " + fault.text() + ": " + detail;
                admitted.cannot(why);
                LOG.atError()
                        .addKeyValue("signer", signer.address())
                        .addKeyValue("fault", fault.text())
                        .addKeyValue("detail", detail)
                        .log("signer's leaf does not hold; not used");
                yield new Next(signer.address() + ": " + why);
            }
        };
    }

    private static ForgeRequest request(ForgeTask task, TbsCertificateDer tbs, KnownIssuer issuer) {
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(tbs.der()))
                        .setServerName(task.upstream().name().text())
                        .setProfile(task.profile().name())
                        .setEpoch(task.key().epoch().number())
                        .setIssuerSha256(ByteString.copyFrom(issuer.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(task.key().publicKey().spki()));
        task.upstream()
                .chain()
                .encoded()
                .forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        return request.build();
    }

    private static final Logger LOG = LoggerFactory.getLogger(SignerTier.class);
}
