package io.overt.tlsscan;

import com.beust.jcommander.JCommander;
import de.rub.nds.tlsattacker.core.config.Config;
import de.rub.nds.tlsattacker.core.config.delegate.GeneralDelegate;
import de.rub.nds.tlsattacker.core.constants.CipherSuite;
import de.rub.nds.tlsattacker.core.constants.SignatureAndHashAlgorithm;
import de.rub.nds.tlsattacker.core.workflow.ParallelExecutor;
import de.rub.nds.tlsscanner.clientscanner.config.ClientScannerConfig;
import de.rub.nds.tlsscanner.clientscanner.execution.TlsClientScanner;
import de.rub.nds.tlsscanner.clientscanner.report.ClientReport;
import de.rub.nds.tlsscanner.core.constants.TlsProbeType;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Scans a TLS client by being the server that it connects to, once for each thing to find out.
 * Arguments: the milliseconds to wait for an answer, the file for what was found, and the command
 * that makes the client connect (words with a blank between them), in which {@code [port]} stands
 * for the port on the loopback address.
 */
public final class ClientScan {
    private ClientScan() {}

    /** Runs it. */
    public static void main(String[] arguments) throws IOException {
        var config = new OfferedByAll(new GeneralDelegate());
        // Its command can be set in no other way. Port 0: one of its own for each connection.
        new JCommander(config).parse("-run", arguments[2], "-port", "0");
        config.setTimeout(Integer.parseInt(arguments[0]));
        // The edge trusts no certificate of the scanner's and ends the connection as soon as it has
        // shaken hands, which this probe takes for its answer, now and then.
        Findings.set(config.getExecutorConfig(), TlsProbeType.PADDING_ORACLE);
        ClientReport report;
        // A client that refuses by a reset is asked once more, a second later. By default it would
        // be asked four times in seven seconds, for each of some hundred suites.
        var connections = ParallelExecutor.create(AT_ONCE, 1);
        try (var scanner = new TlsClientScanner(config, connections)) {
            report = scanner.scan();
        }
        Findings.write(report, Path.of(arguments[1]));
        // The scanner leaves threads behind.
        System.exit(0);
    }

    private static final int AT_ONCE = 6;

    /**
     * Where a probe does not care for the suite, the scanner takes static RSA, which only those can
     * go on with who still offer it. This one everybody offers. As little does it care how its key
     * exchange is signed, and takes SHA-1, which OpenSSL and Chromium do not offer either.
     */
    private static final class OfferedByAll extends ClientScannerConfig {
        OfferedByAll(GeneralDelegate delegate) {
            super(delegate);
        }

        @Override
        public Config createConfig() {
            Config config = super.createConfig();
            config.setDefaultSelectedCipherSuite(SUITE);
            config.setDefaultServerSupportedCipherSuites(SUITE);
            config.setDefaultServerSupportedSignatureAndHashAlgorithms(
                    config.getDefaultServerSupportedSignatureAndHashAlgorithms().stream()
                            .filter(each -> !each.name().endsWith("_SHA1"))
                            .toList());
            config.setDefaultSelectedSignatureAndHashAlgorithm(
                    SignatureAndHashAlgorithm.RSA_SHA256);
            return config;
        }

        private static final CipherSuite SUITE = CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    }
}
