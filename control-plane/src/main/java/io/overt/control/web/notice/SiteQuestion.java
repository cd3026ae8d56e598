package io.overt.control.web.notice;

import io.overt.control.publish.PublishedPolicy;
import io.overt.control.publish.PublishedPolicy.Compiled;
import io.overt.policy.Action;
import io.overt.policy.GivenFacts;
import io.overt.policy.HostName;
import io.overt.policy.Policy;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * "Is this site inspected for me?", by the deciding code and the newest published version. Says
 * what is decided for this host and this asker and the rule's own reason; which rules there are,
 * what lists hold and what others get is not in the answer's type.
 */
final class SiteQuestion {
    private final PublishedPolicy published;
    private final Clock clock;

    SiteQuestion(PublishedPolicy published, Clock clock) {
        this.published = published;
        this.clock = clock;
    }

    /** What is answered. */
    sealed interface Answer {
        /**
         * Decided.
         *
         * @param because the rule's reason, where it gives one
         */
        record Decided(String host, Action action, Optional<String> because) implements Answer {}

        /** It rests on what is not known before there is a connection. */
        record Depends(String host) implements Answer {}

        /** There is no policy, or none that can be read. */
        record NotKnown(String host) implements Answer {}

        /** That is no host name. */
        record NoHost() implements Answer {}
    }

    /** Asked by this client, now. */
    Answer ask(String text, InetAddress client) {
        var host = host(text);
        if (host.isEmpty()) {
            return new Answer.NoHost();
        }
        var policy = published.current().flatMap(Compiled::policy);
        return policy.isEmpty()
                ? new Answer.NotKnown(host.get().value())
                : decide(policy.get(), host.get(), client);
    }

    private Answer decide(Policy policy, HostName host, InetAddress client) {
        var facts = new GivenFacts();
        state(facts, GivenFacts.Key.HOST, host.value());
        state(facts, GivenFacts.Key.CLIENT, client.getHostAddress());
        state(facts, GivenFacts.Key.PORT, "443");
        state(facts, GivenFacts.Key.TIME, clock.instant().toString());
        var explanation = policy.explain(facts.connection());
        if (!explanation.restsOn(facts.unknown()).isEmpty()) {
            return new Answer.Depends(host.value());
        }
        var decision = explanation.decision();
        return new Answer.Decided(host.value(), decision.action(), decision.because());
    }

    private static void state(GivenFacts facts, GivenFacts.Key key, String value) {
        facts.state(key, List.of(value))
                .ifPresent(
                        why -> {
                            throw new IllegalStateException(why + ": was parsed before");
                        });
    }

    /** People paste addresses of pages. */
    static Optional<HostName> host(String text) {
        if (text.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        var rest = text.strip();
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            rest = rest.substring(scheme + "://".length());
        }
        int end = 0;
        while (end < rest.length() && "/?#:".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        return HostName.parse(rest.substring(0, end));
    }

    private static final int MOST_CHARACTERS = 2_000;
}
