package io.overt.signer.log;

/**
 * Something of a log that is not as it must be, or that somebody wants to know.
 *
 * @param where a file below the log's folder, an entry, or a counter
 */
public record Finding(Kind kind, String where, String what) {

    /** What it means. */
    public enum Kind {
        /** The log is not what was signed, or cannot be read. */
        LOG("log"),
        /** It has signed two histories. */
        FORKED("forked"),
        /** It is shorter than it was. */
        ROLLED_BACK("rolled-back"),
        /** An entry says nothing that could be judged. */
        ENTRY("entry"),
        /** A certificate that nobody announced. */
        NO_INTENT("no-intent"),
        /** Two certificates of one issuer and serial number. */
        SECOND_CERTIFICATE("second-certificate"),
        /** A certificate is not the one that was announced. */
        OTHER_CERTIFICATE("other-certificate"),
        /** What was signed does not follow from its evidence. */
        TBS_DIFFERS("tbs-differs"),
        /** A trusted issuer mirrored a chain that these anchors do not vouch for. */
        UNTRUSTED_CHAIN("untrusted-chain"),
        /** A chain or a transcript is too long for an entry. For information. */
        NOT_CHECKABLE("not-checkable"),
        /** An entry of a ceremony that was not held as ceremonies are. */
        CEREMONY("ceremony"),
        /** An issuer that no ceremony made. */
        NO_CEREMONY("no-ceremony"),
        /** A name on the watch list. */
        WATCHED_NAME("watched-name"),
        /** The signer made more signatures than the log tells of. */
        NOT_LOGGED("not-logged"),
        /** The signer's counters cannot be read. */
        METRICS("metrics");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As it is printed. */
        public String text() {
            return text;
        }

        /** Whether it is told for information, and nothing has to be done about it. */
        public boolean note() {
            return this == NOT_CHECKABLE;
        }
    }

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
