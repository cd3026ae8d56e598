package io.overt.edge.net;

import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.UpstreamUntrusted;
import io.overt.edge.flow.Event.UpstreamVerified;
import io.overt.edge.flow.Event.VerifierFull;
import io.overt.edge.revocation.RevocationStanding;
import io.overt.edge.revocation.UpstreamCheck;
import io.overt.edge.revocation.UpstreamCheck.Checked;
import io.overt.edge.revocation.UpstreamCheck.Question;
import io.overt.edge.revocation.UpstreamCheck.Stapled;
import io.overt.edge.revocation.Wanted;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;

/**
 * Verifies upstreams away from the event loops: a chain costs a millisecond and more. Thread-safe.
 */
final class Verifier implements AutoCloseable {
    private final UpstreamCheck check;
    private final int most;
    private final ThreadPoolExecutor pool;

    /**
     * @param threads as many as there are processors to spare
     * @param most chains that may wait
     */
    Verifier(UpstreamCheck check, int threads, int most) {
        this.check = check;
        this.most = most;
        this.pool = Pools.bounded("verify", threads, most);
    }

    /**
     * What is to be verified.
     *
     * @param staple the OCSP response that came with the handshake
     * @param serverName verified for this, or where there is none for the address
     * @param wanted what the rule wants to know beyond the chain
     */
    record Ask(
            PresentedChain chain,
            Optional<Stapled> staple,
            Optional<String> serverName,
            InetSocketAddress address,
            Wanted wanted) {}

    /**
     * What came of it.
     *
     * @param standing what was found out about revocation, if it came to that
     */
    record Answer(Event event, Optional<RevocationStanding> standing) {}

    /**
     * Verifies.
     *
     * @param answers hears the verdict, on a thread of the pool or of whatever was waited for
     */
    void verify(Ask ask, Consumer<Answer> answers) {
        try {
            pool.execute(() -> begin(ask, answers));
        } catch (RejectedExecutionException _) {
            answers.accept(full(most + " chains are waiting to be verified"));
        }
    }

    private void begin(Ask ask, Consumer<Answer> answers) {
        Optional<ReferenceIdentity> name =
                ask.serverName().isPresent()
                        ? ReferenceIdentity.parse(ask.serverName().get())
                        : ask.address().isUnresolved()
                                // Through a parent proxy: the name that the client gave to us.
                                ? ReferenceIdentity.parse(ask.address().getHostString())
                                : Optional.of(
                                        new ReferenceIdentity.IpAddress(
                                                ask.address().getAddress()));
        if (name.isEmpty()) {
            var reason =
                    new UntrustedReason(
                            UntrustedReason.Kind.NAME_MISMATCH,
                            "server name "
                                    + ask.serverName().orElse("")
                                    + " is none that a certificate could be for");
            answers.accept(
                    new Answer(
                            new UpstreamUntrusted(List.of(reason), Optional.empty()),
                            Optional.empty()));
            return;
        }
        var question = new Question(ask.chain(), ask.staple(), name.get(), ask.wanted());
        var _ =
                check.check(question)
                        .thenAccept(checked -> answers.accept(answer(question, checked)));
    }

    private static Answer answer(Question question, Checked checked) {
        return switch (checked) {
            case Checked.Good(var upstream, var standing) ->
                    new Answer(new UpstreamVerified(upstream), Optional.of(standing));
            case Checked.Bad(var reasons, var at, var standing) ->
                    new Answer(
                            new UpstreamUntrusted(
                                    reasons,
                                    UntrustedUpstream.of(
                                            question.chain(), question.name(), at, reasons)),
                            standing);
            case Checked.Full(var detail) -> full(detail);
        };
    }

    private static Answer full(String detail) {
        return new Answer(new VerifierFull(detail), Optional.empty());
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
