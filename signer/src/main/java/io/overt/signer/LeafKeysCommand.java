package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.signer.act.Act;
import io.overt.signer.act.ActBook.Applied;
import io.overt.signer.act.ActDocument;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.store.StoreReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code overt-signer leaf-keys}: which leaf keys are enrolled, and which of them are revoked. */
@Command(
        name = "leaf-keys",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "List the enrolled leaf keys: site, epoch, SHA-256 of the key, when, by which edge, and the act that revoked it.",
            "Reads the store of a signer that may be running, and changes nothing."
        })
final class LeafKeysCommand extends StoreCommand {

    @Override
    int run(SignerConfig signer, StoreReader store) throws ConfigException, IndexException {
        Map<LeafKeyDigest, Long> revoked = new HashMap<>();
        ActDocument documents = ActParts.documents(signer);
        for (Applied each : store.acts()) {
            if (documents.read(Path.of("act " + each.number()), each.document())
                    instanceof Act.LeafKeyRevocation(var header, _, var key, _)) {
                revoked.put(key, header.number());
            }
        }
        for (StoreReader.LeafKey each : store.leafKeys()) {
            Long act = revoked.get(each.digest());
            out().printf(
                            "site=%s epoch=%d key=%s enrolled=%s requester=%s %s%n",
                            each.site(),
                            each.epoch(),
                            each.digest(),
                            each.enrolledAt(),
                            each.requester(),
                            act == null ? "good" : "revoked-by-act=" + act);
        }
        return 0;
    }
}
