package io.overt.signer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.overt.proto.log.v1.Ceremony;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Entry.KindCase;
import io.overt.signer.ceremony.CeremonyWorld;
import io.overt.signer.ceremony.Transcripts;
import io.overt.signer.key.TokenSettings;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogFolder;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.TrustAnchors;
import io.overt.x509.tlog.NoteKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A signer with a CA that ceremonies made in its token, and what its log says of them. */
class CeremoniesInTheLogTest {

    @TempDir Path directory;

    private SignerWorld world;
    private TwoApprovers people;
    private CeremonyWorld ceremony;
    private Path transcripts;
    private boolean running;

    @BeforeEach
    void prepare() throws Exception {
        people = new TwoApprovers(directory);
        world = SignerWorld.idle(directory);
        transcripts = Files.createDirectory(directory.resolve("held"));
        ceremony =
                new CeremonyWorld(
                        directory,
                        TokenSettings.of(
                                world.token.module(), world.token.label(), world.token.pinFile()),
                        transcripts,
                        directory.toString());
        world.more = "ceremonies: { transcripts: held, approvers: approvers.yaml, every: 100ms }\n";
    }

    @AfterEach
    void end() throws Exception {
        if (running) {
            world.stop();
        }
    }

    private void start() throws Exception {
        world.start();
        running = true;
    }

    private void stop() throws Exception {
        world.stop();
        running = false;
    }

    @Test
    void a_ceremony_is_in_the_log_once_and_before_the_issuer_that_it_made() throws Exception {
        ceremony.approved(
                "untrusted.yaml",
                ceremony.plans().untrusted("O=Example Corp, CN=Untrusted Inspection CA"));
        world.moreIssuers = "  - { certificate: held/untrusted.pem, trust: untrusted }\n";
        String made =
                CertificateFingerprint.of(
                                TrustAnchors.fromPem(transcripts.resolve("untrusted.pem"))
                                        .certificates()
                                        .getFirst())
                        .hex();
        start();
        world.restart();
        stop();

        List<Entry> entries = entries();
        assertThat(kinds(entries))
                .containsSubsequence(KindCase.CEREMONY, KindCase.ISSUER, KindCase.ISSUER)
                .containsOnlyOnce(KindCase.CEREMONY);
        Ceremony entry = ceremonies(entries).getFirst();
        assertThat(entry.getAct()).isEqualTo("untrusted-ca");
        assertThat(entry.getApproversList()).containsExactly("alice", "bob");

        String index = Integer.toString(kinds(entries).indexOf(KindCase.CEREMONY));
        String readers = world.readers.privateKey().toString();
        assertThat(log(0, "search", "--readers-key", readers, made))
                .contains(index + " ")
                .contains(" ceremony act=untrusted-ca")
                .contains("approvers=alice,bob")
                .contains("certificates=" + made);
        assertThat(log(0, "tail", "--lines", "99")).contains(" ceremony act=untrusted-ca");
        assertThat(log(0, "prove", index)).startsWith("c2sp.org/tlog-proof@v1");
        String[] demanding = {"--approvers", people.file().toString(), "--require-ceremonies"};
        assertThat(log(1, "verify", demanding))
                .as("the other issuer was made without one")
                .containsOnlyOnce("expected: an entry before it of the ceremony that made it")
                .contains(CertificateFingerprint.of(world.token.issuing()).hex());
        assertThat(log(0, "verify")).startsWith("good: ");
        assertThat(log(1, "monitor", "--readers-key", readers, "--require-ceremonies"))
                .contains("no-ceremony: entry ");
    }

    @Test
    void whoever_has_the_log_verifies_the_approvals_with_ssh_keygen_alone() throws Exception {
        ceremony.approved("root.yaml", ceremony.plans().root("inspection"));
        start();
        stop();

        String transcript = ceremonies(entries()).getFirst().getTranscript().toStringUtf8();
        List<JsonObject> lines =
                transcript
                        .lines()
                        .map(each -> JsonParser.parseString(each).getAsJsonObject())
                        .toList();
        Path plan =
                Files.writeString(
                        directory.resolve("plan"), lines.getFirst().get("plan").getAsString());
        Path signature =
                Files.write(
                        directory.resolve("signature"),
                        Base64.getDecoder()
                                .decode(
                                        lines.get(1)
                                                .getAsJsonArray("by")
                                                .get(1)
                                                .getAsJsonObject()
                                                .get("approval")
                                                .getAsString()));
        Path signers =
                Files.writeString(
                        directory.resolve("signers"),
                        "bob " + Files.readString(directory.resolve("people/bob.pub")));
        Process keygen =
                new ProcessBuilder(
                                "ssh-keygen",
                                "-Y",
                                "verify",
                                "-f",
                                signers.toString(),
                                "-I",
                                "bob",
                                "-n",
                                "overt-approval",
                                "-s",
                                signature.toString())
                        .redirectInput(plan.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keygen.getInputStream().readAllBytes(), UTF_8);
        assertThat(keygen.waitFor()).as(said).isZero();
        assertThat(said).contains("Good \"overt-approval\" signature for bob");
    }

    @Test
    void a_transcript_that_comes_later_is_noted_and_one_that_nobody_approved_is_not()
            throws Exception {
        Transcripts written = new Transcripts(people, directory);
        start();
        Files.writeString(
                transcripts.resolve("one.transcript"),
                written.issuing("One", "a".repeat(64), List.of("alice")));
        Files.writeString(transcripts.resolve("dry.transcript"), written.dryRun("Two"));
        Files.createFile(transcripts.resolve("under-way.transcript"));
        await().atMost(Duration.ofSeconds(20)).until(() -> counted("refused") == 2);
        Files.writeString(
                transcripts.resolve("both.transcript"), written.issuing("Three", "b".repeat(64)));
        await().atMost(Duration.ofSeconds(20)).until(() -> counted("logged") == 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> refusedNow() == 2);

        // Others approve from now on: what they have signed counts as soon as the file says so.
        TwoApprovers others = new TwoApprovers(Files.createDirectory(directory.resolve("others")));
        Files.writeString(
                transcripts.resolve("theirs.transcript"),
                new Transcripts(others, Files.createDirectory(directory.resolve("theirs")))
                        .issuing("Four", "c".repeat(64)));
        await().atMost(Duration.ofSeconds(20)).until(() -> refusedNow() == 3);
        Files.writeString(people.file(), "threshold: 0\n");
        await().atMost(Duration.ofSeconds(20)).until(() -> reloads("refused") == 1);
        assertThat(counted("logged")).as("a file that says nothing changes nothing").isEqualTo(1);
        Files.copy(others.file(), people.file(), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(20)).until(() -> reloads("taken") == 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> counted("logged") == 2);
        stop();

        assertThat(ceremonies(entries())).hasSize(2);
        assertThat(log(0, "verify")).startsWith("good: ");
    }

    private double counted(String result) {
        return world.serving()
                .registry()
                .get("overt.signer.ceremony.transcripts")
                .tag("result", result)
                .counter()
                .count();
    }

    private double refusedNow() {
        return world.serving()
                .registry()
                .get("overt.signer.ceremony.transcripts.refused")
                .gauge()
                .value();
    }

    private double reloads(String result) {
        return world.serving()
                .registry()
                .get("overt.signer.approvers.reloads")
                .tag("result", result)
                .counter()
                .count();
    }

    private List<Entry> entries() throws Exception {
        LogFolder folder = new LogFolder(directory.resolve("log"));
        NoteKey key = LogFiles.key(LogFiles.certificate(directory.resolve("log.pem")));
        List<Entry> entries = new ArrayList<>();
        LogEntries.each(
                folder,
                0,
                LogEntries.head(folder, key).size(),
                (_, bytes) -> entries.add(Entry.parseFrom(bytes)));
        return entries;
    }

    private static List<Ceremony> ceremonies(List<Entry> entries) {
        return entries.stream().filter(Entry::hasCeremony).map(Entry::getCeremony).toList();
    }

    private static List<KindCase> kinds(List<Entry> entries) {
        return entries.stream().map(Entry::getKindCase).toList();
    }

    private String log(int status, String command, String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of("--log", directory.resolve("log").toString()));
        line.addAll(List.of("--certificate", directory.resolve("log.pem").toString()));
        line.addAll(List.of(arguments));
        assertThat(
                        new CommandLine(new LogCommand())
                                .setOut(writer)
                                .setErr(writer)
                                .execute(line.toArray(String[]::new)))
                .as(out::toString)
                .isEqualTo(status);
        return out.toString();
    }
}
