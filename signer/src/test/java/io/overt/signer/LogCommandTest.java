package io.overt.signer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.signer.log.LogFolder;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.LogProof;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code overt-signer log}, on what a signer with a token has left. */
// checklist 61
class LogCommandTest {

    private record Run(int status, String out, String err) {}

    @TempDir Path directory;

    // checklist 61: the issued certificate and the validated one, linked and searchable
    @Test
    void a_log_is_verified_searched_proven_and_followed_without_its_signer() throws Exception {
        SignerWorld world = SignerWorld.start(directory);
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        ForgeResponse first =
                edge.forge(edge.request(world.upstream("www.first.example"), "www.first.example"));
        var again = edge.request(world.upstream("www.second.example"), "www.second.example");
        ForgeResponse second = edge.forge(again);
        assertThat(edge.forge(again).getLogIndex()).isEqualTo(second.getLogIndex());
        assertThat(second.getLogIndex()).isGreaterThan(first.getLogIndex());
        world.stop();
        NoteKey key = LogFiles.key(LogFiles.certificate(directory.resolve("log.pem")));
        LogFolder folder = new LogFolder(directory.resolve("log"));
        String readers = world.readers.privateKey().toString();

        assertThat(log("verify")).isEqualTo(log("verify", "--readers-key", readers));
        Run good = log("verify");
        assertThat(good.status()).isZero();
        assertThat(good.out())
                .startsWith("good: " + key.name())
                .contains("2 intents, 2 certificates, 0 intents without one");

        Run found = log("search", "--readers-key", readers, "www.second.example");
        assertThat(found.status()).isZero();
        assertThat(found.out().lines())
                .hasSize(2)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith(second.getLogIndex() + " ")
                                        .contains(" result "))
                .allSatisfy(line -> assertThat(line).doesNotContain("first"));
        assertThat(log("search", "--readers-key", readers, "nobody.example").status()).isEqualTo(1);
        assertThat(log("search", "www.second.example"))
                .isEqualTo(
                        new Run(
                                2,
                                "",
                                "search: host names are sealed (expected: --readers-key)\n"));

        LogProof proof = LogProof.parse(log("prove", Long.toString(first.getLogIndex())).out());
        long size = size(proof);
        proof.requireOf(new TiledTree(folder, size).entry(first.getLogIndex()), key);

        List<String> since = log("prove", "--since", "3").out().lines().toList();
        List<MerkleHash> hashes = new ArrayList<>();
        for (String hash : since.subList(2, since.size())) {
            hashes.add(MerkleHash.ofBase64(hash));
        }
        MerkleProof.requireConsistency(
                new TreeHead(3, MerkleHash.ofBase64(since.get(1))),
                new TiledTree(folder, size).head(),
                hashes);

        assertThat(log("tail", "--lines", "2").out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).doesNotContain("second.example"));
        assertThat(log("tail", "--lines", "3", "--readers-key", readers).out())
                .contains("server=www.second.example")
                .contains("requester=overt://berlin/edge/e1");
    }

    private static long size(LogProof proof) {
        return Long.parseLong(proof.checkpoint().text().lines().toList().get(1));
    }

    @Test
    void what_is_wrong_is_said_with_its_place_and_the_status_is_not_zero() throws Exception {
        SignerWorld world = SignerWorld.start(directory);
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        edge.forge(edge.request(world.upstream("www.first.example"), "www.first.example"));
        world.stop();
        String origin = LogFiles.key(LogFiles.certificate(directory.resolve("log.pem"))).name();
        Path bundles = directory.resolve("log/tile/entries/000.p");
        Path bundle;
        try (var all = Files.list(bundles)) {
            bundle =
                    all.max(
                                    Comparator.comparingInt(
                                            each ->
                                                    Integer.parseInt(
                                                            each.getFileName().toString())))
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length - 1] ^= 1;
        Files.write(bundle, bytes);
        Run altered = log("verify");
        assertThat(altered.status()).isEqualTo(1);
        assertThat(altered.err())
                .contains("tile/0/000.p/" + bundle.getFileName() + ": not the hashes")
                .contains("checkpoint: root");

        Path checkpoint = directory.resolve("log/checkpoint");
        Files.writeString(checkpoint, Files.readString(checkpoint, UTF_8).replaceFirst("/", "-"));
        assertThat(log("verify").err())
                .isEqualTo(
                        "checkpoint: note: the signature of %s does not verify\n"
                                .formatted(origin));
        Files.delete(checkpoint);
        assertThat(log("verify"))
                .isEqualTo(
                        new Run(
                                1,
                                "",
                                "checkpoint: %s: no checkpoint (expected: the folder of a log)\n"
                                        .formatted(directory.resolve("log"))));
    }

    @Test
    void a_monitor_derives_all_again_and_finds_each_signature_of_the_token_in_the_log()
            throws Exception {
        SignerWorld world = SignerWorld.start(directory);
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        for (String host : List.of("www.first.example", "www.second.example")) {
            edge.forge(edge.request(world.upstream(host), host));
        }
        edge.forge(
                edge.request(world.upstream("www.third.example"), "www.third.example", "strict"));
        // Reading keys, issuer, three intents, three results: no checkpoint is under way any more.
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                world.serving()
                                                .registry()
                                                .get("overt.signer.log.published")
                                                .gauge()
                                                .value()
                                        == 8);
        Path metrics = directory.resolve("metrics.txt");
        String counted = ((PrometheusMeterRegistry) world.serving().registry()).scrape();
        Files.writeString(metrics, counted);
        world.stop();
        Path state = directory.resolve("monitor.state");
        String[] all = {
            "--readers-key", world.readers.privateKey().toString(),
            "--anchors", directory.resolve("anchors.pem").toString(),
            "--metrics", metrics.toString(),
            "--state", state.toString()
        };
        assertThat(counted)
                .containsPattern("overt_signer_signatures_total\\{[^}]*} 3\\.0")
                .containsPattern(
                        "overt_signer_token_operations_total\\{kind=\"leaf\",result=\"signed\"[^}]*} [1-9]");

        Run first = log("monitor", all);
        assertThat(first.out()).startsWith("good: ").contains("0 intents without a certificate");
        assertThat(first.status()).isZero();
        assertThat(log("monitor", all).out()).contains(" entries, 0 of them new, ");

        Path watch = Files.writeString(directory.resolve("watch"), "# ours\n*.third.example\n");
        Run told =
                log(
                        "monitor",
                        "--readers-key",
                        world.readers.privateKey().toString(),
                        "--watch",
                        watch.toString(),
                        "-o",
                        "json");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out().lines())
                .singleElement()
                .asString()
                .startsWith("{\"log\":\"")
                .contains("\"kind\":\"watched-name\",\"severity\":\"finding\"")
                .contains("www.third.example is watched");

        assertThat(log("monitor").status()).as("no key").isEqualTo(2);
        Files.writeString(watch, "*.*\n");
        assertThat(
                        log(
                                        "monitor",
                                        "--readers-key",
                                        world.readers.privateKey().toString(),
                                        "--watch",
                                        watch.toString())
                                .err())
                .startsWith(watch + ": '*.*' (expected: a DNS name");
        Files.writeString(state, "something else\n");
        assertThat(log("monitor", all).err()).contains("no state of a monitor");
    }

    @Test
    void a_log_is_held_to_what_a_witness_has_cosigned() throws Exception {
        SignerWorld world = SignerWorld.start(directory);
        SignerWorld.Edge edge = world.edge("e1").enrolled();
        edge.forge(edge.request(world.upstream("www.first.example"), "www.first.example"));
        world.stop();
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        NoteKey witness =
                NoteKey.of("witness.example/w", NoteKey.Kind.COSIGNATURE, pair.getPublic());
        LogFolder folder = new LogFolder(directory.resolve("log"));
        NoteKey key = LogFiles.key(LogFiles.certificate(directory.resolve("log.pem")));
        SignedNote head = SignedNote.parse(folder.checkpoint().orElseThrow());
        Path cosigned = directory.resolve("cosigned");
        Files.write(cosigned, cosigned(head, witness, pair).encoded());

        String[] held = {"--witness", witness.vkey(), "--cosigned", cosigned.toString()};
        assertThat(log("verify", held).out())
                .contains("continues: ")
                .contains("cosigned by witness.example/w at 2026-11-28T08:00:00Z");
        Path copy = directory.resolve("copy");
        copy(folder.root(), copy);
        world.start();
        edge = world.edge("e1").enrolled();
        edge.forge(edge.request(world.upstream("www.second.example"), "www.second.example"));
        world.stop();
        assertThat(log("verify", held).status()).as("it has grown").isZero();

        // What a witness saw and this copy has not.
        SignedNote later = SignedNote.parse(folder.checkpoint().orElseThrow());
        Files.write(cosigned, cosigned(later, witness, pair).encoded());
        Run old =
                run(
                        "verify",
                        "--log",
                        copy.toString(),
                        "--certificate",
                        directory.resolve("log.pem").toString(),
                        "--witness",
                        witness.vkey(),
                        "--cosigned",
                        cosigned.toString());
        assertThat(old.status()).isEqualTo(1);
        assertThat(old.err()).startsWith(copy + ": an older copy, ");

        // A witness's key alone proves nothing, nor does a log's without the witness.
        Files.write(cosigned, head.encoded());
        assertThat(log("verify", held).err()).contains("not signed by any of [witness.example/w]");
        assertThat(log("verify", "--witness", witness.vkey()).status()).isEqualTo(2);
        assertThat(log("verify", "--witness", key.vkey(), "--cosigned", "x").err())
                .isEqualTo("--witness: a key of a log (expected: of a witness)\n");
    }

    private static SignedNote cosigned(SignedNote note, NoteKey witness, KeyPair pair)
            throws Exception {
        Instant at = Instant.parse("2026-11-28T08:00:00Z");
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(Cosignature.message(note.text(), at));
        return note.with(Cosignature.line(witness, at, signer.sign()));
    }

    private static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    private Run log(String command, String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(command);
        line.addAll(List.of("--log", directory.resolve("log").toString()));
        line.addAll(List.of("--certificate", directory.resolve("log.pem").toString()));
        line.addAll(List.of(arguments));
        return run(line.toArray(String[]::new));
    }

    private static Run run(String... line) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                new CommandLine(new LogCommand())
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(line);
        return new Run(status, out.toString(), err.toString());
    }
}
