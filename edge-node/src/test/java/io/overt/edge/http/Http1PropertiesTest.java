package io.overt.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each failure names its seed; {@code -Dovert.seed=N} runs that one alone. */
final class Http1PropertiesTest {

    static Stream<Long> seeds() {
        var chosen = Long.getLong("overt.seed");
        return chosen != null ? Stream.of(chosen) : new Random().longs(30).boxed();
    }

    /** What reached whom, and how it ended. */
    private record Outcome(String upstream, String client, List<String> rest) {}

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void any_chunking_of_a_conversation_gives_the_same_bytes_on_both_sides(long seed) {
        var random = new Random(seed);
        var talk = Conversations.sound(random);
        var whole = play(talk.requests(), talk.responses(), Integer.MAX_VALUE, random);

        assertThat(whole.upstream()).as("seed %d", seed).isEqualTo(talk.forwarded());
        assertThat(whole.client().replaceAll(PAGE, "BLOCKED"))
                .as("seed %d", seed)
                .isEqualTo(talk.delivered());
        for (var most : new int[] {1, 2, 7, 100}) {
            assertThat(play(talk.requests(), talk.responses(), most, random))
                    .as("seed %d, pieces of %d", seed, most)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void no_mutation_gets_an_ambiguous_or_a_blocked_request_to_the_upstream(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++) {
            var talk = Conversations.sound(random);
            var mutated = Conversations.mutated(talk.requests(), random);
            var outcome = play(mutated, talk.responses(), random.nextBoolean() ? 1 : 50, random);

            assertThat(NaiveReader.objectionTo(outcome.upstream()))
                    .as(
                            "seed %d, round %d, sent:\n%s\nforwarded:\n%s",
                            seed, round, mutated, outcome.upstream())
                    .isEmpty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void of_mutated_responses_the_client_gets_a_prefix_and_pages_of_ours(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++) {
            var talk = Conversations.sound(random);
            var mutated =
                    talk.responses().stream()
                            .map(response -> Conversations.mutated(response, random))
                            .toList();
            var outcome = play(talk.requests(), mutated, random.nextBoolean() ? 1 : 50, random);

            assertThat(String.join("", mutated))
                    .as("seed %d, round %d, delivered:\n%s", seed, round, outcome.client())
                    .startsWith(outcome.client().replaceAll(PAGE, ""));
        }
    }

    /**
     * The client sends all at once; the upstream answers each request when its head has arrived
     * there.
     */
    private static Outcome play(String requests, List<String> responses, int most, Random random) {
        var exchange = Http1Fixture.exchange(Http1Limits.DEFAULT);
        var inUse = UnpooledByteBufAllocator.DEFAULT.metric().usedHeapMemory();
        var upstream = new StringBuilder();
        var client = new StringBuilder();
        var rest = new ArrayList<String>();
        var answered = 0;
        feed(requests, most, random, exchange::clientBytes, upstream, client, rest);
        while (answered < responses.size() && answered < passed(rest)) {
            feed(
                    responses.get(answered++),
                    most,
                    random,
                    exchange::upstreamBytes,
                    upstream,
                    client,
                    rest);
        }
        collect(exchange.clientEnded(Http1Exchange.ClientEnd.GONE), upstream, client, rest);
        assertThat(UnpooledByteBufAllocator.DEFAULT.metric().usedHeapMemory())
                .as("bytes kept")
                .isEqualTo(inUse);
        return new Outcome(upstream.toString(), client.toString(), rest);
    }

    private static long passed(List<String> rest) {
        return rest.stream().filter(line -> line.startsWith("Passed")).count();
    }

    private static void feed(
            String text,
            int most,
            Random random,
            Function<ByteBuf, List<Http1Action>> side,
            StringBuilder upstream,
            StringBuilder client,
            List<String> rest) {
        for (var at = 0; at < text.length(); ) {
            var size =
                    Math.min(
                            text.length() - at,
                            most == Integer.MAX_VALUE ? most : random.nextInt(1, most + 1));
            collect(
                    side.apply(
                            Unpooled.copiedBuffer(
                                    text.substring(at, at + size), StandardCharsets.ISO_8859_1)),
                    upstream,
                    client,
                    rest);
            at += size;
        }
    }

    private static void collect(
            List<Http1Action> actions,
            StringBuilder upstream,
            StringBuilder client,
            List<String> rest) {
        for (var action : actions) {
            switch (action) {
                case Http1Action.ToUpstream(ByteBuf bytes) -> upstream.append(text(bytes));
                case Http1Action.ToClient(ByteBuf bytes) -> client.append(text(bytes));
                case Http1Action.HandBack(ByteBuf bytes) -> rest.add("hand back " + text(bytes));
                case Http1Action.Report(Http1Event event) -> rest.add(event.toString());
                case Http1Action.CloseUpstream() -> rest.add("close upstream");
                case Http1Action.AbortUpstream(),
                        Http1Action.CloseClient(),
                        Http1Action.FinishClient(),
                        Http1Action.AbortClient() ->
                        rest.add(action.toString());
            }
        }
    }

    private static String text(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }

    private static final String PAGE =
            "(?s)HTTP/1\\.1 (403 Forbidden|502 Bad Gateway)\r\nDate.*?(</html>\n|\\z)";
}
