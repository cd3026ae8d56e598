package io.overt.signer.ceremony;

import io.overt.service.process.StartException;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.Pem;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenKeyMaker;
import io.overt.signer.key.TokenSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Does an act in a throw-away SoftHSM token, for everybody to see what would come out. SoftHSM
 * finds its tokens by an environment variable that is read once in a process, so that the act is
 * done in a process of its own.
 */
final class DryRun {

    /**
     * Runs this command again, as a child process with a token of its own; answers its exit code.
     */
    static int inChild(List<String> arguments, Path module, String mainClass)
            throws StartException {
        try {
            Path folder = Files.createTempDirectory("overt-dry-run");
            try {
                return child(folder, arguments, module, mainClass);
            } finally {
                deleteTree(folder);
            }
        } catch (IOException e) {
            throw new StartException("dry run: " + e.getMessage(), e);
        }
    }

    private static int child(Path folder, List<String> arguments, Path module, String mainClass)
            throws IOException, StartException {
        Path tokens = Files.createDirectory(folder.resolve("tokens"));
        Path configuration =
                Files.writeString(
                        folder.resolve("softhsm2.conf"),
                        "directories.tokendir = %s\nlog.level = ERROR\n".formatted(tokens));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        command.addAll(
                List.of("--softhsm", module.toString(), "--dry-run-folder", folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("SOFTHSM2_CONF", configuration.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new StartException("the dry run took longer than " + PATIENCE_SECONDS + " s");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", e);
        }
    }

    /**
     * In the child: does the act, and prints what came out.
     *
     * @param folder the parent's, empty but for SoftHSM's configuration
     */
    static void here(
            Plan plan,
            CaLint lint,
            Transcript transcript,
            Path module,
            Path folder,
            PrintWriter out,
            PrintWriter err)
            throws CaException, StartException {
        try {
            Path pin = Files.writeString(folder.resolve("pin"), "1234567890\n");
            TokenSettings token = TokenSettings.of(module, "overt-dry-run", pin);
            TokenKeyMaker.initialiseToken(token, "0987654321".toCharArray());
            Act rehearsed;
            try (TokenBench bench = TokenBench.open(token)) {
                rehearsed = new StandIns(bench, folder).of(plan.act());
            }
            Path outputs = folder.resolve("outputs");
            String _ =
                    new Ceremony(
                                    plan.with(token, rehearsed),
                                    lint,
                                    transcript,
                                    file -> outputs.resolve(file.getFileName()))
                            .run();
            for (Path each : plan.act().outputs()) {
                byte[] content = Files.readAllBytes(outputs.resolve(each.getFileName()));
                err.printf("%s would hold:%n", each);
                out.print(
                        content[0] == '-'
                                ? new String(content, StandardCharsets.US_ASCII)
                                : Pem.of("X509 CRL", content));
                out.flush();
            }
            err.print(new String(transcript.content(), StandardCharsets.UTF_8));
            err.printf("dry run: nothing was done%n");
        } catch (IOException | SigningKeyException | GeneralSecurityException e) {
            throw new StartException("dry run: " + e.getMessage(), e);
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** A start of Java and a few keys in SoftHSM; far more than they take. */
    private static final int PATIENCE_SECONDS = 120;

    private DryRun() {}
}
