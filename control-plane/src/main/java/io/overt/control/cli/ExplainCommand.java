package io.overt.control.cli;

import io.overt.policy.GivenFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code overtctl explain}. */
@Command(
        name = "explain",
        sortOptions = false,
        description = {
            "Tells which rule of a policy decides about a connection, or a request on it, and why.",
            "A fact that is left out is unknown: where it would matter, that is the answer. No user,"
                    + " no CONNECT and a hello that could be read are assumed."
        })
final class ExplainCommand extends OvertctlCommand {
    @Parameters(
            paramLabel = "POLICY",
            description = "The policy's document, or the folder with its policy.yaml.")
    private @Nullable Path policy;

    @Option(names = "--host", paramLabel = "NAME", description = "The hello's server name.")
    private @Nullable String host;

    @Option(names = "--no-sni", description = "The hello has no server name.")
    private boolean noSni;

    @Option(names = "--client", paramLabel = "ADDRESS", description = "The client's address.")
    private @Nullable String client;

    @Option(
            names = "--destination",
            paramLabel = "ADDRESS",
            description = "The address that the client connects to.")
    private @Nullable String destination;

    @Option(names = "--port", paramLabel = "PORT", description = "Its port.")
    private @Nullable String port;

    @Option(names = "--site", paramLabel = "SITE", description = "The edge's site.")
    private @Nullable String site;

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "The edge's listener, by its name in edge.yaml.")
    private @Nullable String listener;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "The user, as the explicit proxy authenticated them.")
    private @Nullable String user;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            description = "When, as 2026-11-23T10:30:00Z or with another offset.")
    private @Nullable String time;

    @Option(names = "--connect", paramLabel = "NAME", description = "The host that CONNECT named.")
    private @Nullable String connect;

    @Option(
            names = "--alpn",
            paramLabel = "PROTOCOL",
            split = ",",
            description = "Protocols that the hello offers, as h2,http/1.1.")
    private @Nullable List<String> alpn;

    @Option(
            names = "--ech",
            paramLabel = "BOOL",
            description = "Whether the hello has encrypted_client_hello: true or false.")
    private @Nullable String ech;

    @Option(names = "--ja4", paramLabel = "JA4", description = "The hello's JA4 fingerprint.")
    private @Nullable String ja4;

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            description =
                    "Why no hello could be read: not-tls, malformed, too-large, too-slow, absent.")
    private @Nullable String fault;

    @Option(
            names = "--request",
            paramLabel = "REQUEST",
            description =
                    "A request on the connection, as \"POST https://chat.example/path\": the rules"
                            + " for requests are asked as well. Its host is the server name, unless"
                            + " --host says otherwise.")
    private @Nullable String request;

    @Option(
            names = "--header",
            paramLabel = "LINE",
            description = "A header line of the request, as \"Name: value\". May be repeated.")
    private List<String> headers = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var given = facts();
        var compiled = LocalPolicy.read(filledIn(policy), spec(), overtctl.format());
        if (compiled.isEmpty()) {
            return ExitCode.PROBLEMS;
        }
        var answer = ExplainAnswer.of(compiled.get().policy(), given);
        overtctl.format()
                .print(
                        spec().commandLine().getOut(),
                        answer.json(),
                        () -> answer.text(compiled.get().folder().document().toString()));
        return answer.isCertain() ? ExitCode.OK : ExitCode.CANNOT_TELL;
    }

    private GivenFacts facts() {
        var facts = new GivenFacts();
        state(facts, GivenFacts.Key.HOST, host);
        state(facts, GivenFacts.Key.NO_SNI, noSni ? "true" : null);
        state(facts, GivenFacts.Key.CLIENT, client);
        state(facts, GivenFacts.Key.DESTINATION, destination);
        state(facts, GivenFacts.Key.PORT, port);
        state(facts, GivenFacts.Key.SITE, site);
        state(facts, GivenFacts.Key.LISTENER, listener);
        state(facts, GivenFacts.Key.USER, user);
        state(facts, GivenFacts.Key.TIME, time);
        state(facts, GivenFacts.Key.CONNECT, connect);
        state(facts, GivenFacts.Key.ECH, ech);
        state(facts, GivenFacts.Key.JA4, ja4);
        state(facts, GivenFacts.Key.FAULT, fault);
        if (alpn != null) {
            refuse(facts.state(GivenFacts.Key.ALPN, alpn));
        }
        if (request != null) {
            int blank = request.indexOf(' ');
            refuse(
                    facts.stateRequest(
                            blank < 0 ? "GET" : request.substring(0, blank),
                            request.substring(blank + 1).strip(),
                            headerLines()));
        } else if (!headers.isEmpty()) {
            throw new ParameterException(spec().commandLine(), "--header without --request");
        }
        refuse(facts.contradiction());
        return facts;
    }

    private List<Map.Entry<String, String>> headerLines() {
        var lines = new ArrayList<Map.Entry<String, String>>();
        for (var line : headers) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new ParameterException(
                        spec().commandLine(),
                        "--header \"" + line + "\" (expected: \"Name: value\")");
            }
            lines.add(
                    Map.entry(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
        }
        return lines;
    }

    private void state(GivenFacts facts, GivenFacts.Key key, @Nullable String value) {
        if (value != null) {
            refuse(facts.state(key, List.of(value)));
        }
    }

    private void refuse(Optional<String> why) {
        if (why.isPresent()) {
            throw new ParameterException(spec().commandLine(), why.get());
        }
    }
}
