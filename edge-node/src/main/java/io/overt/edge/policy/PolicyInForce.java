package io.overt.edge.policy;

import com.google.protobuf.ByteString;

/**
 * What the edge runs, with the proof of what it is.
 *
 * @param active as the data path reads it
 * @param manifestSha256 of the bundle it was compiled from
 */
record PolicyInForce(ActivePolicy active, ByteString manifestSha256) {}
