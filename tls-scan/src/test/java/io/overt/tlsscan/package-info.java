/**
 * Owns the two programs that run TLS-Scanner and write down what it found, a line a property. Calls
 * TLS-Scanner and nothing of ours, whose libraries are of other versions. Each runs on the main
 * thread of a process of its own, and the scanner on threads that it makes.
 */
@NullMarked
package io.overt.tlsscan;

import org.jspecify.annotations.NullMarked;
