package io.overt.edge.net;

import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code openssl s_server}: a server of another stack than either leg's, which still speaks what no
 * library of ours would. One connection at a time. Whoever starts it closes it.
 */
final class OpenSslUpstream implements AutoCloseable {
    private final Process process;
    private final InetSocketAddress address;

    private OpenSslUpstream(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one on a port that the kernel chooses.
     *
     * @param options beside the certificate
     */
    static OpenSslUpstream start(Path directory, TestIdentity identity, String... options)
            throws IOException {
        var leaf = Files.createTempFile(directory, "leaf", ".pem");
        var rest = Files.createTempFile(directory, "chain", ".pem");
        var key = Files.createTempFile(directory, "key", ".pem");
        Files.writeString(leaf, Pem.certificates(List.of(identity.certificate())));
        Files.writeString(key, identity.privateKeyPem());
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-naccept",
                                "100",
                                "-cert",
                                leaf.toString(),
                                "-key",
                                key.toString()));
        if (identity.chain().size() > 1) {
            Files.writeString(
                    rest, Pem.certificates(identity.chain().subList(1, identity.chain().size())));
            command.addAll(List.of("-cert_chain", rest.toString()));
        }
        command.addAll(List.of(options));
        // Its stdin stays open: at its end it would close.
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = process.inputReader(StandardCharsets.ISO_8859_1);
        var address = listening(said, command);
        // It blocks once nobody reads what it prints.
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                var _ = said.transferTo(java.io.Writer.nullWriter());
                            } catch (IOException _) {
                                // It was stopped.
                            }
                        });
        return new OpenSslUpstream(process, address);
    }

    private static InetSocketAddress listening(BufferedReader said, List<String> command)
            throws IOException {
        var all = new StringBuilder();
        for (var line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("ACCEPT ")) {
                var port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            }
            all.append(line).append('\n');
        }
        throw new IOException(String.join(" ", command) + " ended:\n" + all);
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
