package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Evidence;
import io.overt.proto.log.v1.Intent;
import io.overt.proto.log.v1.Issued;
import io.overt.proto.log.v1.Result;
import io.overt.proto.log.v1.Sealed;
import io.overt.signer.log.LogCheck.Finding;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.PresentedChain;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.tlog.MalformedLogException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the entries of a log have to say of each other: a result has its intent before it, and no
 * issuer and serial number have two. With the readers' key also that a certificate is the one that
 * was intended, and is signed by its issuer. Confined to one thread.
 */
final class EntryRules {

    /**
     * What is remembered of an intent.
     *
     * @param tbs digest of its TBS; empty without the readers' key
     */
    private record Intended(ByteString certificateId, ByteString issuer, ByteString tbs) {}

    private final Optional<LogReader> reader;
    private final List<Finding> findings;
    private final Map<Long, Intended> open = new HashMap<>();
    private final Set<ByteString> issued = new HashSet<>();
    private final Set<Long> readingKeys = new HashSet<>();
    private final Map<ByteString, X509Certificate> issuers = new HashMap<>();
    private long intents;
    private long results;

    EntryRules(Optional<LogReader> reader, List<Finding> findings) {
        this.reader = reader;
        this.findings = findings;
    }

    long intents() {
        return intents;
    }

    long results() {
        return results;
    }

    long open() {
        return open.size();
    }

    void take(long index, Entry entry) {
        try {
            switch (entry.getKindCase()) {
                case READING_KEY -> {
                    readingKeys.add(index);
                    if (reader.isPresent()) {
                        reader.get().learn(index, entry);
                    }
                }
                case ISSUER -> issuer(entry.getIssuer().getIssuer().getCertificate());
                case INTENT -> intent(index, entry.getIntent());
                case RESULT -> result(entry.getResult());
                case WITHHELD -> requireOpen(entry.getWithheld().getIntent());
                case HEARTBEAT -> {} // that it is there is all it says
                case KIND_NOT_SET -> {} // of a newer signer: not ours to judge
            }
        } catch (MalformedLogException | GeneralSecurityException e) {
            findings.add(new Finding("entry " + index, String.valueOf(e.getMessage())));
        }
    }

    private void issuer(ByteString der) throws CertificateException {
        X509Certificate certificate = PresentedChain.parse(List.of(der.toByteArray())).leaf();
        issuers.put(
                ByteString.copyFrom(CertificateFingerprint.of(certificate).bytes()), certificate);
    }

    private void intent(long index, Intent intent) throws MalformedLogException {
        intents++;
        requireKey(intent.getSealed());
        ByteString tbs = ByteString.EMPTY;
        if (!issuers.containsKey(intent.getIssuerSha256())) {
            throw new MalformedLogException("an intent for an issuer that no entry before names");
        }
        if (reader.isPresent()) {
            Evidence evidence = reader.get().evidence(intent);
            tbs = evidence.getTbsSha256();
        }
        open.put(index, new Intended(intent.getCertificateId(), intent.getIssuerSha256(), tbs));
    }

    private void result(Result result) throws MalformedLogException, GeneralSecurityException {
        results++;
        requireKey(result.getSealed());
        Intended intended = requireOpen(result.getIntent());
        if (!intended.certificateId().equals(result.getCertificateId())) {
            throw new MalformedLogException(
                    "the certificate is not the one of intent " + result.getIntent());
        }
        if (!issued.add(result.getCertificateId())) {
            throw new MalformedLogException("a second certificate of one issuer and serial number");
        }
        open.remove(result.getIntent());
        if (reader.isPresent()) {
            requireIntended(reader.get(), intended, result);
        }
    }

    private void requireIntended(LogReader opened, Intended intended, Result result)
            throws MalformedLogException, GeneralSecurityException {
        Issued certificate = opened.issued(result);
        if (certificate.getCertificate().isEmpty()) {
            return; // too long for an entry, which its hash is not
        }
        X509Certificate leaf =
                PresentedChain.parse(List.of(certificate.getCertificate().toByteArray())).leaf();
        if (!ByteString.copyFrom(TbsCertificateDer.of(leaf).sha256()).equals(intended.tbs())) {
            throw new MalformedLogException(
                    "the certificate's TBS is not the one of intent " + result.getIntent());
        }
        X509Certificate issuer = issuers.get(intended.issuer());
        if (issuer == null) {
            throw new MalformedLogException("a certificate of an issuer that no entry names");
        }
        leaf.verify(issuer.getPublicKey());
        byte[] id =
                opened.seal(result.getSealed())
                        .certificateId(CertificateFingerprint.of(issuer), leaf.getSerialNumber());
        if (!ByteString.copyFrom(id).equals(result.getCertificateId())) {
            throw new MalformedLogException("the certificate's id is not of its serial number");
        }
    }

    private Intended requireOpen(long intent) throws MalformedLogException {
        Intended intended = open.get(intent);
        if (intended == null) {
            throw new MalformedLogException(
                    "entry %d (expected: an intent before it that has no result)"
                            .formatted(intent));
        }
        return intended;
    }

    private void requireKey(Sealed sealed) throws MalformedLogException {
        if (!readingKeys.contains(sealed.getReadingKey())) {
            throw new MalformedLogException(
                    "sealed with the key of entry %d, which has none"
                            .formatted(sealed.getReadingKey()));
        }
    }
}
