/**
 * Holds the module order of ARCHITECTURE.md, which Maven alone cannot (a module may see what
 * another brings along). Reads class files of every module. Runs on the test's thread.
 */
@NullMarked
package io.overt.it.architecture;

import org.jspecify.annotations.NullMarked;
