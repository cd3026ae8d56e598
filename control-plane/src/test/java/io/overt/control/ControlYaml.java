package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.overt.service.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** What is written in a {@code control.yaml}, for tests of how it is read. */
public final class ControlYaml {
    /** The distributed file, which documents every key. */
    public static final Path EXAMPLE =
            Path.of(System.getProperty("basedir", ""), "src/main/dist/control.yaml");

    /** What has no default, in two lines. */
    private static final String REQUIRED =
            """
            identity: {certificate: c.pem, key: c.key, trust-anchors: ca.pem}
            policy: {signing-key: policy.key}
            """;

    /**
     * Reads what has to be written and these sections, as {@code control.yaml} of that folder.
     *
     * @param sections from the third line of the file
     */
    public static ControlConfig read(Path folder, String sections) throws Exception {
        return readAlone(folder, REQUIRED + sections);
    }

    /** Reads a text that is all there is in it. */
    static ControlConfig readAlone(Path folder, String yaml) throws Exception {
        return ControlConfig.read(
                ConfigFile.read(Files.writeString(folder.resolve("control.yaml"), yaml)));
    }

    /** A section of the root that the example has commented out, as it is written otherwise. */
    public static String commentedOut(String section) throws IOException {
        return commentedOut("", section);
    }

    /**
     * The same of a section within another.
     *
     * @param indent what its lines begin with
     */
    public static String commentedOut(String indent, String section) throws IOException {
        var comment = indent + "# ";
        return Files.readString(EXAMPLE, UTF_8)
                .lines()
                .dropWhile(line -> !line.equals(comment + section + ":"))
                .takeWhile(line -> line.startsWith(comment))
                .map(line -> indent + line.substring(comment.length()))
                .collect(Collectors.joining("\n"));
    }

    private ControlYaml() {}
}
