package io.overt.testkit.softhsm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * SoftHSM as this process has it: the library reads SOFTHSM2_CONF from the process environment,
 * once, so that one directory of tokens serves all tests of a JVM and is set by the build (ADR
 * 0021).
 */
final class SoftHsm {

    private static final String HEADER =
            "# Written by overt-testkit; its tokens do not outlive a run.";
    private static final List<Path> MODULES =
            List.of(
                    Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
                    Path.of("/usr/local/lib/softhsm/libsofthsm2.so"));

    /** Made on first use; a failure to make it is the same failure for every test that follows. */
    private static final class Holder {
        static final SoftHsm INSTANCE = new SoftHsm();
    }

    final Path module;
    final Cryptoki cryptoki;

    @SuppressWarnings(
            "unused") // held until the JVM ends, so that no second one shares the directory
    private final FileChannel lock;

    static SoftHsm ofThisProcess() {
        return Holder.INSTANCE;
    }

    private SoftHsm() {
        module =
                MODULES.stream()
                        .filter(Files::exists)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new AssertionError(
                                                "SoftHSM is not installed: apt-get install softhsm2"
                                                        + " opensc (looked for "
                                                        + MODULES
                                                        + ")"));
        String configured = System.getenv("SOFTHSM2_CONF");
        if (configured == null) {
            throw new AssertionError(
                    "SOFTHSM2_CONF is not in the environment: the surefire configuration of the"
                            + " module's pom sets it; set it likewise where tests are run otherwise");
        }
        Path configuration = Path.of(configured).toAbsolutePath();
        Path directory = configuration.resolveSibling("tokens");
        try {
            Files.createDirectories(configuration.getParent());
            lock =
                    FileChannel.open(
                            configuration.resolveSibling("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw new AssertionError(configuration + " is in use by another JVM");
            }
            if (Files.exists(configuration)
                    && !Files.readString(configuration).startsWith(HEADER)) {
                throw new AssertionError(
                        configuration + " is not of the testkit: its tokens are left alone");
            }
            deleteTree(directory);
            Files.createDirectories(directory);
            Files.writeString(
                    configuration,
                    """
                    %s
                    directories.tokendir = %s
                    objectstore.backend = file
                    log.level = ERROR
                    slots.removable = false
                    slots.mechanisms = ALL
                    library.reset_on_fork = false
                    """
                            .formatted(HEADER, directory),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cryptoki = new Cryptoki(module);
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
