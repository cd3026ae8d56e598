package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.grpc.Deadline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.LeafCheck.Bad;
import io.overt.edge.forge.LeafCheck.Good;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
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
    private final Counter signed;
    private final Counter refused;
    private final Counter unanswered;
    private final Counter notVerified;

    SignerTier(Signers signers, InstantSource clock, MeterRegistry meters) {
        this.signers = signers;
        this.clock = clock;
        this.signed = calls(meters, "signed");
        this.refused = calls(meters, "refused");
        this.unanswered = calls(meters, "unanswered");
        this.notVerified = calls(meters, "not-verified");
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
        List<String> details = new ArrayList<>();
        for (SignerClient signer : signers.inOrder(task.name(), task.profile(), task.trust())) {
            if (deadline.isExpired()) {
                details.add("the deadline has passed");
                break;
            }
            switch (ask(signer, task, deadline, Again.MAY)) {
                case Next(String detail) -> details.add(detail);
                case Answer answer -> {
                    return answer;
                }
            }
        }
        return new Final(
                new ForgeResult.Unavailable(
                        details.isEmpty()
                                ? switch (task.trust()) {
                                    case TRUSTED -> "no signer with an active issuer is known";
                                    case UNTRUSTED ->
                                            "no signer with an active untrusted issuer is known";
                                }
                                : String.join("; ", details)));
    }

    /** Whether a signer may be asked once more after what it objected to was put right. */
    private enum Again {
        MAY,
        NO
    }

    private Outcome ask(SignerClient signer, ForgeTask task, Deadline deadline, Again again) {
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
                                check(signer, response, tbs, issuer.get());
                        case Refused<ForgeResponse>(RefusalReason reason, String detail) -> {
                            refused.increment();
                            yield refusal(signer, task, deadline, again, reason, detail);
                        }
                        case NoAnswer<ForgeResponse>(String detail) -> {
                            unanswered.increment();
                            yield new Next(detail);
                        }
                    };
        };
    }

    private Outcome refusal(
            SignerClient signer,
            ForgeTask task,
            Deadline deadline,
            Again again,
            RefusalReason reason,
            String detail) {
        String text = RefusalCourse.text(reason);
        return switch (RefusalCourse.of(reason)) {
            case FINAL -> new Final(new ForgeResult.Refused(text, detail));
            case NOT_MIRRORABLE -> new Final(new ForgeResult.NotMirrorable(detail));
            case GIVE_UP -> new Final(new ForgeResult.Unavailable(text + ": " + detail));
            case NEXT_SIGNER -> new Next(text + ": " + detail);
            case ENROL ->
                    once(
                                    again,
                                    signer,
                                    task,
                                    deadline,
                                    () -> signers.enrolAt(signer, task.key()).isEmpty())
                            .orElseGet(() -> new Next(text + ": " + detail));
            case DESCRIBE ->
                    once(again, signer, task, deadline, () -> signers.describe(signer))
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
            ForgeTask task,
            Deadline deadline,
            Supplier<Boolean> putRight) {
        return switch (again) {
            case NO -> Optional.empty();
            case MAY ->
                    putRight.get()
                            ? Optional.of(ask(signer, task, deadline, Again.NO))
                            : Optional.empty();
        };
    }

    private Outcome check(
            SignerClient signer,
            ForgeResponse response,
            TbsCertificateDer tbs,
            KnownIssuer issuer) {
        return switch (LeafCheck.of(
                response.getCertificate().toByteArray(), tbs, issuer, clock.instant())) {
            case Good(X509Certificate leaf) -> {
                signed.increment();
                yield new Signed(leaf, issuer);
            }
            case Bad(var fault, var detail) -> {
                notVerified.increment();
                LOG.atError()
                        .addKeyValue("signer", signer.address())
                        .addKeyValue("fault", fault.text())
                        .addKeyValue("detail", detail)
                        .log("signer's leaf does not hold; not used");
                yield new Next(
                        signer.address()
                                + ": its leaf does not hold: "
                                + fault.text()
                                + ": "
                                + detail);
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

    private static Counter calls(MeterRegistry meters, String outcome) {
        return Counter.builder("overt.signer.forge.calls")
                .description("Forge calls of this edge to signers, by outcome.")
                .tag("outcome", outcome)
                .register(meters);
    }

    private static final Logger LOG = LoggerFactory.getLogger(SignerTier.class);
}
