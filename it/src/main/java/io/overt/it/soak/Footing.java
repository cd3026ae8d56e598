package io.overt.it.soak;

import io.overt.it.cluster.Command;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an edge holds at a moment.
 *
 * @param heap bytes in use right after a full collection
 * @param direct bytes that the JVM gave out outside the heap for buffers, pools' reserves included
 * @param resident bytes of memory that the kernel counts for the process, TLS state included
 * @param descriptors open files and sockets
 * @param threads of the JVM that are alive
 * @param open connections by the edge's own count
 */
record Footing(long heap, long direct, long resident, int descriptors, int threads, int open) {

    /** Takes it, after a full collection; the edge must run with native memory tracking. */
    static Footing of(ProcessCluster cluster, EdgeProcess edge)
            throws IOException, InterruptedException {
        long pid = edge.process().pid();
        // Twice: what the first finds unreachable may hold on to more until it is cleaned.
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        return new Footing(
                kilobytes(HEAP_USED, jcmd(pid, "GC.heap_info")),
                kilobytes(NATIVE_OTHER, jcmd(pid, "VM.native_memory", "summary")),
                kilobytes(RESIDENT, Files.readString(Path.of("/proc", pid + "", "status"))),
                descriptors(pid),
                (int) cluster.sum(edge.name(), "jvm_threads_live_threads"),
                (int) cluster.sum(edge.name(), "overt_edge_connections_open"));
    }

    /** What grew since, beyond what may; empty when nothing did. */
    List<String> grownSince(Footing before, Margin margin) {
        List<String> grown = new ArrayList<>();
        beyond(grown, "heap", before.heap, heap, margin.heap());
        beyond(grown, "direct memory", before.direct, direct, margin.direct());
        beyond(grown, "resident memory", before.resident, resident, margin.resident());
        beyond(grown, "descriptors", before.descriptors, descriptors, margin.descriptors());
        beyond(grown, "threads", before.threads, threads, margin.threads());
        beyond(grown, "open connections", before.open, open, 0);
        return grown;
    }

    /** By how much a figure may be larger and still be no leak; bytes where it is memory. */
    record Margin(long heap, long direct, long resident, int descriptors, int threads) {
        /** From one full house to another: caches filled, code compiled. */
        static final Margin OF_LOAD = new Margin(32 * MB, 64 * MB, 256 * MB, 32, 16);

        /** From before the first full house: what allocators keep in reserve may stay. */
        static final Margin OF_POOLS = new Margin(32 * MB, 256 * MB, 512 * MB, 32, 16);

        /** From one emptied house to the next. */
        static final Margin OF_LEAKS = new Margin(8 * MB, 16 * MB, 64 * MB, 16, 8);
    }

    private static void beyond(
            List<String> grown, String what, long before, long after, long margin) {
        if (after - before > margin) {
            grown.add(
                    "%s: %,d before, %,d after (expected: at most %,d more)"
                            .formatted(what, before, after, margin));
        }
    }

    private static int descriptors(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", pid + "", "fd"))) {
            return (int) all.count();
        }
    }

    private static String jcmd(long pid, String... what) throws IOException, InterruptedException {
        var words =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                                pid + ""));
        words.addAll(List.of(what));
        return Command.run(Map.of(), words);
    }

    private static long kilobytes(Pattern pattern, String said) throws IOException {
        Matcher found = pattern.matcher(said);
        if (!found.find()) {
            throw new IOException("no " + pattern + " in:\n" + said);
        }
        return Long.parseLong(found.group(1)) * 1024;
    }

    private static final long MB = 1 << 20;

    private static final Pattern HEAP_USED = Pattern.compile("used ([0-9]+)K");

    /** What {@code Unsafe} and {@code ByteBuffer} allocate is in the category "Other". */
    private static final Pattern NATIVE_OTHER =
            Pattern.compile("Other \\(reserved=[0-9]+KB, committed=([0-9]+)KB\\)");

    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
}
