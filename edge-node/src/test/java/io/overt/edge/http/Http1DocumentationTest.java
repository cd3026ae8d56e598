package io.overt.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/http-filter.md says what the code does. */
final class Http1DocumentationTest {

    private final String page = read();

    @ParameterizedTest
    @EnumSource(Http1Fault.class)
    void every_fault_has_its_row_and_clause(Http1Fault fault) {
        var row = page.lines().filter(line -> line.contains("`" + fault + "`")).findFirst();

        assertThat(row).isPresent();
        var clause = fault.clause();
        assertThat(row.get())
                .contains(
                        clause.substring(0, clause.indexOf(' ', 4)),
                        clause.substring(clause.indexOf('\u00a7')));
    }

    @Test
    void the_limits_are_the_defaults() {
        var limits = Http1Limits.DEFAULT;

        assertThat(page.replaceAll("\\s+", " "))
                .contains(
                        ("request head %d, response head %d, each whole within %d and %d seconds of its first byte, chunk line %d, trailers %d, read ahead %d, interim responses %d,"
                                        + " body of a blocked request that is read to keep the connection %d, and after a last"
                                        + " response %d MiB or %d seconds")
                                .formatted(
                                        limits.requestHead(),
                                        limits.responseHead(),
                                        limits.requestHeadTime().toSeconds(),
                                        limits.responseHeadTime().toSeconds(),
                                        limits.chunkLine(),
                                        limits.trailers(),
                                        limits.pipelined(),
                                        limits.interimResponses(),
                                        limits.discarded(),
                                        limits.lingered() / 1024 / 1024,
                                        limits.linger().toSeconds()));
    }

    private static String read() {
        try {
            return Files.readString(Path.of("../docs/http-filter.md"));
        } catch (IOException e) {
            throw new AssertionError("the documentation of the filter", e);
        }
    }
}
