/**
 * Owns what the control plane knows of the organisation's identity provider: its keys, what its
 * tokens must say, and how people sign in by a browser. May call the access package's words, the
 * store of sessions, and bounded fetches. Blocking; runs on the virtual threads of calls.
 */
@NullMarked
package io.overt.control.access.oidc;

import org.jspecify.annotations.NullMarked;
