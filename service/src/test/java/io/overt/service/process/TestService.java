package io.overt.service.process;

import com.google.common.base.Splitter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * A small process for the tests of the frame: listens on a port, writes down in which order its
 * parts close.
 */
final class TestService implements ServiceBlueprint<TestService.Config> {

    record Config(InetSocketAddress listen, Path journal, String then) {}

    public static void main(String[] args) {
        ServiceFrame.main(new TestService(), args);
    }

    @Override
    public String name() {
        return "overt-test";
    }

    @Override
    public String description() {
        return "Listens, and keeps a journal.";
    }

    @Override
    public Config configure(ConfigNode root) throws ConfigException {
        var listen = root.listenAddress("listen");
        var journal = root.path("journal");
        var then = root.text("then", "serve");
        root.finish();
        return new Config(listen, journal, then);
    }

    @Override
    public void check(Config config) throws ConfigException {
        var folder = config.journal.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ConfigException(folder + ": no such folder");
        }
    }

    @Override
    public void start(Config config, Parts parts) throws StartException {
        parts.add("first", () -> write(config, "first closed"));
        try {
            parts.add(
                    "socket",
                    new ServerSocket(config.listen.getPort(), 1, config.listen.getAddress()));
        } catch (IOException e) {
            throw StartException.listen(config.listen, e);
        }
        parts.add("last", () -> write(config, "last closed"));
        parts.onReload(
                new ConfigReload(
                        root -> {
                            var next = configure(root);
                            if (!next.listen.equals(config.listen)) {
                                throw new ConfigException(List.of("listen: changed"));
                            }
                            write(config, "then: " + next.then);
                            return List.of("then");
                        },
                        InstantSource.system(),
                        new SimpleMeterRegistry()));
        for (var step : Splitter.on(',').split(config.then)) {
            switch (step) {
                case "serve" -> {}
                case "stop" -> parts.stop();
                case "fail" -> parts.fail("the token is gone");
                case "defect" -> throw new IllegalStateException("a defect");
                case "stuck" ->
                        parts.add(
                                "stuck",
                                () -> {
                                    throw new IOException("does not close");
                                });
                default -> throw new IllegalArgumentException(step);
            }
        }
    }

    @Override
    public List<Object> commands() {
        return List.of(new Hello());
    }

    @Command(name = "hello", description = "Answers.")
    static final class Hello implements Callable<Integer> {
        @Override
        public Integer call() {
            return 7;
        }
    }

    private static void write(Config config, String line) {
        try {
            Files.writeString(
                    config.journal,
                    line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
