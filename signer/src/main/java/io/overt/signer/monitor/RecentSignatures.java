package io.overt.signer.monitor;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.log.v1.Entry;
import io.overt.signer.log.PublishedLog;
import io.overt.signer.monitor.MonitorState.Tally;
import io.overt.x509.Hashes;
import io.overt.x509.PresentedChain;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TiledTree;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts signatures in a part of a log that was read before, from its end backwards: a signer that
 * was started anew counts from there on.
 */
final class RecentSignatures {
    private final TiledTree tree;
    private final long size;
    private final List<Long> issuers;

    /**
     * The first entries of a log, which were verified.
     *
     * @param issuers indexes of the entries about issuers among them
     */
    RecentSignatures(PublishedLog log, long size, List<Long> issuers) {
        this.tree = new TiledTree(log, size);
        this.size = size;
        this.issuers = issuers;
    }

    /** Those that are not older than this. */
    Tally since(Instant start) throws IOException {
        Map<ByteString, String> names = names();
        Map<String, Long> counts = new HashMap<>();
        long crls = 0;
        long older = 0;
        // Entries are in the order of their commits, which is not quite that of their times.
        for (long index = size - 1; index >= 0 && older < TilePath.FULL; index--) {
            Entry entry = entry(index);
            if (at(entry).isBefore(start)) {
                older++;
                continue;
            }
            older = 0;
            if (entry.hasCrl()) {
                crls++;
            }
            long intent =
                    switch (entry.getKindCase()) {
                        case RESULT -> entry.getResult().getIntent();
                        case WITHHELD -> entry.getWithheld().getIntent();
                        default -> -1; // no signature over a leaf
                    };
            if (intent >= 0 && intent < index) {
                String name = names.get(entry(intent).getIntent().getIssuerSha256());
                if (name != null) {
                    counts.merge(name, 1L, Long::sum);
                }
            }
        }
        return new Tally(start, counts, crls);
    }

    private Map<ByteString, String> names() throws IOException {
        Map<ByteString, String> names = new HashMap<>();
        for (long index : issuers) {
            byte[] der = entry(index).getIssuer().getIssuer().getCertificate().toByteArray();
            try {
                names.put(
                        ByteString.copyFrom(Hashes.sha256(der)),
                        PresentedChain.parse(List.of(der))
                                .leaf()
                                .getSubjectX500Principal()
                                .getName());
            } catch (CertificateException e) {
                throw new MalformedLogException("entry " + index + ": " + e.getMessage());
            }
        }
        return names;
    }

    private Entry entry(long index) throws IOException {
        try {
            return Entry.parseFrom(tree.entry(index));
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedLogException("entry " + index + ": " + e.getMessage());
        }
    }

    private static Instant at(Entry entry) {
        return Instant.ofEpochSecond(entry.getAt().getSeconds(), entry.getAt().getNanos());
    }
}
