package io.overt.testkit.pki;

import java.security.cert.X509Certificate;

/**
 * An upstream with something wrong.
 *
 * @param identity what it presents, and the key to present it with
 * @param anchor the trust anchor with which it is wrong in this way only
 */
public record FaultyUpstream(TestIdentity identity, X509Certificate anchor) {}
