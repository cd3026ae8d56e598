package io.overt.control.cli;

import com.google.protobuf.ByteString;
import io.overt.policy.PolicySource;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A policy on the operator's disk: the document, and the list files that it names and nothing else
 * that lies beside it.
 *
 * @param document the document's path as it was given
 * @param files to submit, the document as {@value PolicySource#DOCUMENT}
 */
record PolicyFolder(Path document, List<BundleFile> files) {

    /**
     * Reads a document, or the {@code policy.yaml} of a folder. A list file that is not there is
     * left out: the compiler tells where it is named.
     *
     * @throws IOException when a file that is there cannot be read, or a list lies outside of the
     *     document's folder
     */
    static PolicyFolder read(Path given) throws IOException {
        var document = Files.isDirectory(given) ? given.resolve(PolicySource.DOCUMENT) : given;
        var content = Files.readAllBytes(document);
        var files = new ArrayList<BundleFile>();
        files.add(file(PolicySource.DOCUMENT, content));
        var folder = document.toAbsolutePath().normalize().getParent();
        for (var name : named(content)) {
            var list = folder == null ? Path.of(name) : folder.resolve(name).normalize();
            if (folder == null || !list.startsWith(folder)) {
                throw new IOException(
                        document + ": list file " + name + " lies outside of the policy's folder");
            }
            if (Files.isRegularFile(list, new LinkOption[0])) {
                files.add(file(name, Files.readAllBytes(list)));
            }
        }
        return new PolicyFolder(document, List.copyOf(files));
    }

    /** The same for a compiler in this process, which fetches nothing. */
    PolicySource source(FetchedCopies copies) {
        var contents = new LinkedHashMap<String, byte[]>();
        files.forEach(file -> contents.put(file.getPath(), file.getContent().toByteArray()));
        return new PolicySource(contents, copies.lists());
    }

    /** What lies here of lists that the control plane fetches. */
    FetchedCopies copies() throws IOException {
        return FetchedCopies.of(
                files.getFirst().getContent().toByteArray(),
                Optional.ofNullable(document.toAbsolutePath().getParent()));
    }

    /** A problem's place as the operator's editor knows it. */
    String place(Problem problem) {
        var path =
                problem.getFile().equals(PolicySource.DOCUMENT)
                        ? document.toString()
                        : String.valueOf(document.resolveSibling(problem.getFile()));
        var place = new StringBuilder(path);
        if (problem.getLine() > 0) {
            place.append(':').append(problem.getLine());
            if (problem.getColumn() > 0) {
                place.append(':').append(problem.getColumn());
            }
        }
        return place.toString();
    }

    /**
     * The files under {@code lists: {name: {file: …}}}. A document that cannot be read so names
     * none: the compiler tells why.
     */
    private static Set<String> named(byte[] document) {
        var names = new LinkedHashSet<String>();
        try {
            var root =
                    new Load(LoadSettings.builder().setMaxAliasesForCollections(0).build())
                            .loadFromString(
                                    new String(document, java.nio.charset.StandardCharsets.UTF_8));
            if (root instanceof java.util.Map<?, ?> map
                    && map.get("lists") instanceof java.util.Map<?, ?> lists) {
                for (var list : lists.values()) {
                    if (list instanceof java.util.Map<?, ?> keys
                            && keys.get("file") instanceof String name) {
                        names.add(name);
                    }
                }
            }
        } catch (YamlEngineException _) {
            return Set.of();
        }
        return names;
    }

    private static BundleFile file(String path, byte[] content) {
        return BundleFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFrom(content))
                .build();
    }
}
