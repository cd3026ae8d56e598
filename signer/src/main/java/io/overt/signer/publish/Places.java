package io.overt.signer.publish;

import io.overt.signer.publish.PublicationMeters.Ended;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who may have a connection: so many in all, and so many for one address, that a single client
 * cannot take them all. Confined to the event loop but for {@link #taken}.
 */
final class Places {

    private final int most;
    private final int mostOfOne;
    private final Map<InetAddress, Integer> ofOne = new HashMap<>();
    private volatile int taken;

    Places(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    int taken() {
        return taken;
    }

    /** Takes a place, or says why there is none. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the event loop alone
    Optional<Ended> take(InetAddress client) {
        if (taken >= most) {
            return Optional.of(Ended.FULL);
        }
        int has = ofOne.getOrDefault(client, 0);
        if (has >= mostOfOne) {
            return Optional.of(Ended.CLIENT_FULL);
        }
        ofOne.put(client, has + 1);
        taken++;
        return Optional.empty();
    }

    /** Gives back what {@link #take} gave. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the event loop alone
    void leave(InetAddress client) {
        taken--;
        ofOne.computeIfPresent(client, (_, has) -> has == 1 ? null : has - 1);
    }
}
