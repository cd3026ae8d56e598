package io.overt.testkit.pki;

import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * Ways for an upstream's chain to be wrong, each in one thing only. All are made for {@link #HOST}
 * and are wrong at the PKI's own {@link TestPki#now()}.
 */
public enum Fault {
    EXPIRED {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(
                    pki, good().valid(pki.now().minus(YEAR), pki.now().minus(Duration.ofDays(1))));
        }
    },
    NOT_YET_VALID {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(
                    pki, good().valid(pki.now().plus(Duration.ofDays(1)), pki.now().plus(YEAR)));
        }
    },
    WRONG_HOST {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, CertificateSpec.leaf("other.example.com"));
        }
    },
    /** The name is in the common name alone, which counts no more. */
    COMMON_NAME_ONLY {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().withoutNames());
        }
    },
    /** The host's common name, and only other hosts' subjectAltNames. */
    COMMON_NAME_BESIDE_OTHER_NAMES {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, CertificateSpec.leaf("other.example.com").subject("CN=" + HOST));
        }
    },
    PARTIAL_WILDCARD {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, CertificateSpec.leaf("w*.example.com"));
        }
    },
    /** A wildcard that would have to stand for two labels. */
    WILDCARD_OVER_TWO_LABELS {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, CertificateSpec.leaf("*.com"));
        }
    },
    SELF_SIGNED {
        @Override
        public FaultyUpstream in(TestPki pki) {
            TestAuthority self = TestAuthority.root(good(), pki.now());
            return new FaultyUpstream(
                    new TestIdentity(List.of(self.certificate()), self.privateKey()), pki.anchor());
        }
    },
    /** A whole chain, root included, of a CA that nobody trusts. */
    UNTRUSTED_ROOT {
        @Override
        public FaultyUpstream in(TestPki pki) {
            TestAuthority other =
                    TestAuthority.root(CertificateSpec.ca("Nobody's Root"), pki.now());
            return new FaultyUpstream(
                    other.issue(good()).presenting(other.certificate()), pki.anchor());
        }
    },
    MISSING_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return new FaultyUpstream(pki.issue(good()).presenting(), pki.anchor());
        }
    },
    /** An intermediate with the right name, and another key. */
    BAD_SIGNATURE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            TestAuthority impostor =
                    pki.root().subordinate(CertificateSpec.ca("Test Intermediate").pathLength(0));
            return new FaultyUpstream(
                    pki.issue(good()).presenting(impostor.certificate()), pki.anchor());
        }
    },
    SHA1_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().signedWith("SHA1withECDSA"));
        }
    },
    MD5_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(
                    pki,
                    CertificateSpec.ca("RSA Intermediate").key(KeySpec.RSA_2048),
                    good().signedWith("MD5withRSA"));
        }
    },
    SHA1_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(pki, CertificateSpec.ca("SHA-1 CA").signedWith("SHA1withECDSA"), good());
        }
    },
    RSA_1024_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().key(KeySpec.RSA_1024));
        }
    },
    RSA_1024_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(pki, CertificateSpec.ca("Weak CA").key(KeySpec.RSA_1024), good());
        }
    },
    RSA_1024_ROOT {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return root(pki, CertificateSpec.ca("Weak Root").key(KeySpec.RSA_1024));
        }
    },
    CA_AS_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().basicConstraints(new BasicConstraints(true)));
        }
    },
    CERT_SIGN_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().keyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign));
        }
    },
    /** A leaf that may only sign CRLs. */
    CRL_SIGN_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().keyUsage(KeyUsage.cRLSign));
        }
    },
    CLIENT_ONLY_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().extendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        }
    },
    CLIENT_ONLY_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(
                    pki,
                    CertificateSpec.ca("Client CA").extendedKeyUsage(KeyPurposeId.id_kp_clientAuth),
                    good());
        }
    },
    UNKNOWN_CRITICAL_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().unknownCritical());
        }
    },
    UNKNOWN_CRITICAL_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(pki, CertificateSpec.ca("Odd CA").unknownCritical(), good());
        }
    },
    UNKNOWN_CRITICAL_ROOT {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return root(pki, CertificateSpec.ca("Odd Root").unknownCritical());
        }
    },
    /** A precertificate, which is evidence for a log and no certificate. */
    PRECERTIFICATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().poison());
        }
    },
    EXPIRED_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(
                    pki,
                    CertificateSpec.ca("Old CA")
                            .valid(pki.now().minus(YEAR), pki.now().minus(Duration.ofDays(1))),
                    good());
        }
    },
    EXPIRED_ROOT {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return root(
                    pki,
                    CertificateSpec.ca("Old Root")
                            .valid(pki.now().minus(YEAR), pki.now().minus(Duration.ofDays(1))));
        }
    },
    /** A leaf in the place of an intermediate. */
    ISSUER_IS_A_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(pki, CertificateSpec.leaf("issuer.example.com"), good());
        }
    },
    /** CA:TRUE in version 1 there is none of. */
    VERSION_1_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(pki, CertificateSpec.ca("Ancient CA").version1(), good());
        }
    },
    VERSION_1_LEAF {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().version1());
        }
    },
    /** An intermediate below one whose pathLenConstraint is 0. */
    PATH_TOO_LONG {
        @Override
        public FaultyUpstream in(TestPki pki) {
            TestAuthority lower =
                    pki.intermediate().subordinate(CertificateSpec.ca("One Too Many"));
            return new FaultyUpstream(lower.issue(good()), pki.anchor());
        }
    },
    EXCLUDED_BY_INTERMEDIATE {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return below(
                    pki,
                    CertificateSpec.ca("Constrained CA")
                            .nameConstraints(List.of(), List.of("example.com")),
                    good());
        }
    },
    NOT_PERMITTED_BY_ROOT {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return root(
                    pki,
                    CertificateSpec.ca("Constrained Root")
                            .nameConstraints(List.of("example.org"), List.of()));
        }
    },
    /** As {@code openssl x509 -req} of OpenSSL 3.0 makes them without an extension file. */
    NO_KEY_IDENTIFIER {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(pki, good().withoutKeyIdentifiers());
        }
    },
    /** A subjectAltName that is not ASN.1. */
    MALFORMED_NAMES {
        @Override
        public FaultyUpstream in(TestPki pki) {
            return leaf(
                    pki,
                    good().withoutNames()
                            .extension("2.5.29.17", false, new byte[] {0x30, 0x03, 0x02}));
        }
    };

    /** The host that each fault is made for. */
    public static final String HOST = "www.example.com";

    private static final Duration YEAR = Duration.ofDays(365);

    /** An upstream with this fault. */
    public abstract FaultyUpstream in(TestPki pki);

    private static CertificateSpec good() {
        return CertificateSpec.leaf(HOST);
    }

    private static FaultyUpstream leaf(TestPki pki, CertificateSpec leaf) {
        return new FaultyUpstream(pki.issue(leaf), pki.anchor());
    }

    private static FaultyUpstream below(
            TestPki pki, CertificateSpec intermediate, CertificateSpec leaf) {
        return new FaultyUpstream(pki.root().subordinate(intermediate).issue(leaf), pki.anchor());
    }

    private static FaultyUpstream root(TestPki pki, CertificateSpec root) {
        TestAuthority authority = TestAuthority.root(root, pki.now());
        TestAuthority intermediate = authority.subordinate(CertificateSpec.ca("Test Intermediate"));
        return new FaultyUpstream(intermediate.issue(good()), authority.certificate());
    }
}
