package io.overt.edge.policy;

import io.overt.proto.policy.v1.PolicyBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The last version that was in force, with its approvals, so that an edge starts without its
 * control plane. The file is believed no more than the network: it is verified again when it is
 * read. Confined to the desk's lock.
 */
final class LastGoodBundle {
    private final WholeFile file;

    /**
     * In this folder, which exists.
     *
     * @param maxBytes a larger file is not read
     */
    LastGoodBundle(Path folder, long maxBytes) {
        this.file = new WholeFile(folder.resolve("last-good.bundle"), maxBytes);
    }

    Path file() {
        return file.path();
    }

    /**
     * What was kept; nothing where nothing was ever kept.
     *
     * @throws IOException when there is something that cannot be read as a bundle
     */
    Optional<PolicyBundle> load() throws IOException {
        var kept = file.load();
        return kept.isPresent()
                ? Optional.of(PolicyBundle.parseFrom(kept.get()))
                : Optional.empty();
    }

    /** Replaces what was kept. */
    void save(PolicyBundle bundle) throws IOException {
        file.save(bundle.toByteString());
    }
}
