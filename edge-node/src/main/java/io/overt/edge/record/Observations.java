package io.overt.edge.record;

import io.overt.edge.flow.Stage;
import io.overt.edge.http.Http1Event;
import io.overt.edge.revocation.RevocationStanding;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What the shell noted about one connection beside the machine's own knowledge. Confined to the
 * connection's event loop until the record is made, unchanged afterwards.
 */
public final class Observations {
    private static final int MOST_BLOCKED = 32;

    private final ConnectionId id;
    private final Instant start;
    private final LongSupplier nanoTime;
    private final List<Visit> visits = new ArrayList<>();
    private final List<Http1Event.Blocked> blocked = new ArrayList<>();
    private Optional<InetSocketAddress> parentProxy = Optional.empty();
    private boolean filtered;
    private long requests;
    private long blockedRequests;
    private Optional<String> httpEnd = Optional.empty();
    private Optional<String> upgraded = Optional.empty();
    private Optional<RevocationStanding> revocation = Optional.empty();
    private Optional<ShadowVerdict> shadow = Optional.empty();
    private long clientBytes;
    private long upstreamBytes;

    /** When a stage began, by the ascending clock. */
    private record Visit(Stage stage, long at) {}

    /**
     * How long a stage took.
     *
     * @param millis rounded down
     */
    public record Took(Stage stage, long millis) {}

    public Observations(ConnectionId id, Clock clock, LongSupplier nanoTime) {
        this.id = id;
        this.start = clock.instant();
        this.nanoTime = nanoTime;
    }

    /** The connection is in this stage, perhaps still. */
    public void entered(Stage stage) {
        if (visits.isEmpty() || visits.getLast().stage() != stage) {
            visits.add(new Visit(stage, nanoTime.getAsLong()));
        }
    }

    /** The upstream is reached through a parent proxy. */
    public void parentProxy(Optional<InetSocketAddress> at) {
        parentProxy = at;
    }

    Optional<InetSocketAddress> parentProxy() {
        return parentProxy;
    }

    /** The HTTP/1.1 filter looks into the bytes. */
    public void filtered() {
        filtered = true;
    }

    /** The filter's word. */
    public void http(Http1Event event) {
        switch (event) {
            case Http1Event.Passed _ -> requests++;
            case Http1Event.Blocked each -> {
                requests++;
                blockedRequests++;
                if (blocked.size() < MOST_BLOCKED) {
                    blocked.add(each);
                }
            }
            case Http1Event.Refused(var side, var fault, var detail) ->
                    httpEnd = Optional.of(side + " " + fault + ": " + detail);
            case Http1Event.Upgraded(_, var protocol) -> upgraded = Optional.of(protocol);
            case Http1Event.Cut(var side, var detail) ->
                    httpEnd = Optional.of(side + " cut: " + detail);
        }
    }

    /** How it would have fared under the version in shadow. */
    void shadow(ShadowVerdict verdict) {
        shadow = Optional.of(verdict);
    }

    Optional<ShadowVerdict> shadow() {
        return shadow;
    }

    /** What was found out about the revocation of the upstream's certificates. */
    public void revocation(RevocationStanding standing) {
        revocation = Optional.of(standing);
    }

    public void clientBytes(long bytes) {
        clientBytes = bytes;
    }

    public void upstreamBytes(long bytes) {
        upstreamBytes = bytes;
    }

    public ConnectionId id() {
        return id;
    }

    /** When the connection was accepted. */
    public Instant start() {
        return start;
    }

    /** Each stage once, in the order of their beginning; all but the end. */
    List<Took> timeline() {
        var timeline = new ArrayList<Took>();
        for (var i = 0; i + 1 < visits.size(); i++) {
            var nanos = visits.get(i + 1).at() - visits.get(i).at();
            timeline.add(new Took(visits.get(i).stage(), nanos / 1_000_000));
        }
        return timeline;
    }

    /** The first {@value #MOST_BLOCKED}. */
    List<Http1Event.Blocked> blocked() {
        return List.copyOf(blocked);
    }

    boolean wasFiltered() {
        return filtered;
    }

    long requests() {
        return requests;
    }

    long blockedRequests() {
        return blockedRequests;
    }

    /** What the filter ended the connection for. */
    Optional<String> httpEnd() {
        return httpEnd;
    }

    Optional<String> upgraded() {
        return upgraded;
    }

    Optional<RevocationStanding> revocation() {
        return revocation;
    }

    long clientBytes() {
        return clientBytes;
    }

    long upstreamBytes() {
        return upstreamBytes;
    }
}
