package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import io.overt.service.config.ConfigException;
import io.overt.service.http.BoundedFetch;
import io.overt.service.process.StartException;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that read a log. */
abstract class LogReading implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--log",
            required = true,
            paramLabel = "PLACE",
            description =
                    "The log: a folder with the files checkpoint and tile/, or the URL of one.")
    private @Nullable String log;

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
        try (BoundedFetch http = new BoundedFetch()) {
            return run(PublishedLog.at(required(log), http), key, reader);
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    abstract int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException;

    final PrintWriter out() {
        return required(spec).commandLine().getOut();
    }

    final PrintWriter err() {
        return required(spec).commandLine().getErr();
    }
}
