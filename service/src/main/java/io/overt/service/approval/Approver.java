package io.overt.service.approval;

import java.util.regex.Pattern;

/**
 * Somebody who may approve.
 *
 * @param name as transcripts and the log say it
 * @param key what their signatures verify with
 */
public record Approver(String name, ApproverKey key) {

    public Approver {
        requireName(name);
    }

    static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "1 to 64 of a-z A-Z 0-9 . _ @ -, a letter or digit first");
        }
        return name;
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
}
