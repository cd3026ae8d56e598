package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import io.overt.service.config.ConfigException;
import io.overt.service.process.StartException;
import io.overt.signer.log.LogCheck;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.LogLine;
import io.overt.signer.log.LogReader;
import io.overt.x509.tlog.LogProof;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code overt-signer log}: reads a transparency log, from its folder and its key alone, wherever
 * these were copied to. Nothing of it needs a signer, its configuration or its token.
 */
@Command(
        name = "log",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Read the transparency log: its folder and the certificate of its key.",
        subcommands = {
            LogCommand.Verify.class,
            LogCommand.Search.class,
            LogCommand.Prove.class,
            LogCommand.Tail.class
        })
final class LogCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Override
    public Integer call() {
        required(spec).commandLine().usage(required(spec).commandLine().getErr());
        return 2;
    }

    /** What all of them need. */
    abstract static class Reading implements Callable<Integer> {

        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--log",
                required = true,
                paramLabel = "FOLDER",
                description = "The log: a folder with the files checkpoint and tile/.")
        private @Nullable Path log;

        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "Certificate of the key that signs the log (PEM); tells its origin.")
        private @Nullable Path certificate;

        @Option(
                names = "--readers-key",
                paramLabel = "FILE",
                description =
                        "Private key of the log's readers (PEM, X25519), for host names and certificates.")
        private @Nullable Path readersKey;

        @SuppressWarnings("UnusedVariable") // picocli acts on it
        @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
        private boolean help;

        @Override
        public final Integer call() throws ConfigException, StartException {
            NoteKey key;
            Optional<LogReader> reader;
            try {
                key = LogFiles.key(LogFiles.certificate(required(certificate)));
                Path secret = readersKey;
                reader =
                        secret == null
                                ? Optional.empty()
                                : Optional.of(LogReader.read(key.name(), secret));
            } catch (IOException | CertificateException | IllegalArgumentException e) {
                throw new ConfigException(String.valueOf(e.getMessage()));
            }
            try {
                return run(new LogFolder(required(log)), key, reader);
            } catch (IOException e) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }

        abstract int run(LogFolder folder, NoteKey key, Optional<LogReader> reader)
                throws IOException;

        final PrintWriter out() {
            return required(spec).commandLine().getOut();
        }

        final PrintWriter err() {
            return required(spec).commandLine().getErr();
        }
    }

    /** Verifies everything that the folder says. */
    @Command(
            name = "verify",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description = {
                "Verify signature, tiles and entries of the whole log.",
                "Prints what is wrong and where, and exits with 1, when anything is."
            })
    static final class Verify extends Reading {
        @Override
        int run(LogFolder folder, NoteKey key, Optional<LogReader> reader) {
            LogCheck.Report report = LogCheck.of(folder, key, reader);
            report.findings().forEach(finding -> err().println(finding));
            if (!report.findings().isEmpty()) {
                return 1;
            }
            report.head()
                    .ifPresent(
                            head ->
                                    out().printf(
                                                    "good: %s, %d entries, root %s; %d intents, %d certificates, %d intents without one%n",
                                                    key.name(),
                                                    head.size(),
                                                    head.root().base64(),
                                                    report.intents(),
                                                    report.results(),
                                                    report.open()));
            return 0;
        }
    }

    /** Finds entries by what is sealed in them. */
    @Command(
            name = "search",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description = {
                "Print the entries about a host name, a serial number or a certificate's SHA-256 (hexadecimal).",
                "Needs --readers-key. Exits with 1 when there is none."
            })
    static final class Search extends Reading {

        @Parameters(index = "0", paramLabel = "NAME", description = "What to look for.")
        private @Nullable String name;

        @Override
        int run(LogFolder folder, NoteKey key, Optional<LogReader> reader) throws IOException {
            if (reader.isEmpty()) {
                err().println("search: host names are sealed (expected: --readers-key)");
                return 2;
            }
            String wanted = required(name);
            long[] found = {0};
            LogEntries.each(
                    folder,
                    0,
                    LogEntries.head(folder, key).size(),
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

    /** Proofs for others. */
    @Command(
            name = "prove",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description = {
                "Print a proof that an entry is in the log (C2SP tlog-proof),",
                "or with --since that the log of an earlier size is the beginning of this one: one hash a line."
            })
    static final class Prove extends Reading {

        @Option(
                names = "--since",
                paramLabel = "SIZE",
                description = "The earlier size; its head is printed before the proof.")
        private long since = -1;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "INDEX",
                description = "Of the entry, from 0.")
        private long index = -1;

        @Override
        int run(LogFolder folder, NoteKey key, Optional<LogReader> reader) throws IOException {
            if ((since < 0) == (index < 0)) {
                err().println("prove: expected an entry's INDEX or --since SIZE");
                return 2;
            }
            LogEntries.Head head = LogEntries.head(folder, key);
            TiledTree tree = new TiledTree(folder, head.size());
            if (since >= 0) {
                List<MerkleHash> proof = tree.consistency(since);
                // What is printed was verified: tiles that are wrong prove nothing.
                MerkleProof.requireConsistency(tree.head(since), head.checkpoint().head(), proof);
                out().println(since);
                out().println(tree.head(since).root().base64());
                proof.forEach(hash -> out().println(hash.base64()));
                return 0;
            }
            LogProof proof = new LogProof(index, tree.inclusion(index), head.note());
            proof.requireOf(tree.entry(index), key);
            out().print(proof.text());
            out().flush();
            return 0;
        }
    }

    /** Prints entries as they come. */
    @Command(
            name = "tail",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description =
                    "Print the last entries, and with --follow those that come; without --readers-key without host names.")
    static final class Tail extends Reading {

        @Option(
                names = "--lines",
                paramLabel = "N",
                defaultValue = "10",
                description = "How many of the last (default: ${DEFAULT-VALUE}).")
        private long lines;

        @Option(names = "--follow", description = "Go on until interrupted.")
        private boolean follow;

        @Override
        int run(LogFolder folder, NoteKey key, Optional<LogReader> reader) throws IOException {
            TreeHead head = LogEntries.head(folder, key).checkpoint().head();
            long size = head.size();
            long shown = Math.max(0, size - lines);
            // The keys of what is shown are in entries before it.
            long read = reader.isPresent() ? 0 : shown;
            while (true) {
                print(folder, read, shown, size, reader);
                out().flush();
                read = size;
                shown = size;
                if (!follow || !pause()) {
                    return 0;
                }
                TreeHead next = LogEntries.head(folder, key).checkpoint().head();
                if (next.size() >= size) {
                    // Whoever follows a log notices when it begins to tell another history.
                    MerkleProof.requireConsistency(
                            head, next, new TiledTree(folder, next.size()).consistency(size));
                    head = next;
                    size = next.size();
                }
            }
        }

        private void print(
                LogFolder folder, long read, long from, long to, Optional<LogReader> reader)
                throws IOException {
            LogEntries.each(
                    folder,
                    read,
                    to,
                    (index, entry) -> {
                        LogLine line = LogLine.of(index, entry, reader);
                        if (index >= from) {
                            out().println(line.text());
                        }
                    });
        }

        private static boolean pause() {
            try {
                Thread.sleep(PAUSE);
                return true;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** As often as a log is published. */
        private static final Duration PAUSE = Duration.ofSeconds(1);
    }
}
