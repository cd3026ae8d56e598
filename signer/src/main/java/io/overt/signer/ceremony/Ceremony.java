package io.overt.signer.ceremony;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.overt.service.json.JsonObject;
import io.overt.signer.ca.CaContents;
import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.CaNames;
import io.overt.signer.ca.Pem;
import io.overt.signer.key.Custody;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenBench;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.Hashes;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Does what a plan says, once: all of it, or nothing that stays. Whether it may be done was settled
 * before. Confined to one thread.
 */
final class Ceremony {

    private final Plan plan;
    private final CaLint lint;
    private final Transcript transcript;
    private final UnaryOperator<Path> place;

    /** What takes back what was done in the token, newest first. */
    private final Deque<Undo> undo = new ArrayDeque<>();

    /** Keys that the signer, or the next ceremony, must find by their certificates. */
    private final List<PublicKey> found = new ArrayList<>();

    private final Map<Path, byte[]> files = new LinkedHashMap<>();

    private interface Undo {
        void in(TokenBench bench) throws SigningKeyException, GeneralSecurityException;
    }

    /**
     * @param place where an output of the plan goes
     */
    Ceremony(Plan plan, CaLint lint, Transcript transcript, UnaryOperator<Path> place) {
        this.plan = plan;
        this.lint = lint;
        this.transcript = transcript;
        this.place = place;
    }

    /** Refuses a plan that was carried out already: then its outputs are there. */
    static void requireOutputsAbsent(Plan plan) throws CaException {
        for (Path output : plan.outputs()) {
            if (Files.exists(output)) {
                throw new CaException(
                        output
                                + ": is there already, and is not overwritten (a plan is done once)");
            }
        }
    }

    /**
     * Does it.
     *
     * @return the SHA-256 of the transcript, in hexadecimal
     * @throws CaException when it was not done; the message says what is left, if anything is
     */
    String run() throws CaException {
        Path transcriptFile = place.apply(plan.transcript());
        List<Path> written = new ArrayList<>();
        try {
            // Its place is taken first: what cannot be written down is not done.
            Pem.writeNew(transcriptFile, new byte[0]);
            written.add(transcriptFile);
            try (TokenBench bench = TokenBench.open(plan.token())) {
                act(bench);
            }
            if (!found.isEmpty()) {
                TokenBench.rehearse(plan.token(), found);
                transcript.add(transcript.line("canaries-signed").member("keys", found.size()));
            }
            List<JsonObject> outputs = new ArrayList<>();
            for (Map.Entry<Path, byte[]> each : files.entrySet()) {
                Path file = place.apply(each.getKey());
                Pem.writeNew(file, each.getValue());
                written.add(file);
                outputs.add(
                        new JsonObject()
                                .member("file", String.valueOf(each.getKey().getFileName()))
                                .member("sha256", sha256(each.getValue())));
            }
            transcript.add(transcript.line("done").objects("outputs", outputs));
            // The commit point: from here on the plan is done.
            Files.write(transcriptFile, transcript.content());
            return sha256(transcript.content());
        } catch (CaException
                | SigningKeyException
                | GeneralSecurityException
                | ProviderException
                | IllegalArgumentException
                | IOException e) {
            throw new CaException(
                    "%s: %s%s"
                            .formatted(
                                    plan.name(),
                                    String.valueOf(e.getMessage()),
                                    takeBack(transcriptFile, written)),
                    e);
        }
    }

    private void act(TokenBench bench)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        switch (plan.act()) {
            case Act.Root(var key, var contents, var certificate) ->
                    selfSigned(
                            bench, key, contents, CaNames.trustOf(contents.subject()), certificate);
            case Act.UntrustedCa(var key, var contents, var certificate) ->
                    selfSigned(bench, key, contents, IssuerTrust.UNTRUSTED, certificate);
            case Act.IssuingRequest act -> request(bench, act);
            case Act.IssuingCertificate act -> issue(bench, act);
            case Act.ImportCertificate act -> importCertificate(bench, act);
            case Act.CrossCertificate act -> cross(bench, act);
            case Act.Crl act -> files.put(act.crl(), CrlAct.perform(bench, act, transcript));
            case Act.KeyDestruction act -> destroy(bench, act);
        }
    }

    private void selfSigned(
            TokenBench bench,
            Act.NewKey newKey,
            CaContents contents,
            IssuerTrust trust,
            Path output)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        requireNone(lint.subjectFaults(contents.subject(), trust));
        KeyPair key = make(bench, newKey);
        CaDraft draft = CaDraft.selfSigned(contents, key.getPublic());
        X509Certificate certificate =
                SignedTwice.sign(
                        draft,
                        key,
                        bench.provider(),
                        this::note,
                        each -> lint.faults(each, contents.purpose(), trust, Optional.empty()));
        bench.putBeside(newKey.label(), certificate);
        found.add(key.getPublic());
        made(certificate, output);
    }

    private KeyPair make(TokenBench bench, Act.NewKey newKey)
            throws CaException, SigningKeyException, GeneralSecurityException {
        int there = bench.labelled(newKey.label());
        if (there > 0) {
            throw new CaException(
                    "token '%s' has %d objects labelled '%s' already (expected: none)"
                            .formatted(plan.token().label(), there, newKey.label()));
        }
        KeyPair key = bench.generate(newKey.curve(), newKey.label());
        PublicKeyHash hash = PublicKeyHash.of(key.getPublic());
        undo.push(again -> again.destroy(newKey.label(), hash));
        Custody custody = bench.custody(newKey.label(), key.getPublic());
        JsonObject attributes = new JsonObject();
        custody.traits()
                .forEach(
                        (trait, value) ->
                                attributes.member(
                                        trait.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                                        value));
        transcript.add(
                transcript
                        .line("key-made")
                        .member("token", plan.token().label())
                        .member("label", newKey.label())
                        .member("curve", newKey.curve().jca())
                        .member("public-key-sha256", hash.hex())
                        .member("attributes", attributes));
        if (!custody.faultsOfNew().isEmpty()) {
            throw new CaException(
                    "the key %s (expected: sensitive, never extractable, sign only, made in the token)"
                            .formatted(String.join(", ", custody.faultsOfNew())));
        }
        return key;
    }

    private void request(TokenBench bench, Act.IssuingRequest act)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        requireNone(lint.subjectFaults(act.subject(), act.trust()));
        KeyPair key = make(bench, act.key());
        try {
            PKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequestBuilder(act.subject(), key.getPublic())
                            .build(
                                    new JcaContentSignerBuilder(CaDraft.algorithm(key.getPublic()))
                                            .setProvider(bench.provider())
                                            .build(key.getPrivate()));
            files.put(
                    act.request(),
                    Pem.of("CERTIFICATE REQUEST", request.getEncoded()).getBytes(US_ASCII));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("the key does not sign: " + e.getMessage(), e);
        }
        note("request-signed", act.subject().toString());
    }

    private void issue(TokenBench bench, Act.IssuingCertificate act)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        X509Certificate issuer = Inputs.certificate(act.issuer());
        Inputs.Request request = Inputs.request(act.request(), act.key());
        CaContents contents = act.contents();
        if (!request.subject().equals(contents.subject())) {
            throw new CaException(
                    "%s: subject '%s' (expected: '%s', as in the plan)"
                            .formatted(act.request(), request.subject(), contents.subject()));
        }
        IssuerTrust trust = CaNames.trustOf(contents.subject());
        CaDraft draft = CaDraft.issued(contents, request.key(), issuer);
        signByIssuer(bench, draft, issuer, contents.purpose(), trust, act.certificate());
    }

    private void cross(TokenBench bench, Act.CrossCertificate act)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        X509Certificate issuer = Inputs.certificate(act.issuer());
        X509Certificate existing = Inputs.certificate(act.existing());
        IssuerTrust trust = CaNames.trustOf(CaDraft.subject(existing));
        // Its own signature says that whoever made it has the key.
        existing.verify(existing.getPublicKey());
        CaContents given = act.contents();
        CaContents contents =
                new CaContents(
                        CaDraft.subject(existing),
                        given.notBefore(),
                        given.notAfter(),
                        given.purpose(),
                        given.pathLength(),
                        given.nameLimits(),
                        given.crlUrls(),
                        given.caIssuersUrls());
        CaDraft draft = CaDraft.cross(contents, existing, issuer);
        signByIssuer(bench, draft, issuer, contents.purpose(), trust, act.certificate());
    }

    private void signByIssuer(
            TokenBench bench,
            CaDraft draft,
            X509Certificate issuer,
            CaContents.Purpose purpose,
            IssuerTrust trust,
            Path output)
            throws CaException, SigningKeyException, GeneralSecurityException {
        bench.require(issuer.getPublicKey());
        KeyPair issuerKey = new KeyPair(issuer.getPublicKey(), bench.find(issuer.getPublicKey()));
        X509Certificate certificate =
                SignedTwice.sign(
                        draft,
                        issuerKey,
                        bench.provider(),
                        this::note,
                        each -> lint.faults(each, purpose, trust, Optional.of(issuer)));
        made(certificate, output);
    }

    private void importCertificate(TokenBench bench, Act.ImportCertificate act)
            throws CaException, SigningKeyException, GeneralSecurityException {
        List<X509Certificate> imported = Inputs.certificates(act.imported());
        X509Certificate certificate = imported.getFirst();
        CertificateFingerprint fingerprint = CertificateFingerprint.of(certificate);
        if (!fingerprint.equals(act.fingerprint())) {
            throw new CaException(
                    "%s: certificate %s (expected: %s, which was agreed to)"
                            .formatted(act.imported(), fingerprint.hex(), act.fingerprint().hex()));
        }
        List<X509Certificate> chain = new ArrayList<>(imported);
        chain.add(Inputs.certificate(act.root()));
        for (int i = 0; i + 1 < chain.size(); i++) {
            chain.get(i).verify(chain.get(i + 1).getPublicKey());
        }
        requireNone(
                lint.faults(
                        certificate,
                        CaContents.Purpose.ISSUING,
                        act.trust(),
                        Optional.of(chain.get(1))));
        IssuingCa ca = new IssuingCa(certificate, List.of(), List.of(), act.trust());
        PublicKeyHash hash = PublicKeyHash.of(ca.certificate().getPublicKey());
        if (!bench.has(act.label(), hash)) {
            throw new CaException(
                    "token '%s' has no key '%s' of this certificate, %s"
                            .formatted(plan.token().label(), act.label(), hash.hex()));
        }
        if (bench.certificatesLabelled(act.label()) > 0) {
            throw new CaException(
                    "token '%s' has a certificate '%s' already, and it is not overwritten"
                            .formatted(plan.token().label(), act.label()));
        }
        bench.putBeside(act.label(), certificate);
        undo.push(again -> again.takeAway(act.label(), certificate));
        found.add(certificate.getPublicKey());
        StringBuilder pem = new StringBuilder();
        for (X509Certificate each : imported) {
            pem.append(Pem.of(each));
        }
        note("certificate-imported", fingerprint.hex());
        files.put(act.certificate(), pem.toString().getBytes(US_ASCII));
    }

    private void destroy(TokenBench bench, Act.KeyDestruction act)
            throws CaException, SigningKeyException {
        if (!bench.has(act.label(), act.key())) {
            throw new CaException(
                    "token '%s' has no key '%s' with public half %s; nothing was destroyed"
                            .formatted(plan.token().label(), act.label(), act.key().hex()));
        }
        int destroyed = bench.destroy(act.label(), act.key());
        transcript.add(
                transcript
                        .line("key-destroyed")
                        .member("token", plan.token().label())
                        .member("label", act.label())
                        .member("public-key-sha256", act.key().hex())
                        .member("objects", destroyed));
        if (bench.has(act.label(), act.key())) {
            throw new CaException(
                    "token '%s' still has key '%s' after it was destroyed"
                            .formatted(plan.token().label(), act.label()));
        }
    }

    private void made(X509Certificate certificate, Path output) throws GeneralSecurityException {
        files.put(output, Pem.of(certificate).getBytes(US_ASCII));
        transcript.add(
                transcript
                        .line("certificate-made")
                        .member("subject", certificate.getSubjectX500Principal().getName())
                        .member("issuer", certificate.getIssuerX500Principal().getName())
                        .member("serial", certificate.getSerialNumber().toString(16))
                        .member("not-before", certificate.getNotBefore().toInstant().toString())
                        .member("not-after", certificate.getNotAfter().toInstant().toString())
                        .member("sha256", CertificateFingerprint.of(certificate).hex())
                        .member(
                                "public-key-sha256",
                                PublicKeyHash.of(certificate.getPublicKey()).hex()));
    }

    private void note(String step, String what) {
        transcript.add(transcript.line(step).member("what", what));
    }

    private static void requireNone(List<String> faults) throws CaException {
        if (!faults.isEmpty()) {
            throw new CaException(String.join("; ", faults));
        }
    }

    /** After a failure; answers what is left behind all the same, and where it is written down. */
    private String takeBack(Path transcriptFile, List<Path> written) {
        StringBuilder left = new StringBuilder();
        if (!undo.isEmpty()) {
            try (TokenBench bench = TokenBench.open(plan.token())) {
                while (!undo.isEmpty()) {
                    undo.pop().in(bench);
                }
                left.append(" (what was made in the token was destroyed)");
            } catch (SigningKeyException | GeneralSecurityException | ProviderException e) {
                left.append(" (what was made in the token is still there: ")
                        .append(e.getMessage())
                        .append(')');
            }
        }
        for (Path file : written) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                left.append("; ").append(file).append(" is left behind: ").append(e);
            }
        }
        if (!written.isEmpty()) {
            Path failed =
                    transcriptFile.resolveSibling(
                            transcriptFile.getFileName() + ".failed-" + transcript.stamp());
            try {
                transcript.add(transcript.line("failed").member("left", left.toString()));
                Pem.writeNew(failed, transcript.content());
                left.append("; steps: ").append(failed);
            } catch (CaException | IOException e) {
                left.append("; the steps could not be written: ").append(e.getMessage());
            }
        }
        return left.toString();
    }

    private static String sha256(byte[] content) {
        return HexFormat.of().formatHex(Hashes.sha256(content));
    }
}
