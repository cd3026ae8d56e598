package io.overt.x509.tlog;

import java.io.IOException;

/** Where tiles are read from: a folder, a server, a map in a test. */
@FunctionalInterface
public interface TileSource {

    /**
     * The bytes of a tile. In place of a partial one that is gone it may answer with the full one,
     * whose beginning it is.
     *
     * @throws IOException when it cannot be had; names it
     */
    byte[] read(TilePath path) throws IOException;
}
