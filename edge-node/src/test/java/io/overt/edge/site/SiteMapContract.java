package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.overt.edge.site.SiteMap.Absent;
import io.overt.edge.site.SiteMap.Begun;
import io.overt.edge.site.SiteMap.Cleared;
import io.overt.edge.site.SiteMap.Entries;
import io.overt.edge.site.SiteMap.Followed;
import io.overt.edge.site.SiteMap.Found;
import io.overt.edge.site.SiteMap.Lookup;
import io.overt.edge.site.SiteMap.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every carrier of shared values does; a subclass for each. */
abstract class SiteMapContract {
    /** The map under test; the same one within a test. */
    abstract SiteMap map();

    /** Lets at least {@code time} pass as the map measures it. */
    abstract void pass(Duration time) throws InterruptedException;

    /** Calls of the map so far that ended like this. */
    abstract double calls(String call, String outcome);

    @Test
    void what_is_stored_is_found() {
        ByteString key = key("stored");
        assertThat(store(key, "value", HOUR)).isEqualTo(new Stored());
        assertThat(find(key)).isEqualTo(new Found(ByteString.copyFromUtf8("value")));
    }

    @Test
    void what_nobody_stored_is_absent() {
        assertThat(find(key("never"))).isEqualTo(new Absent());
    }

    @Test
    void what_is_forgotten_is_absent_and_may_be_stored_again() {
        ByteString key = key("forgotten");
        store(key, "first", HOUR);
        assertThat(map().clear()).isEqualTo(new Cleared());
        assertThat(find(key)).isEqualTo(new Absent());
        store(key, "second", HOUR);
        assertThat(find(key)).isEqualTo(new Found(ByteString.copyFromUtf8("second")));
    }

    @Test
    void the_last_writer_wins() {
        ByteString key = key("twice");
        store(key, "first", HOUR);
        store(key, "second", HOUR);
        assertThat(find(key)).isEqualTo(new Found(ByteString.copyFromUtf8("second")));
    }

    @Test
    void an_entry_is_gone_after_its_time_to_live() throws InterruptedException {
        ByteString key = key("short");
        store(key, "value", Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(find(key)).isEqualTo(new Absent()));
    }

    @Test
    void binary_keys_and_values_come_back_as_they_were() {
        byte[] all = new byte[256];
        IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
        ByteString bytes = ByteString.copyFrom(all);
        assertThat(map().store(bytes, bytes, HOUR).toCompletableFuture().join())
                .isEqualTo(new Stored());
        assertThat(find(bytes)).isEqualTo(new Found(bytes));
    }

    @Test
    void many_callers_at_once_each_get_their_own_answer() {
        List<CompletableFuture<?>> stores =
                IntStream.range(0, 100)
                        .<CompletableFuture<?>>mapToObj(
                                i ->
                                        map().store(
                                                        key("many-" + i),
                                                        ByteString.copyFromUtf8("v" + i),
                                                        HOUR)
                                                .toCompletableFuture())
                        .toList();
        stores.forEach(CompletableFuture::join);
        for (int i = 0; i < 100; i++) {
            assertThat(find(key("many-" + i)))
                    .isEqualTo(new Found(ByteString.copyFromUtf8("v" + i)));
        }
    }

    @Test
    void who_follows_is_passed_what_is_written_from_then_on() {
        ByteString key = key("followed");
        Map<ByteString, ByteString> seen = new ConcurrentHashMap<>();
        BiConsumer<ByteString, ByteString> follower = seen::put;

        assertThat(map().follow(follower)).isEqualTo(new Begun());
        assertThat(map().follow(follower)).isEqualTo(new Followed());
        store(key, "value", HOUR);

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(seen)
                                        .containsEntry(key, ByteString.copyFromUtf8("value")));
    }

    @Test
    void all_entries_are_read_as_they_are() {
        store(key("one"), "1", HOUR);
        store(key("two"), "2", HOUR);

        assertThat(map().all())
                .isInstanceOfSatisfying(
                        Entries.class,
                        all ->
                                assertThat(all.values())
                                        .containsEntry(key("one"), ByteString.copyFromUtf8("1"))
                                        .containsEntry(key("two"), ByteString.copyFromUtf8("2")));
    }

    @Test
    void calls_are_counted_by_outcome() {
        double found = calls("read", "found");
        double absent = calls("read", "absent");
        double stored = calls("write", "stored");
        ByteString key = key("counted");
        find(key);
        store(key, "value", HOUR);
        find(key);
        assertThat(calls("read", "found") - found).isEqualTo(1);
        assertThat(calls("read", "absent") - absent).isEqualTo(1);
        assertThat(calls("write", "stored") - stored).isEqualTo(1);
    }

    final Lookup find(ByteString key) {
        return map().find(key).toCompletableFuture().join();
    }

    final SiteMap.Storing store(ByteString key, String value, Duration timeToLive) {
        return map().store(key, ByteString.copyFromUtf8(value), timeToLive)
                .toCompletableFuture()
                .join();
    }

    static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static final Duration HOUR = Duration.ofHours(1);
}
