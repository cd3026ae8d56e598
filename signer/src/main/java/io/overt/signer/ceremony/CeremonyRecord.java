package io.overt.signer.ceremony;

import io.overt.service.approval.Approval;
import io.overt.service.approval.Approvers;
import io.overt.x509.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What a transcript says of a ceremony that was held and came to its end. Whoever wrote the file
 * could have written anything: it is worth what the approvals in it are worth, and {@link
 * #approval} verifies them over the plan that it has. Immutable.
 */
public final class CeremonyRecord {

    private final byte[] transcript;
    private final byte[] plan;
    private final String act;
    private final SequencedMap<Path, byte[]> approvals;
    private final Instant done;
    private final Set<String> certificates;
    private final Set<String> keys;
    private final List<String> outputs;

    private CeremonyRecord(
            byte[] transcript,
            byte[] plan,
            String act,
            SequencedMap<Path, byte[]> approvals,
            Instant done,
            Set<String> certificates,
            Set<String> keys,
            List<String> outputs) {
        this.transcript = transcript.clone();
        this.plan = plan;
        this.act = act;
        this.approvals = approvals;
        this.done = done;
        this.certificates = certificates;
        this.keys = keys;
        this.outputs = List.copyOf(outputs);
    }

    /**
     * Reads a transcript.
     *
     * @throws MalformedTranscriptException when it is none, or of a ceremony that was a dry run or
     *     did not come to its end
     */
    public static CeremonyRecord read(byte[] transcript) throws MalformedTranscriptException {
        List<TranscriptLine> lines = lines(transcript);
        TranscriptLine begun = lines.getFirst();
        require(begun, "begun");
        String mode = begun.required("mode");
        if (!mode.equals("run")) {
            throw new MalformedTranscriptException("mode '" + mode + "' (expected: run)");
        }
        byte[] plan = begun.required("plan").getBytes(StandardCharsets.UTF_8);
        String sha256 = hex(Hashes.sha256(plan));
        if (!sha256.equals(begun.required("plan-sha256"))) {
            throw new MalformedTranscriptException(
                    "plan-sha256 %s (expected: %s, that of the plan in it)"
                            .formatted(begun.required("plan-sha256"), sha256));
        }
        if (lines.size() < 2) {
            throw new MalformedTranscriptException("it ends after 'begun'");
        }
        TranscriptLine approved = lines.get(1);
        require(approved, "approved");
        TranscriptLine done = lines.getLast();
        require(done, "done");
        Set<String> certificates = new LinkedHashSet<>();
        Set<String> keys = new LinkedHashSet<>();
        for (TranscriptLine line : lines) {
            switch (line.required("step")) {
                case "certificate-made" -> certificates.add(digest(line.required("sha256")));
                case "certificate-imported" -> certificates.add(digest(line.required("what")));
                default -> {} // says nothing of a certificate
            }
            Optional<String> key = line.text("public-key-sha256");
            if (key.isPresent()) {
                keys.add(digest(key.get()));
            }
        }
        List<String> outputs = new ArrayList<>();
        for (Map<String, String> output : done.objects("outputs")) {
            outputs.add(digest(output.getOrDefault("sha256", "")));
        }
        return new CeremonyRecord(
                transcript,
                plan,
                begun.required("act"),
                approvals(approved),
                time(done),
                certificates,
                keys,
                outputs);
    }

    private static List<TranscriptLine> lines(byte[] transcript)
            throws MalformedTranscriptException {
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(transcript))
                            .toString();
        } catch (CharacterCodingException _) {
            throw new MalformedTranscriptException("not UTF-8");
        }
        if (!text.endsWith("\n")) {
            throw new MalformedTranscriptException("its last line is cut off");
        }
        List<String> split = Arrays.asList(text.split("\n", -1));
        List<TranscriptLine> lines = new ArrayList<>();
        for (String line : split.subList(0, split.size() - 1)) {
            try {
                lines.add(TranscriptLine.parse(line));
            } catch (MalformedTranscriptException e) {
                throw new MalformedTranscriptException(
                        "line %d: %s".formatted(lines.size() + 1, e.getMessage()));
            }
        }
        return lines;
    }

    private static void require(TranscriptLine line, String step)
            throws MalformedTranscriptException {
        String found = line.required("step");
        if (!found.equals(step)) {
            throw new MalformedTranscriptException(
                    "step '%s' (expected: %s)".formatted(found, step));
        }
    }

    /** Each person's signature as it was handed in. */
    private static SequencedMap<Path, byte[]> approvals(TranscriptLine approved)
            throws MalformedTranscriptException {
        SequencedMap<Path, byte[]> approvals = new LinkedHashMap<>();
        for (Map<String, String> each : approved.objects("by")) {
            String name = each.getOrDefault("name", "");
            String signature = each.get("approval");
            if (signature == null) {
                throw new MalformedTranscriptException(
                        "no approval of '%s' in it (expected: the signature, in Base64; earlier builds left it out)"
                                .formatted(name));
            }
            try {
                approvals.put(Path.of(name + ".sig"), Base64.getDecoder().decode(signature));
            } catch (IllegalArgumentException e) {
                // What is no path is no name of an approver either.
                throw new MalformedTranscriptException(
                        "the approval of '%s': %s".formatted(name, e.getMessage()));
            }
        }
        return approvals;
    }

    private static Instant time(TranscriptLine done) throws MalformedTranscriptException {
        try {
            return Instant.parse(done.required("time"));
        } catch (DateTimeException e) {
            throw new MalformedTranscriptException("time: " + e.getMessage());
        }
    }

    private static String digest(String text) throws MalformedTranscriptException {
        if (text.length() != 64 || !text.chars().allMatch(HexFormat::isHexDigit)) {
            throw new MalformedTranscriptException(
                    "'%s' (expected: a SHA-256, 64 hexadecimal digits)".formatted(text));
        }
        return text;
    }

    /** Whether enough of these people signed the plan that is in the transcript. */
    public Approval approval(Approvers approvers) {
        return approvers.approve(Path.of("plan " + planSha256()), plan, approvals);
    }

    /** The file's bytes; a copy. */
    public byte[] transcript() {
        return transcript.clone();
    }

    /** Of the file, in hexadecimal. */
    public String sha256() {
        return hex(Hashes.sha256(transcript));
    }

    /** Of the plan, in hexadecimal. */
    public String planSha256() {
        return hex(Hashes.sha256(plan));
    }

    /** What was done, as the plan calls it. */
    public String act() {
        return act;
    }

    /** When it was over. */
    public Instant done() {
        return done;
    }

    /** SHA-256 of each certificate that was made or imported, in hexadecimal. */
    public List<String> certificates() {
        return List.copyOf(certificates);
    }

    /** SHA-256 of each public key that was made, certified or destroyed, in hexadecimal. */
    public List<String> keys() {
        return List.copyOf(keys);
    }

    /** SHA-256 of each file that came out, in hexadecimal. */
    public List<String> outputs() {
        return outputs;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
