package io.overt.service.approval;

import java.nio.file.Path;

/**
 * An approval that does not count.
 *
 * @param file which
 * @param reason why, for whoever counts
 * @param detail why, for people
 */
public record Discounted(Path file, Reason reason, String detail) {

    /** Why an approval does not count. */
    public enum Reason {
        UNREADABLE,
        NOT_A_SIGNATURE,
        WRONG_NAMESPACE,
        UNKNOWN_KEY,
        DOES_NOT_VERIFY,
        SAME_PERSON
    }

    @Override
    public String toString() {
        return file + ": " + detail;
    }
}
