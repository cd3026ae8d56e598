package io.overt.edge.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Command;
import io.overt.edge.flow.Conclusion;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Listener;
import io.overt.edge.flow.Listener.Provenance;
import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.flow.Stage;
import io.overt.edge.flow.State;
import io.overt.edge.http.Http1Event;
import io.overt.policy.Action;
import io.overt.policy.Decision;
import io.overt.policy.HelloFault;
import io.overt.policy.Outcomes;
import io.overt.policy.Revocation;
import io.overt.policy.RuleName;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The form of a record, to the byte. Whole connections and their records are in the net tests. */
class ConnectionRecordTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-22T10:00:00.250Z"), ZoneOffset.UTC);
    private static final InetSocketAddress CLIENT = new InetSocketAddress("2001:db8::7", 40000);

    private final AtomicLong nanos = new AtomicLong();
    private final Observations observations =
            new Observations(
                    new ConnectionId("01a203de-9c4a-7312-a6c7-848ade0a43e8"), CLOCK, nanos::get);

    @Test
    void what_was_not_learned_is_null_and_every_member_is_there() {
        var conclusion =
                conclude(
                        new Listener("proxy", Provenance.CONNECT),
                        new Event.ConnectAsked(
                                new OriginalDestination.ConnectTarget("nowhere.invalid", 443)),
                        new Event.Unresolvable("no address for \"nowhere\"\n"),
                        new Event.RefusalSent());
        assertThat(new ConnectionRecord("berlin", "edge-1", conclusion, observations).line())
                .isEqualTo(
                        """
                        {"time":"2026-11-22T10:00:00.250Z",\
                        "id":"01a203de-9c4a-7312-a6c7-848ade0a43e8",\
                        "site":"berlin","edge":"edge-1","listener":"proxy",\
                        "client":"[2001:db8:0:0:0:0:0:7]:40000","user":null,"balancer":null,\
                        "destination":null,"connect":"nowhere.invalid:443","parent_proxy":null,"server_name":null,\
                        "alpn_offered":[],"ja4":null,"hello_fault":null,\
                        "policy_version":null,"rule":null,"emergency":null,"shadow":null,"exclusion":null,\
                        "outcome":"block","reason":"unresolved","ending":"complete",\
                        "detail":"no address for \\"nowhere\\"\\n","stage":"blocking",\
                        "leaf_tier":null,"leaf_issuer":null,"forged_sha256":null,"upstream_sha256":null,\
                        "revocation":null,\
                        "upstream_tls":null,"client_tls":null,\
                        "post_quantum":null,"client_certificate":null,"not_offered":[],"beyond_offer":[],\
                        "upstream_key":null,"upstream_signature":null,"weaker":null,\
                        "bytes_from_client":0,"bytes_from_upstream":0,"http":null,\
                        "timeline_ms":{"connect-head":5,"resolving":5,"blocking":5}}""");
    }

    @Test
    void a_spliced_stranger_is_recorded_with_its_rule() {
        var ruling =
                new Ruling(
                        12,
                        new Decision(
                                new RuleName("others"),
                                Action.SPLICE,
                                Outcomes.unstated(),
                                Revocation.SOFT,
                                0,
                                Optional.empty(),
                                Optional.empty()));
        var conclusion =
                conclude(
                        new Listener("divert", Provenance.DIVERT),
                        new Event.DestinationFound(
                                new OriginalDestination.Diverted(
                                        new InetSocketAddress("192.0.2.25", 25))),
                        new Event.HelloUnread(HelloFault.ABSENT, "nothing was sent"),
                        new Event.Decided(ruling, Event.Load.ADMITS),
                        new Event.RawConnected(),
                        new Event.RelayEnded(Event.RelayEnd.CLIENT_RESET));
        observations.clientBytes(3);
        observations.upstreamBytes(4);
        assertThat(new ConnectionRecord("berlin", "edge-1", conclusion, observations).line())
                .contains(
                        """
                        "destination":"192.0.2.25:25","connect":null""",
                        """
                        "hello_fault":"absent","policy_version":12,"rule":"others","emergency":null,"shadow":null,"exclusion":null,\
                        "outcome":"splice","reason":"rule","ending":"client-reset",\
                        "detail":"nothing was sent","stage":"splicing\"""",
                        """
                        "bytes_from_client":3,"bytes_from_upstream":4""");
    }

    @Test
    void of_many_blocked_requests_the_first_are_listed_and_all_are_counted() {
        for (var number = 1; number <= 100; number++) {
            observations.http(
                    new Http1Event.Blocked(
                            number,
                            new RuleName("no-chat"),
                            Optional.of("Get back to work!"),
                            "POST",
                            "https://chat.example/" + number));
        }
        observations.http(
                new Http1Event.Passed(101, Optional.empty(), "GET", "https://chat.example/"));
        assertThat(observations.blocked()).hasSize(32);
        assertThat(observations.blockedRequests()).isEqualTo(100);
        assertThat(observations.requests()).isEqualTo(101);
    }

    /** By the real machine, so that a record cannot be of what cannot be; 5 ms a stage. */
    private Conclusion conclude(Listener listener, Event... events) {
        var step = State.begin(listener, CLIENT);
        observations.entered(step.next().stage());
        for (var event : events) {
            step = step.next().on(event);
            nanos.addAndGet(5_900_000);
            observations.entered(step.next().stage());
        }
        assertThat(step.next().stage()).isEqualTo(Stage.CLOSED);
        return step.commands().stream()
                .filter(Command.Conclude.class::isInstance)
                .map(command -> ((Command.Conclude) command).conclusion())
                .findFirst()
                .orElseThrow();
    }
}
