package io.overt.signer.log;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;

/**
 * What has to be known of the entries so far to judge those that follow.
 *
 * @param standing indexes of entries that hold until others of their kind come: reading keys and
 *     issuers; they are judged again, in order, and nothing is told of them
 * @param open indexes of intents without a result
 * @param issued the first 16 bytes of each certificate id that has a result: they are made by HMAC,
 *     so that no two of them begin alike
 */
public record RulesMemory(List<Long> standing, List<Long> open, Set<ByteString> issued) {

    public RulesMemory {
        standing = List.copyOf(standing);
        open = List.copyOf(open);
        issued = Set.copyOf(issued);
    }

    /** Before the first entry. */
    public static final RulesMemory NOTHING = new RulesMemory(List.of(), List.of(), Set.of());
}
