/**
 * Owns how HTTP and JSON become calls of the gRPC services, by the {@code google.api.http} options
 * of their methods, and how answers and failures become HTTP again. May call the service module,
 * gRPC, protobuf and Armeria, and no service by name: there is no second definition of the API.
 * Methods run on virtual threads; the event loop only hands over.
 */
@NullMarked
package io.overt.control.web.rest;

import org.jspecify.annotations.NullMarked;
