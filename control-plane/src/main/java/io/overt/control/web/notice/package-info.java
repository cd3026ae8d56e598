/**
 * Owns the notice page: what those who are inspected can read and ask without signing in. May call
 * the policy engine, the published policy and the queue of reports, and nothing that knows of other
 * clients. Requests run on virtual threads, one each.
 */
@NullMarked
package io.overt.control.web.notice;

import org.jspecify.annotations.NullMarked;
