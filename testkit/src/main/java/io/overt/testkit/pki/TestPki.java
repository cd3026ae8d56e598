package io.overt.testkit.pki;

import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A small world of CAs: a root, one intermediate below it, and leaves below that, sound unless told
 * otherwise. Keys are EC P-256, so making one costs milliseconds. Immutable but for serial numbers;
 * safe for any number of threads.
 */
public final class TestPki {
    private final Instant now;
    private final TestAuthority root;
    private final TestAuthority intermediate;

    private TestPki(Instant now) {
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        this.root = TestAuthority.root(CertificateSpec.ca("Test Root"), this.now);
        this.intermediate = root.subordinate(CertificateSpec.ca("Test Intermediate").pathLength(0));
    }

    /** Whose leaves are valid at the machine's own time, for tests with real TLS peers. */
    public static TestPki create() {
        return new TestPki(Clock.systemUTC().instant());
    }

    /** Whose leaves are valid at {@code now}, for tests with a clock of their own. */
    public static TestPki at(Instant now) {
        return new TestPki(now);
    }

    /** When all that is issued without a validity of its own is valid. */
    public Instant now() {
        return now;
    }

    public TestAuthority root() {
        return root;
    }

    public TestAuthority intermediate() {
        return intermediate;
    }

    /** The root's certificate: what clients trust. */
    public X509Certificate anchor() {
        return root.certificate();
    }

    /**
     * A sound TLS server's leaf for DNS names and addresses, which presents itself and the
     * intermediate.
     */
    public TestIdentity leaf(String... namesOrAddresses) {
        return intermediate.issue(CertificateSpec.leaf(namesOrAddresses));
    }

    /** A leaf, or anything else, by the intermediate. */
    public TestIdentity issue(CertificateSpec spec) {
        return intermediate.issue(spec);
    }

    /** An issuing CA below the root for a key that is elsewhere, as in a token. */
    public X509Certificate issuingCa(String commonName, PublicKey key) {
        return root.certify(CertificateSpec.ca(commonName).pathLength(0).publicKey(key));
    }

    /** Writes the root as PEM to a file, which it returns. */
    public Path writeAnchor(Path file) {
        return Pem.write(file, anchor());
    }

    /** The fleet of one site, with files under {@code directory}; its PKI is its own. */
    public static TestFleet fleet(Path directory, String site) {
        return new TestFleet(directory, site, create());
    }
}
