package io.overt.signer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.signer.log.LogFolder;
import io.overt.x509.tlog.LogProof;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    private Run log(String command, String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(command);
        line.addAll(List.of("--log", directory.resolve("log").toString()));
        line.addAll(List.of("--certificate", directory.resolve("log.pem").toString()));
        line.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                new CommandLine(new LogCommand())
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(line.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }
}
