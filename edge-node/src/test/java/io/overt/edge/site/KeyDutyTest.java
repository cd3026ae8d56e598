package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.site.KeyDuty.Confirmation;
import io.overt.edge.site.KeyDuty.Fetch;
import io.overt.edge.site.KeyDuty.Make;
import io.overt.edge.site.KeyDuty.Rest;
import io.overt.edge.site.KeyDuty.Situation;
import io.overt.edge.site.KeyDuty.Times;
import io.overt.edge.site.Standing.Apart;
import io.overt.edge.site.Standing.Joining;
import io.overt.edge.site.Standing.Oldest;
import io.overt.edge.site.Standing.Peer;
import io.overt.edge.site.Standing.Younger;
import io.overt.x509.Epoch;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who makes the site's keys, who fetches them, and when: a row a rule. Epochs are of a week; NOW is
 * in the middle of one.
 */
class KeyDutyTest {
    record Row(String rule, Situation situation, Instant now, KeyDuty expected) {
        @Override
        public String toString() {
            return rule;
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void duty(Row row) {
        KeyDuty duty = KeyDuty.next(row.situation, TIMES, row.now);
        switch (row.expected) {
            // Why somebody rests is for people.
            case Rest(Instant until, String _) ->
                    assertThat(duty)
                            .isInstanceOfSatisfying(
                                    Rest.class, rest -> assertThat(rest.until()).isEqualTo(until));
            case Make make -> assertThat(duty).isEqualTo(make);
            case Fetch fetch -> assertThat(duty).isEqualTo(fetch);
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                row(
                        "while the member starts nobody makes keys",
                        at(new Joining()),
                        rest(NOW.plusSeconds(1))),
                row("the oldest makes the key of the epoch", at(new Oldest(3)), new Make(CURRENT)),
                row("an edge by itself makes it too", at(new Apart("off")), new Make(CURRENT)),
                row(
                        "nobody makes keys of an epoch whose length is not known",
                        new Situation(new Oldest(1), none(), none(), none(), none()),
                        rest(NOW.plusSeconds(1))),
                row(
                        "the oldest rests until the last eighth of the epoch",
                        at(new Oldest(3)).holding(CURRENT),
                        rest(PREPARE)),
                rowAt(
                        PREPARE,
                        "then it makes the next key",
                        at(new Oldest(3)).holding(CURRENT),
                        new Make(CURRENT.next())),
                rowAt(
                        PREPARE,
                        "and rests until the epoch ends",
                        at(new Oldest(3)).holding(CURRENT, CURRENT.next()),
                        rest(CURRENT.end(LENGTH))),
                rowAt(
                        CURRENT.end(LENGTH),
                        "in the new epoch the prepared key is the current one",
                        at(new Oldest(3)).holding(CURRENT, CURRENT.next()),
                        rest(PREPARE.plus(LENGTH))),
                row("a younger member fetches from the oldest", at(new Younger(A)), new Fetch(A)),
                row(
                        "also before a signer has told it anything",
                        new Situation(new Younger(A), none(), none(), none(), none()),
                        new Fetch(A)),
                row(
                        "with the oldest's keys it rests, and compares them now and then",
                        at(new Younger(A)).holding(CURRENT).confirmed(A, NOW),
                        rest(NOW.plus(REFRESH))),
                rowAt(
                        NOW.plus(REFRESH),
                        "that is when",
                        at(new Younger(A)).holding(CURRENT).confirmed(A, NOW),
                        new Fetch(A)),
                row(
                        "under a new oldest it compares at once, as after a split brain",
                        at(new Younger(B)).holding(CURRENT).confirmed(A, NOW),
                        new Fetch(B)),
                row(
                        "having made keys in its own half, it fetches those of the older half",
                        at(new Younger(B)).holding(CURRENT),
                        new Fetch(B)),
                rowAt(
                        PREPARE,
                        "it fetches the next key once it is to be there",
                        at(new Younger(A)).holding(CURRENT).confirmed(A, PREPARE),
                        new Fetch(A)),
                rowAt(
                        PREPARE,
                        "and rests when it has it",
                        at(new Younger(A)).holding(CURRENT, CURRENT.next()).confirmed(A, PREPARE),
                        rest(PREPARE.plus(REFRESH))),
                row(
                        "keys of the last epoch are as good as none",
                        at(new Younger(A))
                                .holding(new Epoch(CURRENT.number() - 1))
                                .confirmed(A, NOW),
                        new Fetch(A)),
                row(
                        "an oldest that does not answer is asked again",
                        at(new Younger(A)).unanswered(NOW.minus(ALONE_AFTER).plusSeconds(1)),
                        new Fetch(A)),
                row(
                        "but not for ever: own keys beat no keys",
                        at(new Younger(A)).unanswered(NOW.minus(ALONE_AFTER)),
                        new Make(CURRENT)),
                row(
                        "with own keys it goes on asking",
                        at(new Younger(A)).holding(CURRENT).unanswered(NOW.minus(ALONE_AFTER)),
                        new Fetch(A)),
                row(
                        "who becomes the oldest already has what it would make",
                        at(new Oldest(1)).holding(CURRENT).confirmed(A, NOW),
                        rest(PREPARE)));
    }

    private static Row row(String rule, Situation situation, KeyDuty expected) {
        return new Row(rule, situation, NOW, expected);
    }

    private static Row row(String rule, Builder situation, KeyDuty expected) {
        return new Row(rule, situation.build(), NOW, expected);
    }

    private static Row rowAt(Instant now, String rule, Builder situation, KeyDuty expected) {
        return new Row(rule, situation.build(), now, expected);
    }

    private static Rest rest(Instant until) {
        return new Rest(until, "");
    }

    private static <T> Optional<T> none() {
        return Optional.empty();
    }

    private static Builder at(Standing standing) {
        return new Builder(standing, none(), none(), none());
    }

    private record Builder(
            Standing standing,
            Optional<Keyring> held,
            Optional<Confirmation> confirmed,
            Optional<Instant> unanswered) {

        Builder holding(Epoch... epochs) {
            Keyring ring =
                    Keyring.of(
                            SiteSecret.random(RANDOM),
                            Arrays.stream(epochs)
                                    .map(epoch -> EpochKey.generate(epoch, RANDOM))
                                    .toList());
            return new Builder(standing, Optional.of(ring), confirmed, unanswered);
        }

        Builder confirmed(Peer by, Instant at) {
            return new Builder(
                    standing, held, Optional.of(new Confirmation(by.member(), at)), unanswered);
        }

        Builder unanswered(Instant since) {
            return new Builder(standing, held, confirmed, Optional.of(since));
        }

        Situation build() {
            return new Situation(standing, held, confirmed, unanswered, Optional.of(LENGTH));
        }
    }

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LENGTH = Duration.ofDays(7);
    private static final Duration REFRESH = Duration.ofMinutes(5);
    private static final Duration ALONE_AFTER = Duration.ofSeconds(30);
    private static final Times TIMES = new Times(REFRESH, ALONE_AFTER);
    private static final Epoch CURRENT = new Epoch(2968);
    private static final Instant NOW = CURRENT.start(LENGTH).plus(LENGTH.dividedBy(2));
    private static final Instant PREPARE = CURRENT.end(LENGTH).minus(LENGTH.dividedBy(8));
    private static final Peer A = new Peer(new UUID(0, 1), "10.0.0.1:5711");
    private static final Peer B = new Peer(new UUID(0, 2), "10.0.0.2:5711");
}
