package io.overt.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A compiled condition. Pure; a condition about a request is false for a connection, and the
 * compiler lets none get there.
 */
sealed interface Condition {
    /**
     * Whether it holds. The trace hears what was asked, and has no say in the answer: a decision
     * and its explanation are one evaluation.
     */
    boolean test(Subject subject, Trace trace);

    record All(List<Condition> parts) implements Condition {
        @Override
        public boolean test(Subject subject, Trace trace) {
            boolean all = true;
            for (Condition part : parts) {
                all &= part.test(subject, trace);
                if (!all && !trace.asksEveryPart()) {
                    return false;
                }
            }
            return all;
        }
    }

    record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean test(Subject subject, Trace trace) {
            boolean any = false;
            for (Condition part : parts) {
                any |= part.test(subject, trace);
                if (any && !trace.asksEveryPart()) {
                    return true;
                }
            }
            return any;
        }
    }

    record Not(Condition part) implements Condition {
        @Override
        public boolean test(Subject subject, Trace trace) {
            return !part.test(subject, trace);
        }
    }

    /**
     * A condition as the document has it, for those who ask why.
     *
     * @param key the key that it stands under
     * @param text what is written there, on one line and shortened
     */
    record Written(String key, String text, Yaml.Position at, Condition part) implements Condition {
        @Override
        public boolean test(Subject subject, Trace trace) {
            trace.opens();
            boolean held = part.test(subject, trace);
            trace.closes(this, subject, held);
            return held;
        }
    }

    /** A condition that is made of no others. */
    sealed interface Single extends Condition {
        boolean test(Subject subject);

        @Override
        default boolean test(Subject subject, Trace trace) {
            return test(subject);
        }
    }

    /** True for everything: the condition of an HTTP rule that has none. */
    record Always() implements Single {
        @Override
        public boolean test(Subject subject) {
            return true;
        }
    }

    /** {@code host} and {@code list}: the host is in one of these sets of the policy. */
    record InHostSets(List<Integer> sets) implements Single {
        @Override
        public boolean test(Subject subject) {
            for (int set : sets) {
                if (subject.hostSets().in(set)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Client(List<Cidr> networks) implements Single {
        @Override
        public boolean test(Subject subject) {
            return Cidr.anyContains(networks, subject.connection().client());
        }
    }

    record Destination(List<Cidr> networks) implements Single {
        @Override
        public boolean test(Subject subject) {
            InetAddress address = subject.connection().destination().getAddress();
            return address != null && Cidr.anyContains(networks, address);
        }
    }

    record Port(List<PortRange> ranges) implements Single {
        @Override
        public boolean test(Subject subject) {
            int port = subject.connection().destination().getPort();
            return ranges.stream().anyMatch(range -> range.contains(port));
        }
    }

    record Site(Set<String> names) implements Single {
        @Override
        public boolean test(Subject subject) {
            return names.contains(subject.connection().site());
        }
    }

    record Listener(Set<String> names) implements Single {
        @Override
        public boolean test(Subject subject) {
            return names.contains(subject.connection().listener());
        }
    }

    record User(Set<String> names) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().user().filter(names::contains).isPresent();
        }
    }

    record Time(TimeWindow window) implements Single {
        @Override
        public boolean test(Subject subject) {
            return window.contains(subject.connection().at());
        }
    }

    /** A hello was read, and has no server name ({@code expected}), or has one. */
    record NoServerName(boolean expected) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().hello() instanceof HelloFacts.Peeked
                    && subject.connection().serverName().isEmpty() == expected;
        }
    }

    /**
     * There are a CONNECT host and a server name, and they differ ({@code expected}), or there are
     * both and they agree.
     */
    record ServerNameMismatch(boolean expected) implements Single {
        @Override
        public boolean test(Subject subject) {
            ConnectionFacts facts = subject.connection();
            return facts.connectHost().isPresent()
                    && facts.serverName().isPresent()
                    && facts.connectHost().equals(facts.serverName()) != expected;
        }
    }

    record EncryptedHello(Ech expected) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().hello() instanceof HelloFacts.Peeked(_, Ech ech, _)
                    && ech == expected;
        }
    }

    record Alpn(Set<String> protocols) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().hello() instanceof HelloFacts.Peeked(var alpn, _, _)
                    && alpn.stream().anyMatch(protocols::contains);
        }
    }

    record Ja4(Set<String> fingerprints) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().hello() instanceof HelloFacts.Peeked(_, _, var ja4)
                    && fingerprints.contains(ja4);
        }
    }

    record Fault(Set<HelloFault> faults) implements Single {
        @Override
        public boolean test(Subject subject) {
            return subject.connection().hello() instanceof HelloFacts.NotPeeked(HelloFault fault)
                    && faults.contains(fault);
        }
    }

    record Url(List<UrlPattern> patterns) implements Single {
        @Override
        public boolean test(Subject subject) {
            return of(
                    subject, request -> patterns.stream().anyMatch(p -> p.matches(request.url())));
        }
    }

    /**
     * Methods in upper case. RFC 9110 §9.1 has them case-sensitive; servers that are not would make
     * {@code post} a way around a rule.
     */
    record Method(Set<String> methods) implements Single {
        @Override
        public boolean test(Subject subject) {
            return of(
                    subject,
                    request -> methods.contains(request.facts().method().toUpperCase(Locale.ROOT)));
        }
    }

    /** A field line of this name (lower case) has a value that one of the globs matches. */
    record Header(String name, List<Glob> values) implements Single {
        @Override
        public boolean test(Subject subject) {
            return of(
                    subject,
                    request ->
                            request.facts().headers().stream()
                                    .filter(line -> isNamed(line, name))
                                    .anyMatch(
                                            line ->
                                                    Glob.anyMatches(
                                                            values, line.getValue().strip())));
        }
    }

    /** A cookie of this name has a value that one of the globs matches. */
    record Cookie(String name, List<Glob> values) implements Single {
        @Override
        public boolean test(Subject subject) {
            return of(subject, request -> hasCookie(request.facts()));
        }

        private boolean hasCookie(HttpRequestFacts facts) {
            for (Map.Entry<String, String> line : facts.headers()) {
                if (!isNamed(line, "cookie")) {
                    continue;
                }
                // RFC 6265 §4.2.1: pairs apart by "; ". Servers split at ";" alone and trim.
                for (String pair : line.getValue().split(";", -1)) {
                    int equals = pair.indexOf('=');
                    if (equals >= 0
                            && pair.substring(0, equals).strip().equals(name)
                            && Glob.anyMatches(values, pair.substring(equals + 1).strip())) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /**
     * The request's content has a media type that one of the globs (lower case) matches; parameters
     * are not looked at.
     */
    record ContentType(List<Glob> types) implements Single {
        @Override
        public boolean test(Subject subject) {
            return of(
                    subject,
                    request ->
                            request.facts().headers().stream()
                                    .filter(line -> isNamed(line, "content-type"))
                                    .anyMatch(
                                            line ->
                                                    Glob.anyMatches(
                                                            types, mediaType(line.getValue()))));
        }

        private static String mediaType(String value) {
            int semicolon = value.indexOf(';');
            return (semicolon < 0 ? value : value.substring(0, semicolon)).strip();
        }
    }

    private static boolean of(Subject subject, Predicate<Subject.Request> test) {
        return subject.request().filter(test).isPresent();
    }

    private static boolean isNamed(Map.Entry<String, String> line, String lowerCaseName) {
        return line.getKey().equalsIgnoreCase(lowerCaseName);
    }
}
