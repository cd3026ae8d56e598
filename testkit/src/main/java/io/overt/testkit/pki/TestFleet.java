package io.overt.testkit.pki;

import java.nio.file.Path;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * Issues the identities by which processes of a fleet know each other: a URI SAN {@code
 * overt://<site>/<role>/<name>}, for both ends of mutual TLS. Immutable; several sites of one fleet
 * share a PKI by {@link #site}.
 */
public final class TestFleet {
    private final Path directory;
    private final String site;
    private final TestPki pki;

    TestFleet(Path directory, String site, TestPki pki) {
        this.directory = directory;
        this.site = site;
        this.pki = pki;
    }

    /** The same fleet's identities at another site. */
    public TestFleet site(String other) {
        return new TestFleet(directory, other, pki);
    }

    /** The fleet's own PKI. */
    public TestPki pki() {
        return pki;
    }

    /**
     * Issues an identity and writes it to {@code <site>-<role>-<name>.crt}, {@code .key} and {@code
     * -ca.crt}. Called again, it replaces them by a new key and certificate, as a renewal does.
     *
     * @param role as in the URI: edge, signer, control, operator, security
     * @param namesOrAddresses further DNS names and addresses
     */
    public PemFiles issue(String role, String name, String... namesOrAddresses) {
        return identity(role, name, namesOrAddresses)
                .write(directory, site + "-" + role + "-" + name, pki.anchor());
    }

    /** The identity alone, without files. */
    public TestIdentity identity(String role, String name, String... namesOrAddresses) {
        CertificateSpec spec =
                CertificateSpec.leaf()
                        .subject("CN=" + name)
                        .uri("overt://" + site + "/" + role + "/" + name)
                        .extendedKeyUsage(
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
        for (String nameOrAddress : namesOrAddresses) {
            spec.name(nameOrAddress);
        }
        return pki.issue(spec);
    }
}
