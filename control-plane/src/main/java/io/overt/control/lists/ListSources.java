package io.overt.control.lists;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.lists.ListPress.Pressed;
import io.overt.control.store.ListStore;
import io.overt.control.store.ListStore.Good;
import io.overt.policy.DeclaredList;
import io.overt.policy.DeclaredList.Proof;
import io.overt.policy.DeclaredList.Source.Fetched;
import io.overt.policy.Problem;
import io.overt.policy.list.CompiledList;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.http.Download;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the places that lists are fetched from. What is broken, cut short, not vouched for, no
 * list, or suspiciously short leaves the last good one in use, and is counted, logged and shown.
 * Thread-safe; a look blocks, within a deadline, and two looks at one place come one after the
 * other.
 */
public final class ListSources {
    private final ListStore store;
    private final ListPress press;
    private final Download download;
    private final Path folder;
    private final Duration deadline;
    private final Clock clock;
    private final Map<String, ReentrantLock> turns = new ConcurrentHashMap<>();
    private final Counter changed;
    private final Counter unchanged;
    private final Counter failed;

    /** What came of a look. */
    public sealed interface Look {
        /** What is known of the place now. */
        ListStore.Source source();

        /** There is another list. */
        record Changed(ListStore.Source source) implements Look {}

        /** It is as it was. */
        record Unchanged(ListStore.Source source) implements Look {}

        /** Something is wrong, and what was in use stays. */
        record Failed(ListStore.Source source) implements Look {}
    }

    /**
     * @param folder for texts while they are looked at; is there
     * @param deadline of one fetch, to its last byte
     */
    public ListSources(
            ListStore store,
            ListPress press,
            Download download,
            Path folder,
            Duration deadline,
            Clock clock,
            MeterRegistry meters) {
        this.store = store;
        this.press = press;
        this.download = download;
        this.folder = folder;
        this.deadline = deadline;
        this.clock = clock;
        this.changed = counter(meters, "changed");
        this.unchanged = counter(meters, "unchanged");
        this.failed = counter(meters, "failed");
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("overt.control.list.looks")
                .tag("outcome", outcome)
                .description("Looks at places that lists are fetched from, by what came of them.")
                .register(meters);
    }

    /** What is known of a place; nothing where it was never looked at. */
    Optional<ListStore.Source> state(DeclaredList list, Fetched from) {
        return store.source(key(list, from));
    }

    /** The last good list from there. */
    Optional<Good> known(DeclaredList list, Fetched from) {
        return state(list, from).flatMap(ListStore.Source::good);
    }

    /** The same; one that was never had is fetched now. */
    Optional<Good> had(DeclaredList list, Fetched from) {
        return known(list, from).or(() -> look(list, from).source().good());
    }

    /** What was wrong at the last look. */
    String problem(DeclaredList list, Fetched from) {
        return state(list, from).map(ListStore.Source::problem).orElse("");
    }

    /** Looks now. */
    Look look(DeclaredList list, Fetched from) {
        var key = key(list, from);
        var turn = turns.computeIfAbsent(key, _ -> new ReentrantLock());
        turn.lock();
        try {
            var before =
                    store.source(key)
                            .orElseGet(
                                    () ->
                                            new ListStore.Source(
                                                    key,
                                                    list.name(),
                                                    from.url(),
                                                    "",
                                                    "",
                                                    Optional.empty(),
                                                    clock.instant(),
                                                    "",
                                                    0));
            var look = fetch(list, from, before);
            switch (look) {
                case Look.Changed(var source) -> {
                    changed.increment();
                    LOG.atInfo()
                            .addKeyValue("list", list.name())
                            .addKeyValue("url", from.url())
                            .addKeyValue("names", source.good().map(Good::names).orElse(0L))
                            .log("a list has changed where it is fetched from");
                }
                case Look.Unchanged _ -> unchanged.increment();
                case Look.Failed(var source) -> {
                    failed.increment();
                    LOG.atError()
                            .addKeyValue("list", list.name())
                            .addKeyValue("url", from.url())
                            .addKeyValue("problem", source.problem())
                            .addKeyValue("failures", source.failures())
                            .addKeyValue("kept", source.good().map(Good::fetched).isPresent())
                            .log("a list cannot be fetched; the last good one stays");
                }
            }
            store.put(look.source());
            return look;
        } finally {
            turn.unlock();
        }
    }

    private Look fetch(DeclaredList list, Fetched from, ListStore.Source before) {
        Path text = folder.resolve("fetched-" + before.source());
        Path signature = folder.resolve("signature-" + before.source());
        try {
            var asked =
                    before.good().isPresent()
                            ? new Download.Known(before.etag(), before.lastModified())
                            : Download.Known.NOTHING;
            return switch (download.get(
                    URI.create(from.url()), asked, from.maxBytes(), deadline, text)) {
                case Download.Fetched.NotModified _ -> new Look.Unchanged(fine(before));
                case Download.Fetched.Failed(var why) -> wrong(before, why);
                case Download.Fetched.Body body -> {
                    var objection = objection(from.proof(), text, signature);
                    yield objection.isPresent()
                            ? wrong(before, from.url() + ": " + objection.get())
                            : read(list, from, before, body, text);
                }
            };
        } catch (IOException e) {
            return wrong(before, "cannot be worked on here: " + e);
        } finally {
            delete(text);
            delete(signature);
        }
    }

    private Optional<String> objection(Proof proof, Path text, Path signature) throws IOException {
        return switch (proof) {
            case Proof.None _ -> Optional.empty();
            case Proof.Checksum checksum -> TextProof.ofChecksum(checksum, text);
            case Proof.Signed signed ->
                    switch (download.get(
                            URI.create(signed.url()),
                            Download.Known.NOTHING,
                            LONGEST_SIGNATURE,
                            deadline,
                            signature)) {
                        case Download.Fetched.Body _ ->
                                TextProof.ofSignature(signed, text, Files.readAllBytes(signature));
                        case Download.Fetched.Failed(var why) ->
                                Optional.of("its signature is not to be had: " + why);
                        case Download.Fetched.NotModified _ ->
                                throw new IllegalStateException("nothing was known");
                    };
        };
    }

    private Look read(
            DeclaredList list,
            Fetched from,
            ListStore.Source before,
            Download.Fetched.Body body,
            Path text)
            throws IOException {
        return switch (press.press(from.url(), list.format(), from.suffixes(), text)) {
            case Pressed.Wrong(var problems) -> wrong(before, summary(problems));
            case Pressed.Made(var made, _) -> judge(list, from, before, body, made);
        };
    }

    private Look judge(
            DeclaredList list,
            Fetched from,
            ListStore.Source before,
            Download.Fetched.Body body,
            CompiledList made) {
        if (made.size() == 0) {
            return wrong(before, from.url() + ": has no names");
        }
        long had = before.good().map(Good::names).orElse(0L);
        long fewest = had - had * from.mayShrink() / 100;
        if (made.size() < fewest) {
            return wrong(
                    before,
                    "%s: has %,d names, and had %,d (expected: at least %,d, by `may-shrink: %d%%`)"
                            .formatted(from.url(), made.size(), had, fewest, from.mayShrink()));
        }
        boolean same =
                before.good().filter(good -> good.root().equals(made.tree().id())).isPresent();
        if (!same) {
            store.put(made, clock.instant());
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var good = new Good(made.tree().id(), made.size(), made.octets(), now);
        var source =
                new ListStore.Source(
                        before.source(),
                        list.name(),
                        before.url(),
                        body.etag(),
                        body.lastModified(),
                        Optional.of(good),
                        now,
                        "",
                        0);
        return same ? new Look.Unchanged(source) : new Look.Changed(source);
    }

    private ListStore.Source fine(ListStore.Source before) {
        return new ListStore.Source(
                before.source(),
                before.name(),
                before.url(),
                before.etag(),
                before.lastModified(),
                before.good(),
                clock.instant(),
                "",
                0);
    }

    private Look wrong(ListStore.Source before, String why) {
        return new Look.Failed(
                new ListStore.Source(
                        before.source(),
                        before.name(),
                        before.url(),
                        before.etag(),
                        before.lastModified(),
                        before.good(),
                        clock.instant(),
                        why.length() <= LONGEST_PROBLEM
                                ? why
                                : why.substring(0, LONGEST_PROBLEM) + "…",
                        before.failures() + 1));
    }

    private static String summary(List<Problem> problems) {
        return problems.getFirst().text()
                + (problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more");
    }

    /** Another proof makes another place: what was had without it is not taken for good. */
    private static String key(DeclaredList list, Fetched from) {
        var text =
                String.join(
                        "\n",
                        from.url(),
                        list.format().map(Enum::name).orElse(""),
                        from.proof().toString(),
                        from.suffixes().name());
        return HexFormat.of()
                .formatHex(PolicySignature.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The next look replaces it.
            LOG.atWarn().setCause(e).addKeyValue("file", file).log("a file is not deleted");
        }
    }

    private static final int LONGEST_SIGNATURE = 64 << 10;
    private static final int LONGEST_PROBLEM = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(ListSources.class);
}
