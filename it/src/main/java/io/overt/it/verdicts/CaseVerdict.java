package io.overt.it.verdicts;

/**
 * What our verifier says of one case.
 *
 * @param reason on one line, for people
 */
record CaseVerdict(String id, Result result, String reason) {
    enum Result {
        SUCCESS,
        FAILURE
    }

    CaseVerdict {
        reason = reason.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }

    static CaseVerdict success(String id, String reason) {
        return new CaseVerdict(id, Result.SUCCESS, reason);
    }

    static CaseVerdict failure(String id, String reason) {
        return new CaseVerdict(id, Result.FAILURE, reason);
    }

    /** A row of the table. */
    String row() {
        return id + "\t" + result + "\t" + reason;
    }
}
