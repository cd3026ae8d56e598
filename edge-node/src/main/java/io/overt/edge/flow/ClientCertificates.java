package io.overt.edge.flow;

import io.overt.edge.flow.Command.Remember;
import io.overt.policy.FailureAction;
import java.util.Optional;

/**
 * What becomes of an upstream that asks for a client certificate, or does not go on without one. We
 * have none of the client's; whether an upstream that asks also insists shows only when it is given
 * none, and in TLS 1.3 perhaps not before our own handshake with the client.
 */
final class ClientCertificates {

    private ClientCertificates() {}

    /** Before anything is dialled: what earlier connections have taught, if that decides. */
    static Optional<Step> foreseen(Known.Judged known, CertificateHabit habit) {
        var goesOn = goesOn(known);
        return switch (habit) {
            case ASKS ->
                    goesOn
                            ? Optional.empty()
                            : Optional.of(
                                    Failing.because(
                                            known,
                                            Reason.CLIENT_CERT,
                                            "upstream was seen to ask for a client certificate"));
            case INSISTS ->
                    Optional.of(
                            Failing.because(
                                    known,
                                    goesOn ? Reason.CLIENT_CERT_REQUIRED : Reason.CLIENT_CERT,
                                    "upstream was seen to insist on a client certificate"));
        };
    }

    /**
     * It asked, and its handshake stands: the failure, unless the rule says to go on and nobody has
     * seen it insist.
     *
     * @param told by another edge. It decides nothing before this upstream has asked us, and is not
     *     remembered as ours
     */
    static Optional<Step> asked(Known.Met known, Optional<CertificateHabit> told) {
        if (!goesOn(known)) {
            return Optional.of(
                    Failing.because(
                                    known,
                                    Reason.CLIENT_CERT,
                                    "upstream asks for a client certificate")
                            .after(remember(known.judged(), CertificateHabit.ASKS)));
        }
        return told.filter(habit -> habit == CertificateHabit.INSISTS)
                .map(
                        _ ->
                                Failing.because(
                                                known,
                                                Reason.CLIENT_CERT_REQUIRED,
                                                "upstream asks for a client certificate, and another edge saw it insist")
                                        .after(remember(known.judged(), CertificateHabit.ASKS)));
    }

    /** It asked, was given none, and ended it: while the client can still be spliced. */
    static Step insists(
            Known.Spliceable known, Known.Judged judged, Optional<Symptom> symptom, String detail) {
        return goesOn(known)
                ? Failing.because(
                                known,
                                Reason.CLIENT_CERT_REQUIRED,
                                "upstream insists on a client certificate: " + detail,
                                symptom)
                        .after(remember(judged, CertificateHabit.INSISTS))
                : Failing.because(
                                known,
                                Reason.CLIENT_CERT,
                                "upstream asks for a client certificate: " + detail,
                                symptom)
                        .after(remember(judged, CertificateHabit.INSISTS));
    }

    static Remember remember(Known.Judged judged, CertificateHabit habit) {
        return new Remember(
                judged.rawDestination().address(), judged.heard().hello().serverName(), habit);
    }

    private static boolean goesOn(Known.Spliceable known) {
        return Failing.action(known, Reason.CLIENT_CERT) == FailureAction.INSPECT;
    }
}
