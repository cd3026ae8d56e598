package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overt.testkit.pki.TwoApprovers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told to alarm on is what a signer has, from its start. */
class SignerAlarmsPageTest {

    @TempDir Path directory;

    @Test
    void each_series_of_the_page_is_there_from_the_start_and_each_section_that_it_points_to()
            throws Exception {
        Path basedir = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
        String page = Files.readString(basedir.resolve("../docs/signer-alarms.md"));
        SignerWorld world = SignerWorld.idle(directory);
        new TwoApprovers(directory);
        world.more =
                """
                publication: { listen: "127.0.0.1:0" }
                acts: { approvers: approvers.yaml }
                ceremonies: { approvers: approvers.yaml }
                """;
        world.start();
        String scraped = ((PrometheusMeterRegistry) world.serving().registry()).scrape();
        world.stop();

        Set<String> missing = new TreeSet<>();
        for (String series : found("\\bovert_[a-z_]+", page)) {
            if (!scraped.contains("\n" + series + "{")
                    && !scraped.contains("\n" + series + " ")
                    && !OF_EDGES.contains(series)) {
                missing.add(series);
            }
        }
        assertThat(missing).isEmpty();
        for (String label : found("\\{[a-z]+=\"[a-z-]+\"\\}", page)) {
            assertThat(scraped).contains(label.substring(1, label.length() - 1));
        }
        for (String anchor : found("\\]\\(#[a-z-]+\\)", page)) {
            String wanted = anchor.substring(3, anchor.length() - 1);
            assertThat(page.lines().filter(line -> line.startsWith("## ")))
                    .as(wanted)
                    .anySatisfy(
                            line ->
                                    assertThat(
                                                    line.substring(3)
                                                            .toLowerCase(Locale.ROOT)
                                                            .replace(' ', '-'))
                                            .isEqualTo(wanted));
        }
    }

    private static List<String> found(String pattern, String page) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
    }

    private static final Set<String> OF_EDGES = Set.of("overt_signer_forge_held_total");
}
