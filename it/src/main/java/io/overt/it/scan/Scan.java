package io.overt.it.scan;

import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code ./overt scan}: TLS-Scanner on both legs of an edge, and on those whom nobody would call
 * weak: OpenSSL with its defaults as server and as client, and Chromium. Prints the tables; ends
 * with status 1 when a row is worse and not explained, or explained and not worse.
 *
 * <p>Arguments: the folder to work in, {@code softhsm} or {@code file} for the CA's keys, the
 * scanner's class path, the folder for what the scanner finds; then {@code --write} to put the
 * tables into the docs.
 */
public final class Scan {
    private final Subjects subjects;
    private final Scanner scanner;
    private final Path directory;
    private final Closing open;
    private final List<String> faults = new ArrayList<>();

    private Scan(Subjects subjects, Scanner scanner, Path directory, Closing open) {
        this.subjects = subjects;
        this.scanner = scanner;
        this.directory = directory;
        this.open = open;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        CaKeys keys =
                arguments[1].equals("softhsm") ? CaKeys.Fresh.SOFTHSM : CaKeys.Fresh.INSECURE_FILE;
        Path found = Files.createDirectories(Path.of(arguments[3]));
        boolean write = arguments.length > 4 && arguments[4].equals("--write");
        var page = new Page(Launcher.ofBuildTree().root());
        List<String> faults;
        try (var open = Closing.atTheLatestOnSignal()) {
            var scanner = new Scanner(arguments[2], found, open);
            var scan = new Scan(Subjects.start(directory, keys, open), scanner, directory, open);
            List<Row> rows = new ArrayList<>(scan.clientLeg());
            rows.addAll(scan.upstreamLeg());
            for (Leg leg : Leg.values()) {
                List<Row> ofLeg = rows.stream().filter(row -> row.leg() == leg).toList();
                System.out.printf("%nThe %s leg%n%n%s", leg.word(), Page.table(leg, ofLeg));
                if (write) {
                    page.replace(leg, ofLeg);
                }
            }
            faults = scan.faults;
            faults.addAll(Page.disagreements(rows, page.explained()));
        }
        System.out.println();
        faults.forEach(fault -> System.out.println("FAIL " + fault));
        System.out.println(faults.isEmpty() ? "passed" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    static void say(String what) {
        System.out.println("--- " + what);
    }

    private List<Row> clientLeg() throws IOException, InterruptedException {
        say("scanning the edge's client leg");
        Answers edge =
                answers(scanner.server("edge-as-server", subjects.door().port(), Subjects.HOST));
        say("scanning OpenSSL as a server");
        int reference = subjects.reference().getPort();
        return rows(
                Leg.CLIENT,
                edge,
                List.of(answers(scanner.server("openssl-as-server", reference, Subjects.HOST))));
    }

    private List<Row> upstreamLeg() throws IOException, InterruptedException {
        say("scanning the edge's upstream leg");
        // A name for each connection: what an edge learns of one server says nothing of another.
        List<String> direct =
                List.of(
                        ("openssl s_client -connect 127.0.0.1:[port] -alpn http/1.1 -servername p[port]."
                                        + Subjects.SCANNERS)
                                .split(" "));
        List<String> throughEdge = new ArrayList<>(direct);
        throughEdge.addAll(List.of("-proxy", "127.0.0.1:" + subjects.edge()));
        Answers edge = answers(scanner.client("edge-as-client", throughEdge));
        say("scanning OpenSSL as a client");
        Answers openSsl = answers(scanner.client("openssl-as-client", direct));
        say("scanning Chromium");
        Browser chromium = open.opened(Browser.start(directory));
        Answers browser = answers(scanner.client("chromium-as-client", chromium.command()));
        return rows(Leg.UPSTREAM, edge, List.of(openSsl, browser));
    }

    /** The vocabulary is closed: what the scanner says and we do not know is a fault. */
    private Answers answers(Map<String, String> found) {
        for (String property : new TreeSet<>(found.keySet())) {
            if (!property.startsWith("!") && !Trait.isKnown(property)) {
                faults.add(property + ": of the scanner's, and neither compared nor left out");
            }
        }
        return new Answers(found);
    }

    private static List<Row> rows(Leg leg, Answers edge, List<Answers> references) {
        return Trait.of(leg).stream()
                .map(
                        trait ->
                                new Row(
                                        leg,
                                        trait,
                                        edge.of(trait),
                                        references.stream().map(each -> each.of(trait)).toList()))
                .toList();
    }
}
