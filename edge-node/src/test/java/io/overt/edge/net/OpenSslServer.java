package io.overt.edge.net;

import io.overt.testkit.pki.TestIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code openssl s_server} on a loopback port of its choice, answering each request with a page: an
 * upstream whose TLS is neither ours nor the JDK's.
 */
final class OpenSslServer implements AutoCloseable {
    private final Process process;
    private final InetSocketAddress address;

    private OpenSslServer(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * @param directory for its key
     * @param options of {@code s_server}, such as {@code -Verify 1}
     */
    static OpenSslServer start(Path directory, TestIdentity identity, String... options)
            throws IOException {
        var files = identity.write(directory, "s_server", identity.certificate());
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-www",
                                "-cert",
                                files.certificateChain().toString(),
                                "-cert_chain",
                                files.certificateChain().toString(),
                                "-key",
                                files.privateKey().toString()));
        command.addAll(List.of(options));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = process.inputReader(StandardCharsets.UTF_8);
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("ACCEPT ")) {
                var port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
                // It must not block on a full pipe.
                Thread.ofVirtual().name("s_server-output").start(() -> drain(output));
                return new OpenSslServer(
                        process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        }
        throw new IOException("openssl s_server did not start: " + command);
    }

    private static void drain(BufferedReader output) {
        try {
            while (output.readLine() != null) {}
        } catch (IOException e) {
            // The process is gone, and with it what it had to say.
        }
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("openssl s_server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
