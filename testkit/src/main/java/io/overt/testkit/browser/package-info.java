/**
 * Owns a real browser for tests: the operating system's Chromium, driven as a person drives it. It
 * may call the JDK and Gson, and starts a process of its own. Each tab is confined to the test's
 * thread; the browser's answers come on threads of the JDK's HTTP client.
 */
@NullMarked
package io.overt.testkit.browser;

import org.jspecify.annotations.NullMarked;
