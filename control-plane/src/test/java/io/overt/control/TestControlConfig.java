package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.overt.control.publish.PolicySigningKey;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.TestStore;
import io.overt.control.store.TestStores;
import io.overt.service.config.ConfigFile;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The configuration of a control plane that a test starts, as an operator writes it and as the
 * process reads it: a certificate of a fleet of its own, a signing key, ports of the system's
 * choice, and an empty store. A test adds what it is about.
 *
 * <p>All files are in the test's folder, which relative paths are relative to; the store is
 * elsewhere, and removed when this is closed, after the control planes that use it.
 */
public final class TestControlConfig implements AutoCloseable {
    private final Path folder;
    private final TestFleet fleet;
    private final TestStore store;
    private final List<String> sections = new ArrayList<>();
    private final List<String> ofPostgresql = new ArrayList<>();
    private int port;

    /**
     * Begins one, on the kind of store that is {@linkplain TestStores#configured configured}.
     *
     * @param folder without anything of another one
     */
    public TestControlConfig(Path folder) throws Exception {
        this(folder, TestStores.configured());
    }

    /** The same on a kind of store that the test says. */
    public TestControlConfig(Path folder, TestStores kind) throws Exception {
        this.folder = folder;
        this.fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        PolicySigningKey.create(folder.resolve("policy.key"));
        this.store = kind.makeWithTables();
    }

    /** Adds sections, in YAML, that are not there yet. */
    public TestControlConfig with(String yaml) {
        sections.add(yaml);
        return this;
    }

    /**
     * Adds the listener for browsers, at {@code localhost}, with a certificate of the fleet's CA.
     *
     * @param settings further lines of the section
     */
    public TestControlConfig withWeb(String... settings) {
        var browser =
                fleet.pki()
                        .leaf("localhost", "127.0.0.1")
                        .write(folder, "browser", fleet.pki().anchor());
        return with(
                """
                web:
                  listen: 127.0.0.1:0
                  certificate: %s
                  key: %s
                  client-trust-anchors: %s
                %s"""
                        .formatted(
                                browser.certificateChain(),
                                browser.privateKey(),
                                browser.trustAnchors(),
                                indented("  ", List.of(settings))));
    }

    /** Adds a line to {@code store.postgresql}; nothing where that is not the store. */
    public TestControlConfig withPostgresql(String line) {
        ofPostgresql.add(line);
        return this;
    }

    /** Has edges and operators connect there, rather than at a port of the system's choice. */
    public TestControlConfig atPort(int number) {
        port = number;
        return this;
    }

    /** Who is who. */
    public TestFleet fleet() {
        return fleet;
    }

    /** What it is kept in. */
    public TestStore store() {
        return store;
    }

    /** Where its files are. */
    public Path folder() {
        return folder;
    }

    /** What it comes to, for {@code control-1}. */
    public ControlConfig read() throws Exception {
        return ControlConfig.read(ConfigFile.read(write("control-1")));
    }

    /**
     * Writes it down for a control plane of this name; several of them have the signing key and the
     * store in common.
     *
     * @return the file
     */
    public Path write(String name) throws IOException {
        var files = fleet.issue("control", name);
        return Files.writeString(
                folder.resolve(name + ".yaml"),
                """
                listen: 127.0.0.1:%d
                admin: {listen: "127.0.0.1:0"}
                identity: {certificate: %s, key: %s, trust-anchors: %s}
                policy: {signing-key: policy.key, max-size: 1MiB}
                """
                                .formatted(
                                        port,
                                        files.certificateChain(),
                                        files.privateKey(),
                                        files.trustAnchors())
                        + storeSection()
                        + String.join("\n", sections),
                UTF_8);
    }

    private String storeSection() {
        return switch (store.config()) {
            case StoreConfig.InFile _ -> store.yaml();
            case StoreConfig.InPostgres _ -> store.yaml() + indented("    ", ofPostgresql);
        };
    }

    private static String indented(String by, List<String> lines) {
        var text = new StringBuilder();
        lines.forEach(line -> text.append(by).append(line).append('\n'));
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        store.remove();
    }
}
