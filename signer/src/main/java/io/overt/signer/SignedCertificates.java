package io.overt.signer;

import io.overt.signer.act.Standing;
import io.overt.signer.crl.CrlBook;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Revocations.CertificateName;
import io.overt.signer.store.StoreReader;
import io.overt.x509.CertificateFingerprint;
import java.time.Instant;
import java.util.Optional;

/** What was signed, as acts ask for it. */
sealed interface SignedCertificates extends Standing.Certificates {

    /** By the signer that has the store. */
    record Own(CrlBook book) implements SignedCertificates {
        @Override
        public boolean has(CertificateName name) throws IndexException {
            return book.certificate(name.issuer(), name.serial()).isPresent();
        }

        @Override
        public Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException {
            return book.lastEnd(issuer);
        }
    }

    /** Seen from beside it. */
    record Seen(StoreReader store) implements SignedCertificates {
        @Override
        public boolean has(CertificateName name) throws IndexException {
            return store.certificate(name.issuer(), name.serial());
        }

        @Override
        public Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException {
            return store.lastEnd(issuer);
        }
    }
}
