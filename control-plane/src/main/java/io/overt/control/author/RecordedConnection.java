package io.overt.control.author;

import io.overt.policy.ConnectionFacts;
import io.overt.policy.Ech;
import io.overt.policy.Failure;
import io.overt.policy.HelloFacts;
import io.overt.policy.HelloFault;
import io.overt.policy.HostName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A record as facts that can be decided again.
 *
 * @param host what reports call the connection: the server name, else CONNECT's host, else the
 *     destination
 * @param alternatives the facts; more than one where a fact that is not recorded may be either
 * @param notRecorded that fact, in words; empty where there is one alternative
 * @param rule the rule that decided it at the time
 * @param failure what kept it from being inspected at the time
 */
record RecordedConnection(
        String host,
        List<ConnectionFacts> alternatives,
        String notRecorded,
        Optional<String> rule,
        Optional<Failure> failure) {

    /** What a record is. */
    sealed interface Reading {
        record Decidable(RecordedConnection connection) implements Reading {}

        /** It ended before any policy was asked: there is nothing to be decided again. */
        record NeverAsked() implements Reading {}

        record Unreadable(String why) implements Reading {}
    }

    static Reading read(String line) {
        return switch (RecordLine.read(line)) {
            case RecordLine.Reading.Unreadable(var why) -> new Reading.Unreadable(why);
            case RecordLine.Reading.Members(var record) -> read(record);
        };
    }

    private static Reading read(RecordLine record) {
        var ja4 = record.member("ja4");
        var faultText = record.member("hello_fault");
        var rule = record.member("rule");
        if (ja4.isEmpty() && faultText.isEmpty() && rule.isEmpty()) {
            return new Reading.NeverAsked();
        }
        for (var name : List.of("time", "site", "listener", "client")) {
            if (record.member(name).isEmpty()) {
                return new Reading.Unreadable("`" + name + "`: missing");
            }
        }
        var time = time(record.member("time").orElseThrow());
        var client = address(record.member("client").orElseThrow());
        var connect = record.member("connect").flatMap(RecordedConnection::address);
        var destination =
                record.member("destination").flatMap(RecordedConnection::address).or(() -> connect);
        if (time.isEmpty()) {
            return unreadable(record, "time", "a time as 2026-11-23T10:30:00.000Z");
        }
        if (client.isEmpty() || client.get().getAddress() == null) {
            return unreadable(record, "client", "an address and a port");
        }
        if (destination.isEmpty()) {
            return record.member("destination").isPresent()
                    ? unreadable(record, "destination", "an address and a port")
                    : new Reading.Unreadable("`destination`: missing");
        }
        var fault = faultText.flatMap(RecordedConnection::fault);
        if (faultText.isPresent() && fault.isEmpty()) {
            return unreadable(record, "hello_fault", "one that docs/records.md names");
        }
        var connectHost = connect.map(InetSocketAddress::getHostString).flatMap(HostName::parse);
        var serverName = record.member("server_name").flatMap(HostName::parse);
        var hellos = hellos(record, ja4, fault);
        // Without a hello and without a fault it was CONNECT, judged by its host before the hello,
        // or a plain request: either way CONNECT's host stood for the server name.
        var name = ja4.isEmpty() && fault.isEmpty() ? connectHost : serverName;
        var facts =
                hellos.stream()
                        .map(
                                hello ->
                                        new ConnectionFacts(
                                                record.member("site").orElseThrow(),
                                                record.member("listener").orElseThrow(),
                                                client.get().getAddress(),
                                                record.member("user"),
                                                destination.get(),
                                                name,
                                                connectHost,
                                                hello,
                                                time.get()))
                        .toList();
        return new Reading.Decidable(
                new RecordedConnection(
                        name.or(() -> connectHost)
                                .map(HostName::value)
                                .orElseGet(() -> destination.get().getHostString()),
                        facts,
                        ja4.isPresent()
                                ? "encrypted_client_hello"
                                : "whether it was a plain request or CONNECT",
                        rule,
                        record.member("reason").flatMap(RecordedConnection::failure)));
    }

    private static List<HelloFacts> hellos(
            RecordLine record, Optional<String> ja4, Optional<HelloFault> fault) {
        if (fault.isPresent()) {
            return List.of(new HelloFacts.NotPeeked(fault.get()));
        }
        return ja4.<List<HelloFacts>>map(
                        print ->
                                List.of(
                                        new HelloFacts.Peeked(record.alpn(), Ech.ABSENT, print),
                                        new HelloFacts.Peeked(record.alpn(), Ech.OFFERED, print)))
                .orElseGet(
                        () ->
                                List.of(
                                        new HelloFacts.NotPeeked(HelloFault.NOT_TLS),
                                        new HelloFacts.NotPeeked(HelloFault.ABSENT)));
    }

    private static Reading unreadable(RecordLine record, String member, String expected) {
        return new Reading.Unreadable(
                "`"
                        + member
                        + "`: \""
                        + record.member(member).orElse("")
                        + "\" (expected: "
                        + expected
                        + ")");
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** {@code 192.0.2.1:443}, {@code [2001:db8::1]:443} or {@code name:443}; never looked up. */
    private static Optional<InetSocketAddress> address(String text) {
        int colon = text.lastIndexOf(':');
        var digits = text.substring(colon + 1);
        if (colon <= 0
                || digits.isEmpty()
                || digits.length() > 5
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                || Integer.parseInt(digits) > 65535) {
            return Optional.empty();
        }
        int port = Integer.parseInt(digits);
        var host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && HostName.parse(host).isPresent()) {
            return Optional.of(InetSocketAddress.createUnresolved(host, port));
        }
        try {
            var literal = bracketed ? host.substring(1, host.length() - 1) : host;
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(literal), port));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<HelloFault> fault(String text) {
        return Stream.of(HelloFault.values()).filter(known -> known.key().equals(text)).findFirst();
    }

    /** By the reasons of docs/records.md; empty for those that no rule is asked about. */
    private static Optional<Failure> failure(String reason) {
        return switch (reason) {
            case "not-mirrorable" -> Optional.of(Failure.NOT_MIRRORABLE);
            case "forge-refused" -> Optional.of(Failure.SIGNER_AWAY);
            case "client-too-old" -> Optional.of(Failure.NO_ECDSA);
            default ->
                    Stream.of(Failure.values())
                            .filter(known -> known.key().equals(reason))
                            .findFirst();
        };
    }
}
