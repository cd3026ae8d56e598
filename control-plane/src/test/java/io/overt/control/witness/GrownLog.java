package io.overt.control.witness;

import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.NoteSignature;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeGrowth;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A log as a signer makes one, checkpoint key included, in memory: paths and their bytes. Two of
 * one key with different entries are a fork.
 */
public final class GrownLog {
    private final String origin;
    private final KeyPair pair;
    private final TreeGrowth growth = new TreeGrowth();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    public GrownLog(String origin) {
        this(origin, pair());
    }

    private GrownLog(String origin, KeyPair pair) {
        this.origin = origin;
        this.pair = pair;
    }

    /** Another history under the same key. */
    GrownLog twin() {
        return new GrownLog(origin, pair);
    }

    public NoteKey key() {
        return NoteKey.of(origin, NoteKey.Kind.ECDSA, pair.getPublic());
    }

    /** Appends, and publishes tiles and a checkpoint. */
    public GrownLog append(String first, int count) {
        for (int i = 0; i < count; i++) {
            growth.append((first + " " + i).getBytes(StandardCharsets.UTF_8));
        }
        return publish();
    }

    /** Appends these, and publishes tiles and a checkpoint. */
    public GrownLog append(List<byte[]> entries) {
        entries.forEach(growth::append);
        return publish();
    }

    private GrownLog publish() {
        growth.tiles()
                .forEach(
                        (path, bytes) -> {
                            files.put(path.text(), bytes);
                            if (path.full()) {
                                files.keySet()
                                        .removeIf(each -> each.startsWith(path.text() + ".p/"));
                            }
                        });
        files.put("checkpoint", note().encoded());
        return this;
    }

    TreeHead head() {
        return growth.head();
    }

    SignedNote note() {
        return signed(Checkpoint.of(origin, growth.head()));
    }

    SignedNote signed(Checkpoint checkpoint) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(pair.getPrivate());
            signer.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
            return new SignedNote(
                    checkpoint.text(),
                    List.of(new NoteSignature(origin, key().id(), signer.sign())));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** What its web server has, changing as it grows. */
    Map<String, byte[]> files() {
        return files;
    }

    List<MerkleHash> consistency(long since) {
        try {
            return new TiledTree(this::tile, head().size()).consistency(since);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] tile(TilePath path) throws IOException {
        byte[] bytes = files.get(path.text());
        if (bytes == null) {
            bytes = files.get(path.filled().text());
        }
        if (bytes == null) {
            throw new IOException(path + ": not there");
        }
        return bytes;
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
