package io.overt.edge.forge;

import io.overt.service.config.ConfigNode;

/**
 * The section {@code leaf-cache}: forged leaves that this process keeps ready for use.
 *
 * @param maxLeaves how many; each takes about 2 kB outside the heap and as much in it
 */
public record LeafCacheConfig(int maxLeaves) {

    /** Reads {@code leaf-cache} of the edge's file; every key has a default. */
    public static LeafCacheConfig from(ConfigNode root) {
        // 50,000 hosts cost 100 MB outside the heap.
        return new LeafCacheConfig(
                root.sectionOrDefaults("leaf-cache").integer("max-leaves", 50_000, 1, 10_000_000));
    }
}
