package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.forge.SignerBreaker.Admission;
import io.overt.edge.forge.SignerBreaker.Admitted;
import io.overt.edge.forge.SignerBreaker.Later;
import io.overt.edge.forge.SignerBreaker.Never;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignerBreakerTest {
    private final List<SignerStanding> became = new ArrayList<>();
    private long now;
    private final SignerBreaker breaker =
            new SignerBreaker(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(4),
                    () -> now,
                    (standing, _) -> became.add(standing));

    @Test
    void a_signer_that_nobody_has_heard_of_is_not_asked() {
        assertThat(breaker.admit()).isInstanceOf(Never.class);
        assertThat(breaker.admitLast()).isInstanceOf(Never.class);
    }

    @Test
    void a_signer_that_serves_is_asked_by_any_number() {
        breaker.saysItServes();
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
        assertThat(became).containsExactly(SignerStanding.SERVING);
    }

    @Test
    void one_call_without_an_answer_keeps_all_others_away() {
        breaker.saysItServes();
        admitted().unanswered("deadline exceeded");
        assertThat(breaker.admit()).isEqualTo(new Never("deadline exceeded"));
        assertThat(breaker.admitLast()).isInstanceOf(Never.class);
    }

    @Test
    void a_signer_that_cannot_sign_is_asked_only_when_nobody_else_is_left() {
        breaker.saysItServes();
        admitted().cannot("TOKEN_UNAVAILABLE");
        assertThat(breaker.admit()).isEqualTo(new Later(SignerStanding.NOT_SERVING));
        assertThat(breaker.admitLast()).isInstanceOf(Admitted.class);
    }

    @Test
    void one_that_is_back_is_tried_by_one_at_a_time() {
        onTrial();
        Admitted trial = admitted();
        assertThat(breaker.admit()).isEqualTo(new Later(SignerStanding.ON_TRIAL));
        assertThat(breaker.admitLast()).isInstanceOf(Admitted.class);
        trial.close();
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
    }

    @Test
    void a_trial_that_works_lets_everybody_back() {
        onTrial();
        try (Admitted trial = admitted()) {
            trial.worked();
        }
        assertThat(breaker.standing()).isEqualTo(SignerStanding.SERVING);
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
    }

    @Test
    void a_trial_that_fails_keeps_everybody_away_until_the_watch_hears_of_it_again() {
        onTrial();
        try (Admitted trial = admitted()) {
            trial.unanswered("again");
        }
        assertThat(breaker.admit()).isInstanceOf(Never.class);
        pass(1_000);
        breaker.saysItServes();
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
    }

    /** Say one whose token hangs, and whose readiness does not know it yet. */
    @Test
    void a_signer_that_says_it_signs_and_does_not_is_tried_less_and_less_often() {
        breaker.saysItServes();
        List<Long> trials = new ArrayList<>();
        admitted().cannot("no");
        for (long millis = 0; millis < 20_000; millis += 100) {
            breaker.saysItServes();
            if (breaker.standing() == SignerStanding.ON_TRIAL) {
                trials.add(millis);
                admitted().cannot("no");
            }
            pass(100);
        }
        assertThat(trials).containsExactly(1_000L, 3_000L, 7_000L, 11_000L, 15_000L, 19_000L);
    }

    @Test
    void a_trial_that_works_makes_the_next_pause_a_short_one_again() {
        breaker.saysItServes();
        for (int i = 0; i < 5; i++) {
            admitted().cannot("no");
            pass(4_000);
            breaker.saysItServes();
        }
        admitted().worked();
        admitted().cannot("no");
        pass(1_000);
        breaker.saysItServes();
        assertThat(breaker.standing()).isEqualTo(SignerStanding.ON_TRIAL);
    }

    /** So that a site with one signer does not wait for the end of the pause. */
    @Test
    void before_its_trial_a_signer_that_answers_again_is_asked_when_there_is_no_other() {
        breaker.saysItServes();
        admitted().unanswered("slow");
        breaker.saysItServes();
        assertThat(breaker.admit()).isEqualTo(new Later(SignerStanding.NOT_SERVING));
        assertThat(breaker.admitLast()).isInstanceOf(Admitted.class);
    }

    /** A hundred calls that all ran into one outage say it once, and not after it is over. */
    @Test
    void what_a_call_from_before_an_outage_comes_to_changes_nothing_after_it() {
        breaker.saysItServes();
        Admitted one = admitted();
        Admitted other = admitted();
        one.unanswered("first");
        pass(1_000);
        breaker.saysItServes();
        other.unanswered("late");
        assertThat(breaker.standing()).isEqualTo(SignerStanding.ON_TRIAL);
    }

    @Test
    void an_answer_to_a_call_from_before_ends_no_outage() {
        breaker.saysItServes();
        Admitted slow = admitted();
        breaker.saysNothing("stopped");
        slow.worked();
        assertThat(breaker.standing()).isEqualTo(SignerStanding.SILENT);
    }

    @Test
    void a_trial_from_before_an_outage_frees_nobodys_trial_after_it() {
        onTrial();
        Admitted before = admitted();
        breaker.saysNothing("gone");
        breaker.saysItServes();
        Admitted now = admitted();
        before.close();
        assertThat(breaker.admit()).isEqualTo(new Later(SignerStanding.ON_TRIAL));
        now.close();
        assertThat(breaker.admit()).isInstanceOf(Admitted.class);
    }

    @Test
    void the_same_said_twice_is_one_change() {
        breaker.saysItServes();
        breaker.saysItServes();
        breaker.saysItDoesNotServe("log: full");
        breaker.saysItDoesNotServe("log: still full");
        breaker.saysNothing("gone");
        assertThat(became)
                .containsExactly(
                        SignerStanding.SERVING, SignerStanding.NOT_SERVING, SignerStanding.SILENT);
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void onTrial() {
        breaker.saysItServes();
        breaker.saysNothing("gone");
        breaker.saysItServes();
    }

    private Admitted admitted() {
        Admission admission = breaker.admit();
        assertThat(admission).isInstanceOf(Admitted.class);
        return (Admitted) admission;
    }
}
