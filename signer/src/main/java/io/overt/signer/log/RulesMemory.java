package io.overt.signer.log;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has to be known of the entries so far to judge those that follow.
 *
 * @param readingKeys indexes of entries of this kind
 * @param issuers likewise
 * @param ceremonies likewise
 * @param open indexes of intents without a result
 * @param issued the first 16 bytes of each certificate id that has a result: they are made by HMAC,
 *     so that no two of them begin alike
 * @param acts how many there were
 * @param crls number of the last CRL of each issuer, by the SHA-256 of its certificate
 */
public record RulesMemory(
        List<Long> readingKeys,
        List<Long> issuers,
        List<Long> ceremonies,
        List<Long> open,
        Set<ByteString> issued,
        long acts,
        Map<ByteString, Long> crls) {

    public RulesMemory {
        readingKeys = List.copyOf(readingKeys);
        issuers = List.copyOf(issuers);
        ceremonies = List.copyOf(ceremonies);
        open = List.copyOf(open);
        issued = Set.copyOf(issued);
        crls = Map.copyOf(crls);
    }

    /** Before the first entry. */
    public static final RulesMemory NOTHING =
            new RulesMemory(List.of(), List.of(), List.of(), List.of(), Set.of(), 0, Map.of());
}
