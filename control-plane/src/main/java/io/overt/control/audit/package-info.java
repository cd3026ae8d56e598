/**
 * Owns the audit trail: what a line of it says, how each names the one before, and how that is
 * verified. May call the store and the writing of JSON. Blocking; runs on the threads of those who
 * act, and on one of its own that tells the trail's end to the log.
 */
@NullMarked
package io.overt.control.audit;

import org.jspecify.annotations.NullMarked;
