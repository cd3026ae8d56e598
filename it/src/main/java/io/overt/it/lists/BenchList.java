package io.overt.it.lists;

import io.overt.policy.HostName;
import io.overt.policy.HostPattern;
import io.overt.policy.ListFormat;
import io.overt.policy.ListText;
import io.overt.policy.PublicSuffixes;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListCompiler;
import io.overt.policy.list.ListDelta;
import io.overt.service.files.MappedFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code ./overt bench-list [N]}: rows of a table about a list of N names. Three processes: {@code
 * compile} is what the control plane does, {@code travel} brings the list from a web server by a
 * control plane to an edge, {@code look-up} is what an edge does, and each has a heap that could
 * not hold the names.
 */
public final class BenchList {
    private final int names;
    private final Path folder;
    private final PrintStream table;

    /** {@code compile|travel|look-up N FOLDER}. */
    public static void main(String[] arguments) throws Exception {
        BenchList bench =
                new BenchList(Integer.parseInt(arguments[1]), Path.of(arguments[2]), System.out);
        switch (arguments[0]) {
            case "compile" -> bench.compile();
            case "look-up" -> bench.lookUp();
            case "travel" -> bench.travel();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    BenchList(int names, Path folder, PrintStream table) {
        this.names = names;
        this.folder = folder;
        this.table = table;
    }

    // ---- as the control plane

    void compile() throws IOException {
        try (BufferedWriter text = Files.newBufferedWriter(text())) {
            for (int i = 0; i < names; i++) {
                text.write(SomeNames.line(i));
                text.newLine();
            }
        }
        row("names", "%,d".formatted(names));
        row("text", "%.1f MB".formatted(megabytes(Files.size(text()))));
        row(
                "heap limit while compiling",
                "%.0f MB".formatted(megabytes(Runtime.getRuntime().maxMemory())));
        long start = System.nanoTime();
        long cpu = cpu();
        try (Arena arena = Arena.ofShared()) {
            ListCompiler.Result result = compile(arena, Optional.empty());
            MappedFiles.write(list(), result.file());
            row(
                    "compile: text to file on disk",
                    "%.1f s (%.1f s of processor)"
                            .formatted(seconds(System.nanoTime() - start), seconds(cpu() - cpu)));
            row("compiled", "%.1f MB".formatted(megabytes(Files.size(list()))));
            row("bytes a name", "%.2f".formatted((double) Files.size(list()) / result.names()));
        }
        try (Arena arena = Arena.ofShared()) {
            CompiledList before = open(MappedFiles.read(list(), arena));
            CompiledList after =
                    open(compile(arena, HostPattern.parse("one-name-more.example.com")).file());
            ListDelta delta = ListDelta.between(Optional.of(before), after);
            row("one name more: what is sent", "%.1f kB".formatted(delta.octets() / 1e3));
            row(
                    "of that: root, groups, pages",
                    "%d pieces of %,d"
                            .formatted(
                                    delta.pieces().size(),
                                    1 + after.tree().groups().size() + after.pages()));
            start = System.nanoTime();
            cpu = cpu();
            CompiledList made =
                    opened(
                            ListDelta.apply(
                                    Optional.of(before),
                                    delta.id(),
                                    delta.pieces(),
                                    new MappedFiles(folder, arena)));
            if (!made.tree().id().equals(after.tree().id())) {
                throw new IllegalStateException("the delta led to another list");
            }
            row(
                    "one name more: putting together and verifying",
                    "%.1f s (%.1f s of processor)"
                            .formatted(seconds(System.nanoTime() - start), seconds(cpu() - cpu)));
        }
    }

    private ListCompiler.Result compile(Arena arena, Optional<HostPattern> more)
            throws IOException {
        ListCompiler compiler = new ListCompiler(new MappedFiles(folder, arena));
        ListText text =
                ListText.of(
                        "list.txt",
                        Optional.of(ListFormat.NAMES),
                        PublicSuffixes.topLevelDomains(),
                        compiler::add);
        byte[] piece = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(text())) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                text.take(piece, 0, read);
            }
        }
        text.end();
        if (!text.errors().isEmpty()) {
            throw new IllegalStateException(text.errors().toString());
        }
        more.ifPresent(compiler::add);
        return compiler.compile();
    }

    // ---- from where the list is to an edge

    void travel() throws Exception {
        Path longer = Files.copy(text(), folder.resolve("longer.txt"));
        Files.writeString(longer, "one-name-more.example.com\n", StandardOpenOption.APPEND);
        try (Travel travel = new Travel(folder.resolve("travel"), text())) {
            row("first fetch", travel.publish());
            row("one name more", travel.change(longer));
        }
    }

    private void row(String what, Travel.Leg leg) {
        row(
                what + ": sent to the edge",
                "%,d bytes in %,d pieces".formatted(leg.octets(), leg.pieces()));
        row(
                what + ": from there to published (fetched, compiled, kept)",
                "%.1f s".formatted(seconds(leg.published().toNanos())));
        row(
                what + ": from published to acknowledged by the edge",
                "%.1f s".formatted(seconds(leg.acknowledged().toNanos())));
    }

    // ---- as an edge

    void lookUp() throws IOException {
        row(
                "heap limit of the edge",
                "%.0f MB".formatted(megabytes(Runtime.getRuntime().maxMemory())));
        long heap = heap();
        long anonymous = resident("RssAnon");
        long mapped = resident("RssFile");
        try (Arena arena = Arena.ofShared()) {
            long start = System.nanoTime();
            long cpu = cpu();
            CompiledList list = open(MappedFiles.read(list(), arena));
            row(
                    "edge: opening what has just come, every byte taken apart",
                    "%.1f s (%.1f s of processor)"
                            .formatted(seconds(System.nanoTime() - start), seconds(cpu() - cpu)));
            start = System.nanoTime();
            cpu = cpu();
            opened(CompiledList.reopen(MappedFiles.read(list(), arena), list.tree().id()));
            row(
                    "edge: opening at a later start, held against its digest",
                    "%.1f s (%.2f s of processor)"
                            .formatted(seconds(System.nanoTime() - start), seconds(cpu() - cpu)));
            heap = heap() - heap;
            row("edge: heap", "%.2f MB".formatted(megabytes(heap)));
            row(
                    "edge: resident, of the mapped file (shared, can be dropped)",
                    "%.1f MB".formatted(megabytes(resident("RssFile") - mapped)));
            row(
                    "edge: resident, other (with what opening has left to be collected)",
                    "%.1f MB".formatted(megabytes(resident("RssAnon") - anonymous)));
            LongFunction<String> hit = SomeNames::name;
            LongFunction<String> miss = number -> SomeNames.name(number + names);
            LongFunction<String> below = number -> "www." + SomeNames.name(number / 10 * 10);
            measure(list, Answer.IN, hit);
            row("look-up, a name of the list", "%s".formatted(measure(list, Answer.IN, hit)));
            row(
                    "look-up, a name below one of the list",
                    "%s".formatted(measure(list, Answer.IN, below)));
            row("look-up, not in the list", "%s".formatted(measure(list, Answer.MOSTLY_NOT, miss)));
        }
    }

    private enum Answer {
        IN,
        MOSTLY_NOT
    }

    /**
     * Names at random over the whole list, so that the processor's caches hold little of what is
     * asked. The names asked for are made just before, in batches; the median batch is what counts,
     * since others have the processor, too.
     */
    private String measure(CompiledList list, Answer expected, LongFunction<String> naming) {
        SplittableRandom random = new SplittableRandom(11);
        HostName[] batch = new HostName[BATCH];
        long[] times = new long[BATCHES];
        long hits = 0;
        for (int i = 0; i < BATCHES; i++) {
            for (int k = 0; k < BATCH; k++) {
                batch[k] = new HostName(naming.apply(random.nextInt(names)));
            }
            long start = System.nanoTime();
            for (HostName name : batch) {
                if (list.contains(name)) {
                    hits++;
                }
            }
            times[i] = (System.nanoTime() - start) / BATCH;
        }
        long asked = (long) BATCH * BATCHES;
        boolean right =
                switch (expected) {
                    case IN -> hits == asked;
                    case MOSTLY_NOT -> hits < asked / 100;
                };
        if (!right) {
            throw new IllegalStateException(hits + " of " + asked + " were in the list");
        }
        Arrays.sort(times);
        return "%d ns (a tenth of the batches under %d, a tenth over %d)"
                .formatted(times[BATCHES / 2], times[BATCHES / 10], times[BATCHES * 9 / 10]);
    }

    // ---- what both need

    private static CompiledList open(MemorySegment file) {
        return opened(CompiledList.open(file));
    }

    private static CompiledList opened(Opening opening) {
        return switch (opening) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new IllegalStateException(why);
        };
    }

    private void row(String what, String value) {
        table.println("| " + what + " | " + value + " |");
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long heap() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long resident(String kind) throws IOException {
        Matcher line =
                Pattern.compile(kind + ":\\s+(\\d+) kB")
                        .matcher(Files.readString(Path.of("/proc/self/status")));
        if (!line.find()) {
            throw new IOException("/proc/self/status has no " + kind);
        }
        return Long.parseLong(line.group(1)) * 1024;
    }

    private static double seconds(long nanoseconds) {
        return nanoseconds / 1e9;
    }

    private static double megabytes(long bytes) {
        return bytes / 1e6;
    }

    private Path text() {
        return folder.resolve("list.txt");
    }

    private Path list() {
        return folder.resolve("list");
    }

    private static final int BATCH = 256;
    private static final int BATCHES = 2_000;
}
