/**
 * Owns the API for operators' tools: publish, check, list. May call publisher, store and fleet.
 * Blocking; runs on the virtual threads of calls.
 */
@NullMarked
package io.overt.control.admin;

import org.jspecify.annotations.NullMarked;
