package io.overt.policy;

import java.util.BitSet;
import java.util.Optional;

/**
 * What the conditions of a rule are tested on: a connection, or a request in one reading of its
 * URL.
 *
 * @param hostSets the host sets of the policy that the host in question is in: the server name's
 *     for a connection, the URL's for a request
 */
record Subject(ConnectionFacts connection, BitSet hostSets, Optional<Request> request) {
    record Request(HttpRequestFacts facts, RequestUrl url) {}

    static Subject of(ConnectionFacts facts, HostIndex hosts) {
        return new Subject(
                facts,
                facts.serverName().map(hosts::setsOf).orElse(HostIndex.NO_SETS),
                Optional.empty());
    }

    static Subject of(HttpRequestFacts facts, RequestUrl url, HostIndex hosts) {
        BitSet sets =
                switch (url.host()) {
                    case RequestUrl.Host.Named(HostName name) -> hosts.setsOf(name);
                    case RequestUrl.Host.Address _ -> HostIndex.NO_SETS;
                };
        return new Subject(facts.connection(), sets, Optional.of(new Request(facts, url)));
    }
}
