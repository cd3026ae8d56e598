package io.overt.control.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.audit.Actor;
import io.overt.control.audit.AuditTrail;
import io.overt.control.store.AuditStore;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

class AccessTrailTest {
    @EachStore
    void strangers_do_not_fill_the_trail_and_it_says_how_many_it_passed_over(Database database)
            throws Exception {
        var store = new AuditStore(database);
        var meters = new SimpleMeterRegistry();
        var noon = new Standing();
        var trail =
                new AccessTrail(
                        new AuditTrail(store, "overt://hq/control/c1", noon, meters), noon, meters);
        for (int i = 0; i < 600; i++) {
            refuse(trail, Actor.nobody("192.0.2.1"), Status.UNAUTHENTICATED);
        }
        assertThat(store.head().sequence()).isEqualTo(500);
        assertThat(meters.counter("overt.audit.unrecorded").count()).isEqualTo(100);

        // One that is known is written whatever strangers do.
        var ann = new Actor("oidc:ann", "ann", "token", "192.0.2.2");
        refuse(trail, ann, Status.PERMISSION_DENIED);
        assertThat(store.head().sequence()).isEqualTo(501);

        noon.now = noon.now.plusSeconds(1);
        refuse(trail, Actor.nobody("192.0.2.1"), Status.UNAUTHENTICATED);
        assertThat(store.from(502, 1).getFirst().line()).contains("\"not written before\":100");
    }

    private static void refuse(AccessTrail trail, Actor actor, Status status) {
        trail.refused(actor, "overt.control.v1.X/Y", status, "why", Optional.empty());
    }

    private static final class Standing extends Clock {
        private Instant now = Instant.parse("2026-11-28T12:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
