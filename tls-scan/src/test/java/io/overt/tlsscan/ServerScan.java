package io.overt.tlsscan;

import de.rub.nds.tlsattacker.core.config.delegate.GeneralDelegate;
import de.rub.nds.tlsscanner.serverscanner.config.ServerScannerConfig;
import de.rub.nds.tlsscanner.serverscanner.execution.TlsServerScanner;
import de.rub.nds.tlsscanner.serverscanner.report.ServerReport;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Scans a TLS server on the loopback address. Arguments: its port, the server name to ask for, the
 * milliseconds to wait for an answer, and the file for what was found. Ends with 1 if no handshake
 * worked at all.
 */
public final class ServerScan {
    private ServerScan() {}

    /** Runs it. */
    public static void main(String[] arguments) throws IOException {
        var config = new ServerScannerConfig(new GeneralDelegate());
        config.getClientDelegate().setHost("127.0.0.1:" + arguments[0]);
        config.getClientDelegate().setSniHostname(arguments[1]);
        config.setTimeout(Integer.parseInt(arguments[2]));
        Findings.set(config.getExecutorConfig());
        ServerReport report;
        try (var scanner = new TlsServerScanner(config)) {
            report = scanner.scan();
        }
        if (!report.getIsHandshaking()) {
            System.err.println("127.0.0.1:" + arguments[0] + ": no handshake (expected: TLS)");
            System.exit(1);
        }
        Findings.write(report, Path.of(arguments[3]));
        // The scanner leaves threads behind.
        System.exit(0);
    }
}
