package io.overt.testkit.softhsm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The compiled form of {@code faulty.c}, built once in a JVM and copied for each token: a library
 * finds its control beside itself, and a copy of its own is what gives each token faults of its
 * own.
 */
final class FaultyLibrary {

    /** Made on first use; a failure to make it is the same failure for every test that follows. */
    private static final class Holder {
        static final byte[] CONTENT = build();
    }

    static void copyTo(Path file) throws IOException {
        Files.write(file, Holder.CONTENT);
    }

    private static byte[] build() {
        try {
            Path work = Files.createTempDirectory("overt-faulty");
            Path source = work.resolve("faulty.c");
            Path library = work.resolve("faulty.so");
            try (InputStream resource = FaultyLibrary.class.getResourceAsStream("faulty.c")) {
                if (resource == null) {
                    throw new AssertionError("faulty.c is not beside this class");
                }
                Files.copy(resource, source);
                compile(source, library);
                return Files.readAllBytes(library);
            } finally {
                Files.deleteIfExists(source);
                Files.deleteIfExists(library);
                Files.delete(work);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(Path source, Path library) throws IOException {
        Process gcc;
        try {
            gcc =
                    new ProcessBuilder(
                                    List.of(
                                            "gcc",
                                            "-std=c11",
                                            "-O1",
                                            "-Wall",
                                            "-Wextra",
                                            "-Werror",
                                            "-Wno-cast-function-type",
                                            "-shared",
                                            "-fPIC",
                                            "-pthread",
                                            "-o",
                                            library.toString(),
                                            source.toString(),
                                            "-ldl"))
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            throw new AssertionError("gcc is not installed: apt-get install gcc libc6-dev", e);
        }
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (gcc.waitFor() != 0) {
                throw new AssertionError("faulty.c does not compile:\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while gcc ran", e);
        }
    }

    private FaultyLibrary() {}
}
