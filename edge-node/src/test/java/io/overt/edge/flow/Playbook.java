package io.overt.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection as a transcript: {@code >> event} lines go in, {@code << command} lines must come
 * out, in this order and nothing else. It is compared as text, so a failure shows as a diff.
 */
final class Playbook {
    static final InetSocketAddress CLIENT = new InetSocketAddress("198.51.100.7", 40000);

    private final Listener listener;
    private final Map<String, Event> events = new HashMap<>(Cast.EVENTS);

    private Playbook(Listener listener) {
        this.listener = listener;
    }

    static Playbook on(Listener.Provenance provenance) {
        return new Playbook(new Listener("front", provenance));
    }

    /** Of an explicit proxy whose users say who they are. */
    static Playbook onProxyWithUsers() {
        return new Playbook(
                new Listener("front", Listener.Provenance.CONNECT, Listener.Access.AUTHENTICATED));
    }

    /** What {@code >> name} stands for in this play. */
    Playbook where(String name, Event event) {
        events.put(name, event);
        return this;
    }

    /** Plays the events of {@code transcript} and compares what comes of them. */
    void plays(String transcript) {
        var actual = new StringBuilder();
        var step = State.begin(listener, CLIENT);
        write(actual, step);
        for (var line : transcript.lines().toList()) {
            if (line.startsWith(">> ")) {
                var event = events.get(line.substring(3));
                assertThat(event).as("no event is called \"%s\"", line.substring(3)).isNotNull();
                actual.append(line).append('\n');
                step = step.next().on(event);
                write(actual, step);
            }
        }
        assertThat(actual.toString()).isEqualTo(transcript);
    }

    private static void write(StringBuilder out, Step step) {
        for (var command : step.commands()) {
            out.append("<< ").append(Transcript.of(command)).append('\n');
        }
    }
}
