package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogLine;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Finds entries by what is sealed in them. */
@Command(
        name = "search",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Print the entries about a host name, a serial number or a certificate's SHA-256 (hexadecimal).",
            "Needs --readers-key. Exits with 1 when there is none."
        })
final class LogSearch extends LogReading {

    @Parameters(index = "0", paramLabel = "NAME", description = "What to look for.")
    private @Nullable String name;

    @Override
    int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException {
        if (reader.isEmpty()) {
            err().println("search: host names are sealed (expected: --readers-key)");
            return 2;
        }
        String wanted = required(name);
        long[] found = {0};
        LogEntries.each(
                log,
                0,
                LogEntries.head(log, key).size(),
                (index, entry) -> {
                    LogLine line = LogLine.of(index, entry, reader);
                    if (line.names().stream().anyMatch(wanted::equalsIgnoreCase)) {
                        found[0]++;
                        out().println(line.text());
                    }
                });
        return found[0] == 0 ? 1 : 0;
    }
}
