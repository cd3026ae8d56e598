package io.overt.signer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Alice and Bob, who approve with {@code ssh-keygen} as people do. */
final class TwoApprovers {

    private final Path folder;
    final Path file;

    TwoApprovers(Path directory) throws Exception {
        folder = Files.createDirectories(directory.resolve("people"));
        StringBuilder people = new StringBuilder("threshold: 2\napprovers:\n");
        for (String name : new String[] {"alice", "bob"}) {
            run(
                    "ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-f",
                    folder.resolve(name).toString());
            people.append("  - name: ")
                    .append(name)
                    .append("\n    key: ")
                    .append(Files.readString(folder.resolve(name + ".pub")).strip())
                    .append('\n');
        }
        file = Files.writeString(directory.resolve("approvers.yaml"), people);
    }

    /** Hands an act in, approved by both. */
    void handIn(Path acts, String name, String document) throws Exception {
        Path file = folder.resolve(name);
        Files.writeString(file, document);
        approve(file, "alice");
        approve(file, "bob");
        Files.createDirectories(acts);
        for (String each : new String[] {"alice", "bob"}) {
            Files.move(
                    folder.resolve(name + "." + each + ".sig"),
                    acts.resolve(name + "." + each + ".sig"));
        }
        Files.move(file, acts.resolve(name));
    }

    /** One person's approval, beside the document. */
    void approve(Path document, String person) throws Exception {
        run(
                "ssh-keygen",
                "-q",
                "-Y",
                "sign",
                "-n",
                "overt-approval",
                "-f",
                folder.resolve(person).toString(),
                document.toString());
        Files.move(
                document.resolveSibling(document.getFileName() + ".sig"),
                document.resolveSibling(document.getFileName() + "." + person + ".sig"));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + said);
        }
    }
}
