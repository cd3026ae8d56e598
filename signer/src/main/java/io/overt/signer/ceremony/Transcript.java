package io.overt.signer.ceremony;

import io.overt.service.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What was done, one JSON line a step, in order. Holds nothing secret: whoever audits gets all of
 * it. Confined to one thread.
 */
final class Transcript {

    private final InstantSource clock;
    private final List<String> lines = new ArrayList<>();

    Transcript(InstantSource clock) {
        this.clock = clock;
    }

    /** A line that begins with what happened and when; the caller adds the rest. */
    JsonObject line(String step) {
        return new JsonObject()
                .member("step", step)
                .member("time", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    void add(JsonObject line) {
        lines.add(line.end());
    }

    /** Now, for the name of a file. */
    String stamp() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
    }

    byte[] content() {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
