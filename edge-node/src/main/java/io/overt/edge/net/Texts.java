package io.overt.edge.net;

/** Failures in one line, for records. */
final class Texts {
    private static final int LONGEST = 300;

    private Texts() {}

    /**
     * The message, or the kind of failure where it has none, without what a terminal would act on.
     */
    static String oneLine(Throwable failure) {
        var message = failure.getMessage();
        var text =
                message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        var line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
