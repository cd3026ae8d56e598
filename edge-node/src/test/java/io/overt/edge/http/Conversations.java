package io.overt.edge.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Conversations made by a seed: what a client sends in one go, what the upstream answers to each
 * request that reaches it, and what must arrive where.
 *
 * @param delivered with BLOCKED for each page of ours
 */
record Conversations(String requests, List<String> responses, String forwarded, String delivered) {

    static Conversations sound(Random random) {
        var requests = new StringBuilder();
        var responses = new ArrayList<String>();
        var forwarded = new StringBuilder();
        var delivered = new StringBuilder();
        for (var count = random.nextInt(1, 6); count > 0; count--) {
            var isBlocked = random.nextInt(3) == 0;
            var method =
                    isBlocked
                            ? pick(random, "GET", "POST")
                            : pick(random, "GET", "POST", "PUT", "HEAD", "OPTIONS");
            var body = isBlocked ? length(random) : body(random);
            var request =
                    method
                            + " "
                            + (isBlocked ? "/blocked" : "/a")
                            + pick(random, "", "/x?y=%20")
                            + " HTTP/1.1\r\n"
                            + fields(
                                    random,
                                    "Host: "
                                            + pick(
                                                    random,
                                                    "www.example.com",
                                                    "WWW.EXAMPLE.COM:443"),
                                    body.field())
                            + body.bytes();
            requests.append(request);
            if (isBlocked) {
                delivered.append("BLOCKED");
            } else {
                forwarded.append(request);
                var response = response(random, method);
                responses.add(response);
                delivered.append(response);
            }
        }
        return new Conversations(
                requests.toString(), responses, forwarded.toString(), delivered.toString());
    }

    /** One to three edits of the kind that smuggling is made of, or of no kind at all. */
    static String mutated(String text, Random random) {
        for (var times = random.nextInt(1, 4); times > 0; times--) {
            var at = random.nextInt(text.length() + 1);
            text =
                    switch (random.nextInt(6)) {
                        case 0 -> text.substring(0, at) + pick(random, SPICE) + text.substring(at);
                        case 1 ->
                                text.substring(0, at)
                                        + (char) random.nextInt(256)
                                        + text.substring(Math.min(text.length(), at + 1));
                        case 2 ->
                                text.substring(0, at)
                                        + text.substring(
                                                Math.min(text.length(), at + random.nextInt(4)));
                        case 3 ->
                                replaceOne(
                                        text,
                                        "\r\n",
                                        pick(
                                                random,
                                                "\n",
                                                "\r",
                                                "\r\r\n",
                                                "\r\n ",
                                                "\r\n" + pick(random, SPICE)),
                                        random);
                        case 4 ->
                                replaceOne(
                                        text,
                                        ": ",
                                        pick(random, " : ", ":", ":\t", ": \u000b", ":\u00a0"),
                                        random);
                        default ->
                                replaceOne(
                                        text,
                                        pick(
                                                random,
                                                "chunked",
                                                "HTTP/1.1",
                                                "Host",
                                                "Content-Length",
                                                "5",
                                                "0"),
                                        pick(random, SPICE),
                                        random);
                    };
            if (text.isEmpty()) {
                return "\r\n";
            }
        }
        return text;
    }

    private record Body(String field, String bytes) {}

    private static Body body(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Body("", "");
            case 1 -> length(random);
            default -> chunked(random);
        };
    }

    private static Body length(Random random) {
        var bytes = filler(random);
        return new Body("Content-Length: " + bytes.length(), bytes);
    }

    private static Body chunked(Random random) {
        var bytes = new StringBuilder();
        for (var chunks = random.nextInt(4); chunks > 0; chunks--) {
            var content = filler(random) + "!";
            bytes.append(pick(random, "", "0", "000"))
                    .append(Integer.toHexString(content.length()));
            bytes.append(pick(random, "", ";a", ";a=\"b;c\"", " ;x=1"))
                    .append("\r\n")
                    .append(content)
                    .append("\r\n");
        }
        bytes.append(pick(random, "0", "00", "0;end"))
                .append("\r\n")
                .append(pick(random, "", "X-Sum: 1\r\n"));
        return new Body(
                "Transfer-Encoding: " + pick(random, "chunked", "Chunked", "gzip, chunked"),
                bytes + "\r\n");
    }

    private static String response(Random random, String method) {
        if (method.equals("HEAD")) {
            return "HTTP/1.1 200 OK\r\n" + fields(random, "Content-Length: 99", "");
        }
        var interim =
                random.nextInt(4) == 0 ? "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" : "";
        var body = random.nextBoolean() ? length(random) : chunked(random);
        return interim
                + switch (random.nextInt(4)) {
                    case 0 -> "HTTP/1.1 304 Not Modified\r\n" + fields(random, "", "");
                    case 1 -> "HTTP/1.1 204 No Content\r\n" + fields(random, "", "");
                    default ->
                            "HTTP/1.1 "
                                    + pick(random, "200 OK", "404 ", "500")
                                    + "\r\n"
                                    + fields(random, body.field(), "")
                                    + body.bytes();
                };
    }

    private static String fields(Random random, String one, String other) {
        var lines =
                new ArrayList<>(
                        List.of(
                                one,
                                other,
                                pick(random, "", "X:y", "Accept: a, b"),
                                pick(random, "", "Connection: keep-alive")));
        lines.removeIf(String::isEmpty);
        Collections.shuffle(lines, random);
        return lines.isEmpty() ? "\r\n" : String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** Bodies that look like messages, so that a lost count shows. */
    private static String filler(Random random) {
        return pick(
                random,
                "",
                "x",
                "GET /blocked HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
                "0\r\n\r\n",
                "\r\n\r\n\n",
                "a".repeat(random.nextInt(3000)));
    }

    private static String replaceOne(String text, String what, String by, Random random) {
        var from = text.indexOf(what, random.nextInt(text.length()));
        return from < 0
                ? text
                : text.substring(0, from) + by + text.substring(from + what.length());
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static final String[] SPICE = {
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Host: evil.example\r\n",
        "Connection: Content-Length\r\n",
        "Expect: 100-continue\r\n",
        "GET /blocked HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
        "HTTP/1.0",
        "0\r\n\r\n",
        "\r\n\r\n",
        "\n",
        "\0",
        "ffffffffffffffff",
        "https://evil.example/",
        "//",
        ";\n",
    };
}
