/**
 * Owns the listener for browsers and for those who speak HTTP and JSON: TLS, limits, the console's
 * files, and where the other web packages hang. May call the web packages below it, the service
 * module and Armeria; knows the store only through what it is given. Armeria's event loops carry
 * bytes; every call of a method runs on a virtual thread of its own.
 */
@NullMarked
package io.overt.control.web;

import org.jspecify.annotations.NullMarked;
