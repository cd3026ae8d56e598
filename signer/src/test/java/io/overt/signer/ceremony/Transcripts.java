package io.overt.signer.ceremony;

import io.overt.service.json.JsonObject;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.x509.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Transcripts as the command leaves them, without a token. Not thread-safe. */
public final class Transcripts {

    private final TwoApprovers people;
    private final Path folder;
    private int documents;

    /** Of ceremonies that these people approve. */
    public Transcripts(TwoApprovers people, Path folder) {
        this.people = people;
        this.folder = folder;
    }

    /**
     * Of an issuing CA, approved by both.
     *
     * @param title so that one plan is not another
     * @param certificate SHA-256, in hexadecimal
     */
    public String issuing(String title, String certificate) throws IOException {
        return transcript("run", plan(title), certificate, List.of("alice", "bob"));
    }

    /** One of its own plan, by whomever. */
    public String issuing(String title, String certificate, List<String> approvers)
            throws IOException {
        return transcript("run", plan(title), certificate, approvers);
    }

    /** Of nothing that was done. */
    public String dryRun(String title) throws IOException {
        return transcript("dry-run", plan(title), "0".repeat(64), List.of("alice", "bob"));
    }

    private static String plan(String title) {
        return "act: issuing-certificate\ntitle: " + title + "\n";
    }

    private String transcript(String mode, String plan, String certificate, List<String> approvers)
            throws IOException {
        Path document = Files.writeString(folder.resolve("plan-" + ++documents), plan);
        List<JsonObject> by = new ArrayList<>();
        for (String person : approvers) {
            people.approve(document, person);
            byte[] signature =
                    Files.readAllBytes(folder.resolve("plan-" + documents + "." + person + ".sig"));
            by.add(
                    new JsonObject()
                            .member("name", person)
                            .member("approval", Base64.getEncoder().encodeToString(signature)));
        }
        String sha256 =
                HexFormat.of().formatHex(Hashes.sha256(plan.getBytes(StandardCharsets.UTF_8)));
        return String.join(
                "\n",
                line("begun")
                        .member("mode", mode)
                        .member("act", "issuing-certificate")
                        .member("plan-sha256", sha256)
                        .member("plan", plan)
                        .end(),
                line("approved").objects("by", by).end(),
                line("certificate-made")
                        .member("sha256", certificate)
                        .member("public-key-sha256", "b".repeat(64))
                        .end(),
                line("done")
                        .objects(
                                "outputs",
                                List.of(
                                        new JsonObject()
                                                .member("file", "issuing.pem")
                                                .member("sha256", "c".repeat(64))))
                        .end(),
                "");
    }

    private static JsonObject line(String step) {
        return new JsonObject().member("step", step).member("time", "2026-11-28T08:00:00Z");
    }
}
