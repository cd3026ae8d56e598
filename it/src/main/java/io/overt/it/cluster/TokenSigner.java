package io.overt.it.cluster;

import io.overt.it.cluster.ClusterFiles.PartFiles;
import io.overt.signer.SignerMain;
import io.overt.testkit.softhsm.SoftHsmToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine;

/**
 * The files of a signer whose keys are in a SoftHSM token of this process (ADR 0021): token, CAs,
 * the key of the log, configuration. Starts nothing.
 */
record TokenSigner(SoftHsmToken token, SignerMain program, PartFiles files) {

    /**
     * Makes them.
     *
     * @param number of the signer, from 1
     * @param organisation named by the CA that nobody trusts
     */
    static TokenSigner make(ClusterFiles cluster, int number, String organisation)
            throws IOException {
        var token = SoftHsmToken.create(cluster.ofSigner(number, "token"));
        Files.copy(token.rootPem(), cluster.inspectionRoot(number));
        Files.copy(token.issuingPem(), cluster.issuingCa(number));
        SignerMain program = new SignerMain(Clock.systemUTC());
        PartFiles files = cluster.signer(number, section(token, token.module(), ""));
        String config = files.config().toString();
        run(program, "create-untrusted-ca", "--config", config, "--organisation", organisation);
        run(program, "create-log-key", "--config", config);
        return new TokenSigner(token, program, files);
    }

    /**
     * The section {@code token} of the configuration.
     *
     * @param module the library to reach it by
     * @param more further keys of the section, indented
     */
    static String section(SoftHsmToken token, Path module, String more) {
        return """
               token:
                 module: %s
                 label: %s
                 pin-file: %s
               %s"""
                .formatted(module, token.label(), token.pinFile(), more);
    }

    /** A command of the signer, in the token that is there already. */
    private static void run(SignerMain program, String name, String... arguments)
            throws IOException {
        for (Object command : program.commands()) {
            var line = new CommandLine(command);
            if (line.getCommandName().equals(name)) {
                int status = line.execute(arguments);
                if (status != 0) {
                    throw new IOException(name + ": status " + status + " (expected: 0)");
                }
                return;
            }
        }
        throw new IllegalStateException("the signer has no command " + name);
    }
}
