/**
 * Owns the compiled form of a list of host names: how it is made of names in any order, how it is
 * opened from bytes that nobody vouches for, looked up where it lies, and taken apart into pieces
 * by which two of its versions are told apart. It calls nothing but the JDK, and of the engine only
 * the names; where memory lies and what it is mapped from is for the caller to say. It runs on
 * whatever thread calls it.
 */
@NullMarked
package io.overt.policy.list;

import org.jspecify.annotations.NullMarked;
