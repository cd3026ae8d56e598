package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.grpc.ConnectivityState;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.forge.SignerAnswer.Silence;
import io.overt.edge.site.EpochKey;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.HealthRequest;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.service.identity.RefusalTrailer;
import io.overt.x509.LeafPublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One signer as this edge sees it: a channel that stays open, what it last said of itself, and
 * where it stands. Thread-safe; calls block, within their deadline.
 */
final class SignerClient implements AutoCloseable {
    private final String address;
    private final String site;
    private final ManagedChannel channel;
    private final Duration callDeadline;
    private final BudgetHolds holds;

    /**
     * The last one known is kept when the signer goes away: what it signed before is still good.
     */
    private volatile Optional<SignerDescription> description = Optional.empty();

    private final SignerBreaker breaker;
    private final SignerMeters meters;

    /**
     * Leaf keys that need not be enrolled on this connection: the signer has them, or refused them.
     */
    private final Set<LeafPublicKey> settled = ConcurrentHashMap.newKeySet();

    /** Whether the last call found no connection, rather than a signer that is slow. */
    private volatile boolean away;

    /** Has a permit when this has become so, or there is a connection again. */
    private final Semaphore change = new Semaphore(0);

    /**
     * A client that connects at its first call.
     *
     * @param tls says that only a signer of the fleet is talked to
     * @param site of this edge, for proofs of possession
     */
    SignerClient(
            InetSocketAddress address,
            SslContext tls,
            String site,
            SignersConfig config,
            Ticker ticker,
            BudgetHolds holds,
            MeterRegistry registry) {
        this.address = address.getHostString() + ":" + address.getPort();
        this.breaker =
                new SignerBreaker(config.probeEvery(), config.retryEvery(), ticker, this::changed);
        this.meters = new SignerMeters(registry, this.address, this::standing);
        this.site = site;
        this.callDeadline = config.callDeadline();
        this.holds = holds;
        this.channel =
                NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
                        .sslContext(tls)
                        // Descriptions and certificates; 64 KiB is the most one certificate may
                        // have.
                        .maxInboundMessageSize(1 << 20)
                        .keepAliveTime(30, TimeUnit.SECONDS)
                        .keepAliveTimeout(5, TimeUnit.SECONDS)
                        // A machine that is away lets a connection hang for half a minute, and
                        // would
                        // not be tried anew for as long.
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        // Which signer is asked next is the forge's decision.
                        .disableRetry()
                        .build();
        followState();
    }

    /** Called by gRPC at each change of the channel's state; one call is always pending. */
    private void followState() {
        ConnectivityState state = channel.getState(false);
        if (state == ConnectivityState.READY) {
            if (away) {
                change.release();
            }
        } else {
            // Whoever answers on the next connection may have lost them.
            settled.clear();
        }
        if (state != ConnectivityState.SHUTDOWN) {
            channel.notifyWhenStateChanged(state, this::followState);
        }
    }

    /** For logs, metrics and details. */
    String address() {
        return address;
    }

    Optional<SignerDescription> description() {
        return description;
    }

    /** Where it stands; {@link SignerStanding#UNHEARD} until it has described itself. */
    SignerStanding standing() {
        return description.isPresent() ? breaker.standing() : SignerStanding.UNHEARD;
    }

    SignerBreaker breaker() {
        return breaker;
    }

    SignerMeters meters() {
        return meters;
    }

    /** Whether it is still to be told of this leaf key. */
    boolean lacks(EpochKey key) {
        return !settled.contains(key.publicKey());
    }

    /**
     * Whether the last call found no connection and there is none yet. A signer that is connected
     * and slow is not out of reach: asking it again soon would only bring it back to the front.
     */
    boolean isOutOfReach() {
        return away && channel.getState(false) != ConnectivityState.READY;
    }

    /**
     * Connects now, whatever gRPC's own back-off says: that grows with an outage, up to two
     * minutes. Returns at once, and does nothing while an attempt is under way.
     */
    void reconnect() {
        channel.resetConnectBackoff();
        var _ = channel.getState(true);
    }

    /** Waits until the signer is out of reach, or no longer; or so long. */
    void awaitChange(Duration atMost) throws InterruptedException {
        var _ = change.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
        change.drainPermits();
    }

    /** How long a call may take when nothing else bounds it. */
    Deadline aCall() {
        return Deadline.after(callDeadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Asks whether it can sign. */
    SignerAnswer<HealthResponse> health() {
        return call(stub -> stub.health(HealthRequest.getDefaultInstance()), aCall());
    }

    /** Asks for issuers and profiles and keeps them. */
    SignerAnswer<SignerDescription> describe(Deadline deadline) {
        SignerAnswer<DescribeResponse> answer =
                call(stub -> stub.describe(DescribeRequest.getDefaultInstance()), deadline);
        return switch (answer) {
            case Answered<DescribeResponse>(DescribeResponse response) -> {
                SignerDescription read = SignerDescription.of(response);
                description = Optional.of(read);
                yield new Answered<>(read);
            }
            case Refused<DescribeResponse>(var reason, var detail) -> new Refused<>(reason, detail);
            case NoAnswer<DescribeResponse>(var silence, var detail) ->
                    new NoAnswer<>(silence, detail);
        };
    }

    SignerAnswer<EnrolLeafKeyResponse> enrol(EpochKey key, Deadline deadline) {
        EnrolLeafKeyRequest request =
                EnrolLeafKeyRequest.newBuilder()
                        .setPublicKey(ByteString.copyFrom(key.publicKey().spki()))
                        .setEpoch(key.epoch().number())
                        .setProofOfPossession(ByteString.copyFrom(key.proofOfPossession(site)))
                        .build();
        SignerAnswer<EnrolLeafKeyResponse> answer =
                call(stub -> stub.enrolLeafKey(request), deadline);
        switch (answer) {
            case Answered<EnrolLeafKeyResponse> _, Refused<EnrolLeafKeyResponse> _ ->
                    settled.add(key.publicKey());
            case NoAnswer<EnrolLeafKeyResponse> _ -> {}
        }
        return answer;
    }

    /**
     * Asks for one leaf, until {@code deadline} or the deadline of a call, whichever is earlier.
     * Does not ask while an earlier answer says that a budget is used up, and repeats that answer.
     */
    SignerAnswer<ForgeResponse> forge(ForgeRequest request, Deadline deadline) {
        Optional<Refusal> standing = holds.standing(request);
        if (standing.isPresent()) {
            return refused(standing.get());
        }
        return call(
                stub -> stub.forge(request), refusal -> holds.refused(request, refusal), deadline);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> SignerAnswer<T> call(
            Function<SignerGrpc.SignerBlockingStub, T> method, Deadline until) {
        return call(method, _ -> {}, until);
    }

    private <T> SignerAnswer<T> call(
            Function<SignerGrpc.SignerBlockingStub, T> method,
            Consumer<Refusal> whenRefused,
            Deadline until) {
        Deadline deadline = until.minimum(aCall());
        // Less than that is a matter of the caller's haste, not of the signer.
        boolean ample = deadline.timeRemaining(TimeUnit.NANOSECONDS) >= callDeadline.toNanos() / 4;
        try {
            T response = method.apply(SignerGrpc.newBlockingStub(channel).withDeadline(deadline));
            answered();
            return new Answered<>(response);
        } catch (StatusRuntimeException e) {
            var refusal = RefusalTrailer.from(e);
            if (refusal.isPresent()) {
                answered();
                whenRefused.accept(refusal.get());
            } else {
                unanswered();
            }
            Silence silence =
                    switch (e.getStatus().getCode()) {
                        case UNIMPLEMENTED -> Silence.UNKNOWN_CALL;
                        case DEADLINE_EXCEEDED -> ample ? Silence.DEAF : Silence.NO_TIME;
                        default -> Silence.DEAF;
                    };
            return refusal.<SignerAnswer<T>>map(this::refused)
                    .orElseGet(() -> new NoAnswer<>(silence, address + ": " + text(e)));
        }
    }

    private <T> Refused<T> refused(Refusal refusal) {
        return new Refused<>(
                refusal.getReason(),
                address + ": " + refusal.getSubject() + ": " + refusal.getDetail());
    }

    private void answered() {
        if (away) {
            away = false;
            LOG.atInfo().addKeyValue("signer", address).log("signer answers again");
        }
    }

    private void unanswered() {
        if (!away && channel.getState(false) != ConnectivityState.READY) {
            away = true;
            change.release();
            LOG.atWarn().addKeyValue("signer", address).log("signer is away");
        }
    }

    private void changed(SignerStanding to, String why) {
        meters.became(to);
        LOG.atLevel(to.isHealthy() ? Level.INFO : Level.WARN)
                .addKeyValue("signer", address)
                .addKeyValue("standing", to.text())
                .addKeyValue("why", why)
                .log("signer stands otherwise");
        if (!to.isHealthy()) {
            // The watch asks it sooner now than it meant to.
            change.release();
        }
    }

    private static String text(StatusRuntimeException e) {
        Throwable cause = e.getStatus().getCause();
        return cause == null
                ? e.getStatus().toString()
                : e.getStatus().getCode() + ": " + cause.getMessage();
    }

    private static final int CONNECT_MILLIS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(SignerClient.class);
}
