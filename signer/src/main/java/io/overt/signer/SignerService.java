package io.overt.signer;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.HealthRequest;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.proto.signer.v1.Issuance;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.proto.signer.v1.SigningState;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.RefusalTrailer;
import io.overt.signer.issue.Answer;
import io.overt.signer.issue.Described;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.IssuingDesk;
import io.overt.signer.issue.LeafKeyDesk;
import io.overt.signer.issue.LeafKeyDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wire of {@code overt.signer.v1.Signer}: turns messages into calls, and what they come to into
 * messages, refusals and counters. Runs on virtual threads, one a call.
 */
final class SignerService extends SignerGrpc.SignerImplBase {

    private enum Method {
        FORGE("Forge"),
        ENROL_LEAF_KEY("EnrolLeafKey");

        final String text;

        Method(String text) {
            this.text = text;
        }
    }

    private final List<Issuer> issuers;
    private final InForce inForce;
    private final IssuingDesk issuing;
    private final LeafKeyDesk leafKeys;
    private final Supplier<Map<String, String>> unmet;
    private final Supplier<List<LeafKeyDigest>> revokedKeys;
    private final Map<Method, Map<RefusalReason, Counter>> refusals = new EnumMap<>(Method.class);

    /**
     * The service over these desks.
     *
     * @param unmet what keeps the signer from signing now, by condition; cheap, asked at each look
     *     of an edge
     * @param revokedKeys leaf keys that no edge may use any more; likewise
     */
    SignerService(
            List<Issuer> issuers,
            InForce inForce,
            IssuingDesk issuing,
            LeafKeyDesk leafKeys,
            Supplier<Map<String, String>> unmet,
            Supplier<List<LeafKeyDigest>> revokedKeys,
            MeterRegistry registry) {
        this.issuers = List.copyOf(issuers);
        this.inForce = inForce;
        this.issuing = issuing;
        this.leafKeys = leafKeys;
        this.unmet = unmet;
        this.revokedKeys = revokedKeys;
        for (Method method : Method.values()) {
            Map<RefusalReason, Counter> counters = new HashMap<>();
            for (RefusalReason reason : RefusalReason.values()) {
                if (reason != RefusalReason.UNRECOGNIZED
                        && reason != RefusalReason.REFUSAL_REASON_UNSPECIFIED) {
                    counters.put(
                            reason,
                            Counter.builder("overt.signer.refusals")
                                    .tag("method", method.text)
                                    .tag("reason", text(reason))
                                    .description("Requests that were refused, by reason.")
                                    .register(registry));
                }
            }
            refusals.put(method, Map.copyOf(counters));
        }
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> answer) {
        answer.onNext(described());
        answer.onCompleted();
    }

    @Override
    public void health(HealthRequest request, StreamObserver<HealthResponse> answer) {
        Map<String, String> missing = unmet.get();
        HealthResponse.Builder response =
                HealthResponse.newBuilder()
                        .setState(
                                missing.isEmpty()
                                        ? SigningState.SIGNING_STATE_SERVING
                                        : SigningState.SIGNING_STATE_NOT_SERVING)
                        .setDescription(Described.digest(described()));
        missing.forEach((condition, reason) -> response.addUnmet(condition + ": " + reason));
        revokedKeys
                .get()
                .forEach(key -> response.addRevokedLeafKeys(ByteString.copyFrom(key.bytes())));
        answer.onNext(response.build());
        answer.onCompleted();
    }

    private DescribeResponse described() {
        DescribeResponse.Builder response = DescribeResponse.newBuilder();
        issuers.stream()
                .filter(issuer -> issuer.state() != IssuerState.RETIRED)
                .sorted(Comparator.comparingInt(SignerService::rank))
                .forEach(
                        issuer -> {
                            switch (issuer.ca().trust()) {
                                case TRUSTED -> response.addIssuers(Described.issuer(issuer));
                                case UNTRUSTED ->
                                        response.addUntrustedIssuers(Described.issuer(issuer));
                            }
                        });
        inForce.now()
                .profiles()
                .forEach(profile -> response.addProfiles(Described.profile(profile)));
        return response.build();
    }

    @Override
    public void enrolLeafKey(
            EnrolLeafKeyRequest request, StreamObserver<EnrolLeafKeyResponse> answer) {
        switch (leafKeys.enrol(CallerIdentity.current(), request)) {
            case LeafKeyDesk.Result.Enrolled(Instant until) -> {
                answer.onNext(
                        EnrolLeafKeyResponse.newBuilder()
                                .setNotAfter(
                                        Timestamp.newBuilder().setSeconds(until.getEpochSecond()))
                                .build());
                answer.onCompleted();
            }
            case LeafKeyDesk.Result.NotEnrolled(Answer.Refused refused) ->
                    refuse(Method.ENROL_LEAF_KEY, refused, answer);
        }
    }

    @Override
    public void forge(ForgeRequest request, StreamObserver<ForgeResponse> answer) {
        switch (issuing.forge(CallerIdentity.current(), request)) {
            case Answer.Issued(var kept, Answer.Origin origin) -> {
                ForgeResponse.Builder response =
                        ForgeResponse.newBuilder()
                                .setCertificate(ByteString.copyFrom(kept.certificate()))
                                .setIssuance(
                                        switch (origin) {
                                            case SIGNED -> Issuance.ISSUANCE_SIGNED;
                                            case REPEATED -> Issuance.ISSUANCE_REPEATED;
                                        });
                kept.logIndex().ifPresent(response::setLogIndex);
                answer.onNext(response.build());
                answer.onCompleted();
            }
            case Answer.Refused refused -> refuse(Method.FORGE, refused, answer);
        }
    }

    private void refuse(Method method, Answer.Refused refused, StreamObserver<?> answer) {
        Map<RefusalReason, Counter> counters = refusals.get(method);
        Counter counter = counters == null ? null : counters.get(refused.reason());
        if (counter == null) {
            throw new IllegalStateException("a refusal that nobody counts: " + refused);
        }
        counter.increment();
        LOG.atInfo()
                .addKeyValue("method", method.text)
                .addKeyValue("requester", CallerIdentity.current())
                .addKeyValue("reason", text(refused.reason()))
                .addKeyValue("subject", refused.subject())
                .log("refused");
        answer.onError(
                RefusalTrailer.exception(
                        RefusalStatus.of(refused.reason())
                                .withDescription(
                                        refused.subject().isEmpty()
                                                ? refused.detail()
                                                : refused.subject() + ": " + refused.detail()),
                        refusal(refused)));
    }

    private static Refusal refusal(Answer.Refused refused) {
        Refusal.Builder refusal =
                Refusal.newBuilder()
                        .setReason(refused.reason())
                        .setSubject(refused.subject())
                        .setDetail(refused.detail());
        refused.retryAfter()
                .ifPresent(
                        delay ->
                                refusal.setRetryAfter(
                                        Duration.newBuilder()
                                                .setSeconds(delay.toSeconds())
                                                .setNanos(delay.toNanosPart())));
        return refusal.build();
    }

    private static int rank(Issuer issuer) {
        return switch (issuer.state()) {
            case ACTIVE -> 0;
            case STAGED -> 1;
            case RETIRING -> 2;
            case RETIRED -> 3;
        };
    }

    /** {@code tbs-differs}, as in metrics and logs. */
    static String text(RefusalReason reason) {
        return reason.name()
                .substring("REFUSAL_REASON_".length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }

    private static final Logger LOG = LoggerFactory.getLogger(SignerService.class);
}
