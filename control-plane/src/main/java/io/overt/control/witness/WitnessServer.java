package io.overt.control.witness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.overt.control.witness.LogWitness.Added;
import io.overt.service.process.StartException;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MalformedLogException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The witness over plain HTTP: {@code GET /witness}, {@code GET /witness/HASH/checkpoint}, and
 * {@code POST /add-checkpoint} (C2SP tlog-witness). Everything it says is signed and for everybody;
 * what it takes has to be signed by a log. Thread-safe; whoever starts it closes it.
 */
public final class WitnessServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService requests;
    private final Map<String, LogWitness> byOrigin = new LinkedHashMap<>();

    /**
     * Binds and serves.
     *
     * @throws StartException when the address cannot be listened on
     */
    public static WitnessServer start(InetSocketAddress listen, Witness witness)
            throws StartException {
        try {
            return new WitnessServer(HttpServer.create(listen, BACKLOG), witness);
        } catch (IOException e) {
            throw StartException.listen(listen, e);
        }
    }

    private WitnessServer(HttpServer server, Witness witness) {
        this.server = server;
        witness.logs().forEach(each -> byOrigin.put(each.log().origin(), each));
        this.requests =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("witness-http-", 0).factory());
        server.setExecutor(requests);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    private record Answer(int status, String contentType, String body) {
        static Answer text(int status, String body) {
            return new Answer(status, "text/plain; charset=utf-8", body);
        }

        static Answer size(long size) {
            return new Answer(409, "text/x.tlog.size", size + "\n");
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer =
                        switch (exchange.getRequestMethod()) {
                            case "GET", "HEAD" -> read(exchange.getRequestURI().getPath());
                            case "POST" ->
                                    exchange.getRequestURI().getPath().equals("/add-checkpoint")
                                            ? add(exchange)
                                            : Answer.text(404, PATHS);
                            default -> Answer.text(405, "GET, HEAD or POST\n");
                        };
            } catch (RuntimeException e) {
                // The store, or a defect of ours: the backstop of this thread.
                LOG.atError().setCause(e).log("a request to the witness failed");
                answer = Answer.text(500, "the witness failed\n");
            }
            send(exchange, answer);
        }
    }

    private Answer read(String path) {
        if (path.equals("/witness")) {
            return Answer.text(
                    200,
                    byOrigin.values().stream()
                            .map(each -> each.log().hash() + " " + each.log().origin() + "\n")
                            .collect(Collectors.joining()));
        }
        for (LogWitness each : byOrigin.values()) {
            if (path.equals("/witness/" + each.log().hash() + "/checkpoint")) {
                return each.published()
                        .map(
                                note ->
                                        Answer.text(
                                                200,
                                                new String(note.encoded(), StandardCharsets.UTF_8)))
                        .orElseGet(() -> Answer.text(404, "nothing cosigned yet\n"));
            }
        }
        return Answer.text(404, PATHS);
    }

    private Answer add(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST + 1);
        if (body.length > LARGEST) {
            return Answer.text(413, "more than " + LARGEST + " bytes\n");
        }
        Submission submission;
        try {
            submission = Submission.parse(body);
        } catch (MalformedLogException e) {
            return Answer.text(400, e.getMessage() + "\n");
        }
        LogWitness log = byOrigin.get(submission.checkpoint().origin());
        if (log == null) {
            return Answer.text(404, "no log of this origin is witnessed here\n");
        }
        try {
            Checkpoint.verified(submission.note(), log.log().key());
        } catch (MalformedLogException e) {
            return Answer.text(403, e.getMessage() + "\n");
        }
        return switch (log.add(submission)) {
            case Added.Cosigned(String line) -> Answer.text(200, line + "\n");
            case Added.OtherSize(long size) -> Answer.size(size);
            case Added.NotProven(String why) -> Answer.text(422, why + "\n");
            case Added.Refused(String why) -> Answer.text(403, why + "\n");
            case Added.NotNow(String why) -> Answer.text(503, why + "\n");
        };
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        if (answer.status == 405) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD, POST");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status, -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static final String PATHS = "/witness /witness/HASH/checkpoint /add-checkpoint\n";

    /** 63 hashes and a checkpoint with all the signatures that one may have here. */
    private static final int LARGEST = 64 << 10;

    private static final int BACKLOG = 16;
    private static final Logger LOG = LoggerFactory.getLogger(WitnessServer.class);
}
