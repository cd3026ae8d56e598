package io.overt.control.web.openapi;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.overt.control.web.html.Html;
import io.overt.control.web.rest.ProblemType;
import io.overt.proto.failure.v1.RefusalReason;
import java.util.Locale;
import java.util.regex.Pattern;

/** The OpenAPI document as a page to read: no script, nothing from elsewhere. */
public final class ApiPage {
    private final JsonObject document;
    private final Comments comments = Comments.shipped();
    private final StringBuilder html = new StringBuilder();

    /** Of this document. */
    public ApiPage(JsonObject document) {
        this.document = document;
    }

    /** The page. */
    public String html() {
        var info = document.getAsJsonObject("info");
        html.append(
                """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>HTTP interface of the Overt control plane</title>
                <link rel="stylesheet" href="/pages/pages.css">
                </head>
                <body>
                <main>
                """);
        html.append("<h1>").append(text(info, "title")).append("</h1>\n<p>");
        html.append(text(info, "description"))
                .append("</p>\n<p>For programs: <a href=\"/openapi.json\">openapi.json</a>.</p>\n");
        for (var tag : document.getAsJsonArray("tags")) {
            service(tag.getAsJsonObject());
        }
        html.append("<h2 id=\"schemas\">Messages</h2>\n");
        document.getAsJsonObject("components")
                .getAsJsonObject("schemas")
                .entrySet()
                .forEach(each -> schema(each.getKey(), each.getValue().getAsJsonObject()));
        problems();
        return html.append("</main>\n</body>\n</html>\n").toString();
    }

    private void service(JsonObject tag) {
        var name = tag.get("name").getAsString();
        html.append("<h2>").append(Html.escape(name)).append("</h2>\n");
        html.append("<p>").append(text(tag, "description")).append("</p>\n");
        for (var path : document.getAsJsonObject("paths").entrySet()) {
            for (var operation : path.getValue().getAsJsonObject().entrySet()) {
                var value = operation.getValue().getAsJsonObject();
                if (value.getAsJsonArray("tags").get(0).getAsString().equals(name)) {
                    operation(operation.getKey(), path.getKey(), value);
                }
            }
        }
    }

    private void operation(String method, String path, JsonObject operation) {
        html.append("<details id=\"")
                .append(text(operation, "operationId"))
                .append("\"><summary><code><b>")
                .append(method.toUpperCase(Locale.ROOT))
                .append("</b> ")
                .append(Html.escape(path))
                .append("</code> ")
                .append(text(operation, "summary"))
                .append("</summary>\n<p>")
                .append(text(operation, "description"))
                .append("</p>\n");
        if (operation.has("parameters")) {
            parameters(operation.getAsJsonArray("parameters"));
        }
        if (operation.has("requestBody")) {
            html.append("<p>Body: ");
            media(operation.getAsJsonObject("requestBody"));
            html.append("</p>\n");
        }
        html.append("<p>Answer: ");
        media(operation.getAsJsonObject("responses").getAsJsonObject("200"));
        html.append("</p>\n</details>\n");
    }

    private void parameters(JsonArray parameters) {
        html.append("<table><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">In</th>")
                .append("<th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
        for (var each : parameters) {
            var parameter = each.getAsJsonObject();
            if (parameter.has("$ref")) {
                parameter =
                        document.getAsJsonObject("components")
                                .getAsJsonObject("parameters")
                                .getAsJsonObject(lastPart(parameter));
            }
            row(
                    "<code>" + text(parameter, "name") + "</code>",
                    text(parameter, "in"),
                    text(parameter, "description"));
        }
        html.append("</tbody></table>\n");
    }

    private void media(JsonObject holder) {
        var separator = "";
        for (var media : holder.getAsJsonObject("content").entrySet()) {
            html.append(separator)
                    .append("<code>")
                    .append(Html.escape(media.getKey()))
                    .append("</code> ")
                    .append(type(media.getValue().getAsJsonObject().getAsJsonObject("schema")));
            separator = ", ";
        }
    }

    private void schema(String name, JsonObject schema) {
        html.append("<details id=\"schema-")
                .append(Html.escape(name))
                .append("\"><summary><code>")
                .append(Html.escape(name))
                .append("</code></summary>\n<p class=\"lines\">")
                .append(text(schema, "description"))
                .append("</p>\n");
        if (schema.has("properties") && !schema.getAsJsonObject("properties").isEmpty()) {
            html.append("<table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th>")
                    .append("<th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
            for (var property : schema.getAsJsonObject("properties").entrySet()) {
                var value = property.getValue().getAsJsonObject();
                row(
                        "<code>" + Html.escape(property.getKey()) + "</code>",
                        type(value),
                        text(value, "description"));
            }
            html.append("</tbody></table>\n");
        }
        html.append("</details>\n");
    }

    private String type(JsonObject schema) {
        if (schema.has("$ref")) {
            var name = Html.escape(lastPart(schema));
            return "<a href=\"#schema-" + name + "\">" + name + "</a>";
        }
        var type = schema.get("type").getAsString();
        if (type.equals("array")) {
            return "list of " + type(schema.getAsJsonObject("items"));
        }
        if (schema.has("contentEncoding")) {
            return text(schema, "contentEncoding");
        }
        return schema.has("format")
                ? Html.escape(type) + ", " + text(schema, "format")
                : Html.escape(type);
    }

    private void problems() {
        html.append("<h2 id=\"problems\">Problems</h2>\n<p>What fails is answered with ")
                .append(
                        "<code>application/problem+json</code> (RFC 9457); its type is one of these.</p>\n")
                .append(
                        "<table><thead><tr><th scope=\"col\">Type</th><th scope=\"col\">Status</th>")
                .append("<th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
        for (var type : ProblemType.values()) {
            problem(type.slug(), String.valueOf(type.status()), type.title() + ".");
        }
        for (var reason : RefusalReason.values()) {
            var slug = slug(reason);
            if (!slug.isEmpty()) {
                problem(
                        slug,
                        "by the case",
                        comments.of(
                                RefusalReason.getDescriptor().getFullName() + "." + reason.name()));
            }
        }
        html.append("</tbody></table>\n");
    }

    /** Reasons that have a type of their own stand above. */
    private static String slug(RefusalReason reason) {
        if (reason == RefusalReason.UNRECOGNIZED
                || reason == RefusalReason.REFUSAL_REASON_UNSPECIFIED) {
            return "";
        }
        var slug =
                reason.name()
                        .substring("REFUSAL_REASON_".length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
        for (var type : ProblemType.values()) {
            if (type.slug().equals(slug)) {
                return "";
            }
        }
        return slug;
    }

    private void problem(String slug, String status, String meaning) {
        html.append("<tr id=\"problem-")
                .append(Html.escape(slug))
                .append("\"><td><code>")
                .append(Html.escape(slug))
                .append("</code></td><td>")
                .append(Html.escape(status))
                .append("</td><td>")
                .append(Html.escape(meaning))
                .append("</td></tr>\n");
    }

    private void row(String first, String second, String third) {
        html.append("<tr><td>")
                .append(first)
                .append("</td><td>")
                .append(second)
                .append("</td><td>")
                .append(third)
                .append("</td></tr>\n");
    }

    private static String lastPart(JsonObject reference) {
        var name = reference.get("$ref").getAsString();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static String text(JsonObject object, String name) {
        return object.has(name)
                ? CODE.matcher(Html.escape(object.get(name).getAsString()))
                        .replaceAll("<code>$1</code>")
                : "";
    }

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
}
