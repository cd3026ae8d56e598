package io.overt.control.access;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.overt.proto.control.v1.AccessProto;
import io.overt.proto.control.v1.AccessRule;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a method says of who may call it: its option {@code overt.control.v1.access}. A method
 * without the option, or with one that makes no sense, has no rule, and nobody may call it.
 *
 * @param roles any of these; at least one
 * @param manner whether a call is an act
 * @param span what a grant has to reach
 */
public record Rule(Set<AccessRole> roles, Manner manner, Span span) {

    /** What a call does. */
    public enum Manner {
        /** Looks. */
        READS,
        /** Changes something, or shows what is not to be seen unnoticed. */
        ACTS
    }

    /** What a call is about. */
    public sealed interface Span {
        /** The whole fleet. */
        record Fleet() implements Span {}

        /** The sites that this field names. */
        record Site(FieldDescriptor field) implements Span {}

        /** No site in particular. */
        record Any() implements Span {}
    }

    /** Copies. */
    public Rule {
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a rule for nobody");
        }
        roles = Collections.unmodifiableSet(EnumSet.copyOf(roles));
    }

    /** The rule of a method, if it has one. */
    public static Optional<Rule> of(io.grpc.MethodDescriptor<?, ?> method) {
        return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier
                ? of(supplier.getMethodDescriptor())
                : Optional.empty();
    }

    /** The rule of a method, if it has one. */
    public static Optional<Rule> of(MethodDescriptor method) {
        if (!method.getOptions().hasExtension(AccessProto.access)) {
            return Optional.empty();
        }
        var option = method.getOptions().getExtension(AccessProto.access);
        var roles =
                option.getRolesList().stream()
                        .flatMap(each -> AccessRole.of(each).stream())
                        .collect(Collectors.toSet());
        return roles.isEmpty()
                ? Optional.empty()
                : span(method, option)
                        .map(
                                span ->
                                        new Rule(
                                                roles,
                                                option.getAct() ? Manner.ACTS : Manner.READS,
                                                span));
    }

    /** Whether somebody may make this call, or what stands against it. */
    Optional<String> against(Principal caller, Message request) {
        var reach = caller.reach(roles);
        if (reach.isEmpty()) {
            return Optional.of(notOfARole(caller));
        }
        return switch (span) {
            case Span.Any _ -> Optional.empty();
            case Span.Fleet _ ->
                    reach.get() instanceof Reach.Fleet
                            ? Optional.empty()
                            : Optional.of(tooShort(caller, reach.get(), "the whole fleet"));
            case Span.Site(var field) -> {
                var sites = sites(request, field);
                yield reach.get().covers(sites)
                        ? Optional.empty()
                        : Optional.of(
                                tooShort(
                                        caller,
                                        reach.get(),
                                        sites.isEmpty()
                                                ? "the whole fleet"
                                                : "of site " + String.join(", ", sites)));
            }
        };
    }

    /** What stands against a caller whatever the request says. */
    Optional<String> against(Principal caller) {
        return caller.reach(roles).isEmpty() ? Optional.of(notOfARole(caller)) : Optional.empty();
    }

    private String notOfARole(Principal caller) {
        return caller.name() + " (expected: a caller of " + texts(roles) + ")";
    }

    private String tooShort(Principal caller, Reach has, String wanted) {
        return caller.name() + ": " + texts(roles) + " " + has + " (expected: " + wanted + ")";
    }

    private static String texts(Set<AccessRole> roles) {
        if (roles.size() == AccessRole.values().length) {
            return "any role";
        }
        return "role " + roles.stream().map(AccessRole::text).collect(Collectors.joining(" or "));
    }

    private static Optional<Span> span(MethodDescriptor method, AccessRule option) {
        return switch (option.getSpan()) {
            case ACCESS_SPAN_UNSPECIFIED, ACCESS_SPAN_FLEET -> Optional.of(new Span.Fleet());
            case ACCESS_SPAN_ANY -> Optional.of(new Span.Any());
            case ACCESS_SPAN_SITE -> {
                var name = option.getSiteField().isEmpty() ? "site" : option.getSiteField();
                yield Optional.ofNullable(method.getInputType().findFieldByName(name))
                        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.STRING)
                        .map(Span.Site::new);
            }
            case UNRECOGNIZED -> Optional.empty();
        };
    }

    private static List<String> sites(Message request, FieldDescriptor field) {
        var value = request.getField(field);
        var texts =
                value instanceof List<?> list
                        ? list.stream().map(String::valueOf)
                        : Stream.of(String.valueOf(value));
        return texts.filter(text -> !text.isEmpty()).sorted().toList();
    }
}
