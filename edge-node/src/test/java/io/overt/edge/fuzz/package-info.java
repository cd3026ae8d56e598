/**
 * Owns the run of the fuzz targets on their kept inputs. It may call the targets, which lie beside
 * the code that they attack. Runs on the thread of the test.
 */
@NullMarked
package io.overt.edge.fuzz;

import org.jspecify.annotations.NullMarked;
