package io.overt.edge.site;

import io.overt.x509.Epoch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the edges of a site hold in common. Immutable.
 *
 * @param secret keys the sealed maps
 * @param keys enrolled leaf keys, one an epoch
 */
record Keyring(SiteSecret secret, Map<Epoch, EpochKey> keys) {

    Keyring {
        keys = Map.copyOf(keys);
    }

    /** A ring of these keys; of two for one epoch the first counts. */
    static Keyring of(SiteSecret secret, List<EpochKey> keys) {
        return new Keyring(
                secret,
                keys.stream()
                        .collect(
                                Collectors.toMap(
                                        EpochKey::epoch, key -> key, (first, _) -> first)));
    }

    Optional<EpochKey> key(Epoch epoch) {
        return Optional.ofNullable(keys.get(epoch));
    }

    boolean has(Epoch epoch) {
        return keys.containsKey(epoch);
    }

    /**
     * This ring with {@code key}, and without the keys of epochs that were over before {@code
     * current}.
     */
    Keyring with(EpochKey key, Epoch current) {
        return of(
                secret,
                Stream.concat(Stream.of(key), keys.values().stream())
                        .filter(each -> each.epoch().compareTo(current) >= 0)
                        .toList());
    }

    /** This ring without these keys. */
    Keyring without(Set<KeyDigest> gone) {
        return of(
                secret,
                keys.values().stream().filter(each -> !gone.contains(each.digest())).toList());
    }

    /** Names the epochs, nothing of the keys. */
    @Override
    public String toString() {
        return "Keyring" + keys.keySet().stream().map(Epoch::number).sorted().toList();
    }
}
