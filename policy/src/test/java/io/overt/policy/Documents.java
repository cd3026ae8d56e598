package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Documents and what they compile to, as tests write and expect them. */
final class Documents {
    private Documents() {}

    static PolicySource source(String document) {
        return source(document, Map.of());
    }

    static PolicySource source(String document, Map<String, String> lists) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(PolicySource.DOCUMENT, document.getBytes(StandardCharsets.UTF_8));
        lists.forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
        return new PolicySource(files);
    }

    static Policy compiled(String document) {
        return compiled(source(document));
    }

    static Policy compiled(PolicySource source) {
        return switch (PolicyCompiler.compile(source)) {
            case Compilation.Compiled(Policy policy, _) -> policy;
            case Compilation.Rejected(List<Problem> problems) ->
                    throw new AssertionError("rejected:\n" + text(problems));
        };
    }

    static List<String> warnings(PolicySource source) {
        assertThat(PolicyCompiler.compile(source)).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) PolicyCompiler.compile(source))
                .warnings().stream().map(Problem::text).toList();
    }

    /** The problems, a line each; empty when it compiles. */
    static String rejection(PolicySource source) {
        return switch (PolicyCompiler.compile(source)) {
            case Compilation.Compiled _ -> "";
            case Compilation.Rejected(List<Problem> problems) -> text(problems);
        };
    }

    static String text(List<Problem> problems) {
        return String.join("\n", problems.stream().map(Problem::text).toList());
    }

    /** A case of wrong-documents.txt. */
    record Wrong(String title, PolicySource source, String expected) {
        @Override
        public String toString() {
            return title;
        }
    }

    /**
     * The table: {@code === title}, the document, {@code +++ path} before each list, {@code ---},
     * and the problems. A document's own {@code ---} is written {@code ---8<---}.
     */
    static Stream<Wrong> wrong() {
        return wrong("wrong-documents.txt");
    }

    static Stream<Wrong> wrong(String table) {
        return Stream.of(resource(table).split("(?m)^=== "))
                .filter(text -> !text.isEmpty())
                .map(Documents::read);
    }

    private static Wrong read(String text) {
        int title = text.indexOf('\n');
        int cut = text.indexOf("\n---\n", title) + 1;
        String[] files = text.substring(title + 1, cut).split("(?m)^\\+\\+\\+ ");
        Map<String, String> lists = new LinkedHashMap<>();
        for (int i = 1; i < files.length; i++) {
            int path = files[i].indexOf('\n');
            lists.put(files[i].substring(0, path), files[i].substring(path + 1));
        }
        return new Wrong(
                text.substring(0, title),
                source(files[0].replace("---8<---", "---"), lists),
                text.substring(cut + 4).strip());
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Documents.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
