package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.SiteMap.Unavailable;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HazelcastSiteMapTest extends SiteMapContract {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private HazelcastInstance member;
    private SiteMap map;

    @BeforeAll
    void startMember() throws Exception {
        var address = new InetSocketAddress("127.79.1.1", TestEdges.freePort());
        var addresses = new MemberAddresses(address, address, List.of(address));
        member =
                Hazelcast.newHazelcastInstance(
                        MemberConfig.of("overt-test-map", addresses, address));
        map = over(Optional.of(member.getMap("test")), "test", Duration.ofSeconds(10));
    }

    @AfterAll
    void stopMember() {
        member.shutdown();
    }

    @Test
    void without_a_member_every_call_is_unavailable() {
        SiteMap none = over(Optional.empty(), "none", HOUR);
        assertThat(none.find(key("k")).toCompletableFuture().join())
                .isInstanceOf(Unavailable.class);
        assertThat(none.store(key("k"), key("v"), HOUR).toCompletableFuture().join())
                .isInstanceOf(Unavailable.class);
        assertThat(none.follow((_, _) -> {})).isInstanceOf(Unavailable.class);
        assertThat(none.all()).isInstanceOf(Unavailable.class);
        assertThat(
                        meters.counter(
                                        "overt.site.map.calls",
                                        "map",
                                        "none",
                                        "call",
                                        "read",
                                        "outcome",
                                        "unavailable")
                                .count())
                .isEqualTo(1);
        assertThat(
                        meters.counter(
                                        "overt.site.map.calls",
                                        "map",
                                        "none",
                                        "call",
                                        "write",
                                        "outcome",
                                        "unavailable")
                                .count())
                .isEqualTo(1);
    }

    @Test
    void a_member_that_was_shut_down_is_unavailable_and_never_an_exception() {
        var address =
                new InetSocketAddress(
                        "127.79.1.2",
                        member.getCluster().getLocalMember().getSocketAddress().getPort());
        HazelcastInstance other =
                Hazelcast.newHazelcastInstance(
                        MemberConfig.of(
                                "overt-test-gone",
                                new MemberAddresses(address, address, List.of(address)),
                                address));
        SiteMap gone = over(Optional.of(other.getMap("gone")), "gone", Duration.ofSeconds(10));
        other.shutdown();
        assertThat(gone.find(key("k")).toCompletableFuture().join())
                .isInstanceOf(Unavailable.class);
        assertThat(gone.store(key("k"), key("v"), HOUR).toCompletableFuture().join())
                .isInstanceOf(Unavailable.class);
        assertThat(gone.follow((_, _) -> {})).isInstanceOf(Unavailable.class);
        assertThat(gone.all()).isInstanceOf(Unavailable.class);
    }

    @Test
    void a_frozen_member_is_given_up_after_the_deadline_and_skipped_once_enough_calls_hang()
            throws Exception {
        CountDownLatch thaw = new CountDownLatch(1);
        IMap<byte[], byte[]> frozen = member.getMap("frozen");
        // The partition thread of this key is busy until the latch falls: what a stopped process
        // looks like to its peers.
        var busy =
                frozen.submitToKey(key("k").toByteArray(), new Freeze(thaw)).toCompletableFuture();
        SiteMap map = over(Optional.of(frozen), "frozen", Duration.ofMillis(20));
        List<CompletableFuture<SiteMap.Lookup>> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            calls.add(map.find(key("k")).toCompletableFuture());
        }
        assertThat(calls)
                .allSatisfy(call -> assertThat(call.join()).isInstanceOf(Unavailable.class));
        assertThat(calls.getFirst().join()).isEqualTo(new Unavailable("no answer within 20 ms"));
        assertThat(calls.getLast().join())
                .isEqualTo(new Unavailable("256 operations without an answer"));
        thaw.countDown();
        try {
            busy.join();
        } catch (CompletionException e) {
            throw new AssertionError("the entry processor must have run", e);
        }
    }

    @Test
    void a_serialized_object_of_a_peer_is_not_read() {
        IMap<byte[], Object> untyped = member.getMap("objects");
        // On the way in nothing is filtered; what counts is that nobody can be made to read one.
        assertThatThrownBy(
                        () -> {
                            untyped.set(new byte[] {1}, new Gadget("boo"));
                            untyped.get(new byte[] {1});
                        })
                .hasStackTraceContaining("Gadget");
    }

    private SiteMap over(Optional<IMap<byte[], byte[]>> map, String name, Duration deadline) {
        return new HazelcastSiteMap(() -> map, name, deadline, meters);
    }

    @Override
    SiteMap map() {
        return map;
    }

    @Override
    void pass(Duration time) {
        // Hazelcast has no clock to be set: the contract waits until the entry is gone.
    }

    @Override
    double calls(String call, String outcome) {
        return meters.counter(
                        "overt.site.map.calls", "map", "test", "call", call, "outcome", outcome)
                .count();
    }

    /** Runs inside this process, so the latch needs no serialization. */
    private static final class Freeze implements EntryProcessor<byte[], byte[], Boolean> {
        private final transient CountDownLatch thaw;

        Freeze(CountDownLatch thaw) {
            this.thaw = thaw;
        }

        @Override
        public Boolean process(Map.Entry<byte[], byte[]> entry) {
            try {
                thaw.await();
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** Anything Serializable that is not on the list. */
    private record Gadget(String text) implements Serializable {}
}
