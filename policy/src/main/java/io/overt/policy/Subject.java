package io.overt.policy;

import java.util.Optional;

/**
 * What the conditions of a rule are tested on: a connection, or a request in one reading of its
 * URL.
 *
 * @param hostSets the host sets of the policy that the host in question is in: the server name's
 *     for a connection, the URL's for a request
 */
record Subject(ConnectionFacts connection, Hosts.Membership hostSets, Optional<Request> request) {
    record Request(HttpRequestFacts facts, RequestUrl url) {}

    static Subject of(ConnectionFacts facts, Hosts hosts) {
        return new Subject(facts, hosts.of(facts.serverName()), Optional.empty());
    }

    static Subject of(HttpRequestFacts facts, RequestUrl url, Hosts hosts) {
        Optional<HostName> host =
                switch (url.host()) {
                    case RequestUrl.Host.Named(HostName name) -> Optional.of(name);
                    case RequestUrl.Host.Address _ -> Optional.empty();
                };
        return new Subject(
                facts.connection(), hosts.of(host), Optional.of(new Request(facts, url)));
    }
}
