package io.overt.edge.forge;

/** What an edge thinks of one signer, from what it heard last. */
enum SignerStanding {
    /** Not heard of yet, since this process started. */
    UNHEARD("unheard"),
    /** It signs. */
    SERVING("serving"),
    /**
     * It says that it signs, after it did not: one forging at a time may try. The others turn to it
     * only when there is nobody else.
     */
    ON_TRIAL("on-trial"),
    /**
     * It answers, and says that it cannot sign. Asked when there is nobody else: what it has signed
     * before it still knows.
     */
    NOT_SERVING("not-serving"),
    /** It does not answer. Nobody waits for it; the watch goes on asking. */
    SILENT("silent");

    private final String text;

    SignerStanding(String text) {
        this.text = text;
    }

    /** As in metrics and logs. */
    String text() {
        return text;
    }

    /** Whether new leaves are to be expected of it. */
    boolean isHealthy() {
        return switch (this) {
            case SERVING, ON_TRIAL -> true;
            case UNHEARD, NOT_SERVING, SILENT -> false;
        };
    }
}
