package io.overt.control.witness;

import io.overt.control.keys.Ed25519File;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.NoteSignature;
import io.overt.x509.tlog.SignedNote;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;

/**
 * The witness's key, Ed25519. Two files: the private half, and beside it, with {@code .pub} at the
 * end, its verifier key with its name. Whoever takes it can vouch for a forged history; it signs no
 * certificate and no policy. Thread-safe.
 */
public final class WitnessKey {
    private final PrivateKey privateKey;
    private final NoteKey verifier;

    /** Where the verifier key of a private key's file lies. */
    public static Path publicHalf(Path privateFile) {
        return privateFile.resolveSibling(privateFile.getFileName() + ".pub");
    }

    /**
     * Makes a key and its two files. Nothing is ever overwritten.
     *
     * @param name of the witness; a host name with a path, by convention
     * @throws IOException when a file is there already, or cannot be written
     * @throws IllegalArgumentException when the name is none
     */
    public static WitnessKey create(Path privateFile, String name) throws IOException {
        var publicFile = publicHalf(privateFile);
        if (Files.exists(publicFile)) {
            throw new FileAlreadyExistsException(publicFile.toString());
        }
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            var verifier = NoteKey.of(name, NoteKey.Kind.COSIGNATURE, pair.getPublic());
            Ed25519File.write(privateFile, pair.getPrivate());
            Ed25519File.writePublic(publicFile, verifier.vkey() + "\n");
            return new WitnessKey(pair.getPrivate(), verifier);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 makes Ed25519 keys", e);
        }
    }

    /**
     * Reads both halves, and tries whether they belong together.
     *
     * @throws IllegalArgumentException naming the file and what was expected
     */
    public static WitnessKey read(Path privateFile) {
        var publicFile = publicHalf(privateFile);
        var privateKey = Ed25519File.read(privateFile, "create-witness-key");
        NoteKey verifier;
        try {
            verifier = NoteKey.parse(Files.readString(publicFile).strip());
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(publicFile + ": no such file", e);
        } catch (MalformedLogException e) {
            throw new IllegalArgumentException(publicFile + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(publicFile + ": cannot be read: " + e, e);
        }
        if (verifier.kind() != NoteKey.Kind.COSIGNATURE) {
            throw new IllegalArgumentException(
                    publicFile
                            + ": a key of kind "
                            + verifier.kind()
                            + " (expected: "
                            + NoteKey.Kind.COSIGNATURE
                            + ")");
        }
        var key = new WitnessKey(privateKey, verifier);
        if (!key.verifier.verifies(CANARY, key.sign(CANARY, Instant.EPOCH).signature())) {
            throw new IllegalArgumentException(
                    privateFile + ": is not the private half of " + publicFile);
        }
        return key;
    }

    private WitnessKey(PrivateKey privateKey, NoteKey verifier) {
        this.privateKey = privateKey;
        this.verifier = verifier;
    }

    /** What those who compare trust. */
    public NoteKey verifier() {
        return verifier;
    }

    /** The note with our word on it. */
    SignedNote cosigned(SignedNote note, Instant time) {
        return note.with(sign(note.text(), time));
    }

    NoteSignature sign(String text, Instant time) {
        try {
            var signer = Signature.getInstance("Ed25519");
            signer.initSign(privateKey);
            signer.update(Cosignature.message(text, time));
            return Cosignature.line(verifier, time, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key in memory does not sign", e);
        }
    }

    private static final String CANARY = "canary\n";
}
