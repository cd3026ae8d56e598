/**
 * Owns {@code ./overt bench-list}: what a list of many names costs to compile, to keep, to ask and
 * to change. It may call every module, listens on loopback, and works in the one folder that it is
 * given. It runs on the thread of {@code main}.
 */
@NullMarked
package io.overt.it.lists;

import org.jspecify.annotations.NullMarked;
