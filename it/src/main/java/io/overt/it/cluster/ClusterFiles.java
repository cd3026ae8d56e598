package io.overt.it.cluster;

import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.testkit.pki.LogReaders;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the parts of a cluster read, written to one folder: throw-away identities, and a
 * configuration for each part on ports of the loopback address that are free now. Starts nothing.
 * Not thread-safe.
 */
final class ClusterFiles {
    private final SiteSetting setting;
    private final Ports ports = new Ports();
    private final TestFleet fleet;
    private final String ownSite;
    private final List<Integer> signerPorts = new ArrayList<>();
    private final int controlPort;
    private final int webPort;

    /**
     * A part that can be started.
     *
     * @param name for people
     * @param config its configuration file
     * @param adminPort where it will tell about itself
     */
    record PartFiles(String name, Path config, int adminPort) {}

    /**
     * An edge that can be started.
     *
     * @param part as of any part
     * @param number in the site's cluster
     * @param connectPort where it will be an explicit proxy
     * @param records its records, one JSON line a connection
     */
    record EdgeFiles(PartFiles part, int number, int connectPort, Path records) {}

    ClusterFiles(SiteSetting setting, String site) throws IOException {
        this.setting = setting;
        this.ownSite = site;
        this.fleet = TestPki.fleet(Files.createDirectories(file("identity")), site);
        LogReaders.create(setting.directory());
        for (int number = 1; number <= setting.signers(); number++) {
            Files.createDirectories(ofSigner(number, "ca"));
            signerPorts.add(ports.next());
        }
        this.controlPort = ports.next();
        this.webPort = ports.next();
    }

    /** A file of the cluster, there or not. */
    Path file(String name) {
        return setting.directory().resolve(name);
    }

    Path write(String name, String content) throws IOException {
        return Files.writeString(file(name), content);
    }

    int signers() {
        return setting.signers();
    }

    /** A file that is one signer's own, there or not. */
    Path ofSigner(int number, String name) {
        return number == 1 ? file(name) : file("signer-" + number).resolve(name);
    }

    /** PEM of the root that clients are to trust; whoever makes the CA puts it there. */
    Path inspectionRoot(int signer) {
        return ofSigner(signer, "ca/root.pem");
    }

    /** PEM of the issuing CA; whoever makes the CA puts it there. */
    Path issuingCa(int signer) {
        return ofSigner(signer, "ca/issuing.pem");
    }

    /** The key that policies are signed with; whoever makes it puts it there. */
    Path policyKey() {
        return file("policy.key");
    }

    /** Where browsers reach the control plane, if {@link FurtherSettings#web} says so. */
    URI console() {
        return URI.create("https://localhost:" + webPort + "/");
    }

    /** How overtctl reaches the control plane as the site's operator. */
    Path overtctl() {
        return file("overtctl.yaml");
    }

    /**
     * Writes the configuration of the signer with this number, from 1.
     *
     * @param keys its section {@code token} or {@code insecure-file}, and whatever else is its own
     */
    PartFiles signer(int number, String keys) throws IOException {
        int adminPort = ports.next();
        String name = number == 1 ? "signer" : "signer-" + number;
        return new PartFiles(
                name,
                Files.writeString(
                        ofSigner(number, "signer.yaml"),
                        """
                        listen: 127.0.0.1:%d
                        admin:
                          listen: 127.0.0.1:%d
                        %s%sissuers:
                          - certificate: ca/issuing.pem
                          - certificate: ca/untrusted.pem
                            trust: untrusted
                        profiles:
                          - organisation: %s
                            notice-url: https://inspection.example/notice
                        upstream:
                          trust-anchors: [%s]
                        transparency-log:
                          certificate: ca/log.pem
                          readers-key: %s
                        """
                                .formatted(
                                        signerPorts.get(number - 1),
                                        adminPort,
                                        identity(fleet.issue("signer", name)),
                                        keys,
                                        setting.organisation(),
                                        setting.upstreamAnchors().toAbsolutePath(),
                                        file("log-readers.pem").toAbsolutePath())),
                adminPort);
    }

    /** Writes the control plane's configuration, and an operator's. */
    PartFiles control() throws IOException {
        int adminPort = ports.next();
        Path config =
                write(
                        "control.yaml",
                        """
                        listen: 127.0.0.1:%d
                        admin:
                          listen: 127.0.0.1:%d
                        %sstore:
                          file: control.db
                        policy:
                          signing-key: policy.key
                        %s%s"""
                                .formatted(
                                        controlPort,
                                        adminPort,
                                        identity(fleet.issue("control", "control")),
                                        setting.further().web().map(this::web).orElse(""),
                                        setting.further().control()));
        write(
                "overtctl.yaml",
                """
                control: 127.0.0.1:%d
                %s"""
                        .formatted(controlPort, identity(fleet.issue("operator", "demo"))));
        return new PartFiles("control plane", config, adminPort);
    }

    /** Writes the configurations of all edges; those of one site name each other. */
    List<EdgeFiles> edges() throws IOException {
        Map<String, List<Member>> sites = new LinkedHashMap<>();
        for (String each : setting.edges()) {
            int slash = each.indexOf('/');
            String site = slash < 0 ? ownSite : each.substring(0, slash);
            List<Member> members = sites.computeIfAbsent(site, _ -> new ArrayList<>());
            members.add(
                    new Member(each, each.substring(slash + 1), members.size() + 1, ports.next()));
        }
        List<EdgeFiles> edges = new ArrayList<>();
        for (Map.Entry<String, List<Member>> site : sites.entrySet()) {
            // Hazelcast's addresses are of the loopback network, too: two clusters on one machine
            // must not have the same.
            int meshPort = ports.next();
            String mesh =
                    site.getValue().stream()
                            .map(
                                    member ->
                                            """
                                                - name: %s
                                                  number: %d
                                                  address: 127.0.0.1:%d
                                            """
                                                    .formatted(
                                                            member.name(),
                                                            member.number(),
                                                            member.port()))
                            .collect(Collectors.joining());
            // Of three on one machine each would want the door to the third (ADR 0070).
            String network = site.getValue().size() > 2 ? "external" : "mesh";
            for (Member member : site.getValue()) {
                edges.add(edge(site.getKey(), member, network, meshPort, mesh));
            }
        }
        return edges;
    }

    /**
     * An edge of a site.
     *
     * @param planned as the plan calls it
     * @param name within its site
     */
    private record Member(String planned, String name, int number, int port) {}

    private EdgeFiles edge(
            String siteName, Member member, String network, int meshPort, String site)
            throws IOException {
        String name = member.planned().replace('/', '-');
        int number = member.number();
        int adminPort = ports.next();
        int connectPort = ports.next();
        Path records = file(name + "-records.jsonl");
        Files.createDirectories(file(name));
        Path config =
                write(
                        name + ".yaml",
                        """
                        admin:
                          listen: 127.0.0.1:%d
                        %slisteners:
                          - name: proxy
                            kind: connect
                            listen: "%s:%d"
                            local-destinations: allowed
                        %spolicy:
                          control: 127.0.0.1:%d
                          signing-keys: [policy.key.pub]
                        %ssigners:
                          targets:
                        %slabels: %s
                        deadlines:
                          upstream-handshake: %ds
                          idle: %ds
                        limits:
                          connections: %d
                          inspections: %d
                        upstream:
                          trust-anchors: [%s]
                          own-cas: [%s]
                          source: %s
                        fetches:
                          allowed-networks: [127.0.0.0/8]
                        notice:
                          organisation: %s
                          url: https://inspection.example/notice
                        state: %s
                        records:
                          file: %s
                        site-cluster:
                          member-network: %s
                          mesh-port: %d
                          peer-listen: 127.0.0.1:%d
                          call-deadline: 1s
                          alone-after: 2m
                          members:
                        %s"""
                                .formatted(
                                        adminPort,
                                        identity(fleet.site(siteName).issue("edge", member.name())),
                                        setting.gateway() == Gateway.LAB ? "[::]" : "127.0.0.1",
                                        connectPort,
                                        number == 1 && setting.gateway() == Gateway.LAB
                                                ? LAB_LISTENERS
                                                : "",
                                        controlPort,
                                        setting.further().edgePolicy(),
                                        signerPorts.stream()
                                                .map("    - address: 127.0.0.1:%d\n"::formatted)
                                                .collect(Collectors.joining()),
                                        setting.further()
                                                .labels()
                                                .getOrDefault(member.planned(), List.of()),
                                        setting.upstreamHandshake().toSeconds(),
                                        setting.room().idle().toSeconds(),
                                        setting.room().connections(),
                                        setting.room().inspections(),
                                        setting.upstreamAnchors(),
                                        ownCas(),
                                        number == 2 && setting.gateway() == Gateway.LAB
                                                ? "client"
                                                : "edge",
                                        setting.organisation(),
                                        name,
                                        records,
                                        network,
                                        meshPort,
                                        ports.next(),
                                        site));
        return new EdgeFiles(
                new PartFiles(member.planned(), config, adminPort), number, connectPort, records);
    }

    private String web(PemFiles shown) {
        return """
               web:
                 listen: 127.0.0.1:%d
                 certificate: %s
                 key: %s
               """
                .formatted(webPort, shown.certificateChain(), shown.privateKey());
    }

    private String ownCas() {
        return IntStream.rangeClosed(1, setting.signers())
                .boxed()
                .flatMap(
                        number ->
                                Stream.of(
                                        inspectionRoot(number),
                                        ofSigner(number, "ca/untrusted.pem")))
                .map(path -> path.toAbsolutePath().toString())
                .collect(Collectors.joining(", "));
    }

    private static String identity(PemFiles files) {
        return """
               identity:
                 certificate: %s
                 key: %s
                 trust-anchors: %s
               """
                .formatted(files.certificateChain(), files.privateKey(), files.trustAnchors());
    }

    private static final String LAB_LISTENERS =
            """
              - name: lan
                kind: divert
                listen: "[::]:15443"
              - name: nat
                kind: redirect
                listen: "[::]:15444"
            """;
}
