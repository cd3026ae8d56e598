package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Forged chains before the validators of the clients that will meet them. Each tool is needed: one
 * that is missing fails the test and names the package, since a client that nobody asked is a
 * client that refuses in production.
 */
// checklist 56, 62
class ExternalValidatorsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String HOST = "www.example.com";
    private static final String ADDRESS = "192.0.2.1";

    @TempDir private Path directory;

    static Stream<Arguments> shapes() {
        return Stream.of(Recipe.values())
                .flatMap(
                        recipe ->
                                Stream.of(KeySpec.EC_P256, KeySpec.EC_P384, KeySpec.RSA_2048)
                                        .flatMap(
                                                issuer ->
                                                        Stream.of("public", "bare")
                                                                .map(
                                                                        shape ->
                                                                                Arguments.of(
                                                                                        recipe,
                                                                                        issuer,
                                                                                        shape))));
    }

    @ParameterizedTest(name = "{0}, issuer {1}, {2} upstream")
    @MethodSource("shapes")
    void a_forged_chain_is_accepted_by_OpenSSL_GnuTLS_NSS_and_the_JDK(
            Recipe recipe, KeySpec issuerKey, String shape) throws Exception {
        TestPki upstreamPki = TestPki.create();
        TestIdentity upstream = upstreamPki.issue(upstream(shape));
        TestAuthority root =
                TestAuthority.root(
                        CertificateSpec.ca("Example Ltd Inspection Root").key(issuerKey),
                        Instant.now());
        TestAuthority issuer =
                root.subordinate(
                        CertificateSpec.ca("Example Ltd Inspection CA")
                                .key(issuerKey)
                                .pathLength(0));
        KeyPair leafKey = KeySpec.EC_P256.generate();

        X509Certificate leaf =
                ForgedChains.forge(
                        upstreamPki, upstream, HOST, leafKey, issuer, ForgedChains.profile(recipe));

        openssl(leaf, issuer, root);
        gnutls(leaf, issuer, root);
        nss(leaf, issuer, root);
        jdk(leaf, issuer, root);
    }

    /** Otherwise the test above could pass for a tool that says yes to all. */
    @Test
    void each_validator_refuses_the_same_chain_below_another_root() {
        TestPki upstreamPki = TestPki.create();
        TestAuthority root =
                TestAuthority.root(CertificateSpec.ca("Example Ltd Root"), Instant.now());
        TestAuthority other =
                TestAuthority.root(CertificateSpec.ca("Example Ltd Root"), Instant.now());
        TestAuthority issuer = root.subordinate(CertificateSpec.ca("Example Ltd CA"));
        X509Certificate leaf =
                ForgedChains.forge(
                        upstreamPki,
                        upstreamPki.leaf(HOST, "*.example.com", ADDRESS),
                        HOST,
                        KeySpec.EC_P256.generate(),
                        issuer,
                        ForgedChains.profile(Recipe.MIRROR));

        assertThatThrownBy(() -> openssl(leaf, issuer, other)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> gnutls(leaf, issuer, other)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> nss(leaf, issuer, other)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> jdk(leaf, issuer, other)).isInstanceOf(CertificateException.class);
    }

    private static CertificateSpec upstream(String shape) {
        CertificateSpec spec = CertificateSpec.leaf(HOST, "*.example.com", ADDRESS);
        if (shape.equals("bare")) {
            return spec.without("2.5.29.15").without("2.5.29.37").without("2.5.29.19");
        }
        return spec.key(KeySpec.RSA_2048)
                .subject("C=DE,L=Berlin,O=Example GmbH,CN=" + HOST)
                .policies("2.23.140.1.1")
                .scts(2)
                .mustStaple()
                .crl("http://crl.example/ca.crl")
                .authorityInfo("http://ocsp.example", "http://ca.example/ca.cer");
    }

    private void openssl(X509Certificate leaf, TestAuthority issuer, TestAuthority root)
            throws Exception {
        Path anchor = Pem.write(directory.resolve("root.pem"), root.certificate());
        Path middle = Pem.write(directory.resolve("issuer.pem"), issuer.certificate());
        Path end = Pem.write(directory.resolve("leaf.pem"), leaf);
        for (List<String> identity :
                List.of(
                        List.of("-verify_hostname", HOST),
                        List.of("-verify_hostname", "other.example.com"),
                        List.of("-verify_ip", ADDRESS))) {
            List<String> command =
                    concat(
                            List.of("openssl", "verify", "-x509_strict", "-purpose", "sslserver"),
                            identity,
                            List.of(
                                    "-CAfile",
                                    anchor.toString(),
                                    "-untrusted",
                                    middle.toString(),
                                    end.toString()));
            assertThat(run("openssl", command)).contains("leaf.pem: OK");
        }
    }

    private void gnutls(X509Certificate leaf, TestAuthority issuer, TestAuthority root)
            throws Exception {
        Path anchor = Pem.write(directory.resolve("root.pem"), root.certificate());
        Path chain = Pem.write(directory.resolve("chain.pem"), leaf, issuer.certificate());
        String output =
                run(
                        "gnutls-bin",
                        List.of(
                                "certtool",
                                "--verify",
                                "--verify-purpose",
                                Oid.SERVER_AUTH,
                                "--verify-hostname",
                                HOST,
                                "--load-ca-certificate",
                                anchor.toString(),
                                "--infile",
                                chain.toString()));
        assertThat(output).contains("Verified. The certificate is trusted.");
    }

    private void nss(X509Certificate leaf, TestAuthority issuer, TestAuthority root)
            throws Exception {
        Path database = Files.createDirectory(directory.resolve("nss"));
        String db = "sql:" + database;
        Path anchor = Pem.write(directory.resolve("root.pem"), root.certificate());
        Path middle = Pem.write(directory.resolve("issuer.pem"), issuer.certificate());
        Path end = Pem.write(directory.resolve("leaf.pem"), leaf);
        run("libnss3-tools", List.of("certutil", "-N", "-d", db, "--empty-password"));
        nssAdd(db, "root", "C,,", anchor);
        nssAdd(db, "issuer", ",,", middle);
        nssAdd(db, "leaf", ",,", end);
        assertThat(
                        run(
                                "libnss3-tools",
                                List.of("certutil", "-V", "-u", "V", "-e", "-n", "leaf", "-d", db)))
                .contains("certificate is valid");
        // The same by libpkix, NSS's other validator.
        assertThat(
                        run(
                                "libnss3-tools",
                                List.of(
                                        "vfychain",
                                        "-d",
                                        db,
                                        "-pp",
                                        "-u",
                                        "1",
                                        "-a",
                                        end.toString(),
                                        middle.toString())))
                .contains("Chain is good!");
    }

    private static void nssAdd(String db, String name, String trust, Path certificate)
            throws Exception {
        run(
                "libnss3-tools",
                List.of(
                        "certutil",
                        "-A",
                        "-d",
                        db,
                        "-n",
                        name,
                        "-t",
                        trust,
                        "-a",
                        "-i",
                        certificate.toString()));
    }

    private static void jdk(X509Certificate leaf, TestAuthority issuer, TestAuthority root)
            throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("root", root.certificate());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        ((X509ExtendedTrustManager) factory.getTrustManagers()[0])
                .checkServerTrusted(
                        new X509Certificate[] {leaf, issuer.certificate()},
                        "ECDHE_ECDSA",
                        (Socket) null);
        // And by our own verifier, as the edge of another organisation behind us would.
        assertThat(
                        new BoundedChainVerifier(TrustAnchors.of(List.of(root.certificate())))
                                .verify(
                                        new PresentedChain(List.of(leaf, issuer.certificate())),
                                        ReferenceIdentity.parse(HOST).orElseThrow(),
                                        Instant.now()))
                .isInstanceOf(Verdict.Verified.class);
    }

    private static List<String> concat(List<String> a, List<String> b, List<String> c) {
        return Stream.of(a, b, c).flatMap(List::stream).toList();
    }

    /** Output of a command that must succeed within the deadline. */
    private static String run(String aptPackage, List<String> command)
            throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return fail(
                    "%s is not installed; on Debian and Ubuntu: apt-get install %s"
                            .formatted(command.getFirst(), aptPackage),
                    e);
        }
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return fail("%s: no end within %s%n%s", command, DEADLINE, output);
        }
        assertThat(process.exitValue()).as("%s%n%s", command, output).isZero();
        return output;
    }
}
