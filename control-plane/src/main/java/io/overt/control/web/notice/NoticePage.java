package io.overt.control.web.notice;

import io.overt.control.web.html.Html;
import io.overt.control.web.notice.SiteQuestion.Answer;
import java.util.List;
import java.util.Optional;

/** The page as HTML: readable without script and without style, headings in order. Immutable. */
final class NoticePage {
    private final NoticeSettings settings;
    private final List<CaCertificate> certificates;
    private final Words words = new Words();

    NoticePage(NoticeSettings settings, List<CaCertificate> certificates) {
        this.settings = settings;
        this.certificates = List.copyOf(certificates);
    }

    /**
     * What a request sees.
     *
     * @param asked as it was typed; empty when nothing was
     * @param news the key of a sentence on what became of a report
     */
    record View(
            Language language,
            String seal,
            String asked,
            Optional<Answer> answer,
            Optional<String> news) {}

    String html(View view) {
        var language = view.language();
        var html = new StringBuilder();
        html.append("<!doctype html>\n<html lang=\"")
                .append(language.tag())
                .append(
                        """
                        ">
                        <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width, initial-scale=1">
                        <meta name="color-scheme" content="light dark">
                        <meta name="robots" content="noindex">
                        """);
        html.append("<title>")
                .append(words.html(language, "title", settings.organisation()))
                .append(
                        """
                        </title>
                        <link rel="stylesheet" href="/pages/pages.css">
                        </head>
                        <body>
                        """);
        html.append("<a class=\"skip\" href=\"#content\">")
                .append(words.html(language, "skip"))
                .append("</a>\n<header class=\"top\"><nav aria-label=\"")
                .append(words.html(language, "languages"))
                .append("\"><ul>");
        for (var each : Language.values()) {
            html.append("<li><a href=\"/notice?lang=")
                    .append(each.tag())
                    .append("\" hreflang=\"")
                    .append(each.tag())
                    .append("\" lang=\"")
                    .append(each.tag())
                    .append(each == language ? "\" aria-current=\"true\">" : "\">")
                    .append(each.ownName())
                    .append("</a></li>");
        }
        html.append("</ul></nav></header>\n<main id=\"content\">\n");
        html.append("<h1>")
                .append(words.html(language, "title", settings.organisation()))
                .append("</h1>\n");
        view.news()
                .ifPresent(
                        key ->
                                html.append("<p class=\"answer ")
                                        .append(key.equals("report.taken") ? "good" : "warn")
                                        .append("\" role=\"status\">")
                                        .append(words.html(language, key))
                                        .append("</p>\n"));
        about(html, language);
        question(html, view);
        report(html, view);
        fingerprints(html, language);
        html.append("</main>\n<footer class=\"quiet\"><p>")
                .append(words.html(language, "contact", settings.contact()))
                .append("</p></footer>\n</body>\n</html>\n");
        return html.toString();
    }

    private void about(StringBuilder html, Language language) {
        html.append("<p>").append(words.html(language, "short", settings.organisation()));
        html.append("</p>\n<h2>")
                .append(words.html(language, "about"))
                .append("</h2>\n<p class=\"lines\"");
        var own = settings.words().get(language);
        if (own == null) {
            html.append(" lang=\"en\"");
        }
        html.append(">")
                .append(
                        Html.escape(
                                own == null ? settings.words().getOrDefault(Language.EN, "") : own))
                .append("</p>\n<p>")
                .append(words.html(language, "how"))
                .append("</p>\n");
    }

    private void question(StringBuilder html, View view) {
        var language = view.language();
        html.append("<h2 id=\"question\">")
                .append(words.html(language, "question"))
                .append("</h2>\n");
        view.answer().ifPresent(answer -> answer(html, language, answer));
        html.append("<form method=\"get\" action=\"/notice#question\">\n")
                .append("<input type=\"hidden\" name=\"lang\" value=\"")
                .append(language.tag())
                .append("\">\n<label for=\"host\">")
                .append(words.html(language, "question.host"))
                .append(
                        "</label>\n<input type=\"text\" id=\"host\" name=\"host\" maxlength=\"2000\"")
                .append(
                        " autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" required value=\"")
                .append(Html.escape(view.asked()))
                .append("\" aria-describedby=\"host-hint\">\n<p class=\"hint\" id=\"host-hint\">")
                .append(words.html(language, "question.hint"))
                .append("</p>\n<button type=\"submit\">")
                .append(words.html(language, "question.ask"))
                .append("</button>\n</form>\n");
    }

    private void answer(StringBuilder html, Language language, Answer answer) {
        switch (answer) {
            case Answer.Decided(var host, var action, var because) -> {
                var key =
                        switch (action) {
                            case INSPECT -> "answer.inspect";
                            case SPLICE -> "answer.splice";
                            case BLOCK -> "answer.block";
                        };
                html.append("<p class=\"answer ")
                        .append(key.equals("answer.splice") ? "good" : "warn")
                        .append("\" role=\"status\">")
                        .append(words.html(language, key, host));
                because.ifPresent(
                        reason ->
                                html.append("<br>")
                                        .append(words.html(language, "answer.because", reason)));
                html.append("</p>\n");
            }
            case Answer.Depends(var host) ->
                    sentence(html, words.html(language, "answer.depends", host));
            case Answer.NotKnown(var host) ->
                    sentence(html, words.html(language, "answer.unknown", host));
            case Answer.NoHost() -> sentence(html, words.html(language, "answer.no-host"));
        }
    }

    private static void sentence(StringBuilder html, String sentence) {
        html.append("<p class=\"answer\" role=\"status\">").append(sentence).append("</p>\n");
    }

    private void report(StringBuilder html, View view) {
        var language = view.language();
        html.append("<h2 id=\"report\">")
                .append(words.html(language, "report"))
                .append("</h2>\n<p>")
                .append(words.html(language, "report.about"))
                .append("</p>\n<form method=\"post\" action=\"/notice/report\">\n")
                .append("<input type=\"hidden\" name=\"lang\" value=\"")
                .append(language.tag())
                .append("\">\n<input type=\"hidden\" name=\"seal\" value=\"")
                .append(Html.escape(view.seal()))
                .append("\">\n");
        field(html, language, "report-host", "host", "report.host", 2_000);
        html.append("<label for=\"report-text\">")
                .append(words.html(language, "report.text"))
                .append(
                        "</label>\n<textarea id=\"report-text\" name=\"text\" rows=\"5\" maxlength=\"")
                .append(NoticeService.MOST_TEXT)
                .append("\" required></textarea>\n");
        field(html, language, "report-contact", "contact", "report.contact", 200);
        html.append("<button type=\"submit\">")
                .append(words.html(language, "report.send"))
                .append("</button>\n</form>\n");
    }

    private void field(
            StringBuilder html, Language language, String id, String name, String key, int most) {
        html.append("<label for=\"")
                .append(id)
                .append("\">")
                .append(words.html(language, key))
                .append("</label>\n<input type=\"text\" id=\"")
                .append(id)
                .append("\" name=\"")
                .append(name)
                .append("\" maxlength=\"")
                .append(most)
                .append(name.equals("host") ? "\" required>\n" : "\">\n");
    }

    private void fingerprints(StringBuilder html, Language language) {
        html.append("<h2 id=\"certificate\">")
                .append(words.html(language, "ca"))
                .append("</h2>\n<p>")
                .append(words.html(language, "ca.about"))
                .append("</p>\n");
        for (var certificate : certificates) {
            html.append("<table><caption class=\"quiet\">")
                    .append(Html.escape(certificate.subject()))
                    .append("</caption><tbody>\n");
            row(html, "SHA-256", certificate.sha256());
            row(html, "SHA-1", certificate.sha1());
            row(html, words.html(language, "ca.until"), certificate.until().toString());
            html.append("</tbody></table>\n");
        }
        html.append("<h3>").append(words.html(language, "ca.check")).append("</h3>\n<ul>\n");
        for (var system : List.of("windows", "macos", "linux", "firefox", "android", "ios")) {
            html.append("<li>")
                    .append(words.html(language, "ca.check." + system))
                    .append("</li>\n");
        }
        html.append("</ul>\n<p>")
                .append(words.html(language, "ca.other", settings.contact()))
                .append("</p>\n");
    }

    private static void row(StringBuilder html, String head, String text) {
        html.append("<tr><th scope=\"row\">")
                .append(head)
                .append("</th><td><code>")
                .append(Html.escape(text))
                .append("</code></td></tr>\n");
    }
}
