/**
 * The demonstration behind {@code ./overt demo}: a cluster, an origin, one real request, and what
 * became of it in plain words. It may call {@code io.overt.it.cluster} and start curl and openssl.
 * Runs on the main thread; the origin has threads of its own.
 */
@NullMarked
package io.overt.it.demo;

import org.jspecify.annotations.NullMarked;
