/**
 * Owns the writing of JSON (RFC 8259) for log lines, records and command-line output. May call the
 * JDK. Pure: runs on any thread.
 */
@NullMarked
package io.overt.service.json;

import org.jspecify.annotations.NullMarked;
