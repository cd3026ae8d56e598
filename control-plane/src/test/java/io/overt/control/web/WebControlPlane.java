package io.overt.control.web;

import io.overt.control.ControlPlane;
import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A whole control plane with its web listener, and clients that talk to it over TLS. */
final class WebControlPlane implements AutoCloseable {
    final TestFleet fleet;
    final PemFiles operator;
    final ControlPlane control;
    private final Path folder;
    private final TestControlPlane plane;
    private Optional<HttpClient> strangers = Optional.empty();
    private final List<HttpClient> others = new ArrayList<>();
    private final Map<HttpClient.Version, HttpClient> clients =
            new EnumMap<>(HttpClient.Version.class);

    /**
     * Starts it in an empty folder.
     *
     * @param settings further lines of the listener's section
     */
    WebControlPlane(Path folder, String... settings) throws Exception {
        this.folder = folder;
        var config = new TestControlConfig(folder).withWeb(settings);
        this.fleet = config.fleet();
        this.operator = fleet.issue("operator", "ann");
        this.plane =
                new TestControlPlane(
                        config.with(
                                """
                                notice:
                                  organisation: "Example <Corp>"
                                  contact: call 4711
                                  about: {en: "Malware & such.", de: "Schadsoftware."}
                                  ca-certificates: [%s]
                                """
                                        .formatted(operator.trustAnchors())));
        this.control = plane.running();
    }

    URI uri(String path) {
        return URI.create(
                "https://localhost:" + control.webAddress().orElseThrow().getPort() + path);
    }

    /** A client with the operator's certificate. */
    HttpClient client(HttpClient.Version version) throws Exception {
        var known = clients.get(version);
        if (known != null) {
            return known;
        }
        var made =
                client(version, Optional.of(fleet.identity("operator", "ann").keyStore(PASSWORD)));
        clients.put(version, made);
        return made;
    }

    /** A client with this certificate, or none. */
    HttpClient client(HttpClient.Version version, Optional<KeyStore> identity) throws Exception {
        return HttpClient.newBuilder().version(version).sslContext(tls(identity)).build();
    }

    /** A client without a certificate. */
    HttpClient stranger() throws Exception {
        if (strangers.isEmpty()) {
            strangers = Optional.of(client(HttpClient.Version.HTTP_2, Optional.empty()));
        }
        return strangers.get();
    }

    /** The same from another address of this host. */
    HttpClient strangerAt(String address) throws Exception {
        var made =
                HttpClient.newBuilder()
                        .sslContext(tls(Optional.empty()))
                        .localAddress(InetAddress.ofLiteral(address))
                        .build();
        others.add(made);
        return made;
    }

    SSLContext tls(Optional<KeyStore> identity) throws GeneralSecurityException, IOException {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("anchor", fleet.pki().anchor());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(identity.orElse(null), PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    HttpResponse<String> get(String path) throws Exception {
        return client(HttpClient.Version.HTTP_2)
                .send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json) throws Exception {
        return client(HttpClient.Version.HTTP_2)
                .send(
                        HttpRequest.newBuilder(uri(path))
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofString());
    }

    /** What {@code curl} prints, with the operator's certificate; its exit code must be 0. */
    String curl(String... arguments) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "-sS",
                                "--max-time",
                                "20",
                                "--cacert",
                                operator.trustAnchors().toString(),
                                "--cert",
                                operator.certificateChain().toString(),
                                "--key",
                                operator.privateKey().toString()));
        command.addAll(List.of(arguments));
        var output = Files.createTempFile(folder, "curl", ".out");
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("curl did not end: " + command);
        }
        var printed = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new AssertionError("curl ended with " + process.exitValue() + ": " + printed);
        }
        return printed;
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::close);
        strangers.ifPresent(HttpClient::close);
        others.forEach(HttpClient::close);
        plane.close();
    }

    static final char[] PASSWORD = "changeit".toCharArray();
}
