package io.overt.it.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A small web site over TLS, for the demonstration: a greeting on every path but {@code /bytes/N},
 * which answers N bytes. A program of its own, since it may have to run in another network
 * namespace than the demonstration.
 */
final class Origin {
    private static final int CHUNK = 64 * 1024;
    private static final char[] UNUSED = {};

    /**
     * Serves until it is ended.
     *
     * @param arguments address, port, and a PKCS #12 file without a password
     */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(Path.of(arguments[2]))) {
            store.load(file, UNUSED);
        }
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, UNUSED);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);

        HttpsServer server =
                HttpsServer.create(
                        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", Origin::greet);
        server.createContext("/bytes/", Origin::bytes);
        server.start();
    }

    private static void greet(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] body =
                "Hello from the origin. You asked for %s %s.%n"
                        .formatted(exchange.getRequestMethod(), exchange.getRequestURI())
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void bytes(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        long left = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < chunk.length; i++) {
            chunk[i] = (byte) i;
        }
        exchange.sendResponseHeaders(200, left == 0 ? -1 : left);
        try (OutputStream out = exchange.getResponseBody()) {
            while (left > 0) {
                int now = (int) Math.min(left, chunk.length);
                out.write(chunk, 0, now);
                left -= now;
            }
        }
    }

    private Origin() {}
}
