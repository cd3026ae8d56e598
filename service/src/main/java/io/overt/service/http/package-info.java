/**
 * Owns fetching over HTTP from peers that may be slow, large or broken. May call the JDK's client
 * alone. Blocking; for virtual threads.
 */
@NullMarked
package io.overt.service.http;

import org.jspecify.annotations.NullMarked;
