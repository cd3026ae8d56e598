package io.overt.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server on a port of 127.0.0.1, with passwords (SCRAM). It ends with the process
 * that started it, even one that is killed, and leaves no files. Safe for any number of threads.
 */
public final class TestPostgres implements AutoCloseable {
    /** Owns the server. */
    public static final String SUPERUSER = "postgres";

    /** Of every user. */
    public static final String PASSWORD = "correct horse";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final Path folder;
    private final Process server;
    private final int port;
    private final AtomicInteger databases = new AtomicInteger();

    /**
     * A database of this server.
     *
     * @param owner the user who owns it and all that is in it
     */
    public record TestDatabase(int port, String name, String owner) {
        /** A session of the owner. */
        public Connection connect() throws SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + port + "/" + name, owner, PASSWORD);
        }
    }

    private static final class Shared {
        private static final TestPostgres SERVER = start(Sync.OFF);
    }

    /** Whether commits are synced to the disk. */
    public enum Sync {
        /** As in production: for what judges durability. */
        ON,
        /** For everything else: a database is made in a fifth of the time. */
        OFF
    }

    /** The one of this process; started by the first who asks. */
    public static TestPostgres shared() {
        return Shared.SERVER;
    }

    /** One for a test that breaks it, or needs it durable. */
    public static TestPostgres start(Sync sync) {
        try {
            return startOrThrow(sync);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestPostgres(Path folder, Process server, int port) {
        this.folder = folder;
        this.server = server;
        this.port = port;
    }

    private static TestPostgres startOrThrow(Sync sync) throws IOException {
        var folder = Files.createTempDirectory("overt-pg");
        // The server is another user than root, and must be.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        var password = Files.writeString(folder.resolve("password"), PASSWORD);
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        var cluster = folder.resolve("cluster");
        var log = folder.resolve("log");
        run(
                List.of(
                        program("initdb"),
                        "-D",
                        cluster.toString(),
                        "-U",
                        SUPERUSER,
                        "--auth=scram-sha-256",
                        "--pwfile=" + password,
                        "--encoding=UTF8",
                        "--no-locale",
                        "--no-sync"),
                log);
        int port = freePort();
        // The server ends when the pipe to this process does, however that comes about.
        var server =
                new ProcessBuilder(
                                asServer(
                                        List.of(
                                                "/bin/sh",
                                                "-c",
                                                "\"$@\" </dev/null & server=$!; cat >/dev/null; kill -QUIT $server; wait; rm -rf \"$0\"",
                                                cluster.toString(),
                                                program("postgres"),
                                                "-D",
                                                cluster.toString(),
                                                "-p",
                                                String.valueOf(port),
                                                "-c",
                                                "listen_addresses=127.0.0.1",
                                                "-c",
                                                "unix_socket_directories=",
                                                "-c",
                                                "shared_buffers=16MB",
                                                "-c",
                                                "max_connections=100",
                                                "-c",
                                                "fsync=" + sync.name())))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectInput(ProcessBuilder.Redirect.PIPE)
                        .start();
        var started = new TestPostgres(folder, server, port);
        Runtime.getRuntime().addShutdownHook(new Thread(started::close, "postgres"));
        started.awaitAnswer(log);
        return started;
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** A database that nobody else has, empty, of an owner by the same name. */
    public TestDatabase newDatabase() {
        var name = "store" + databases.incrementAndGet();
        execute(
                "CREATE ROLE " + name + " LOGIN PASSWORD '" + PASSWORD + "'",
                "CREATE DATABASE " + name + " OWNER " + name + " TEMPLATE template0");
        return new TestDatabase(port, name, name);
    }

    /** One that has all that another has, in which no session is open, and its owner too. */
    public TestDatabase copy(TestDatabase template) {
        var name = "store" + databases.incrementAndGet();
        execute(
                "CREATE DATABASE "
                        + name
                        + " OWNER "
                        + template.owner()
                        + " TEMPLATE "
                        + template.name());
        return new TestDatabase(port, name, template.owner());
    }

    /**
     * Removes it, and ends the sessions that are left in it; its owner too, where that is nobody
     * else's.
     */
    public void drop(TestDatabase database) {
        execute("DROP DATABASE " + database.name() + " WITH (FORCE)");
        if (database.owner().equals(database.name())) {
            execute("DROP ROLE " + database.owner());
        }
    }

    /** Runs statements as the server's owner. */
    public void execute(String... statements) {
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                                SUPERUSER,
                                PASSWORD);
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (!Files.exists(folder)) {
            // It was closed before this process ends.
            return;
        }
        try {
            server.getOutputStream().close();
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("postgres does not end");
            }
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAnswer(Path log) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (var _ =
                    DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                            SUPERUSER,
                            PASSWORD)) {
                return;
            } catch (SQLException e) {
                if (!server.isAlive() || System.nanoTime() > until) {
                    throw new IllegalStateException(
                            "postgres does not answer: " + Files.readString(log), e);
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void run(List<String> command, Path log) throws IOException {
        var process =
                new ProcessBuilder(asServer(command))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        String.join(" ", command) + ": " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** PostgreSQL refuses to run as root. */
    private static List<String> asServer(List<String> command) {
        if (!System.getProperty("user.name").equals("root")) {
            return command;
        }
        var whole =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=postgres",
                                "--regid=postgres",
                                "--init-groups"));
        whole.addAll(command);
        return whole;
    }

    /** Debian keeps them off the path, in a folder for each version. */
    private static String program(String name) {
        var versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            throw new IllegalStateException(
                    versions + " is missing: install the package postgresql");
        }
        try (Stream<Path> folders = Files.list(versions)) {
            return folders.max(
                            Comparator.comparingDouble(
                                    each -> Double.parseDouble(each.getFileName().toString())))
                    .map(each -> each.resolve("bin").resolve(name).toString())
                    .orElseThrow(() -> new IllegalStateException(versions + " is empty"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another may take it before the server does; then the start fails and says so. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
