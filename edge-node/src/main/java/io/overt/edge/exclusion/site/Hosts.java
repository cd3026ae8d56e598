package io.overt.edge.exclusion.site;

import io.overt.edge.exclusion.Client;
import io.overt.policy.HostName;
import java.net.InetAddress;
import java.util.Optional;

/** The one form in which exclusions name hosts and clients. */
final class Hosts {

    private Hosts() {}

    /** A host name, or the text of an address. */
    static Optional<String> normalised(String text) {
        return HostName.parse(text)
                .map(HostName::value)
                .or(() -> client(text).map(Client::address));
    }

    /** A client by the text of its address; nothing is looked up. */
    static Optional<Client> client(String text) {
        try {
            return Optional.of(Client.of(InetAddress.ofLiteral(text)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
