/** Owns how text becomes part of a page. Pure, calls nothing; on any thread. */
@NullMarked
package io.overt.control.web.html;

import org.jspecify.annotations.NullMarked;
