/**
 * Owns a process's admin port: liveness, readiness, metrics. May call the JDK's HTTP server and
 * micrometer. Requests are answered on virtual threads; readiness may be changed from any thread.
 */
@NullMarked
package io.overt.service.admin;

import org.jspecify.annotations.NullMarked;
