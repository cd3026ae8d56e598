package io.overt.service.identity;

import io.grpc.ServerInterceptor;

/**
 * Stands before a service: refuses every caller that it does not know or that may not, and leaves
 * in gRPC's context who the others are. A server takes no service without one.
 */
public interface ServiceGate extends ServerInterceptor {}
