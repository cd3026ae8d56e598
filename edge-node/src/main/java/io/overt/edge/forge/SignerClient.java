package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.grpc.ConnectivityState;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.site.EpochKey;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.service.identity.RefusalTrailer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One signer as this edge sees it: a channel that stays open, what it last said of itself, and
 * whether it answers. Thread-safe; calls block, within their deadline.
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

    /** Whether the last call was answered, be it by a refusal. */
    private volatile boolean healthy = true;

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
            Duration callDeadline,
            BudgetHolds holds) {
        this.address = address.getHostString() + ":" + address.getPort();
        this.site = site;
        this.callDeadline = callDeadline;
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
        if (away && state == ConnectivityState.READY) {
            change.release();
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

    boolean isHealthy() {
        return healthy;
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

    /** Asks for issuers and profiles and keeps them. */
    SignerAnswer<SignerDescription> describe() {
        SignerAnswer<DescribeResponse> answer =
                call(
                        stub -> stub.describe(DescribeRequest.getDefaultInstance()),
                        Deadline.after(callDeadline.toNanos(), TimeUnit.NANOSECONDS));
        return switch (answer) {
            case Answered<DescribeResponse>(DescribeResponse response) -> {
                SignerDescription read = SignerDescription.of(response);
                description = Optional.of(read);
                yield new Answered<>(read);
            }
            case Refused<DescribeResponse>(var reason, var detail) -> new Refused<>(reason, detail);
            case NoAnswer<DescribeResponse>(var detail) -> new NoAnswer<>(detail);
        };
    }

    SignerAnswer<EnrolLeafKeyResponse> enrol(EpochKey key) {
        EnrolLeafKeyRequest request =
                EnrolLeafKeyRequest.newBuilder()
                        .setPublicKey(ByteString.copyFrom(key.publicKey().spki()))
                        .setEpoch(key.epoch().number())
                        .setProofOfPossession(ByteString.copyFrom(key.proofOfPossession(site)))
                        .build();
        return call(
                stub -> stub.enrolLeafKey(request),
                Deadline.after(callDeadline.toNanos(), TimeUnit.NANOSECONDS));
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
                stub -> stub.forge(request),
                refusal -> holds.refused(request, refusal),
                deadline.minimum(Deadline.after(callDeadline.toNanos(), TimeUnit.NANOSECONDS)));
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
            Function<SignerGrpc.SignerBlockingStub, T> method, Deadline deadline) {
        return call(method, _ -> {}, deadline);
    }

    private <T> SignerAnswer<T> call(
            Function<SignerGrpc.SignerBlockingStub, T> method,
            Consumer<Refusal> whenRefused,
            Deadline deadline) {
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
            return refusal.<SignerAnswer<T>>map(this::refused)
                    .orElseGet(() -> new NoAnswer<>(address + ": " + text(e)));
        }
    }

    private <T> Refused<T> refused(Refusal refusal) {
        return new Refused<>(
                refusal.getReason(),
                address + ": " + refusal.getSubject() + ": " + refusal.getDetail());
    }

    private void answered() {
        healthy = true;
        if (away) {
            away = false;
            LOG.atInfo().addKeyValue("signer", address).log("signer answers again");
        }
    }

    private void unanswered() {
        healthy = false;
        if (!away && channel.getState(false) != ConnectivityState.READY) {
            away = true;
            change.release();
            LOG.atWarn().addKeyValue("signer", address).log("signer is away");
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
