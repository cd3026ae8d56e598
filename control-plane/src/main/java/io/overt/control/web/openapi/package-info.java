/**
 * Owns the description of the HTTP interface: the OpenAPI document and the page that shows it, both
 * made of the services' descriptors at the start. May call the rest package and protobuf. Pure;
 * runs once, on the thread that starts the process.
 */
@NullMarked
package io.overt.control.web.openapi;

import org.jspecify.annotations.NullMarked;
