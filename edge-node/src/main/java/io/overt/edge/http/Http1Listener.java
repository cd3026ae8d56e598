package io.overt.edge.http;

/**
 * Told what happened on one connection, in order, on its event loop. It does not block and does not
 * throw.
 */
@FunctionalInterface
public interface Http1Listener {
    void on(Http1Event event);
}
