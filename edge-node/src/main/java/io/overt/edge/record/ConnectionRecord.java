package io.overt.edge.record;

import io.overt.edge.flow.Conclusion;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Known.TlsSession;
import io.overt.edge.flow.LegComparison;
import io.overt.edge.flow.LegComparison.Aspect;
import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.flow.PostQuantum;
import io.overt.edge.flow.Unoffered;
import io.overt.edge.revocation.RevocationStanding;
import io.overt.service.json.JsonObject;
import io.overt.x509.CertificateFingerprint;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * The record of one connection: everything that was known when it ended. Every line has the same
 * members in the same order; what was not learned is null. {@code docs/records.md} says what each
 * means.
 */
public record ConnectionRecord(
        String site, String edge, Conclusion conclusion, Observations observations) {

    /** One line of JSON, without its end of line. */
    public String line() {
        var facts = Facts.of(conclusion.known());
        var json = new JsonObject();
        json.member("time", TIME.format(observations.start().atOffset(ZoneOffset.UTC)))
                .member("id", observations.id().text())
                .member("site", site)
                .member("edge", edge)
                .member("listener", facts.accepted.listener().name())
                .member("client", text(facts.accepted.client()))
                .member("user", facts.accepted.user())
                .member("balancer", facts.accepted.balancer().map(ConnectionRecord::text))
                .member("destination", facts.arrived.map(each -> text(each.to().address())))
                .member("connect", facts.connect())
                .member("parent_proxy", observations.parentProxy().map(ConnectionRecord::text))
                .member("server_name", facts.heard.flatMap(each -> each.hello().serverName()))
                .strings(
                        "alpn_offered",
                        facts.heard.map(each -> each.hello().alpn()).orElse(List.of()))
                .member("ja4", facts.heard.map(each -> each.hello().ja4()))
                .member("hello_fault", facts.unheard.map(each -> each.fault().key()));
        policy(json);
        json.member("outcome", conclusion.outcome().text())
                .member("reason", conclusion.reason().text())
                .member("ending", conclusion.ending().text())
                .member("detail", conclusion.detail().or(observations::httpEnd))
                .member("stage", conclusion.last().text());
        certificates(json, facts);
        json.member("revocation", observations.revocation().map(RevocationStanding::text));
        tls(json, "upstream_tls", facts.met.map(each -> each.session().tls()));
        tls(json, "client_tls", conclusion.client());
        upstreamTraits(json, facts);
        json.member("bytes_from_client", observations.clientBytes())
                .member("bytes_from_upstream", observations.upstreamBytes());
        http(json);
        var timeline = new JsonObject();
        observations
                .timeline()
                .forEach(took -> timeline.member(took.stage().text(), took.millis()));
        return json.member("timeline_ms", timeline).end();
    }

    private void policy(JsonObject json) {
        var ruling = conclusion.known().ruling();
        if (ruling.isPresent()) {
            json.member("policy_version", ruling.get().policyVersion());
        } else {
            json.nullMember("policy_version");
        }
        json.member("rule", ruling.map(each -> each.decision().rule().value()));
        ruling.flatMap(Ruling::suspension)
                .ifPresentOrElse(
                        each -> json.member("emergency", each.order()),
                        () -> json.nullMember("emergency"));
        observations
                .shadow()
                .ifPresentOrElse(
                        each ->
                                json.member(
                                        "shadow",
                                        new JsonObject()
                                                .member("version", each.version())
                                                .member("rule", each.rule().value())
                                                .member("would", each.outcome().text())
                                                .member("comparison", each.comparison().text())),
                        () -> json.nullMember("shadow"));
        ruling.flatMap(Ruling::exclusion)
                .ifPresentOrElse(
                        each ->
                                json.member(
                                        "exclusion",
                                        new JsonObject()
                                                .member("scope", each.scope().text())
                                                .member("basis", each.basis().text())
                                                .member("kind", each.kind().text())
                                                .member("refusals", each.refusals())),
                        () -> json.nullMember("exclusion"));
    }

    private static void certificates(JsonObject json, Facts facts) {
        json.member("leaf_tier", facts.mirrored.map(each -> each.leaf().tier().text()))
                .member("leaf_issuer", facts.mirrored.map(ConnectionRecord::issuer))
                .member("forged_sha256", facts.mirrored.map(each -> each.leaf().sha256()))
                .member(
                        "upstream_sha256",
                        facts.met.map(
                                each ->
                                        CertificateFingerprint.of(each.session().chain().leaf())
                                                .hex()));
    }

    private void upstreamTraits(JsonObject json, Facts facts) {
        var unoffered =
                facts.met.map(each -> Unoffered.by(each.judged().heard().hello(), each.session()));
        json.member("post_quantum", facts.met.map(each -> PostQuantum.of(each).text()))
                .member(
                        "client_certificate",
                        facts.met.map(
                                each ->
                                        switch (each.session().certificate()) {
                                            case NOT_ASKED -> "not-asked";
                                            case ASKED -> "asked";
                                        }))
                .strings("not_offered", unoffered.map(Unoffered::findings).orElse(List.of()))
                .strings("beyond_offer", unoffered.map(Unoffered::beyond).orElse(List.of()))
                .member("upstream_key", facts.met.map(each -> LegComparison.key(leaf(each))))
                .member("upstream_signature", facts.met.map(each -> leaf(each).getSigAlgName()));
        conclusion
                .weaker()
                .ifPresentOrElse(
                        aspects ->
                                json.strings("weaker", aspects.stream().map(Aspect::text).toList()),
                        () -> json.nullMember("weaker"));
    }

    private static X509Certificate leaf(Known.Met met) {
        return met.session().chain().leaf();
    }

    private static String issuer(Known.Mirrored mirrored) {
        return switch (mirrored.examined()) {
            case Known.Proven _ -> "trusted";
            case Known.Distrusted _ -> "untrusted";
        };
    }

    private static void tls(JsonObject json, String name, Optional<TlsSession> session) {
        if (session.isEmpty()) {
            json.nullMember(name);
            return;
        }
        var tls = session.get();
        json.member(
                name,
                new JsonObject()
                        .member("version", tls.version())
                        .member("cipher", tls.cipherSuite())
                        .member("group", tls.group())
                        .member("alpn", tls.alpn()));
    }

    private void http(JsonObject json) {
        if (conclusion.relay().isEmpty()) {
            json.nullMember("http");
            return;
        }
        json.member(
                "http",
                new JsonObject()
                        .member("filtered", observations.wasFiltered())
                        .member("requests", observations.requests())
                        .member("blocked", observations.blockedRequests())
                        .member("upgraded", observations.upgraded())
                        .objects(
                                "blocked_requests",
                                observations.blocked().stream()
                                        .map(
                                                each ->
                                                        new JsonObject()
                                                                .member("number", each.number())
                                                                .member("rule", each.rule().value())
                                                                .member("label", each.label())
                                                                .member("method", each.method())
                                                                .member("url", each.url()))
                                        .toList()));
    }

    private static String text(InetSocketAddress address) {
        if (address.isUnresolved()) {
            return address.getHostString() + ":" + address.getPort();
        }
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The chain of knowledge, laid flat. */
    record Facts(
            Known.Accepted accepted,
            Optional<OriginalDestination.ConnectTarget> asked,
            Optional<Known.Arrived> arrived,
            Optional<Known.Heard> heard,
            Optional<Known.Unheard> unheard,
            Optional<Known.Met> met,
            Optional<Known.Mirrored> mirrored) {

        static Facts of(Known known) {
            return switch (known) {
                case Known.Accepted accepted ->
                        new Facts(accepted, none(), none(), none(), none(), none(), none());
                case Known.Asked(var accepted, var target, _) ->
                        new Facts(
                                accepted,
                                Optional.of(target),
                                none(),
                                none(),
                                none(),
                                none(),
                                none());
                case Known.Arrived arrived ->
                        new Facts(
                                arrived.accepted(),
                                none(),
                                Optional.of(arrived),
                                none(),
                                none(),
                                none(),
                                none());
                case Known.Prejudged(var arrived, _) -> of(arrived);
                case Known.JudgedPlain(var arrived, _) -> of(arrived);
                case Known.Heard heard -> of(heard.arrived()).with(heard);
                case Known.Unheard unheard -> of(unheard.arrived()).with(unheard);
                case Known.Judged(var heard, _) -> of(heard);
                case Known.JudgedUnheard(var unheard, _) -> of(unheard);
                case Known.Met met -> of(met.judged()).with(met);
                case Known.Examined examined -> of(examined.met());
                case Known.Mirrored mirrored -> of(mirrored.examined()).with(mirrored);
            };
        }

        private static <T> Optional<T> none() {
            return Optional.empty();
        }

        private Facts with(Known.Heard it) {
            return new Facts(accepted, asked, arrived, Optional.of(it), unheard, met, mirrored);
        }

        private Facts with(Known.Unheard it) {
            return new Facts(accepted, asked, arrived, heard, Optional.of(it), met, mirrored);
        }

        private Facts with(Known.Met it) {
            return new Facts(accepted, asked, arrived, heard, unheard, Optional.of(it), mirrored);
        }

        private Facts with(Known.Mirrored it) {
            return new Facts(accepted, asked, arrived, heard, unheard, met, Optional.of(it));
        }

        /** Which host it is about: the server name, what was asked for, or an address. */
        String subject() {
            return heard.flatMap(each -> each.hello().serverName())
                    .or(
                            () ->
                                    arrived.map(Known.Arrived::to)
                                            .map(
                                                    to ->
                                                            to
                                                                            instanceof
                                                                            OriginalDestination
                                                                                    .Asked(
                                                                                    _,
                                                                                    var named,
                                                                                    _)
                                                                    ? named.host()
                                                                    : to.address().getHostString()))
                    // A name is no longer; what is, is not one.
                    .map(host -> host.length() <= 253 ? host : host.substring(0, 253))
                    .orElse("");
        }

        /** What an explicit proxy's client asked for, as it asked. */
        Optional<String> connect() {
            var target =
                    arrived.map(Known.Arrived::to)
                            .flatMap(
                                    to ->
                                            to instanceof OriginalDestination.Asked(_, var named, _)
                                                    ? Optional.of(named)
                                                    : Optional.empty())
                            .or(() -> asked);
            return target.map(
                    named ->
                            (named.host().indexOf(':') >= 0
                                            ? "[" + named.host() + "]"
                                            : named.host())
                                    + ":"
                                    + named.port());
        }
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
}
