package io.overt.it.lab;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.Command;
import io.overt.it.cluster.NetworkLab;
import io.overt.testkit.pki.TestIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** nginx in the lab's origin namespace: ports 443 and 8443, both families. Not thread-safe. */
final class NginxOrigin implements AutoCloseable {
    private final Path directory;
    private final Child nginx;

    private NginxOrigin(Path directory, Child nginx) {
        this.directory = directory;
        this.nginx = nginx;
    }

    /**
     * Starts it with a certificate for each server name.
     *
     * @param sites by server name; the first is also who answers to any other name
     */
    static NginxOrigin start(NetworkLab lab, Path directory, Map<String, TestIdentity> sites)
            throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("www"));
        random(directory.resolve("www/1k"), 1 << 10);
        random(directory.resolve("www/100m"), 100 << 20);
        Files.writeString(directory.resolve("www/index.html"), "<title>origin</title>hello\n");
        var servers = new StringBuilder();
        for (var site : sites.entrySet()) {
            Path chain = directory.resolve(site.getKey() + ".pem");
            Path key = directory.resolve(site.getKey() + ".key");
            Files.writeString(chain, site.getValue().chainPem());
            Files.writeString(key, site.getValue().privateKeyPem());
            servers.append(
                    """
                      server {
                        server_name %s;
                        listen 443 ssl http2; listen [::]:443 ssl http2;
                        listen 8443 ssl http2; listen [::]:8443 ssl http2;
                        ssl_certificate %s; ssl_certificate_key %s;
                        location / { root %s; }
                        location /submit { return 200 "accepted\\n"; }
                      }
                    """
                            .formatted(site.getKey(), chain, key, directory.resolve("www")));
        }
        Path config = directory.resolve("nginx.conf");
        Files.writeString(
                config,
                """
                daemon off; worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/error.log;
                user root;
                events { worker_connections 512; }
                http {
                  access_log %1$s/access.log; client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                %2$s}
                """
                        .formatted(directory, servers));
        Child nginx =
                Child.start(
                        "nginx",
                        lab.within("origin", "nginx", "-c", config.toString()),
                        Map.of(),
                        directory.resolve("nginx.log"));
        Path pid = directory.resolve("nginx.pid");
        nginx.await("listening", Duration.ofSeconds(30), () -> Files.exists(pid));
        return new NginxOrigin(directory, nginx);
    }

    /** What the origin's file of this name hashes to. */
    String sha256(String file) throws IOException, InterruptedException {
        return Sums.sha256(directory.resolve("www").resolve(file));
    }

    /** Who asked for the path, as nginx saw it: an address for each request. */
    List<String> askedBy(String path) throws IOException {
        return Files.readAllLines(directory.resolve("access.log")).stream()
                .filter(line -> line.contains(" " + path + " "))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
    }

    /** The chain that it presents for a name. */
    Path chain(String serverName) {
        return directory.resolve(serverName + ".pem");
    }

    private static void random(Path file, int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Files.write(file, content);
    }

    @Override
    public void close() {
        nginx.close();
    }

    /** Hashes of files. */
    static final class Sums {
        static String sha256(Path file) throws IOException, InterruptedException {
            return Command.run("sha256sum", file.toString()).substring(0, 64);
        }

        private Sums() {}
    }
}
