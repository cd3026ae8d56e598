package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Note.Credit;
import io.overt.edge.exclusion.Note.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which subjects a ledger has, in the order in which they were last refused, so that what is
 * dropped for want of room is what was refused longest ago; and which clients take certificates of
 * ours. Confined to the ledger's lock.
 */
final class Remembered {
    private final Bounds bounds;
    private final Set<Subject> byAge = new LinkedHashSet<>();
    private final Map<Client, Set<String>> byClient = new HashMap<>();
    private final Map<String, Set<Client>> byHost = new HashMap<>();

    /** Those with a verdict are not dropped to make room for evidence. */
    private final Set<Subject> confirmed = new LinkedHashSet<>();

    private final Set<Subject> forgotten = new LinkedHashSet<>();

    private final Map<Client, Boolean> taking;
    private long dropped;

    Remembered(Bounds bounds) {
        this.bounds = bounds;
        this.taking =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Client, Boolean> eldest) {
                        return size() > bounds.clients();
                    }
                };
    }

    /**
     * A client refused a host.
     *
     * @return the subjects to be dropped for it
     */
    List<Subject> refused(Subject subject) {
        var client = subject.client().orElseThrow();
        if (confirmed.contains(subject) || forgotten.contains(subject)) {
            return List.of();
        }
        var toDrop = new ArrayList<Subject>();
        byAge.remove(subject);
        var ofClient = byClient.computeIfAbsent(client, _ -> new LinkedHashSet<>());
        var ofHost = byHost.computeIfAbsent(subject.host(), _ -> new LinkedHashSet<>());
        ofClient.remove(subject.host());
        ofHost.remove(client);
        if (ofClient.size() >= bounds.hostsPerClient()) {
            toDrop.add(Subject.of(ofClient.iterator().next(), client));
        }
        if (ofHost.size() >= bounds.clientsPerHost()) {
            toDrop.add(Subject.of(subject.host(), ofHost.iterator().next()));
        }
        if (toDrop.isEmpty() && byAge.size() >= bounds.subjects()) {
            toDrop.add(byAge.iterator().next());
        }
        toDrop.forEach(this::gone);
        dropped += toDrop.size();
        byAge.add(subject);
        byClient.computeIfAbsent(client, _ -> new LinkedHashSet<>()).add(subject.host());
        byHost.computeIfAbsent(subject.host(), _ -> new LinkedHashSet<>()).add(client);
        return toDrop;
    }

    /** Whether there is room for this confirmation. */
    boolean canConfirm(Subject subject) {
        return confirmed.contains(subject) || confirmed.size() < bounds.confirmed();
    }

    /**
     * There is a verdict on this. Only what is forgotten makes room for more of its kind.
     *
     * @return the subjects to be dropped for it
     */
    List<Subject> ruled(Subject subject, Word word) {
        gone(subject);
        switch (word) {
            case CONFIRMED -> confirmed.add(subject);
            case FORGOTTEN -> forgotten.add(subject);
        }
        if (forgotten.size() <= bounds.subjects()) {
            return List.of();
        }
        var eldest = forgotten.iterator().next();
        forgotten.remove(eldest);
        dropped++;
        return List.of(eldest);
    }

    /** Something was not taken for want of room. */
    void turnedAway() {
        dropped++;
    }

    /** It is dropped, or over. */
    void gone(Subject subject) {
        byAge.remove(subject);
        confirmed.remove(subject);
        forgotten.remove(subject);
        subject.client()
                .ifPresent(
                        client -> {
                            forget(byClient, client, subject.host());
                            forget(byHost, subject.host(), client);
                        });
    }

    private static <K, V> void forget(Map<K, Set<V>> index, K key, V value) {
        var values = index.get(key);
        if (values != null && values.remove(value) && values.isEmpty()) {
            index.remove(key);
        }
    }

    /** A client took a certificate of ours; answers whether that is news. */
    boolean accepted(Client client) {
        return taking.put(client, true) == null;
    }

    Credit credit(Client client) {
        if (taking.containsKey(client)) {
            return Credit.TAKES_OTHERS;
        }
        return hostsOf(client).size() >= REFUSES_ALL ? Credit.REFUSES_ALL : Credit.UNKNOWN;
    }

    List<String> hostsOf(Client client) {
        return Optional.ofNullable(byClient.get(client)).map(List::copyOf).orElse(List.of());
    }

    long dropped() {
        return dropped;
    }

    /**
     * Hosts that a client has refused without ever taking one, from which on it is the client that
     * does not know our CA. A telephone without it gets there within seconds.
     */
    private static final int REFUSES_ALL = 3;
}
