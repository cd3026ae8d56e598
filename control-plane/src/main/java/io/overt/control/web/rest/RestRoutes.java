package io.overt.control.web.rest;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Every route of some services. Immutable. */
public final class RestRoutes {
    private final List<RestRoute> routes;

    /** What a path and a method lead to. */
    sealed interface Found {
        /** A route. */
        record Route(RestRoute route, Map<FieldDescriptor, String> path) implements Found {}

        /** The path is known with these methods, as the header Allow says them. */
        record OtherMethods(String allow) implements Found {}

        /** Nothing. */
        record Nothing() implements Found {}
    }

    /**
     * Reads the options.
     *
     * @throws IllegalArgumentException when one is not understood, or two lead to one place: a
     *     defect of ours
     */
    public RestRoutes(List<ServerServiceDefinition> services) {
        var found = new ArrayList<RestRoute>();
        for (var service : services) {
            for (var method : service.getMethods()) {
                RestRoute.of(protobuf(method)).forEach(found::add);
            }
        }
        // "/v1/things/{id}:stop" before "/v1/things/{id}": the verb is no part of a name.
        found.sort(
                Comparator.comparing((RestRoute route) -> route.verb().isEmpty())
                        .thenComparing(RestRoute::template)
                        .thenComparing(RestRoute::httpMethod));
        for (int i = 1; i < found.size(); i++) {
            if (found.get(i).template().equals(found.get(i - 1).template())
                    && found.get(i).httpMethod().equals(found.get(i - 1).httpMethod())) {
                throw new IllegalArgumentException(
                        found.get(i).httpMethod() + " " + found.get(i).template() + ": twice");
            }
        }
        this.routes = List.copyOf(found);
    }

    /** All of them. */
    public List<RestRoute> all() {
        return routes;
    }

    Found find(String httpMethod, String path) {
        var others = new TreeSet<String>();
        for (var route : routes) {
            var fields = route.match(path);
            if (fields.isPresent()) {
                if (route.httpMethod().equals(httpMethod)) {
                    return new Found.Route(route, fields.get());
                }
                others.add(route.httpMethod());
            }
        }
        return others.isEmpty()
                ? new Found.Nothing()
                : new Found.OtherMethods(String.join(", ", others));
    }

    /** Every message of generated code is one. */
    @SuppressWarnings("unchecked")
    private static ServerMethodDefinition<Message, Message> protobuf(
            ServerMethodDefinition<?, ?> method) {
        return (ServerMethodDefinition<Message, Message>) method;
    }
}
