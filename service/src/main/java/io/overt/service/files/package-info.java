/**
 * Owns how a running process follows files that its operator changes, and memory that is mapped
 * from files. It may call the JDK and metrics. It reads on threads of its own, and every thread may
 * ask for what is in force.
 */
@NullMarked
package io.overt.service.files;

import org.jspecify.annotations.NullMarked;
