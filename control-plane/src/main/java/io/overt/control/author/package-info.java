/**
 * Owns what the authors of a policy ask before it is published: what two versions make of recorded
 * connections. May call the policy compiler and nothing else of the control plane. Runs on the
 * caller's thread.
 */
@NullMarked
package io.overt.control.author;

import org.jspecify.annotations.NullMarked;
