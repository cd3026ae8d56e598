package io.overt.testkit.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The inputs of a fuzz target: the seeds that its code makes, and the files that were kept from
 * fuzzing, in {@code src/test/fuzz/<target>} of its module. An ordinary test runs the target on all
 * of them; {@code ./overt fuzz} starts from them.
 *
 * <p>A target is a public class with {@code public static void fuzzerTestOneInput(byte[])}, which
 * throws when the code under test is wrong, and {@code public static List<byte[]> seeds()}.
 */
public final class FuzzCorpus {

    private FuzzCorpus() {}

    /** One input. */
    public static final class Input {
        private final String name;
        private final byte[] bytes;

        private Input(String name, byte[] bytes) {
            this.name = name;
            this.bytes = bytes;
        }

        /** Of the file, or the seed's number. */
        public String name() {
            return name;
        }

        /** A copy. */
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return name + ", " + bytes.length + " bytes";
        }
    }

    /**
     * Seeds and kept files together, in a stable order.
     *
     * @throws UncheckedIOException if a kept file cannot be read
     */
    public static List<Input> inputs(String target, List<byte[]> seeds) {
        var inputs = new ArrayList<Input>();
        for (var seed : seeds) {
            inputs.add(new Input("seed " + inputs.size(), seed));
        }
        inputs.addAll(kept(target));
        return List.copyOf(inputs);
    }

    /** The kept files of a target; empty where there is no folder. */
    public static List<Input> kept(String target) {
        // Surefire names the module's folder; an IDE starts tests in it.
        var folder = Path.of(System.getProperty("basedir", ""), "src/test/fuzz", target);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            var inputs = new ArrayList<Input>();
            for (var file : files.sorted().toList()) {
                inputs.add(new Input(file.getFileName().toString(), Files.readAllBytes(file)));
            }
            return List.copyOf(inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a target's seeds as files named by their SHA-256, as a fuzzer wants them.
     *
     * @param args the target's class and the folder, which is made
     */
    public static void main(String... args) throws ReflectiveOperationException, IOException {
        if (args.length != 2) {
            System.err.println("usage: FuzzCorpus CLASS FOLDER");
            System.exit(2);
        }
        var folder = Files.createDirectories(Path.of(args[1]));
        for (var seed : (List<?>) Class.forName(args[0]).getMethod("seeds").invoke(null)) {
            var bytes = (byte[]) seed;
            Files.write(folder.resolve("seed-" + digest(bytes)), bytes);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
