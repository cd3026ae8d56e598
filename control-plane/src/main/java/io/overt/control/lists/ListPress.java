package io.overt.control.lists;

import io.overt.policy.DeclaredList.Suffixes;
import io.overt.policy.HostName;
import io.overt.policy.ListFormat;
import io.overt.policy.ListText;
import io.overt.policy.Problem;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListCompiler;
import io.overt.service.files.MappedFiles;
import io.overt.x509.PublicSuffixes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes compiled lists of texts, one at a time, in memory that is files: the heap that it takes is
 * that of one chunk of names. On a platform thread of its own, for minutes of work would keep
 * virtual threads from theirs. Whoever calls waits. Thread-safe; whoever makes it closes it.
 */
public final class ListPress implements AutoCloseable {
    private final Path folder;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("list-compiler").factory());

    /** What came of a text. */
    public sealed interface Pressed {

        /**
         * A list. Its memory is given back when nobody has it any more.
         *
         * @param warnings of what is in the text and not in the list, or is doubtful
         */
        record Made(CompiledList list, List<Problem> warnings) implements Pressed {}

        /** No list, for these reasons. */
        record Wrong(List<Problem> problems) implements Pressed {}
    }

    /**
     * @param folder for files without names, some times as large as a text; is made
     * @throws IOException when it cannot be made
     */
    public ListPress(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** Of a text that is in memory. */
    Pressed press(String name, Optional<ListFormat> format, Suffixes suffixes, byte[] text)
            throws IOException {
        return press(name, format, suffixes, () -> new ByteArrayInputStream(text));
    }

    /** Of a text that is a file. */
    Pressed press(String name, Optional<ListFormat> format, Suffixes suffixes, Path text)
            throws IOException {
        return press(name, format, suffixes, () -> Files.newInputStream(text));
    }

    private interface Text {
        InputStream open() throws IOException;
    }

    /**
     * @param name what problems call the text
     * @throws IOException when the text cannot be read, or the folder not be written
     */
    private Pressed press(String name, Optional<ListFormat> format, Suffixes suffixes, Text text)
            throws IOException {
        try {
            return thread.submit(() -> compile(name, format, suffixes, text)).get();
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof UncheckedIOException unchecked
                    ? new IOException(unchecked.getMessage(), unchecked)
                    : new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Pressed compile(String name, Optional<ListFormat> format, Suffixes suffixes, Text text)
            throws IOException {
        try (var work = Arena.ofConfined()) {
            var compiler = new ListCompiler(new MappedFiles(folder, work));
            var reader = ListText.of(name, format, ListPress::isSuffix, suffixes, compiler::add);
            byte[] piece = new byte[PIECE];
            try (var in = text.open()) {
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    reader.take(piece, 0, read);
                }
            }
            reader.end();
            if (!reader.errors().isEmpty()) {
                return new Pressed.Wrong(reader.errors());
            }
            var made = compiler.compile().file();
            // What is kept shall not keep the memory that it was made in.
            var kept = new MappedFiles(folder, Arena.ofAuto()).allocate(made.byteSize());
            MemorySegment.copy(made, 0, kept, 0, made.byteSize());
            return switch (CompiledList.open(kept)) {
                case Opening.Opened(CompiledList list) -> new Pressed.Made(list, reader.warnings());
                case Opening.Damaged(String why) ->
                        throw new IllegalStateException("what was compiled " + why);
            };
        }
    }

    /** As policies are warned: names below a suffix that this does not know are nobody's loss. */
    public static boolean isSuffix(HostName name) {
        return PublicSuffixes.contains(name.value());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private static final int PIECE = 1 << 20;
}
