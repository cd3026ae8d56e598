package io.overt.edge.exclusion;

import static io.overt.edge.exclusion.RefusalKind.ALERT;
import static io.overt.edge.exclusion.RefusalKind.HANDSHAKE_CLOSE;
import static io.overt.edge.exclusion.RefusalKind.LATE_ALERT;
import static io.overt.edge.exclusion.RefusalKind.SILENT_CLOSE;
import static io.overt.edge.exclusion.RefusalKind.SILENT_RESET;
import static io.overt.edge.exclusion.Story.HOST;
import static io.overt.edge.exclusion.Story.client;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.exclusion.Ledger.Confirming;
import io.overt.edge.exclusion.Testimony.Refused;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerTest {
    private final Story story = new Story();
    private final Client ann = client(1);
    private final Client bob = client(2);
    private final Client cem = client(3);
    private final Client dora = client(4);

    /** How many in a row it takes where a rule says three: the table of docs/exclusions.md. */
    @ParameterizedTest
    @CsvSource({
        "ALERT, 3",
        "LATE_ALERT, 3",
        "UNCLEAR_ALERT, 6",
        "SILENT_CLOSE, 6",
        "HANDSHAKE_CLOSE, 9",
        "SILENT_RESET, 9"
    })
    void so_many_refusals_of_a_kind_exclude(RefusalKind kind, int enough) {
        story.refuses(ann, kind, enough - 1);
        assertThat(story.of(ann)).isEmpty();

        story.refuses(ann, kind);

        assertThat(story.of(ann))
                .contains(new Exclusion(Scope.CLIENT, Basis.LEARNED, kind, enough));
    }

    @ParameterizedTest
    @EnumSource(
            value = RefusalKind.class,
            names = {"ALERT", "LATE_ALERT"},
            mode = EnumSource.Mode.EXCLUDE)
    void what_may_be_transient_never_excludes_alone_even_where_one_refusal_is_enough(
            RefusalKind kind) {
        story.terms = new Terms(1, Duration.ofHours(12), 1);

        story.refuses(ann, kind);

        assertThat(story.of(ann)).isEmpty();
    }

    @Test
    void a_stop_button_that_ends_thirty_connections_is_one_event() {
        story.terms = new Terms(1, Duration.ofHours(12), 1);
        var began = story.now;
        for (var i = 0; i < 30; i++) {
            story.now = story.now.plusMillis(1);
            story.ledger.hear(
                    HOST, ann, new Refused(HANDSHAKE_CLOSE), story.terms, began, story.now);
        }

        assertThat(story.of(ann)).isEmpty();
        assertThat(story.list())
                .containsExactly("client " + HOST + " 10.0.0.2 evidence handshake-close 1");
    }

    @Test
    void a_client_that_took_the_certificate_once_has_refused_nothing_before() {
        story.refuses(ann, ALERT, 2);
        story.accepts(ann, HOST);
        story.refuses(ann, ALERT, 2);
        assertThat(story.of(ann)).isEmpty();

        story.refuses(ann, ALERT);

        assertThat(story.of(ann)).isPresent();
    }

    @Test
    void resets_between_exchanges_that_work_come_to_nothing() {
        for (var i = 0; i < 100; i++) {
            story.refuses(ann, SILENT_RESET, 8);
            story.accepts(ann, HOST);
        }
        assertThat(story.of(ann)).isEmpty();
    }

    @Test
    void an_exclusion_is_for_the_client_that_refused_and_the_host_that_it_refused() {
        story.refuses(ann, ALERT, 3);

        assertThat(story.of(ann)).isPresent();
        assertThat(story.of(bob)).isEmpty();
        assertThat(story.of(ann, "www.bank.example")).isEmpty();
    }

    @Test
    void when_its_time_is_up_the_host_is_tried_again_from_the_beginning() {
        story.refuses(ann, ALERT, 3);
        story.after(Duration.ofHours(12).minusSeconds(1));
        assertThat(story.of(ann)).isPresent();
        story.after(Duration.ofSeconds(1));
        assertThat(story.of(ann)).isEmpty();

        story.refuses(ann, ALERT, 2);
        assertThat(story.of(ann)).isEmpty();
        story.refuses(ann, ALERT);
        assertThat(story.of(ann)).isPresent();
    }

    @Test
    void a_policy_that_asks_for_more_holds_at_once_and_one_that_asks_for_less_does_not() {
        story.refuses(ann, ALERT, 3);
        story.after(Duration.ofHours(1));

        story.terms = new Terms(4, Duration.ofHours(12), 3);
        assertThat(story.of(ann)).isEmpty();
        story.terms = new Terms(3, Duration.ofMinutes(30), 3);
        assertThat(story.of(ann)).isEmpty();
        story.terms = new Terms(1, Duration.ofDays(30), 3);
        assertThat(story.of(ann)).isPresent();
        story.after(Duration.ofHours(12));
        assertThat(story.of(ann)).isEmpty();
    }

    @Test
    void when_enough_clients_are_excluded_the_host_is_for_all() {
        story.refuses(ann, ALERT, 3);
        story.refuses(bob, LATE_ALERT, 3);
        story.refuses(cem, ALERT, 2);
        assertThat(story.of(dora)).isEmpty();

        story.refuses(cem, ALERT);

        assertThat(story.of(dora)).contains(new Exclusion(Scope.HOST, Basis.LEARNED, ALERT, 9));
        story.after(Duration.ofHours(12));
        assertThat(story.of(dora)).isEmpty();
    }

    @Test
    void a_host_that_somebody_takes_is_excluded_for_nobody_else() {
        story.refuses(ann, ALERT, 3);
        story.accepts(dora, HOST);
        story.refuses(bob, ALERT, 3);
        story.refuses(cem, ALERT, 3);

        assertThat(story.of(dora)).isEmpty();
        assertThat(story.of(ann)).map(Exclusion::scope).contains(Scope.CLIENT);
    }

    @Test
    void clients_that_do_not_know_our_ca_say_nothing_about_a_host() {
        for (var guest : new Client[] {ann, bob, cem}) {
            for (var host : new String[] {"a.example", "b.example", HOST}) {
                for (var i = 0; i < 3; i++) {
                    story.refuses(guest, host, ALERT);
                }
            }
        }
        assertThat(story.of(dora)).isEmpty();
        assertThat(story.of(dora, "a.example")).isEmpty();
        assertThat(story.of(ann)).map(Exclusion::scope).contains(Scope.CLIENT);
    }

    @Test
    void clients_that_take_other_certificates_do_however_many_hosts_they_refuse() {
        for (var client : new Client[] {ann, bob, cem}) {
            for (var host : new String[] {"a.example", "b.example", HOST}) {
                for (var i = 0; i < 3; i++) {
                    story.refuses(client, host, ALERT);
                }
            }
            story.accepts(client, "www.example");
        }
        assertThat(story.of(dora)).map(Exclusion::scope).contains(Scope.HOST);
        assertThat(story.of(dora, "a.example")).map(Exclusion::scope).contains(Scope.HOST);
    }

    /** RFC 8981: a device makes itself new addresses in its network. */
    @Test
    void many_addresses_of_one_ipv6_network_are_one_client_where_clients_are_counted() {
        for (var i = 1; i <= 20; i++) {
            story.refuses(client("2001:db8:1::" + i), ALERT, 3);
        }
        assertThat(story.of(dora)).isEmpty();
        story.refuses(client("2001:db8:2::1"), ALERT, 3);
        story.refuses(ann, ALERT, 3);
        assertThat(story.of(dora)).map(Exclusion::scope).contains(Scope.HOST);
    }

    @Test
    void what_is_confirmed_lasts_until_it_is_forgotten() {
        story.refuses(ann, ALERT, 1);
        var subject = Subject.of(HOST, ann);
        assertThat(story.confirm(subject)).isInstanceOf(Confirming.Confirmed.class);

        story.after(Duration.ofDays(1000));
        story.ledger.sweep(story.now);
        assertThat(story.of(ann)).contains(new Exclusion(Scope.CLIENT, Basis.CONFIRMED, ALERT, 1));
        assertThat(story.of(bob)).isEmpty();
        assertThat(story.list()).containsExactly("client " + HOST + " 10.0.0.2 confirmed alert 1");

        assertThat(story.forget(subject)).isNotEmpty();
        assertThat(story.of(ann)).isEmpty();
        assertThat(story.list()).isEmpty();
    }

    @Test
    void a_host_can_be_confirmed_for_all_and_forgetting_it_forgets_its_clients() {
        story.refuses(ann, ALERT, 3);
        assertThat(story.confirm(Subject.everybody(HOST))).isInstanceOf(Confirming.Confirmed.class);
        story.confirm(Subject.of(HOST, ann));
        assertThat(story.of(bob)).map(Exclusion::basis).contains(Basis.CONFIRMED);

        story.forget(Subject.everybody(HOST));

        assertThat(story.of(bob)).isEmpty();
        assertThat(story.of(ann)).isEmpty();
        assertThat(story.list()).isEmpty();
        story.refuses(ann, ALERT, 3);
        assertThat(story.of(ann)).map(Exclusion::basis).contains(Basis.LEARNED);
    }

    @Test
    void what_nobody_has_refused_cannot_be_confirmed() {
        assertThat(story.confirm(Subject.everybody(HOST))).isEqualTo(new Confirming.Unknown());
        story.refuses(ann, ALERT, 3);
        assertThat(story.confirm(Subject.of(HOST, bob))).isEqualTo(new Confirming.Unknown());
        story.after(Duration.ofHours(13));
        assertThat(story.confirm(Subject.of(HOST, ann))).isEqualTo(new Confirming.Unknown());
        assertThat(story.forget(Subject.of("other.example", ann))).isEmpty();
    }

    @Test
    void as_many_as_the_bound_says_can_be_confirmed() {
        var small = new Story("a", new Bounds(100, 100, 100, 100, 2));
        for (var host : new String[] {"a", "b", "c"}) {
            small.refuses(ann, host, ALERT);
        }
        small.confirm(Subject.of("a", ann));
        small.confirm(Subject.of("b", ann));
        assertThat(small.confirm(Subject.of("b", ann))).isInstanceOf(Confirming.Confirmed.class);
        assertThat(small.confirm(Subject.of("c", ann))).isEqualTo(new Confirming.Full(2));
        small.forget(Subject.of("a", ann));
        assertThat(small.confirm(Subject.of("c", ann))).isInstanceOf(Confirming.Confirmed.class);
    }

    @Test
    void the_list_says_what_it_has_come_to() {
        story.refuses(ann, ALERT, 3);
        story.refuses(bob, SILENT_CLOSE, 2);

        assertThat(story.list())
                .containsExactly(
                        "client " + HOST + " 10.0.0.2 learned alert 3",
                        "client " + HOST + " 10.0.0.3 evidence silent-close 2");
        assertThat(story.ledger.entries(story.now).getFirst().expires())
                .isEqualTo(
                        Optional.of(
                                story.ledger
                                        .entries(story.now)
                                        .getFirst()
                                        .last()
                                        .plus(Duration.ofHours(12))));
    }

    @Test
    void one_client_that_refuses_everything_drops_its_own_and_nobody_elses() {
        var small = new Story("a", new Bounds(1000, 10, 100, 100, 10));
        small.refuses(bob, ALERT, 3);
        for (var i = 0; i < 200; i++) {
            small.refuses(ann, "host-" + i + ".example", ALERT);
        }
        assertThat(small.ledger.entries(small.now)).hasSize(11);
        assertThat(small.of(bob)).isPresent();
        assertThat(small.ledger.dropped()).isEqualTo(190);
    }

    @Test
    void what_was_refused_longest_ago_is_dropped_first_and_what_is_confirmed_never() {
        var small = new Story("a", new Bounds(5, 100, 100, 100, 10));
        small.refuses(bob, ALERT, 3);
        small.confirm(Subject.of(HOST, bob));
        for (var i = 0; i < 20; i++) {
            small.refuses(client(100 + i), "host-" + i + ".example", ALERT);
        }
        assertThat(small.list())
                .hasSize(6)
                .contains("client " + HOST + " 10.0.0.3 confirmed alert 3");
        assertThat(small.list()).noneMatch(line -> line.contains("host-14."));
        assertThat(small.list()).anyMatch(line -> line.contains("host-15."));
    }

    @Test
    void what_is_over_is_let_go() {
        story.refuses(ann, ALERT, 3);
        story.accepts(bob, HOST);
        story.after(Duration.ofHours(12));
        story.ledger.sweep(story.now);

        assertThat(story.list()).isEmpty();
        assertThat(story.ledger.own(story.now)).isEmpty();
    }
}
