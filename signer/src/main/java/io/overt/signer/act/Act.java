package io.overt.signer.act;

import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.Revocations;
import io.overt.signer.issue.Revocations.SignedBefore;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.MirrorProfile;
import io.overt.x509.revocation.CrlReason;
import java.util.List;

/** What a document says should change. That it was approved is not in here. */
public sealed interface Act {

    /** The same in every act. */
    Header header();

    /**
     * @param kind as the document calls it
     * @param number from 1, without a gap: none can be left out or repeated unnoticed
     * @param signer fleet identity of the one signer that it is for
     */
    record Header(String kind, long number, String signer) {}

    /**
     * Whether an issuer's change may leave the signer without an active issuer that clients trust.
     */
    enum NoneActive {
        /** Then it is refused. */
        REFUSED,
        /** The document says that it may. */
        ACCEPTED
    }

    /** Whether an issuer may be retired while certificates of it have not ended. */
    enum BeforeLastEnd {
        /** Then it is refused: a retired issuer makes no CRL that could name them. */
        REFUSED,
        /** The document says that it may, and why. */
        ACCEPTED
    }

    /** An issuer takes its next state. */
    record IssuerChange(
            Header header,
            CertificateFingerprint issuer,
            IssuerState state,
            NoneActive noneActive,
            BeforeLastEnd beforeLastEnd)
            implements Act {}

    /** Nothing is signed for a leaf key any more. */
    record LeafKeyRevocation(
            Header header, String site, LeafKeyDigest key, SignedBefore certificates)
            implements Act {}

    /** One certificate goes on its issuer's CRL. */
    record CertificateRevocation(
            Header header, Revocations.CertificateName certificate, CrlReason reason)
            implements Act {}

    /**
     * The whole never-forge list.
     *
     * @param list its own number, which grows
     * @param size names on it
     */
    record NeverForgeList(Header header, long list, NeverForged names, int size) implements Act {}

    /**
     * All profiles.
     *
     * @param list their own number, which grows
     */
    record Profiles(Header header, long list, List<MirrorProfile> profiles) implements Act {
        public Profiles {
            profiles = List.copyOf(profiles);
        }
    }
}
