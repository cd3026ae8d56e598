package io.overt.control.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The description is valid, is the one in docs/, and describes what is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
    private static final Path COMMITTED =
            Path.of(System.getProperty("basedir", ""), "..", "docs", "openapi.json");
    private WebControlPlane web;
    private String served;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        web = new WebControlPlane(folder);
        served = web.get("/openapi.json").body();
    }

    @AfterAll
    void stop() {
        web.close();
    }

    /** The new one lies in target/ then, to be looked at and copied. */
    @Test
    void it_is_the_committed_one() throws Exception {
        Files.writeString(
                Files.createDirectories(Path.of(System.getProperty("basedir", ""), "target"))
                        .resolve("openapi.json"),
                served);

        assertThat(served)
                .as("copy control-plane/target/openapi.json to docs/ if this is meant")
                .isEqualTo(Files.readString(COMMITTED, UTF_8));
    }

    @Test
    void a_validator_of_others_finds_nothing_wrong() {
        var options = new ParseOptions();
        options.setResolve(true);

        var result = new OpenAPIV3Parser().readContents(served, null, options);

        assertThat(result.getMessages()).isEmpty();
        assertThat(result.getOpenAPI().getOpenapi()).isEqualTo("3.1.0");
        assertThat(result.getOpenAPI().getPaths()).isNotEmpty();
    }

    @Test
    void every_reference_leads_somewhere_and_everything_has_words() {
        var document = JsonParser.parseString(served).getAsJsonObject();
        var wordless = new ArrayList<String>();

        walk(document, "#", document, wordless);

        assertThat(wordless).isEmpty();
    }

    /** With what the description says of each: its parameters with values, its body empty. */
    @Test
    void every_operation_is_served() throws Exception {
        var client = web.client(HttpClient.Version.HTTP_2);
        var answers = new ArrayList<String>();
        var document = JsonParser.parseString(served).getAsJsonObject();
        for (var path : document.getAsJsonObject("paths").entrySet()) {
            for (var operation : path.getValue().getAsJsonObject().entrySet()) {
                var request =
                        HttpRequest.newBuilder(
                                web.uri(path.getKey().replaceAll("\\{[a-z_]+}", "1")));
                if (operation.getValue().getAsJsonObject().has("requestBody")) {
                    request.header("content-type", "application/json");
                }
                request.method(
                        operation.getKey().toUpperCase(Locale.ROOT),
                        operation.getValue().getAsJsonObject().has("requestBody")
                                ? BodyPublishers.ofString("{}")
                                : BodyPublishers.noBody());
                var answer = client.send(request.build(), BodyHandlers.ofString());
                answers.add(answer.statusCode() + " " + path.getKey() + " " + answer.body());
            }
        }

        // What an empty request is wrong with is each method's to say; that there is a method is
        // asked here. A path that is not served, a method or a type that is not, says otherwise.
        assertThat(answers)
                .hasSizeGreaterThanOrEqualTo(6)
                .allMatch(answer -> answer.matches("(?s)(200|400|403|404|409) .*"))
                .noneMatch(answer -> answer.contains("no such path"));
    }

    @Test
    void the_page_shows_every_operation_and_every_problem_and_loads_nothing_from_elsewhere()
            throws Exception {
        var page = web.get("/docs/");

        var document = JsonParser.parseString(served).getAsJsonObject();
        for (var path : document.getAsJsonObject("paths").keySet()) {
            assertThat(page.body()).contains(path);
        }
        assertThat(page.body())
                .contains("id=\"problem-caller-not-allowed\"", "id=\"problem-key-reused\"")
                .doesNotContain("<script", "style=", "http://", "https://");
        assertThat(web.get("/pages/pages.css").statusCode()).isEqualTo(200);
    }

    private static void walk(
            JsonElement element, String at, JsonObject document, List<String> wordless) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(each -> walk(each, at + "/-", document, wordless));
        } else if (element.isJsonObject()) {
            var object = element.getAsJsonObject();
            if (object.has("$ref") && object.get("$ref").isJsonPrimitive()) {
                JsonElement target = document;
                for (var part : object.get("$ref").getAsString().substring(2).split("/")) {
                    target = target.getAsJsonObject().get(part);
                    assertThat(target).as(object.get("$ref").getAsString()).isNotNull();
                }
            }
            if (object.has("operationId") || (object.has("in") && object.has("name"))) {
                if (!object.has("description")
                        || object.get("description").getAsString().isBlank()) {
                    wordless.add(at);
                }
            }
            object.entrySet()
                    .forEach(
                            each ->
                                    walk(
                                            each.getValue(),
                                            at + "/" + each.getKey(),
                                            document,
                                            wordless));
        }
    }
}
