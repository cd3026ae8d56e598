package io.overt.signer;

import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.x509.tlog.LogProof;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.TiledTree;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proofs for others. */
@Command(
        name = "prove",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Print a proof that an entry is in the log (C2SP tlog-proof),",
            "or with --since that the log of an earlier size is the beginning of this one: one hash a line."
        })
final class LogProve extends LogReading {

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
    int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException {
        if ((since < 0) == (index < 0)) {
            err().println("prove: expected an entry's INDEX or --since SIZE");
            return 2;
        }
        LogEntries.Head head = LogEntries.head(log, key);
        TiledTree tree = new TiledTree(log, head.size());
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
