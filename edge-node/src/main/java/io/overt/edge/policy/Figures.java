package io.overt.edge.policy;

import io.overt.proto.control.v1.Health;

/**
 * How connections fare under the version in force, and under the one in shadow: what the control
 * plane is told. A port: connections are counted where they are decided and end. Thread-safe; no
 * method blocks.
 */
public interface Figures {

    /** A version comes into force: its figures begin at zero. Called before it decides anything. */
    void began(long version);

    /** A version comes into shadow, or none is (0): its figures begin at zero. */
    void shadowBegan(long version);

    /** All figures as they are now. */
    Health health();
}
