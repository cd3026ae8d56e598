package io.overt.service.rpc;

import io.grpc.BindableService;
import io.overt.service.identity.ServiceGate;

/**
 * A service and who may call it; a server takes services in no other form.
 *
 * @param service answers on virtual threads, so it may block
 * @param gate refuses everybody else
 */
public record GatedService(BindableService service, ServiceGate gate) {}
