package io.overt.it.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.ControlPlane;
import io.overt.control.witness.WitnessKey;
import io.overt.it.cluster.InProcessControlPlane;
import io.overt.service.admin.Readiness;
import io.overt.service.process.Parts;
import io.overt.signer.SignerMain;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.ReadersKey;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.store.SqliteStore;
import io.overt.testkit.pki.LogReaders;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.tlog.LogCertificate;
import io.overt.x509.tlog.NoteKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The log that a signer writes, a web server over its folder, and a control plane that witnesses
 * it: as docs/log.md sets it up.
 */
class WitnessOfSignerTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Parts parts = new Parts();
    private MemoryKey logKey;
    private NoteKey log;
    private SqliteStore store;
    private TransparencyLog writing;
    private ControlPlane control;

    @BeforeEach
    void start() throws Exception {
        logKey = new MemoryKey();
        X509Certificate certificate =
                TestPki.create().issuingCa("log.example/signer-1", logKey.publicKey());
        log = LogCertificate.key(certificate);
        Files.writeString(
                folder.resolve("log.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        LogReaders.create(folder);
        store = SqliteStore.open(folder.resolve("signer.db"), LONG);
        writing = write();
        HttpServer web =
                SimpleFileServer.createFileServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        folder.toAbsolutePath().normalize(),
                        SimpleFileServer.OutputLevel.NONE);
        web.start();
        parts.add("web", () -> web.stop(0));
        WitnessKey.create(folder.resolve("witness.key"), "control.example/witness");
        control =
                InProcessControlPlane.start(
                        folder,
                        TestPki.fleet(folder, "hq"),
                        0,
                        """
                        witness:
                          listen: 127.0.0.1:0
                          key: witness.key
                          interval: 100ms
                          stale-after: 2s
                          logs:
                            - { url: "http://127.0.0.1:%d/log", certificate: log.pem }
                        """
                                .formatted(web.getAddress().getPort()),
                        parts);
    }

    private TransparencyLog write() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        return TransparencyLog.open(
                new TransparencyLog.Settings(
                        new LogFolder(folder.resolve("log")),
                        log,
                        ReadersKey.read(folder.resolve("log-readers.pem")),
                        Duration.ofMillis(100),
                        Duration.ofMillis(200),
                        LONG),
                logKey,
                store,
                Clock.systemUTC(),
                registry,
                new Readiness(registry).condition("log"));
    }

    @AfterEach
    void stop() throws Exception {
        writing.close();
        parts.close();
        store.close();
        http.close();
    }

    @Test
    void a_signer_is_witnessed_its_silence_is_noticed_and_its_copy_is_held_to_the_witnesss_word()
            throws Exception {
        awaitState("consistent");
        String cosigned = witnessed();
        long size = size(cosigned);
        await().atMost(LONG).until(() -> size(witnessed()) > size);

        // What an auditor does who has a copy of the log and the witness's key.
        Path file = Files.writeString(folder.resolve("cosigned"), cosigned);
        String vkey = Files.readString(folder.resolve("witness.key.pub")).strip();
        assertThat(verify("--witness", vkey, "--cosigned", file.toString()))
                .startsWith("0 good: log.example/signer-1, ")
                .contains("continues: " + size + " entries, cosigned by control.example/witness");

        writing.close();
        awaitState("stale");
        assertThat(get(control.adminAddress(), "/health/ready"))
                .as("policy goes on")
                .isEqualTo("200 ready\n");
        writing = write();
        awaitState("consistent");
    }

    private void awaitState(String state) {
        await().atMost(LONG)
                .until(
                        () ->
                                get(control.adminAddress(), "/metrics")
                                        .lines()
                                        .filter(
                                                line ->
                                                        line.startsWith("overt_witness_log_state{")
                                                                && line.endsWith(" 1.0"))
                                        .toList(),
                        List.of(
                                        "overt_witness_log_state{log=\"log.example/signer-1\",state=\"%s\"} 1.0"
                                                .formatted(state))
                                ::equals);
    }

    private String witnessed() throws Exception {
        InetSocketAddress witness = control.witnessAddress().orElseThrow();
        String hash = get(witness, "/witness").substring("200 ".length(), "200 ".length() + 64);
        String answer = get(witness, "/witness/" + hash + "/checkpoint");
        assertThat(answer).startsWith("200 log.example/signer-1\n");
        return answer.substring("200 ".length());
    }

    private static long size(String note) {
        return Long.parseLong(note.lines().toList().get(1));
    }

    private String get(InetSocketAddress address, String path) throws Exception {
        var answer =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + address.getPort() + path))
                                .build(),
                        BodyHandlers.ofString(UTF_8));
        return answer.statusCode() + " " + answer.body();
    }

    private String verify(String... arguments) {
        CommandLine line = new CommandLine(new SignerMain(Clock.systemUTC()).commands().getLast());
        StringWriter said = new StringWriter();
        line.setOut(new PrintWriter(said, true)).setErr(new PrintWriter(said, true));
        String[] all = new String[5 + arguments.length];
        all[0] = "verify";
        all[1] = "--log";
        all[2] = folder.resolve("log").toString();
        all[3] = "--certificate";
        all[4] = folder.resolve("log.pem").toString();
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        int status = line.execute(all);
        return status + " " + said;
    }
}
