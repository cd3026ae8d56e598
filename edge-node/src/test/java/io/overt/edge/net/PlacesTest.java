package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.Places.Answer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets a place, and what a greedy client leaves to others. */
class PlacesTest {
    private static final int MOST = 100;

    private final Places places = new Places();

    @Test
    void one_greedy_client_leaves_half_to_others() {
        assertThat(takeAll(client(1), FairShare.ON)).isEqualTo(MOST / 2);
        assertThat(take(client(1), FairShare.ON)).isEqualTo(Answer.FAIR_SHARE);
        assertThat(take(client(2), FairShare.ON)).isEqualTo(Answer.TAKEN);
    }

    @ParameterizedTest
    @CsvSource({"2, 33", "3, 25", "9, 10"})
    void greedy_clients_end_up_with_equal_shares(int clients, int share) {
        var own = new HashMap<ClientNetwork, Integer>();
        for (var round = 0; round < MOST; round++) {
            for (var each = 1; each <= clients; each++) {
                if (take(client(each), FairShare.ON) == Answer.TAKEN) {
                    own.merge(client(each), 1, Integer::sum);
                }
            }
        }
        assertThat(own.values()).allMatch(each -> Math.abs(each - share) <= 1);
        assertThat(places.taken()).isLessThan(MOST);
        assertThat(take(client(99), FairShare.ON)).isEqualTo(Answer.TAKEN);
    }

    @Test
    void a_place_that_is_free_is_free_for_whoever_holds_none() {
        var clients =
                IntStream.rangeClosed(1, MOST)
                        .mapToObj(each -> take(client(each), FairShare.ON))
                        .toList();
        assertThat(clients).containsOnly(Answer.TAKEN);
        assertThat(take(client(MOST + 1), FairShare.ON)).isEqualTo(Answer.NONE_FREE);
    }

    @Test
    void without_fair_shares_one_client_may_take_all_but_never_more_than_one_may() {
        assertThat(takeAll(client(1), FairShare.OFF)).isEqualTo(MOST);
        places.giveBack(client(1));
        assertThat(places.take(client(1), MOST, 50, FairShare.OFF)).isEqualTo(Answer.CLIENT_LIMIT);
    }

    @Test
    void a_limit_that_was_lowered_below_what_is_taken_admits_nobody() {
        takeAll(client(1), FairShare.OFF);
        assertThat(places.take(client(2), 10, 10, FairShare.OFF)).isEqualTo(Answer.NONE_FREE);
    }

    @Test
    void any_order_of_coming_and_going_keeps_count_and_never_refuses_while_half_is_free() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var own = new HashMap<ClientNetwork, Integer>();
        for (var i = 0; i < 20_000; i++) {
            var client = client(1 + random.nextInt(5));
            var held = own.getOrDefault(client, 0);
            var sum = sum(own);
            if (held > 0 && random.nextInt(100) < 45) {
                places.giveBack(client);
                own.put(client, held - 1);
            } else {
                var taken = take(client, FairShare.ON) == Answer.TAKEN;
                if (taken) {
                    own.put(client, held + 1);
                }
                assertThat(taken)
                        .as("seed %d, %d of %d held, %d own", seed, sum, MOST, held)
                        .isEqualTo(held < MOST - sum);
                assertThat(taken || sum > MOST / 2 || held >= MOST / 2).isTrue();
            }
            assertThat(places.taken()).as("seed %d", seed).isEqualTo(sum(own));
        }
        own.forEach(
                (client, held) -> IntStream.range(0, held).forEach(_ -> places.giveBack(client)));
        assertThat(List.of(places.taken(), places.clients())).containsOnly(0);
    }

    @Test
    void an_ipv6_client_is_its_network_and_an_ipv4_client_itself() throws Exception {
        assertThat(network("2001:db8:1:2::1")).isEqualTo(network("2001:db8:1:2:ffff::9"));
        assertThat(network("2001:db8:1:2::1")).isNotEqualTo(network("2001:db8:1:3::1"));
        assertThat(network("2001:db8:1:2::1").text()).isEqualTo("2001:db8:1:2:0:0:0:0/64");
        assertThat(network("fe80::1%1")).isEqualTo(network("fe80::2"));
        assertThat(network("192.0.2.1")).isNotEqualTo(network("192.0.2.2"));
        assertThat(network("::ffff:192.0.2.1")).isEqualTo(network("192.0.2.1"));
        assertThat(network("192.0.2.1").text()).isEqualTo("192.0.2.1");
    }

    private static int sum(Map<ClientNetwork, Integer> own) {
        return own.values().stream().mapToInt(Integer::intValue).sum();
    }

    private Answer take(ClientNetwork client, FairShare sharing) {
        return places.take(client, MOST, MOST, sharing);
    }

    private int takeAll(ClientNetwork client, FairShare sharing) {
        var taken = 0;
        while (take(client, sharing) == Answer.TAKEN) {
            taken++;
        }
        return taken;
    }

    private static ClientNetwork client(int number) {
        try {
            return network("10.0.0." + number);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ClientNetwork network(String literal) throws UnknownHostException {
        return new ClientNetwork(InetAddress.getByName(literal));
    }
}
