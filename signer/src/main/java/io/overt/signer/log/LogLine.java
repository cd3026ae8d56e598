package io.overt.signer.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.log.v1.Act;
import io.overt.proto.log.v1.Ceremony;
import io.overt.proto.log.v1.Crl;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Evidence;
import io.overt.proto.log.v1.Issued;
import io.overt.x509.PresentedChain;
import io.overt.x509.tlog.MalformedLogException;
import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An entry for people: one line, and the names that it is found by.
 *
 * @param names in what was sealed; none without the readers' key
 */
public record LogLine(long index, String text, Set<String> names) {

    /**
     * Describes an entry.
     *
     * @param reader for what is sealed; without one it is left out
     */
    public static LogLine of(long index, byte[] bytes, Optional<LogReader> reader)
            throws MalformedLogException {
        Entry entry;
        try {
            entry = Entry.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedLogException("entry %d: %s".formatted(index, e.getMessage()));
        }
        if (reader.isPresent()) {
            reader.get().learn(index, entry);
        }
        Set<String> names = new TreeSet<>();
        String what =
                switch (entry.getKindCase()) {
                    case READING_KEY ->
                            "reading-key readers="
                                    + hex(entry.getReadingKey().getReaderSha256()).substring(0, 16);
                    case ISSUER ->
                            "issuer state=%s subject=\"%s\""
                                    .formatted(
                                            entry.getIssuer()
                                                    .getIssuer()
                                                    .getState()
                                                    .name()
                                                    .substring("ISSUER_STATE_".length()),
                                            certificate(
                                                            entry.getIssuer()
                                                                    .getIssuer()
                                                                    .getCertificate())
                                                    .getSubjectX500Principal());
                    case INTENT ->
                            "intent requester="
                                    + entry.getIntent().getRequester()
                                    + (reader.isPresent()
                                            ? evidence(
                                                    reader.get().evidence(entry.getIntent()), names)
                                            : "");
                    case RESULT ->
                            "result intent="
                                    + entry.getResult().getIntent()
                                    + (reader.isPresent()
                                            ? issued(reader.get().issued(entry.getResult()), names)
                                            : "");
                    case WITHHELD ->
                            "withheld intent=%d reason=%s"
                                    .formatted(
                                            entry.getWithheld().getIntent(),
                                            entry.getWithheld().getReason());
                    case CRL -> crl(entry.getCrl(), names);
                    case ACT -> act(entry.getAct(), names);
                    case CEREMONY -> ceremony(entry.getCeremony(), names);
                    case HEARTBEAT -> "heartbeat";
                    case KIND_NOT_SET -> "unknown";
                };
        Instant at = Instant.ofEpochSecond(entry.getAt().getSeconds(), entry.getAt().getNanos());
        return new LogLine(index, index + " " + at + " " + what, names);
    }

    private static String evidence(Evidence evidence, Set<String> names) {
        names.add(evidence.getServerName());
        return " server=%s profile=%s tbs=%s"
                .formatted(
                        evidence.getServerName(),
                        evidence.getProfile().getName(),
                        hex(evidence.getTbsSha256()));
    }

    private static String issued(Issued issued, Set<String> names) throws MalformedLogException {
        String sha256 = hex(issued.getCertificateSha256());
        names.add(sha256);
        if (issued.getCertificate().isEmpty()) {
            return " sha256=" + sha256;
        }
        X509Certificate leaf = certificate(issued.getCertificate());
        String serial = leaf.getSerialNumber().toString(16);
        names.add(serial);
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(each -> names.add(String.valueOf(each.get(1))));
            }
        } catch (CertificateParsingException e) {
            throw new MalformedLogException("subjectAltName: " + e.getMessage());
        }
        return " serial=%s not-after=%s sha256=%s"
                .formatted(serial, leaf.getNotAfter().toInstant(), sha256);
    }

    private static String crl(Crl crl, Set<String> names) throws MalformedLogException {
        String sha256 = hex(crl.getCrlSha256());
        names.add(sha256);
        if (!crl.getCrl().isEmpty()) {
            try {
                X509CRL list =
                        (X509CRL)
                                CertificateFactory.getInstance("X.509")
                                        .generateCRL(
                                                new ByteArrayInputStream(
                                                        crl.getCrl().toByteArray()));
                if (list.getRevokedCertificates() != null) {
                    list.getRevokedCertificates()
                            .forEach(each -> names.add(each.getSerialNumber().toString(16)));
                }
            } catch (CRLException | CertificateException e) {
                throw new MalformedLogException("crl: " + e.getMessage());
            }
        }
        return "crl issuer=%s number=%d revoked=%d next-update=%s sha256=%s"
                .formatted(
                        hex(crl.getIssuerSha256()).substring(0, 16),
                        crl.getNumber(),
                        crl.getRevoked(),
                        Instant.ofEpochSecond(crl.getNextUpdate().getSeconds()),
                        sha256);
    }

    private static String act(Act act, Set<String> names) {
        String sha256 = hex(act.getDocumentSha256());
        names.add(sha256);
        return "act number=%d kind=%s approvers=%s sha256=%s"
                .formatted(
                        act.getNumber(),
                        act.getKind(),
                        String.join(",", act.getApproversList()),
                        sha256);
    }

    private static String ceremony(Ceremony ceremony, Set<String> names) {
        names.add(hex(ceremony.getTranscriptSha256()));
        names.add(hex(ceremony.getPlanSha256()));
        ceremony.getCertificatesSha256List().forEach(each -> names.add(hex(each)));
        ceremony.getKeysSha256List().forEach(each -> names.add(hex(each)));
        ceremony.getOutputsSha256List().forEach(each -> names.add(hex(each)));
        return "ceremony act=%s done=%s approvers=%s plan=%s transcript=%s certificates=%s"
                .formatted(
                        ceremony.getAct(),
                        Instant.ofEpochSecond(ceremony.getDone().getSeconds()),
                        String.join(",", ceremony.getApproversList()),
                        hex(ceremony.getPlanSha256()),
                        hex(ceremony.getTranscriptSha256()),
                        String.join(
                                ",",
                                ceremony.getCertificatesSha256List().stream()
                                        .map(LogLine::hex)
                                        .toList()));
    }

    private static X509Certificate certificate(ByteString der) throws MalformedLogException {
        try {
            return PresentedChain.parse(List.of(der.toByteArray())).leaf();
        } catch (CertificateException e) {
            throw new MalformedLogException("certificate: " + e.getMessage());
        }
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
