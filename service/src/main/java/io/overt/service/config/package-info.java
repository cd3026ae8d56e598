/**
 * Owns the reading of the one YAML file that configures a process: strictly, with every problem at
 * once, each with its line. May call the JDK and the YAML parser, nothing else of ours. Runs on the
 * thread that starts the process, before anything else exists.
 */
@NullMarked
package io.overt.service.config;

import org.jspecify.annotations.NullMarked;
