package io.overt.signer.trust;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.x509.CertificateFingerprint;
import io.overt.x509.TrustAnchors;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import picocli.CommandLine;

/** Each file is read back by another program, or another parser, than wrote it. */
class ExportTrustTest {

    /** Needs escaping in XML and in JSON. */
    private static final String ORGANISATION = "Müller & \"Söhne\" <AG>";

    @TempDir static Path shared;
    private static X509Certificate root;

    @TempDir Path folder;
    private Path to;

    @BeforeAll
    static void makeRoots() throws Exception {
        root(
                "root.pem",
                "/O=Example Corp/CN=Example TLS Inspection Root",
                "critical,CA:TRUE,pathlen:1");
        root("untrusted.pem", "/CN=Untrusted Inspection CA", "critical,CA:TRUE,pathlen:1");
        root("issuing.pem", "/CN=Inspection CA", "critical,CA:TRUE,pathlen:0");
        root = TrustAnchors.fromPem(shared.resolve("root.pem")).certificates().getFirst();
    }

    @BeforeEach
    void folder() {
        to = folder.resolve("trust");
    }

    @Test
    void pem_der_and_pkcs7_hold_the_root_and_nothing_else() throws Exception {
        String said = export("root.pem");

        String fingerprint = CertificateFingerprint.of(root).hex();
        assertThat(
                        openssl(
                                "x509",
                                "-in",
                                "inspection-root.pem",
                                "-noout",
                                "-fingerprint",
                                "-sha256"))
                .containsIgnoringCase(colons(fingerprint));
        assertThat(
                        openssl(
                                "x509",
                                "-inform",
                                "DER",
                                "-in",
                                "inspection-root.cer",
                                "-noout",
                                "-fingerprint",
                                "-sha256"))
                .containsIgnoringCase(colons(fingerprint));
        assertThat(openssl("pkcs7", "-inform", "DER", "-in", "inspection-root.p7b", "-print_certs"))
                .contains(Files.readString(to.resolve("inspection-root.pem")).strip())
                .containsOnlyOnce("BEGIN CERTIFICATE");
        assertThat(said).contains("SHA-256 " + colons(fingerprint).toUpperCase(Locale.ROOT));
        assertThat(Files.readString(to.resolve("fingerprints.txt"))).isEqualTo(said);
    }

    @Test
    void the_apple_profile_is_a_property_list_with_the_root_in_it() throws Exception {
        export("root.pem");

        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder parser = factory.newDocumentBuilder();
        Element plist =
                parser.parse(to.resolve("inspection-root.mobileconfig").toFile())
                        .getDocumentElement();
        Map<?, ?> profile = (Map<?, ?>) value(children(plist).getFirst());
        Map<?, ?> payload =
                (Map<?, ?>) requireNonNull((List<?>) profile.get("PayloadContent")).getFirst();

        assertThat(profile.get("PayloadType")).isEqualTo("Configuration");
        assertThat(profile.get("PayloadOrganization")).isEqualTo(ORGANISATION);
        assertThat(profile.get("PayloadVersion")).isEqualTo("1");
        assertThat(payload.get("PayloadType")).isEqualTo("com.apple.security.root");
        assertThat(payload.get("PayloadUUID")).isNotEqualTo(profile.get("PayloadUUID"));
        assertThat(
                        certificate(
                                Base64.getDecoder()
                                        .decode(String.valueOf(payload.get("PayloadContent")))))
                .isEqualTo(root);
    }

    @Test
    void the_firefox_policy_names_the_pem_file() throws Exception {
        export("root.pem");

        // YAML 1.2 is a superset of JSON: a parser that did not write it.
        assertThat(
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(to.resolve("policies.json"))))
                .isEqualTo(
                        Map.of(
                                "policies",
                                Map.of(
                                        "Certificates",
                                        Map.of("Install", List.of("inspection-root.pem")))));
    }

    @Test
    void the_windows_note_has_the_thumbprint_and_its_own_line_ends() throws Exception {
        export("root.pem");

        String note = Files.readString(to.resolve("windows.txt"));
        String sha1 =
                openssl("x509", "-in", "inspection-root.pem", "-noout", "-fingerprint", "-sha1")
                        .replaceAll("(?s).*=", "")
                        .strip();
        assertThat(note)
                .contains(ORGANISATION, "certutil -addstore -f Root inspection-root.cer\r\n", sha1)
                .doesNotContainPattern("[^\r]\n");
    }

    @Test
    void java_takes_the_der_file_by_keytool() throws Exception {
        export("root.pem");
        run(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-importcert",
                "-noprompt",
                "-alias",
                "inspection",
                "-file",
                "inspection-root.cer",
                "-keystore",
                "trust.p12",
                "-storepass",
                "changeit");

        KeyStore store =
                KeyStore.getInstance(to.resolve("trust.p12").toFile(), "changeit".toCharArray());
        assertThat(store.getCertificate("inspection")).isEqualTo(root);
    }

    @Test
    void the_same_root_makes_the_same_files_and_none_is_overwritten() throws Exception {
        export("root.pem");
        byte[] first = Files.readAllBytes(to.resolve("inspection-root.mobileconfig"));

        assertThat(refused("root.pem", Clock.systemUTC()))
                .hasMessageContaining("is there already, and is not overwritten");
        to = folder.resolve("again");
        export("root.pem");

        assertThat(Files.readAllBytes(to.resolve("inspection-root.mobileconfig"))).isEqualTo(first);
    }

    @Test
    void what_clients_must_not_trust_is_not_exported() {
        assertThat(refused("untrusted.pem", Clock.systemUTC()))
                .hasMessageContaining("calls itself untrusted");
        assertThat(refused("issuing.pem", Clock.systemUTC())).hasMessageContaining("is no root");
        assertThat(refused("root.pem", Clock.offset(Clock.systemUTC(), Duration.ofDays(9000))))
                .hasMessageContaining("is past its end");
        assertThat(to).doesNotExist();
    }

    private String export(String file) {
        StringWriter out = new StringWriter();
        CommandLine line = line(new ExportTrust(Clock.systemUTC()), out, new ArrayList<>());
        assertThat(line.execute(arguments(file))).as(out.toString()).isZero();
        return out.toString();
    }

    private Exception refused(String file, Clock clock) {
        List<Exception> thrown = new ArrayList<>();
        int code =
                line(new ExportTrust(clock), new StringWriter(), thrown).execute(arguments(file));
        assertThat(code).isNotZero();
        return thrown.getFirst();
    }

    private String[] arguments(String file) {
        return new String[] {
            "--root",
            shared.resolve(file).toString(),
            "--organisation",
            ORGANISATION,
            "--to",
            to.toString()
        };
    }

    private static CommandLine line(ExportTrust command, StringWriter out, List<Exception> thrown) {
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(out, true));
        line.setExecutionExceptionHandler(
                (failure, _, _) -> {
                    thrown.add(failure);
                    return 1;
                });
        return line;
    }

    /** As the format has it: a dictionary is keys and values in turn. */
    private static Object value(Element element) {
        return switch (element.getTagName()) {
            case "dict" -> {
                Map<String, Object> map = new LinkedHashMap<>();
                List<Element> children = children(element);
                for (int i = 0; i < children.size(); i += 2) {
                    map.put(children.get(i).getTextContent(), value(children.get(i + 1)));
                }
                yield map;
            }
            case "array" -> children(element).stream().map(ExportTrustTest::value).toList();
            default -> element.getTextContent();
        };
    }

    private static List<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (each instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static String colons(String hex) {
        return hex.replaceAll("(..)(?!$)", "$1:");
    }

    private static void root(String file, String subject, String constraints) throws Exception {
        runIn(
                shared,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                subject,
                "-addext",
                "basicConstraints=" + constraints,
                "-keyout",
                file + ".key",
                "-out",
                file);
    }

    private String openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private String run(String... command) throws Exception {
        return runIn(to, command);
    }

    private static String runIn(Path folder, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
