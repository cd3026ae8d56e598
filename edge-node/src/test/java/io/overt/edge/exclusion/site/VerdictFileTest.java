package io.overt.edge.exclusion.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Subject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictFileTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00Z");
    private static final List<Verdict> VERDICTS =
            List.of(
                    new Verdict(
                            "a/01",
                            Subject.of(
                                    "api.bank.example",
                                    Client.of(InetAddress.ofLiteral("192.0.2.7"))),
                            AT,
                            Word.CONFIRMED,
                            "overt://hq/operator/ann",
                            Optional.of(new Seen(RefusalKind.ALERT, 3, AT, AT))),
                    new Verdict(
                            "b/02",
                            Subject.everybody("app.example"),
                            AT,
                            Word.FORGOTTEN,
                            "overt://hq/operator/bob",
                            Optional.empty()));

    @TempDir Path folder;

    @Test
    void what_is_saved_is_loaded_by_whoever_comes_next() throws Exception {
        new VerdictFile(folder).save(VERDICTS);
        assertThat(new VerdictFile(folder).load()).isEqualTo(VERDICTS);

        new VerdictFile(folder).save(VERDICTS.subList(0, 1));
        assertThat(new VerdictFile(folder).load()).isEqualTo(VERDICTS.subList(0, 1));
    }

    @Test
    void where_nothing_was_ever_saved_there_is_nothing() throws Exception {
        assertThat(new VerdictFile(folder).load()).isEmpty();
    }

    @Test
    void nobody_else_reads_it() throws Exception {
        var kept = new VerdictFile(folder);
        kept.save(VERDICTS);
        assertThat(Files.getPosixFilePermissions(kept.file()))
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void a_file_with_any_byte_changed_or_cut_off_is_put_aside_and_nothing_of_it_holds()
            throws Exception {
        var kept = new VerdictFile(folder);
        kept.save(VERDICTS);
        var sound = Files.readAllBytes(kept.file());
        for (var at = 0; at < sound.length; at++) {
            var changed = sound.clone();
            changed[at] ^= 0x10;
            assertBroken(kept, changed);
            assertBroken(kept, Arrays.copyOf(sound, at));
        }
    }

    private void assertBroken(VerdictFile kept, byte[] bytes) throws IOException {
        Files.write(kept.file(), bytes);
        assertThatThrownBy(kept::load).isInstanceOf(IOException.class);
        assertThat(kept.file()).doesNotExist();
        assertThat(folder.resolve("exclusion-verdicts.broken")).hasBinaryContent(bytes);
    }
}
