package io.overt.it.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A small web site over TLS, for the demonstration: a greeting on every path but {@code /bytes/N},
 * which answers N bytes.
 *
 * <p>Runs on threads of its own; whoever makes it closes it.
 */
final class Origin implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Origin(InetSocketAddress listen, List<X509Certificate> chain, PrivateKey key)
            throws IOException, GeneralSecurityException {
        char[] unused = new char[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, unused);
        store.setKeyEntry("origin", key, unused, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, unused);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);

        server = HttpsServer.create(listen, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/", Origin::greet);
        server.createContext("/bytes/", Origin::bytes);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
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

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
