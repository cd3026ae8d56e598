/**
 * Owns the checks that keep the wire contract compatible and explained. May call protobuf's
 * descriptors and nothing of ours. Runs on the test thread.
 */
@NullMarked
package io.overt.proto;

import org.jspecify.annotations.NullMarked;
