package io.overt.edge.exclusion;

import java.util.Comparator;
import java.util.Optional;

/**
 * What an exclusion is about.
 *
 * @param host a normalised host name, or the text of an address where the client named none
 * @param client empty when it is about every client
 */
public record Subject(String host, Optional<Client> client) implements Comparable<Subject> {

    public static Subject of(String host, Client client) {
        return new Subject(host, Optional.of(client));
    }

    public static Subject everybody(String host) {
        return new Subject(host, Optional.empty());
    }

    public Scope scope() {
        return client.isPresent() ? Scope.CLIENT : Scope.HOST;
    }

    @Override
    public int compareTo(Subject other) {
        return ORDER.compare(this, other);
    }

    private static final Comparator<Subject> ORDER =
            Comparator.comparing(Subject::host)
                    .thenComparing(each -> each.client().map(Client::address).orElse(""));
}
