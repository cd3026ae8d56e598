package io.overt.service.approval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What one approval comes to, looked at by itself. */
sealed interface ApprovalFile {

    /**
     * This person signed the document.
     *
     * @param signature as it was handed in
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record By(Approver person, byte[] signature) implements ApprovalFile {}

    /** It does not count. */
    record Faulty(Discounted.Reason reason, String detail) implements ApprovalFile {}

    /** Reads the file, and judges it. */
    static ApprovalFile read(Path file, byte[] document, Digest sha256, List<Approver> people) {
        try {
            return of(BoundedFile.read(file, LARGEST), document, sha256, people);
        } catch (IOException e) {
            return new Faulty(Discounted.Reason.UNREADABLE, "cannot be read: " + e);
        }
    }

    /** Judges an OpenSSH signature, or the 64 bytes that OpenSSL writes. */
    static ApprovalFile of(byte[] content, byte[] document, Digest sha256, List<Approver> people) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (SshSignature.looksLikeOne(text)) {
            return ssh(content, text, document, people);
        }
        if (content.length != ED25519_SIGNATURE) {
            return new Faulty(
                    Discounted.Reason.NOT_A_SIGNATURE,
                    "%d bytes that are neither an OpenSSH signature nor an Ed25519 signature (expected: of ssh-keygen -Y sign, or %d bytes of openssl pkeyutl -sign -rawin)"
                            .formatted(content.length, ED25519_SIGNATURE));
        }
        return raw(content, sha256, people);
    }

    private static ApprovalFile ssh(
            byte[] content, String text, byte[] document, List<Approver> people) {
        try {
            SshSignature signature = SshSignature.parse(text);
            if (!signature.namespace().equals(NAMESPACE)) {
                // It was signed for something else, where "yes" means something else.
                return new Faulty(
                        Discounted.Reason.WRONG_NAMESPACE,
                        "signed for namespace '%s' (expected: %s)"
                                .formatted(signature.namespace(), NAMESPACE));
            }
            Optional<Approver> person =
                    people.stream().filter(each -> each.key().equals(signature.key())).findFirst();
            if (person.isEmpty()) {
                return new Faulty(
                        Discounted.Reason.UNKNOWN_KEY,
                        "by the key %s, which is no approver's".formatted(signature.key()));
            }
            return signature.verifies(document)
                    ? new By(person.get(), content)
                    : new Faulty(
                            Discounted.Reason.DOES_NOT_VERIFY,
                            "does not verify with the key of %s: signed was another document, or it was altered since"
                                    .formatted(person.get().name()));
        } catch (MalformedSshException e) {
            return new Faulty(Discounted.Reason.NOT_A_SIGNATURE, String.valueOf(e.getMessage()));
        }
    }

    private static ApprovalFile raw(byte[] signature, Digest sha256, List<Approver> people) {
        byte[] statement = Statement.bytes(sha256);
        for (Approver person : people) {
            if (switch (person.key().kind()) {
                case ED25519 -> person.key().verifies(statement, signature);
                case P256 -> false; // never 64 bytes long: DER
                // What it signs tells that it was touched, which these bytes cannot.
                case SECURITY_ED25519, SECURITY_P256 -> false;
            }) {
                return new By(person, signature);
            }
        }
        // Such a signature does not say whose it is.
        return new Faulty(
                Discounted.Reason.DOES_NOT_VERIFY,
                "does not verify over '%s' with any approver's Ed25519 key"
                        .formatted(Statement.of(sha256).strip()));
    }

    /** What {@code ssh-keygen -Y sign -n} is told. */
    String NAMESPACE = "overt-approval";

    /** RFC 8032 §5.1.6. */
    int ED25519_SIGNATURE = 64;

    /** Far more than a signature with its key. */
    int LARGEST = 16 << 10;
}
