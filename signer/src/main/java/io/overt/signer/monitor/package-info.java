/**
 * Owns what the security team asks of a log beyond its form: that everything signed follows from
 * its evidence, and that everything the signer counts is there. May call the log's reading side and
 * x509; never a key that signs. Blocking, confined to one thread.
 */
@NullMarked
package io.overt.signer.monitor;

import org.jspecify.annotations.NullMarked;
