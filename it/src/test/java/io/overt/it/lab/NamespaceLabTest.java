package io.overt.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Command;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.NetworkLab;
import io.overt.it.cluster.ProcessCluster;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A cluster of processes behind a gateway, real clients in front of it and nginx behind. One lab
 * serves all tests of the class; those that change the cluster come last.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NamespaceLabTest {
    private static final String SHOP = "www.shop.example";
    private static final String HOSPITAL = "www.hospital.example";
    private static final int FIRST = 1;

    /** Behind what counts signatures of hosts that nobody has met. */
    private static final int HOSTS_ARE_MET = 2;

    private static final int LAST = 100;

    private final Closing open = Closing.atTheLatestOnSignal();
    private final Map<String, Integer> recordsBefore = new HashMap<>();
    private Path directory;
    private NetworkLab lab;
    private NginxOrigin origin;
    private ProcessCluster cluster;
    private Path originRoot;
    private X509Certificate original;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) throws Exception {
        this.directory = directory;
        assumeThat(System.getProperty("user.name"))
                .as("network namespaces need root: run ./overt test as root to have these tests")
                .isEqualTo("root");
        TestPki pki = TestPki.create();
        TestIdentity shop =
                pki.issue(
                        CertificateSpec.leaf(SHOP, "shop.example", "10.91.2.2", "fd91:2::2")
                                .subject("C=IS,O=Example Shop Ltd,CN=" + SHOP)
                                .policies("2.23.140.1.1")
                                .scts(2)
                                .mustStaple());
        original = shop.certificate();
        var sites = new LinkedHashMap<String, TestIdentity>();
        sites.put(SHOP, shop);
        sites.put(HOSPITAL, pki.leaf(HOSPITAL));
        originRoot = pki.writeAnchor(directory.resolve("origin-root.pem"));

        lab = open.opened(NetworkLab.up(Launcher.ofBuildTree()));
        origin = open.opened(NginxOrigin.start(lab, directory.resolve("origin"), sites));
        cluster =
                open.opened(
                        ProcessCluster.start(
                                new ClusterPlan(
                                        directory.resolve("cluster"),
                                        lab.onGateway(),
                                        CaKeys.Fresh.SOFTHSM,
                                        "Example Corp",
                                        originRoot,
                                        policy("first", FIRST_POLICY),
                                        List.of("edge-a", "edge-b"),
                                        Gateway.LAB),
                                System.out::println));
    }

    @BeforeEach
    void mark() throws IOException {
        for (String edge : List.of("edge-a", "edge-b")) {
            recordsBefore.put(edge, records(edge).size());
        }
    }

    @AfterAll
    void stop() throws Exception {
        open.close();
    }

    @ParameterizedTest(name = "{0} over {1}: {2}")
    @CsvSource({
        "divert, IPv4, 1k", "divert, IPv6, 1k", "redirect, IPv4, 1k", "redirect, IPv6, 1k",
        "connect, IPv4, 1k", "connect, IPv6, 1k", "divert, IPv4, 100m", "divert, IPv6, 100m",
        "redirect, IPv4, 100m", "redirect, IPv6, 100m", "connect, IPv4, 100m",
                "connect, IPv6, 100m",
    })
    @Order(FIRST)
    void the_origins_bytes_arrive_whatever_the_way_in(String listener, String family, String file)
            throws Exception {
        Path received = directory.resolve("received-" + listener + family + file);

        Command.Result curl =
                lab.client(curl(listener, family, file, "--output", received.toString(), "--fail"));

        assertThat(curl.status()).as(curl.errors()).isZero();
        assertThat(NginxOrigin.Sums.sha256(received)).isEqualTo(origin.sha256(file));
        Files.delete(received);
    }

    @Test
    @Order(FIRST)
    void the_client_meets_the_origins_certificate_under_our_issuer() throws Exception {
        X509Certificate forged = metBy("10.91.2.2:443").getFirst();

        assertThat(forged.getSubjectX500Principal().getEncoded())
                .isEqualTo(original.getSubjectX500Principal().getEncoded());
        assertThat(forged.getIssuerX500Principal().getName()).contains("Example Corp", "nspection");
        assertThat(forged.getNotBefore()).isEqualTo(original.getNotBefore());
        assertThat(forged.getNotAfter()).isEqualTo(original.getNotAfter());
        assertThat(forged.getExtensionValue(Extension.subjectAlternativeName.getId()))
                .isEqualTo(original.getExtensionValue(Extension.subjectAlternativeName.getId()));
        assertThat(forged.getExtensionValue(Extension.certificatePolicies.getId()))
                .isEqualTo(original.getExtensionValue(Extension.certificatePolicies.getId()));
        assertThat(forged.getExtendedKeyUsage()).isEqualTo(original.getExtendedKeyUsage());
        assertThat(forged.getPublicKey()).isNotEqualTo(original.getPublicKey());
        assertThat(forged.getNonCriticalExtensionOIDs())
                .as("SCTs and must-staple would be false statements about the forged leaf")
                .doesNotContain("1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.5.5.7.1.24");
    }

    @Test
    @Order(FIRST)
    void openssl_accepts_the_forged_chain_strictly() throws Exception {
        List<X509Certificate> chain = metBy("[fd91:2::2]:443");
        Path leaf = Pem.write(directory.resolve("leaf.pem"), chain.getFirst());
        Path rest =
                Pem.write(
                        directory.resolve("rest.pem"),
                        chain.subList(1, chain.size()).toArray(X509Certificate[]::new));

        String said =
                Command.run(
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslserver",
                        "-verify_hostname",
                        SHOP,
                        "-CAfile",
                        cluster.inspectionRoot().toString(),
                        "-untrusted",
                        rest.toString(),
                        leaf.toString());

        assertThat(said).contains(": OK");
    }

    @Test
    @Order(FIRST)
    void a_host_first_met_at_one_edge_costs_the_other_no_signature() throws Exception {
        assertThat(lab.client(curl("connect", "IPv4", "1k", "--output", "/dev/null")).status())
                .isZero();
        double signed = cluster.signatures();

        Command.Result second =
                lab.client(
                        withProxy(
                                cluster.edge("edge-b").connectPort(),
                                curlWords("IPv4", "443", "1k", "--output", "/dev/null")));

        assertThat(second.status()).as(second.errors()).isZero();
        assertThat(cluster.signatures()).isEqualTo(signed);
        awaitRecord("edge-b", "\"leaf_tier\":\"site-cache\"");
    }

    @ParameterizedTest(name = "{0} through {1}")
    @CsvSource({
        "IPv4, edge-a, 10.91.2.1", "IPv6, edge-a, fd91:2::1",
        "IPv4, edge-b, 10.91.1.2", "IPv6, edge-b, fd91:1::2",
    })
    @Order(HOSTS_ARE_MET)
    void the_origin_sees_the_edge_or_where_it_is_set_up_so_the_client(
            String family, String edge, String seen) throws Exception {
        String file = "1k?" + edge + family;

        Command.Result curl =
                lab.client(
                        withProxy(
                                family.equals("IPv4") ? "10.91.1.1" : "[fd91:1::1]",
                                cluster.edge(edge).connectPort(),
                                curlWords(family, "443", file, "--output", "/dev/null")));

        assertThat(curl.status()).as(curl.errors()).isZero();
        assertThat(origin.askedBy("/" + file)).containsExactly(seen);
    }

    @Test
    @Order(FIRST)
    void the_CA_keys_are_sensitive_and_cannot_be_extracted() throws Exception {
        Path home = directory.resolve("cluster");
        String pin = Files.readString(home.resolve("pin")).strip();

        String objects =
                Command.run(
                        Map.of(
                                "SOFTHSM2_CONF",
                                home.resolve("softhsm2.conf").toString(),
                                "PIN",
                                pin),
                        List.of(
                                "pkcs11-tool",
                                "--module",
                                "/usr/lib/softhsm/libsofthsm2.so",
                                "--token-label",
                                "overt-demo",
                                "--login",
                                "--pin",
                                "env:PIN",
                                "--list-objects",
                                "--type",
                                "privkey"));

        assertThat(objects.lines().filter(line -> line.contains("Access:")))
                .isNotEmpty()
                .allMatch(line -> line.contains("sensitive"))
                .allMatch(line -> line.contains("never extractable"));
        try (var files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile).filter(NamespaceLabTest::holdsPrivateKey))
                    .as("private keys in files: identities, policy, log readers, no CA")
                    .allMatch(
                            file ->
                                    file.startsWith(home.resolve("identity"))
                                            || file.equals(home.resolve("policy.key"))
                                            || file.equals(home.resolve("log-readers.key")));
        }
    }

    // checklist 52
    @ParameterizedTest(name = "{0}")
    @CsvSource({"divert, 10.91.2.2", "redirect, 10.91.2.2", "divert, fd91:2::2"})
    @Order(FIRST)
    void a_spliced_host_gets_and_gives_its_bytes_unchanged(String listener, String address)
            throws Exception {
        String port = listener.equals("divert") ? "443" : "8443";
        String target = address.contains(":") ? "[" + address + "]" : address;
        try (var client = Capture.start(lab, "client", port, directory);
                var server = Capture.start(lab, "origin", port, directory)) {
            Command.Result curl =
                    lab.client(
                            "curl",
                            "--silent",
                            "--show-error",
                            "--cacert",
                            originRoot.toString(),
                            "--resolve",
                            HOSPITAL + ":" + port + ":" + target,
                            "https://" + HOSPITAL + ":" + port + "/1k",
                            "--output",
                            "/dev/null");
            assertThat(curl.status())
                    .as("the real certificate, under the origin's own root: %s", curl.errors())
                    .isZero();

            Capture.Bytes sent = client.bytes();
            Capture.Bytes arrived = server.bytes();
            assertThat(sent.fromClient()).hasSizeGreaterThan(200);
            assertThat(sent.fromUpstream()).hasSizeGreaterThan(1000);
            assertThat(arrived.fromClient()).isEqualTo(sent.fromClient());
            assertThat(arrived.fromUpstream()).isEqualTo(sent.fromUpstream());
        }
        awaitRecord("edge-a", "\"outcome\":\"splice\"", "\"rule\":\"health\"");
    }

    @Test
    @Order(FIRST)
    void a_blocked_url_gets_the_page_and_the_connection_goes_on() throws Exception {
        Command.Result curl =
                lab.client(
                        join(
                                curlWords("IPv4", "443", "submit", "--http1.1", "--data", "x=1"),
                                "--write-out",
                                "<%{response_code} %{num_connects}>",
                                "--next",
                                curlWords(
                                        "IPv4", "443", "1k", "--http1.1", "--output", "/dev/null"),
                                "--write-out",
                                "<%{response_code} %{num_connects}>"));

        assertThat(curl.status()).as(curl.errors()).isZero();
        assertThat(curl.output()).contains("Get back to work!", "<403 1>", "<200 0>");
        awaitRecord("edge-a", "\"rule\":\"no-chat\"", "\"filtered\":true");
    }

    // checklist 37, 44
    @Test
    @Order(FIRST)
    void a_browsers_post_quantum_hello_is_inspected() throws Exception {
        Path home = Files.createDirectories(directory.resolve("chromium"));
        Path store = Files.createDirectories(home.resolve(".pki/nssdb"));
        Command.run("certutil", "-d", "sql:" + store, "-N", "--empty-password");
        Command.run(
                "certutil",
                "-d",
                "sql:" + store,
                "-A",
                "-n",
                "inspection",
                "-t",
                "C,,",
                "-i",
                cluster.inspectionRoot().toString());

        Command.Result chromium =
                lab.client(
                        Map.of("HOME", home.toString(), "XDG_CONFIG_HOME", home.toString()),
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + home.resolve("profile"),
                        "--host-resolver-rules=MAP " + SHOP + " 10.91.2.2",
                        "--dump-dom",
                        "https://" + SHOP + "/index.html");

        assertThat(chromium.output()).as(chromium.errors()).contains("<title>origin</title>");
        awaitRecord("edge-a", "\"outcome\":\"inspect\"", "X25519MLKEM768");
    }

    @Test
    @Order(LAST)
    void a_new_policy_decides_the_next_connection_at_every_edge_and_a_broken_one_nothing()
            throws Exception {
        cluster.apply(policy("second", SECOND_POLICY));
        for (String edge : List.of("edge-a", "edge-b")) {
            Command.Result refused =
                    lab.client(
                            withProxy(
                                    cluster.edge(edge).connectPort(),
                                    curlWords("IPv4", "443", "1k", "--output", "/dev/null")));
            assertThat(refused.status()).as("%s: %s", edge, refused.errors()).isNotZero();
            awaitRecord(edge, "\"outcome\":\"block\"", "\"rule\":\"closed\"");
        }

        assertThat(brokenPolicyIsRefused()).contains("policy.yaml:7:11", "inspekt");
        assertThat(cluster.overtctl("edges")).doesNotContain("rejected");

        cluster.apply(policy("third", FIRST_POLICY));
        for (String edge : List.of("edge-a", "edge-b")) {
            assertThat(
                            lab.client(
                                            withProxy(
                                                    cluster.edge(edge).connectPort(),
                                                    curlWords(
                                                            "IPv4",
                                                            "443",
                                                            "1k",
                                                            "--output",
                                                            "/dev/null")))
                                    .status())
                    .isZero();
        }
    }

    @Test
    @Order(LAST + 1)
    void without_an_edge_the_gateway_refuses_and_passes_nothing() throws Exception {
        cluster.close();

        Command.Result curl = lab.client(curl("divert", "IPv4", "1k", "--output", "/dev/null"));

        assertThat(curl.status()).as("curl: 7 is refused").isEqualTo(7);
    }

    // ---

    private String brokenPolicyIsRefused() throws IOException, InterruptedException {
        try {
            return cluster.overtctl(
                    "apply",
                    policy("broken", FIRST_POLICY.replace("inspect", "inspekt")).toString());
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private List<X509Certificate> metBy(String destination) throws Exception {
        Command.Result said =
                lab.client(
                        "openssl",
                        "s_client",
                        "-connect",
                        destination,
                        "-servername",
                        SHOP,
                        "-CAfile",
                        cluster.inspectionRoot().toString(),
                        "-verify_return_error",
                        "-showcerts");
        assertThat(said.status()).as(said.errors()).isZero();
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(
                        new ByteArrayInputStream(
                                pemsOf(said.output()).getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private static String pemsOf(String output) {
        var pems = new StringBuilder();
        boolean inside = false;
        for (String line : output.lines().toList()) {
            inside |= line.equals("-----BEGIN CERTIFICATE-----");
            if (inside) {
                pems.append(line).append('\n');
            }
            inside &= !line.equals("-----END CERTIFICATE-----");
            if (line.equals("Server certificate")) {
                break; // repeats the leaf from here on
            }
        }
        return pems.toString();
    }

    private String[] curl(String listener, String family, String file, String... more) {
        return switch (listener) {
            case "divert" -> curlWords(family, "443", file, more);
            case "redirect" -> curlWords(family, "8443", file, more);
            case "connect" ->
                    withProxy(
                            family.equals("IPv4") ? "10.91.1.1" : "[fd91:1::1]",
                            cluster.edge("edge-a").connectPort(),
                            curlWords(family, "443", file, more));
            default -> throw new IllegalArgumentException(listener);
        };
    }

    private String[] curlWords(String family, String port, String file, String... more) {
        String address = family.equals("IPv4") ? "10.91.2.2" : "[fd91:2::2]";
        return join(
                new String[] {
                    "curl",
                    "--silent",
                    "--show-error",
                    "--max-time",
                    "120",
                    "--cacert",
                    cluster.inspectionRoot().toString(),
                    "--connect-to",
                    SHOP + ":" + port + ":" + address + ":" + port,
                    "https://" + SHOP + ":" + port + "/" + file
                },
                (Object[]) more);
    }

    private static String[] withProxy(int port, String[] curl) {
        return withProxy("10.91.1.1", port, curl);
    }

    private static String[] withProxy(String host, int port, String[] curl) {
        return join(curl, "--proxy", "http://" + host + ":" + port);
    }

    /** Words and arrays of words; a second curl after --next leaves its own name out. */
    private static String[] join(String[] first, Object... more) {
        var words = new ArrayList<>(List.of(first));
        for (Object each : more) {
            switch (each) {
                case String word -> words.add(word);
                case String[] several -> words.addAll(List.of(several).subList(1, several.length));
                default -> throw new IllegalArgumentException(String.valueOf(each));
            }
        }
        return words.toArray(String[]::new);
    }

    private static boolean holdsPrivateKey(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .contains("PRIVATE KEY");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a record, written since the test began, that has all these parts. */
    private void awaitRecord(String edge, String... parts) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(recordsOfThisTest(edge))
                                        .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    private List<String> recordsOfThisTest(String edge) throws IOException {
        List<String> all = records(edge);
        return all.subList(recordsBefore.getOrDefault(edge, 0), all.size());
    }

    private List<String> records(String edge) throws IOException {
        Path file = cluster.edge(edge).records();
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private Path policy(String name, String content) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("policy-" + name));
        Files.writeString(folder.resolve("policy.yaml"), content);
        return folder;
    }

    private static final String FIRST_POLICY =
            """
            policy: lab
            rules:
              - name: health
                when: { host: ["*.hospital.example"] }
                then: splice
              - name: default
                then: inspect
                revocation: off # the shop's certificate demands a staple, and this nginx has none
                on: { untrusted: splice, client-cert: splice, unreachable: block, signer-away: splice }
            http:
              - name: no-chat
                when: { url: "www.shop.example/submit", method: [POST] }
                then: block
                label: "Get back to work!"
            """;

    private static final String SECOND_POLICY =
            """
            policy: lab
            rules:
              - name: closed
                then: block
                label: "Closed today"
            """;
}
