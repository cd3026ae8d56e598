package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.ReadingSecrets;
import io.overt.signer.issue.IndexException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the key that entries are sealed with, and replaces it (ADR 0151): whoever takes over a
 * signer reads what this process seals from then on, and nothing that it sealed under earlier keys.
 * Thread-safe; blocks when a new key is due.
 */
final class LogSealer {

    private final String origin;
    private final ReadersKey readers;
    private final Ledger ledger;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final byte[] namingKey;

    private @Nullable ContentSeal seal; // guarded by this
    private Instant until = Instant.MIN; // guarded by this

    LogSealer(String origin, ReadersKey readers, Ledger ledger, InstantSource clock)
            throws IndexException {
        this.origin = origin;
        this.readers = readers;
        this.ledger = ledger;
        this.clock = clock;
        this.namingKey = ledger.namingKey(secret());
    }

    /** What to seal with now. */
    synchronized ContentSeal current() throws IndexException {
        Instant now = clock.instant();
        ContentSeal present = seal;
        if (present != null && now.isBefore(until)) {
            return present;
        }
        byte[] content = secret();
        long index =
                ledger.append(
                        Entry.newBuilder()
                                .setAt(TransparencyLog.timestamp(now))
                                .setReadingKey(
                                        readers.seal(
                                                origin,
                                                ReadingSecrets.newBuilder()
                                                        .setContentKey(ByteString.copyFrom(content))
                                                        .setNamingKey(
                                                                ByteString.copyFrom(namingKey))
                                                        .build()))
                                .build()
                                .toByteArray());
        ContentSeal next = new ContentSeal(index, content, namingKey);
        seal = next;
        until = now.plus(LIFE);
        return next;
    }

    private byte[] secret() {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return secret;
    }

    /** An hour of names is what a signer has in its memory anyhow. */
    private static final Duration LIFE = Duration.ofHours(1);
}
