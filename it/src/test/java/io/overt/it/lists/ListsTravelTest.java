package io.overt.it.lists;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of a list from where it is to an edge, every part of it the real one. */
class ListsTravelTest {
    @TempDir Path folder;

    @Test
    void a_list_goes_from_a_web_server_to_an_edge_and_one_name_more_goes_as_a_few_pieces()
            throws Exception {
        var names = names(60_000);
        var before = Files.writeString(folder.resolve("before.txt"), names);
        var after =
                Files.writeString(folder.resolve("after.txt"), names + "one-more.example.com\n");
        try (var travel = new Travel(folder.resolve("travel"), before)) {
            var first = travel.publish();

            assertThat(travel.inForce().orElseThrow().version()).isEqualTo(1);
            assertThat(first.octets()).isGreaterThan(400_000);
            assertThat(travel.overtctl("lists"))
                    .contains("bad ")
                    .contains("https://localhost:")
                    .doesNotContain("time");

            var second = travel.change(after);

            assertThat(travel.inForce().orElseThrow().version()).isEqualTo(2);
            assertThat(second.pieces()).isBetween(3L, 5L);
            assertThat(second.octets()).isLessThan(first.octets() / 5);
            assertThat(travel.overtctl("versions")).contains("list refresh");
            assertThat(travel.overtctl("-o", "json", "lists", "refresh", "bad"))
                    .contains("\"version\":0");
        }
    }

    private static String names(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> SomeNames.line(i) + "\n")
                .collect(Collectors.joining());
    }
}
