package io.overt.testkit.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Alice and Bob, who approve with {@code ssh-keygen} as people do. Not thread-safe. */
public final class TwoApprovers {

    /** What they are called. */
    public static final List<String> NAMES = List.of("alice", "bob");

    private final Path folder;
    private final Path file;

    /**
     * Makes them keys, and an approvers file.
     *
     * @param directory the test's own
     */
    public TwoApprovers(Path directory) throws IOException {
        folder = Files.createDirectories(directory.resolve("people"));
        StringBuilder people = new StringBuilder("threshold: 2\napprovers:\n");
        for (String name : NAMES) {
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

    /** Names both, and wants both. */
    public Path file() {
        return file;
    }

    /** Hands a document in, approved by both. */
    public void handIn(Path acts, String name, String document) throws IOException {
        Path draft = Files.writeString(folder.resolve(name), document);
        approve(draft, "alice");
        approve(draft, "bob");
        Files.createDirectories(acts);
        for (String each : NAMES) {
            Files.move(
                    folder.resolve(name + "." + each + ".sig"),
                    acts.resolve(name + "." + each + ".sig"));
        }
        Files.move(draft, acts.resolve(name));
    }

    /** One person's approval, beside the document. */
    public void approve(Path document, String person) throws IOException {
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

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + said);
        }
    }
}
