/**
 * Owns an identity provider for tests, as OpenID Connect has it. It may call the JDK's HTTP server,
 * Gson and Nimbus, which are how others meet ours. Each request is answered on a virtual thread.
 */
@NullMarked
package io.overt.testkit.oidc;

import org.jspecify.annotations.NullMarked;
