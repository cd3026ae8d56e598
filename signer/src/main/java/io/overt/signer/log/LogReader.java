package io.overt.signer.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Evidence;
import io.overt.proto.log.v1.Intent;
import io.overt.proto.log.v1.Issued;
import io.overt.proto.log.v1.ReadingKey;
import io.overt.proto.log.v1.ReadingSecrets;
import io.overt.proto.log.v1.Result;
import io.overt.proto.log.v1.Sealed;
import io.overt.x509.tlog.MalformedLogException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.XECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;

/**
 * Opens what is sealed in a log, with the private half of a {@link ReadersKey}. Has to be shown the
 * entries in order, for the keys among them. Confined to one thread.
 */
public final class LogReader {

    private final String origin;
    private final AsymmetricCipherKeyPair key;
    private final Map<Long, ContentSeal> keys = new HashMap<>();

    /**
     * A reader of one log.
     *
     * @param key X25519
     */
    public LogReader(String origin, PrivateKey key) {
        this(origin, pair(key));
    }

    private LogReader(String origin, AsymmetricCipherKeyPair key) {
        this.origin = origin;
        this.key = key;
    }

    private static AsymmetricCipherKeyPair pair(PrivateKey key) {
        byte[] raw =
                key instanceof XECPrivateKey xec
                        ? xec.getScalar().orElseThrow(() -> new IllegalArgumentException("no key"))
                        : new byte[0];
        X25519PrivateKeyParameters secret = new X25519PrivateKeyParameters(raw);
        return new AsymmetricCipherKeyPair(secret.generatePublicKey(), secret);
    }

    /**
     * Reads the key as {@code openssl genpkey -algorithm X25519} writes it.
     *
     * @throws IOException when it cannot be read, or is no such key
     */
    public static LogReader read(String origin, Path pem) throws IOException {
        try {
            return new LogReader(
                    origin,
                    KeyFactory.getInstance("X25519")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(ReadersKey.der(pem, "PRIVATE KEY"))));
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + ": " + e.getMessage() + " (expected: X25519)", e);
        }
    }

    /** One with the same key that has not seen any entry yet. */
    public LogReader fresh() {
        return new LogReader(origin, key);
    }

    /**
     * Takes the key out of an entry that has one.
     *
     * @throws MalformedLogException when it is not for us
     */
    public void learn(long index, Entry entry) throws MalformedLogException {
        if (!entry.hasReadingKey()) {
            return;
        }
        ReadingKey sealed = entry.getReadingKey();
        try {
            ReadingSecrets secrets =
                    ReadingSecrets.parseFrom(
                            ReadersKey.hpke()
                                    .setupBaseR(
                                            sealed.getEncapsulation().toByteArray(),
                                            key,
                                            ReadersKey.info(origin))
                                    .open(new byte[0], sealed.getCiphertext().toByteArray()));
            keys.put(
                    index,
                    new ContentSeal(
                            index,
                            secrets.getContentKey().toByteArray(),
                            secrets.getNamingKey().toByteArray()));
        } catch (InvalidCipherTextException
                | InvalidProtocolBufferException
                | IllegalArgumentException e) {
            throw new MalformedLogException(
                    "the reading key cannot be opened with this private key: " + e.getMessage());
        }
    }

    /** What an intent was about. */
    public Evidence evidence(Intent intent) throws MalformedLogException {
        try {
            return Evidence.parseFrom(
                    open("intent", intent.getCertificateId(), intent.getSealed()));
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedLogException("sealed: no evidence: " + e.getMessage());
        }
    }

    /** The certificate of a result. */
    public Issued issued(Result result) throws MalformedLogException {
        try {
            return Issued.parseFrom(open("result", result.getCertificateId(), result.getSealed()));
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedLogException("sealed: no certificate: " + e.getMessage());
        }
    }

    /** The key that a sealed part names. */
    ContentSeal seal(Sealed sealed) throws MalformedLogException {
        ContentSeal seal = keys.get(sealed.getReadingKey());
        if (seal == null) {
            throw new MalformedLogException(
                    "sealed: entry %d, which it names, has no key"
                            .formatted(sealed.getReadingKey()));
        }
        return seal;
    }

    private byte[] open(String kind, ByteString certificateId, Sealed sealed)
            throws MalformedLogException {
        return seal(sealed).open(kind, certificateId.toByteArray(), sealed);
    }
}
