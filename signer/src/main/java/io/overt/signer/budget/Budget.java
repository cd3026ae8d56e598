package io.overt.signer.budget;

import java.util.Locale;

/** What has a limit. The words are the subject of a refusal, and edges act on them. */
public enum Budget {
    /** Requests of one edge, whatever comes of them. */
    EDGE,
    /** Signatures for one site. */
    SITE,
    /** Signatures for names under one registrable domain. */
    DOMAIN,
    /** Names that this signer meets for the first time, by one edge. */
    NEW_NAMES,
    /** Signatures of one issuing key on one day. */
    KEY;

    /** {@code new-names}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
