/**
 * Owns the reading of documentation that tests follow word for word. May call the JDK, and nothing
 * of ours. Runs on the calling test thread.
 */
@NullMarked
package io.overt.testkit.page;

import org.jspecify.annotations.NullMarked;
