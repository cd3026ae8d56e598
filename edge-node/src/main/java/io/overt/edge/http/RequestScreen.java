package io.overt.edge.http;

import io.overt.policy.ConnectionFacts;
import io.overt.policy.HttpDecision;
import io.overt.policy.HttpRequestFacts;
import io.overt.policy.HttpRules;
import io.overt.policy.RuleName;
import java.util.Optional;

/**
 * Says what is to become of a sound request: whom may it ask on this connection, and what does the
 * policy say?
 */
final class RequestScreen {

    sealed interface Verdict {
        record Pass(Optional<RuleName> rule) implements Verdict {}

        record Block(RuleName rule, Optional<String> label) implements Verdict {}

        record Refuse(Flaw flaw) implements Verdict {}
    }

    private final Optional<HttpRules> rules;
    private final ConnectionFacts facts;
    private final AuthorityCheck covers;
    private final Passage passage;

    /**
     * @param rules empty where requests are passed on unjudged
     */
    RequestScreen(
            Optional<HttpRules> rules,
            ConnectionFacts facts,
            AuthorityCheck covers,
            Passage passage) {
        this.rules = rules;
        this.facts = facts;
        this.covers = covers;
        this.passage = passage;
    }

    Verdict judge(RequestHead request) {
        var authority = request.authority();
        var port = facts.destination().getPort();
        if (!covers.covers(authority.host())) {
            return refuse(
                    Http1Fault.HOST_NOT_COVERED,
                    "Host "
                            + authority.host()
                            + " is not in the certificate of this connection's upstream");
        }
        if (authority.port().orElse(port) != port) {
            return refuse(
                    Http1Fault.PORT_NOT_OURS,
                    "Host %s on a connection to port %d".formatted(request.host(), port));
        }
        if (rules.isEmpty()) {
            return new Verdict.Pass(Optional.empty());
        }
        return switch (rules.get().decide(asked(request, port))) {
            case HttpDecision.Pass(var rule) -> new Verdict.Pass(rule);
            case HttpDecision.Block(var rule, var label) -> new Verdict.Block(rule, label);
            case HttpDecision.Unreadable(var detail) -> refuse(Http1Fault.UNREADABLE_URL, detail);
        };
    }

    private HttpRequestFacts asked(RequestHead request, int port) {
        // A rule may name the port. Where the request does not, it is the connection's and not the
        // scheme's.
        var authority = request.host() + (request.authority().port().isPresent() ? "" : ":" + port);
        return new HttpRequestFacts(
                request.method(),
                passage.addressing().scheme(),
                authority,
                request.target(),
                passage.fields(request),
                facts);
    }

    private static Verdict refuse(Http1Fault fault, String detail) {
        return new Verdict.Refuse(new Flaw(fault, detail));
    }
}
