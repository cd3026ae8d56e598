package io.overt.edge.flow;

import io.overt.edge.exclusion.Basis;
import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Scope;
import io.overt.edge.flow.Known.Leaf;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Known.Suspension;
import io.overt.edge.flow.Known.TlsSession;
import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.forge.Tier;
import io.overt.edge.hello.ClientHello;
import io.overt.edge.hello.EncryptedClientHello;
import io.overt.policy.Action;
import io.overt.policy.Decision;
import io.overt.policy.Failure;
import io.overt.policy.FailureAction;
import io.overt.policy.HelloFault;
import io.overt.policy.Outcomes;
import io.overt.policy.Pinned;
import io.overt.policy.Revocation;
import io.overt.policy.RuleName;
import io.overt.x509.PresentedChain;
import io.overt.x509.UntrustedReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who and what appears in the playbooks. */
final class Cast {

    private Cast() {}

    static final InetSocketAddress ORIGIN = new InetSocketAddress("192.0.2.80", 443);
    static final InetSocketAddress SOMEONE = new InetSocketAddress("198.51.100.99", 50000);
    static final InetSocketAddress OTHER = new InetSocketAddress("2001:db8::80", 443);
    static final ConnectTarget TARGET = new ConnectTarget("www.example.test", 443);
    static final ClientHello HELLO =
            hello(
                    Optional.of("www.example.test"),
                    List.of("h2", "http/1.1"),
                    List.of(0x0304, 0x0303),
                    List.of(0x11ec, 0x001d, 0x0017),
                    List.of(0x0403, 0x0804));
    static final VerifiedChain CHAIN = VerifiedChain.of("www.example.test");

    /** Of a kind of key that the cast's second hello does not know. */
    static final VerifiedChain RSA = VerifiedChain.ofRsa("www.example.test");

    /** ECDSA alone. */
    static final ClientHello ECDSA_HELLO =
            hello(
                    Optional.of("www.example.test"),
                    List.of("h2", "http/1.1"),
                    List.of(0x0304, 0x0303),
                    List.of(0x11ec, 0x001d, 0x0017),
                    List.of(0x0403));

    static final TlsSession CLIENT_SESSION =
            new TlsSession(
                    "TLSv1.3",
                    "TLS_AES_128_GCM_SHA256",
                    Optional.of("X25519MLKEM768"),
                    Optional.of("h2"));

    /** By the name that transcripts use. */
    static final Map<String, Event> EVENTS = events();

    private static Map<String, Event> events() {
        var events = new LinkedHashMap<String, Event>();
        events.put(
                "destination found",
                new Event.DestinationFound(new OriginalDestination.Diverted(ORIGIN)));
        events.put("destination unknown", new Event.DestinationUnknown("ENOENT"));
        events.put("loop found", new Event.LoopFound("192.0.2.1:8443 is ours"));
        events.put("local asked", new Event.LocalDestinationAsked(new InetSocketAddress(22)));
        events.put("proxy header", new Event.ProxyHeaderRead(SOMEONE, ORIGIN));
        events.put(
                "proxy header from elsewhere",
                new Event.ProxyHeaderRefused(
                        Event.ProxyHeaderFault.PEER_NOT_ALLOWED, "192.0.2.66"));
        events.put(
                "proxy header malformed",
                new Event.ProxyHeaderRefused(Event.ProxyHeaderFault.MALFORMED, "version 1"));
        events.put("health checked", new Event.HealthChecked());
        events.put(
                "too many",
                new Event.NotAdmitted(Event.NotAdmitted.Full.CONNECTIONS, "10000 connections"));
        events.put(
                "too many hellos",
                new Event.NotAdmitted(Event.NotAdmitted.Full.HELLOS, "4096 hellos"));
        events.put(
                "too many of the client",
                new Event.NotAdmitted(Event.NotAdmitted.Full.CLIENT, "500 of the client"));
        events.put("plain asked", new Event.PlainAsked(TARGET));
        events.put("authenticated", new Event.Authenticated("alice"));
        for (var fault : Event.AuthenticationFault.values()) {
            events.put("not authenticated: " + fault, new Event.NotAuthenticated(fault, "alice"));
        }
        events.put("handed back", new Event.RelayEnded(Event.RelayEnd.HANDED_BACK));
        events.put("connect asked", new Event.ConnectAsked(TARGET));
        events.put(
                "connect malformed",
                new Event.ConnectRefused(Event.ConnectFault.MALFORMED, "no authority"));
        events.put(
                "connect too large",
                new Event.ConnectRefused(Event.ConnectFault.TOO_LARGE, "over 16 KiB"));
        events.put("plain get", new Event.ConnectRefused(Event.ConnectFault.NOT_CONNECT, "GET"));
        events.put("resolved", new Event.Resolved(ORIGIN));
        events.put("resolved twice", new Event.Resolved(ORIGIN, List.of(OTHER)));
        events.put("reached", new Event.Reached(ORIGIN));
        events.put("other reached", new Event.Reached(OTHER));
        events.put(
                "upstream silent",
                new Event.UpstreamUnreachable(Symptom.Plain.SILENCE, "timed out"));
        events.put("unresolvable", new Event.Unresolvable("NXDOMAIN"));
        events.put("screened: inspect", new Event.Screened(ruling(Action.INSPECT)));
        events.put("screened: block", new Event.Screened(ruling(Action.BLOCK)));
        events.put("policy missing", new Event.PolicyMissing());
        events.put("decided: inspect", decided(ruling(Action.INSPECT)));
        events.put("decided: inspect, failures splice", decided(spliceAllFailures()));
        events.put("decided: inspect, untrusted mirrors", decided(mirrorUntrusted()));
        events.put(
                "decided: inspect, no room",
                new Event.Decided(ruling(Action.INSPECT), Event.Load.EXHAUSTED));
        events.put(
                "decided: inspect, excluded and spliced", decided(excluded(FailureAction.SPLICE)));
        events.put(
                "decided: inspect, excluded and blocked", decided(excluded(FailureAction.BLOCK)));
        events.put("decided: inspect, asked goes on", decided(goesOn()));
        for (var action : List.of(FailureAction.SPLICE, FailureAction.BLOCK)) {
            events.put(
                    "decided: inspect, weaker " + action,
                    decided(answering(Failure.WEAKER, action)));
            events.put(
                    "decided: inspect, post-quantum lost " + action,
                    decided(answering(Failure.POST_QUANTUM_LOST, action)));
        }
        for (var habit : CertificateHabit.values()) {
            events.put(
                    "decided: inspect, " + habit,
                    new Event.Decided(
                            ruling(Action.INSPECT), Event.Load.ADMITS, Optional.of(habit)));
            events.put(
                    "decided: inspect, asked goes on, " + habit,
                    new Event.Decided(goesOn(), Event.Load.ADMITS, Optional.of(habit)));
        }
        events.put(
                "decided: inspect, emergency",
                decided(ruling(Action.INSPECT).suspended(Optional.of(new Suspension(3)))));
        events.put("decided: splice", decided(ruling(Action.SPLICE)));
        events.put("decided: block", decided(ruling(Action.BLOCK)));
        events.put("hello begun", new Event.HelloBegun());
        events.put("hello read", new Event.HelloRead(HELLO));
        events.put("hello read, ECDSA alone", new Event.HelloRead(ECDSA_HELLO));
        for (var fault : HelloFault.values()) {
            events.put("hello " + fault.key(), new Event.HelloUnread(fault, "as seen"));
        }
        events.put("client handshaken", new Event.ClientHandshaken(CLIENT_SESSION));
        events.put("client handshake failed", new Event.ClientHandshakeFailed("no common group"));
        events.put(
                "client sent handshake_failure",
                new Event.ClientHandshakeFailed(
                        Optional.of(TlsAlert.HANDSHAKE_FAILURE), "client sent handshake_failure"));
        events.put(
                "client sent user_canceled",
                new Event.ClientHandshakeFailed(
                        Optional.of(new TlsAlert(90)), "client sent user_canceled"));
        events.put("client spoke", new Event.ClientSpoke());
        events.put("leaf refused", new Event.LeafRefused(new TlsAlert(48)));
        events.put("refusal sent", new Event.RefusalSent());
        events.put("upstream connected", new Event.UpstreamConnected());
        events.put(
                "upstream unreachable",
                new Event.UpstreamUnreachable(Symptom.Plain.RESET, "connection refused"));
        events.put("upstream handshaken", new Event.UpstreamHandshaken(session("h2")));
        events.put(
                "upstream handshaken without alpn",
                new Event.UpstreamHandshaken(
                        new UpstreamSession(
                                new TlsSession(
                                        "TLSv1.2",
                                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                        Optional.empty(),
                                        Optional.empty()),
                                CHAIN.upstream().chain(),
                                CertificateRequest.NOT_ASKED)));
        events.put(
                "upstream handshaken by TLS 1.2 and CBC",
                new Event.UpstreamHandshaken(
                        new UpstreamSession(
                                new TlsSession(
                                        "TLSv1.2",
                                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                        Optional.of("P-256"),
                                        Optional.of("h2")),
                                CHAIN.upstream().chain(),
                                CertificateRequest.NOT_ASKED)));
        events.put(
                "upstream handshaken http/1.1", new Event.UpstreamHandshaken(session("http/1.1")));
        events.put(
                "upstream handshaken, asking",
                new Event.UpstreamHandshaken(
                        session("h2", CHAIN.upstream().chain(), CertificateRequest.ASKED)));
        events.put(
                "upstream handshaken, asking, told to insist",
                new Event.UpstreamHandshaken(
                        session("h2", CHAIN.upstream().chain(), CertificateRequest.ASKED),
                        Optional.of(CertificateHabit.INSISTS)));
        events.put(
                "upstream handshaken with RSA",
                new Event.UpstreamHandshaken(
                        session("h2", RSA.upstream().chain(), CertificateRequest.NOT_ASKED)));
        events.put(
                "upstream handshake failed",
                new Event.UpstreamHandshakeFailed(
                        Optional.empty(), "unknown group", CertificateRequest.NOT_ASKED));
        events.put(
                "upstream closed",
                new Event.UpstreamHandshakeFailed(
                        Optional.of(Symptom.Plain.CLOSED), "eof", CertificateRequest.NOT_ASKED));
        events.put(
                "upstream reset",
                new Event.UpstreamHandshakeFailed(
                        Optional.of(Symptom.Plain.RESET), "reset", CertificateRequest.NOT_ASKED));
        events.put(
                "upstream no alpn",
                new Event.UpstreamHandshakeFailed(
                        Optional.of(new Symptom.Alerted(TlsAlert.NO_APPLICATION_PROTOCOL)),
                        "alert",
                        CertificateRequest.NOT_ASKED));
        events.put(
                "upstream decrypt error",
                new Event.UpstreamHandshakeFailed(
                        Optional.of(new Symptom.Alerted(new TlsAlert(51))),
                        "alert",
                        CertificateRequest.NOT_ASKED));
        events.put(
                "upstream insists in its handshake",
                new Event.UpstreamHandshakeFailed(
                        Optional.of(new Symptom.Alerted(TlsAlert.HANDSHAKE_FAILURE)),
                        "alert",
                        CertificateRequest.ASKED));
        events.put(
                "upstream insists late",
                new Event.UpstreamLost(new Symptom.Alerted(new TlsAlert(116)), "alert"));
        events.put("upstream verified", new Event.UpstreamVerified(CHAIN.upstream()));
        events.put(
                "upstream untrusted",
                new Event.UpstreamUntrusted(
                        List.of(
                                new UntrustedReason(UntrustedReason.Kind.EXPIRED, "yesterday"),
                                new UntrustedReason(
                                        UntrustedReason.Kind.NAME_MISMATCH, "other.test")),
                        Optional.of(CHAIN.distrusted())));
        events.put(
                "upstream revoked",
                new Event.UpstreamUntrusted(
                        List.of(new UntrustedReason(UntrustedReason.Kind.REVOKED, "yesterday")),
                        Optional.empty()));
        events.put("verifier full", new Event.VerifierFull("64 chains are waiting"));
        events.put("upstream lost", new Event.UpstreamLost(Symptom.Plain.RESET, "reset"));
        events.put("raw connected", new Event.RawConnected());
        events.put("raw unreachable", new Event.RawUnreachable("connection refused"));
        events.put("leaf forged", new Event.LeafForged(new Leaf(Tier.SIGNER, "ab".repeat(32))));
        events.put("forge refused", new Event.ForgeRefused("NAME_NEVER_FORGED", "bank"));
        events.put("not mirrorable", new Event.NotMirrorable("CA:TRUE"));
        events.put("signer away", new Event.SignerAway("no signer"));
        for (var end : Event.RelayEnd.values()) {
            events.put("relay ended: " + end, new Event.RelayEnded(end));
        }
        events.put("client ended", new Event.ClientEnded());
        events.put("client left", new Event.ClientLeft());
        events.put("drain ended", new Event.DrainEnded());
        events.put("shell failed", new Event.ShellFailed("bug"));
        for (var stage : Stage.values()) {
            events.put("deadline " + stage.text(), new Event.DeadlinePassed(stage));
        }
        return Map.copyOf(events);
    }

    static Event named(String name) {
        return Optional.ofNullable(EVENTS.get(name))
                .orElseThrow(() -> new IllegalArgumentException("no event is called " + name));
    }

    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    static Event decided(Ruling ruling) {
        return new Event.Decided(ruling, Event.Load.ADMITS);
    }

    static Ruling ruling(Action action) {
        return ruling(action, Outcomes.unstated());
    }

    static Ruling ruling(Action action, Outcomes on) {
        return new Ruling(
                7,
                new Decision(
                        new RuleName("default"),
                        action,
                        on,
                        Revocation.SOFT,
                        0,
                        Optional.of("Not here"),
                        Optional.empty()));
    }

    static Ruling spliceAllFailures() {
        var stated = new EnumMap<Failure, FailureAction>(Failure.class);
        for (var failure : Failure.values()) {
            if (failure != Failure.NOT_MIRRORABLE
                    && failure != Failure.CLIENT_REFUSED
                    // These keep nobody from inspecting.
                    && failure != Failure.WEAKER
                    && failure != Failure.POST_QUANTUM_LOST) {
                stated.put(failure, FailureAction.SPLICE);
            }
        }
        return ruling(Action.INSPECT, Outcomes.stating(stated, Optional.empty()));
    }

    /** As learned, under a rule that says what to do then. */
    static Ruling excluded(FailureAction then) {
        return new Ruling(
                7,
                ruling(
                                Action.INSPECT,
                                Outcomes.stating(
                                        Map.of(),
                                        Optional.of(new Pinned(3, Duration.ofHours(12), then))))
                        .decision(),
                Optional.of(new Exclusion(Scope.CLIENT, Basis.LEARNED, RefusalKind.ALERT, 3)));
    }

    /** Whatever an upstream asks for, or agrees on, it is inspected. */
    private static Ruling goesOn() {
        return ruling(
                Action.INSPECT,
                Outcomes.stating(
                        Map.of(
                                Failure.CLIENT_CERT,
                                FailureAction.INSPECT,
                                Failure.CLIENT_CERT_REQUIRED,
                                FailureAction.SPLICE,
                                Failure.NOT_OFFERED,
                                FailureAction.INSPECT),
                        Optional.empty()));
    }

    private static Ruling answering(Failure failure, FailureAction action) {
        return ruling(Action.INSPECT, Outcomes.stating(Map.of(failure, action), Optional.empty()));
    }

    private static Ruling mirrorUntrusted() {
        return ruling(
                Action.INSPECT,
                Outcomes.stating(
                        Map.of(Failure.UNTRUSTED, FailureAction.MIRROR_UNTRUSTED),
                        Optional.empty()));
    }

    private static UpstreamSession session(String alpn) {
        return session(alpn, CHAIN.upstream().chain(), CertificateRequest.NOT_ASKED);
    }

    private static UpstreamSession session(
            String alpn, PresentedChain chain, CertificateRequest certificate) {
        return new UpstreamSession(
                new TlsSession(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        Optional.of("x25519"),
                        Optional.of(alpn)),
                chain,
                certificate);
    }

    static ClientHello hello(
            Optional<String> serverName,
            List<String> alpn,
            List<Integer> versions,
            List<Integer> groups,
            List<Integer> signatureAlgorithms) {
        return new ClientHello(
                ByteBuffer.allocate(4),
                0x0301,
                0x0303,
                serverName,
                alpn,
                versions,
                List.of(0x1301, 0xc02b),
                groups,
                List.of(),
                signatureAlgorithms,
                List.of(),
                EncryptedClientHello.ABSENT,
                "t13d000000_000000000000_000000000000");
    }
}
