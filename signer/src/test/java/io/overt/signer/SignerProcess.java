package io.overt.signer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signer in a process of its own, to be ended in any way. Its output goes to a file beside its
 * configuration. Whoever starts it closes it.
 */
record SignerProcess(Process process, InetSocketAddress address) implements AutoCloseable {

    private static final Pattern LISTEN = Pattern.compile("\"listen\":\"[^\"]*:(\\d+)\"");

    /** Starts one, and waits until it serves. */
    static SignerProcess start(Path config) throws IOException {
        return start(config, System.getProperty("java.class.path"));
    }

    static SignerProcess start(Path config, String classPath) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith("--add-") || each.startsWith("--enable-native"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        SignerMain.class.getName()));
        command.addAll(List.of("--config", config.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            Matcher listen = LISTEN.matcher(line);
            if (line.contains("\"serving\"") && listen.find()) {
                Path log = config.resolveSibling("signer.out");
                Thread.ofVirtual().start(() -> drain(output, log));
                return new SignerProcess(
                        process,
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(),
                                Integer.parseInt(listen.group(1))));
            }
        }
        throw new AssertionError("the signer did not start:\n" + said);
    }

    /** SIGKILL, and gone when this returns. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    private static void drain(BufferedReader output, Path log) {
        try (output) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Files.writeString(
                        log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
