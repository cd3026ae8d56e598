package io.overt.signer.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Evidence;
import io.overt.proto.log.v1.Intent;
import io.overt.proto.log.v1.Issued;
import io.overt.proto.log.v1.IssuerStanding;
import io.overt.proto.log.v1.Result;
import io.overt.proto.log.v1.Sealed;
import io.overt.signer.log.Finding.Kind;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.PresentedChain;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.tlog.MalformedLogException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the entries of a log have to say of each other: a result has its intent before it, and no
 * issuer and serial number have two. With the readers' key also that a certificate is the one that
 * was intended, and is signed by its issuer. Confined to one thread.
 */
public final class EntryRules {

    /** Told of entries that keep the rules, for whoever asks for more. */
    public interface Seen {

        /** An intent, opened: only with the readers' key. */
        void intent(long index, Instant at, StandingIssuer issuer, Evidence evidence);

        /** A signature is accounted for, as a certificate or as one that was withheld. */
        void signature(Instant at, StandingIssuer issuer);

        /** A CRL is accounted for. */
        void crl(Instant at);

        /** Nobody asks. */
        Seen NOBODY =
                new Seen() {
                    @Override
                    public void intent(
                            long index, Instant at, StandingIssuer issuer, Evidence evidence) {}

                    @Override
                    public void signature(Instant at, StandingIssuer issuer) {}

                    @Override
                    public void crl(Instant at) {}
                };
    }

    /** An issuer as the log has it. */
    public record StandingIssuer(IssuerStanding standing, X509Certificate certificate) {
        /** As the signer's counters name it. */
        public String name() {
            return certificate.getSubjectX500Principal().getName();
        }
    }

    /** An entry by its index. */
    public interface EntryAt {
        /** The bytes, which were verified. */
        byte[] entry(long index) throws IOException;
    }

    /**
     * What is remembered of an intent.
     *
     * @param tbs digest of its TBS; empty without the readers' key
     */
    private record Intended(
            ByteString certificateId, StandingIssuer issuer, ByteString tbs, Instant at) {}

    private final Optional<LogReader> reader;
    private List<Finding> findings;
    private Seen seen;
    private final Map<Long, Intended> open = new TreeMap<>();
    private final Set<ByteString> issued = new HashSet<>();
    private final List<Long> readingKeys = new ArrayList<>();
    private final Set<Long> knownReadingKeys = new HashSet<>();
    private final List<Long> issuerEntries = new ArrayList<>();
    private final Map<ByteString, StandingIssuer> issuers = new HashMap<>();
    private final ActAndCrlRules actsAndCrls = new ActAndCrlRules();
    private final CeremonyRules ceremonies;
    private long intents;
    private long results;

    /**
     * Rules for a log from its first entry on.
     *
     * @param findings gets what is wrong
     */
    public EntryRules(
            Optional<LogReader> reader,
            CeremonyDemands demands,
            List<Finding> findings,
            Seen seen) {
        this.reader = reader;
        this.ceremonies = new CeremonyRules(demands);
        this.findings = findings;
        this.seen = seen;
    }

    /**
     * Rules for what follows.
     *
     * @param memory of the same log, and written with the same readers' key
     * @throws IOException when an entry cannot be read again
     */
    public static EntryRules resume(
            RulesMemory memory,
            EntryAt entries,
            Optional<LogReader> reader,
            CeremonyDemands demands,
            List<Finding> findings,
            Seen seen)
            throws IOException {
        // What was told of these entries was told when they were new.
        EntryRules rules = new EntryRules(reader, demands, new ArrayList<>(), Seen.NOBODY);
        for (List<Long> indexes :
                List.of(
                        memory.readingKeys(),
                        memory.ceremonies(),
                        memory.issuers(),
                        memory.open())) {
            for (long index : indexes) {
                rules.take(index, entries.entry(index));
            }
        }
        rules.issued.addAll(memory.issued());
        rules.actsAndCrls.resume(memory.acts(), memory.crls());
        rules.intents = 0;
        rules.findings = findings;
        rules.seen = seen;
        return rules;
    }

    /** What {@link #resume} needs. */
    public RulesMemory memory() {
        return new RulesMemory(
                readingKeys,
                issuerEntries,
                ceremonies.entries(),
                List.copyOf(open.keySet()),
                issued,
                actsAndCrls.acts(),
                actsAndCrls.crlNumbers());
    }

    /** Intents since these rules began. */
    public long intents() {
        return intents;
    }

    /** Results since these rules began. */
    public long results() {
        return results;
    }

    /** Intents without a result. */
    public long open() {
        return open.size();
    }

    /** Of an issuer's, those that are not older than this. */
    public long openSince(Instant at, String issuer) {
        return open.values().stream()
                .filter(each -> each.issuer().name().equals(issuer) && !each.at().isBefore(at))
                .count();
    }

    /** Judges an entry. */
    public void take(long index, byte[] bytes) {
        try {
            take(index, Entry.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            findings.add(
                    new Finding(Kind.ENTRY, "entry " + index, "cannot be read: " + e.getMessage()));
        } catch (BrokenRule e) {
            findings.add(new Finding(e.kind, "entry " + index, String.valueOf(e.getMessage())));
        } catch (MalformedLogException | GeneralSecurityException e) {
            findings.add(new Finding(Kind.ENTRY, "entry " + index, String.valueOf(e.getMessage())));
        }
    }

    private void take(long index, Entry entry)
            throws BrokenRule, MalformedLogException, GeneralSecurityException {
        Instant at = Instant.ofEpochSecond(entry.getAt().getSeconds(), entry.getAt().getNanos());
        switch (entry.getKindCase()) {
            case READING_KEY -> {
                readingKeys.add(index);
                knownReadingKeys.add(index);
                if (reader.isPresent()) {
                    reader.get().learn(index, entry);
                }
            }
            case ISSUER -> issuer(index, entry.getIssuer());
            case INTENT -> intent(index, at, entry.getIntent());
            case RESULT -> result(at, entry.getResult());
            case WITHHELD ->
                    seen.signature(at, requireOpen(entry.getWithheld().getIntent()).issuer());
            case CRL -> {
                StandingIssuer issuer = issuers.get(entry.getCrl().getIssuerSha256());
                if (issuer == null) {
                    throw new BrokenRule(
                            Kind.ENTRY, "a CRL of an issuer that no entry before names");
                }
                seen.crl(at);
                actsAndCrls.crl(entry.getCrl(), issuer.certificate());
            }
            case ACT -> actsAndCrls.act(entry.getAct());
            case CEREMONY -> ceremonies.ceremony(index, entry.getCeremony());
            case HEARTBEAT -> {} // that it is there is all it says
            case KIND_NOT_SET -> {} // of a newer signer: not ours to judge
        }
    }

    private void issuer(long index, IssuerStanding standing)
            throws CertificateException, BrokenRule {
        X509Certificate certificate =
                PresentedChain.parse(List.of(standing.getIssuer().getCertificate().toByteArray()))
                        .leaf();
        issuerEntries.add(index);
        ByteString sha256 = ByteString.copyFrom(CertificateFingerprint.of(certificate).bytes());
        boolean known = issuers.containsKey(sha256);
        issuers.put(sha256, new StandingIssuer(standing, certificate));
        if (!known) {
            ceremonies.issuer(sha256);
        }
    }

    private void intent(long index, Instant at, Intent intent)
            throws BrokenRule, MalformedLogException {
        intents++;
        requireKey(intent.getSealed());
        StandingIssuer issuer = issuers.get(intent.getIssuerSha256());
        if (issuer == null) {
            throw new BrokenRule(Kind.ENTRY, "an intent for an issuer that no entry before names");
        }
        Optional<Evidence> evidence = Optional.empty();
        if (reader.isPresent()) {
            evidence = Optional.of(reader.get().evidence(intent));
        }
        open.put(
                index,
                new Intended(
                        intent.getCertificateId(),
                        issuer,
                        evidence.map(Evidence::getTbsSha256).orElse(ByteString.EMPTY),
                        at));
        evidence.ifPresent(opened -> seen.intent(index, at, issuer, opened));
    }

    private void result(Instant at, Result result)
            throws BrokenRule, MalformedLogException, GeneralSecurityException {
        results++;
        requireKey(result.getSealed());
        if (!issued.add(beginning(result.getCertificateId()))) {
            throw new BrokenRule(
                    Kind.SECOND_CERTIFICATE,
                    "a second certificate of one issuer and serial number");
        }
        Intended intended = requireOpen(result.getIntent());
        if (!intended.certificateId().equals(result.getCertificateId())) {
            throw new BrokenRule(
                    Kind.OTHER_CERTIFICATE,
                    "the certificate is not the one of intent " + result.getIntent());
        }
        open.remove(result.getIntent());
        seen.signature(at, intended.issuer());
        if (reader.isPresent()) {
            requireIntended(reader.get(), intended, result);
        }
    }

    private void requireIntended(LogReader opened, Intended intended, Result result)
            throws BrokenRule, MalformedLogException, CertificateException {
        Issued certificate = opened.issued(result);
        if (certificate.getCertificate().isEmpty()) {
            return; // too long for an entry, which its hash is not
        }
        X509Certificate leaf =
                PresentedChain.parse(List.of(certificate.getCertificate().toByteArray())).leaf();
        if (!ByteString.copyFrom(TbsCertificateDer.of(leaf).sha256()).equals(intended.tbs())) {
            throw new BrokenRule(
                    Kind.OTHER_CERTIFICATE,
                    "the certificate's TBS is not the one of intent " + result.getIntent());
        }
        X509Certificate issuer = intended.issuer().certificate();
        try {
            leaf.verify(issuer.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new BrokenRule(
                    Kind.OTHER_CERTIFICATE,
                    "the certificate is not signed by its issuer: " + e.getMessage());
        }
        byte[] id =
                opened.seal(result.getSealed())
                        .certificateId(CertificateFingerprint.of(issuer), leaf.getSerialNumber());
        if (!ByteString.copyFrom(id).equals(result.getCertificateId())) {
            throw new BrokenRule(
                    Kind.OTHER_CERTIFICATE, "the certificate's id is not of its serial number");
        }
    }

    private Intended requireOpen(long intent) throws BrokenRule {
        Intended intended = open.get(intent);
        if (intended == null) {
            throw new BrokenRule(
                    Kind.NO_INTENT,
                    "entry %d (expected: an intent before it that has no result)"
                            .formatted(intent));
        }
        return intended;
    }

    private void requireKey(Sealed sealed) throws BrokenRule {
        if (!knownReadingKeys.contains(sealed.getReadingKey())) {
            throw new BrokenRule(
                    Kind.ENTRY,
                    "sealed with the key of entry %d, which has none"
                            .formatted(sealed.getReadingKey()));
        }
    }

    private static ByteString beginning(ByteString certificateId) {
        return certificateId.substring(0, Math.min(REMEMBERED, certificateId.size()));
    }

    /** Of 32 bytes of an HMAC. */
    private static final int REMEMBERED = 16;
}
