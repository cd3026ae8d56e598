package io.overt.x509.tlog;

/**
 * Where a tile is, below a log's prefix (C2SP tlog-tiles): {@code tile/0/x001/234.p/5}.
 *
 * @param index of the tile in its level
 * @param width hashes or entries in it; {@link #FULL} of them, or fewer in a partial one
 */
public record TilePath(Level level, long index, int width) {

    /** Hashes in a full tile, and entries in a full bundle. */
    public static final int FULL = 256;

    /** What a tile holds. */
    public sealed interface Level {

        /** The entries themselves, in bundles. */
        record Entries() implements Level {}

        /**
         * Hashes.
         *
         * @param number 0: of entries; above: each of a full tile of the level below
         */
        record Hashes(int number) implements Level {
            public Hashes {
                if (number < 0 || number > HIGHEST) {
                    throw new IllegalArgumentException(
                            "tile level: %d (expected: 0 to %d)".formatted(number, HIGHEST));
                }
            }
        }
    }

    public TilePath {
        if (index < 0 || width < 1 || width > FULL) {
            throw new IllegalArgumentException(
                    "tile %d of width %d (expected: an index that is not negative, a width of 1 to %d)"
                            .formatted(index, width, FULL));
        }
    }

    /** A tile of hashes. */
    public static TilePath hashes(int level, long index, int width) {
        return new TilePath(new Level.Hashes(level), index, width);
    }

    /** A bundle of entries. */
    public static TilePath entries(long index, int width) {
        return new TilePath(new Level.Entries(), index, width);
    }

    /**
     * The tile of this level and index in a tree of this size.
     *
     * @throws IllegalArgumentException where that tree has none
     */
    public static TilePath inTree(Level level, long index, long treeSize) {
        int number =
                switch (level) {
                    case Level.Entries() -> 0;
                    case Level.Hashes(int hashes) -> hashes;
                };
        long onLevel = 8L * number >= Long.SIZE ? 0 : treeSize >>> (8 * number);
        long width = Math.min(FULL, onLevel - index * FULL);
        return new TilePath(level, index, (int) Math.max(0, width));
    }

    /** Whether nothing can be added to it. */
    public boolean full() {
        return width == FULL;
    }

    /** The full tile that takes this one's place, or this one. */
    public TilePath filled() {
        return new TilePath(level, index, FULL);
    }

    /** Below the prefix, without a leading slash. */
    public String text() {
        StringBuilder digits = new StringBuilder("%03d".formatted(index % 1000));
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            digits.insert(0, "x%03d/".formatted(rest % 1000));
        }
        String folder =
                switch (level) {
                    case Level.Entries() -> "entries";
                    case Level.Hashes(int number) -> Integer.toString(number);
                };
        return "tile/" + folder + "/" + digits + (full() ? "" : ".p/" + width);
    }

    @Override
    public String toString() {
        return text();
    }

    /** C2SP tlog-tiles: levels are 0 to 63. */
    private static final int HIGHEST = 63;
}
