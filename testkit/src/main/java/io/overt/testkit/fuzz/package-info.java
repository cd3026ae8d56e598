/**
 * Owns what fuzz targets need beside the fuzzer: the inputs they start from and those that are
 * kept. It may call the JDK and JUnit's parameters. Each call runs on the caller's thread.
 */
@NullMarked
package io.overt.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
