package io.overt.signer.monitor;

import com.google.protobuf.ByteString;
import io.overt.signer.log.RulesMemory;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a monitor knows of a log between two runs. A file of lines, some 40 bytes a certificate; no
 * host name is in it. Whoever can change it can hide what happened before it from the next run.
 *
 * @param head up to which the log was read and found to be what was signed
 * @param rules what has to be known of the entries before that
 * @param tally signatures that the log accounts for since the signer's process began
 * @param reported surplus of each counter that was told already
 */
public record MonitorState(
        String origin, TreeHead head, RulesMemory rules, Tally tally, Map<String, Long> reported) {

    public MonitorState {
        reported = Map.copyOf(reported);
    }

    /**
     * Signatures in the log, by the issuer's subject.
     *
     * @param since the start of the process that the counters are of
     * @param crls that were signed since then
     */
    public record Tally(Instant since, Map<String, Long> signatures, long crls) {
        public Tally {
            signatures = Map.copyOf(signatures);
        }

        /** Nobody has counted yet. */
        public static final Tally NONE = new Tally(Instant.MAX, Map.of(), 0);
    }

    /** Before the first entry. */
    public static MonitorState beginning(String origin) {
        return new MonitorState(origin, TreeHead.EMPTY, RulesMemory.NOTHING, Tally.NONE, Map.of());
    }

    /**
     * Reads one; the beginning where there is no file.
     *
     * @throws IOException when it is none, or of another log
     */
    public static MonitorState read(Path file, String origin) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            return beginning(origin);
        }
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new IOException(file + ": no state of a monitor (expected: " + HEADER + ")");
        }
        Reading reading = new Reading();
        for (String line : lines.subList(1, lines.size())) {
            try {
                reading.line(line);
            } catch (MalformedLogException | RuntimeException e) {
                throw new IOException(file + ": '" + line + "': " + e.getMessage(), e);
            }
        }
        if (!reading.complete || !reading.origin.equals(origin)) {
            throw new IOException(
                    "%s: state of %s%s (expected: of %s)"
                            .formatted(
                                    file,
                                    reading.origin,
                                    reading.complete ? "" : ", cut off",
                                    origin));
        }
        return reading.state();
    }

    /** Puts it in the place of the last one, whole or not at all. */
    public void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        line(text, "origin", origin);
        line(text, "head", head.size() + " " + head.root().base64());
        rules.readingKeys().forEach(index -> line(text, "reading-key", index));
        rules.issuers().forEach(index -> line(text, "issuer", index));
        rules.ceremonies().forEach(index -> line(text, "ceremony", index));
        rules.open().forEach(index -> line(text, "open", index));
        rules.issued().forEach(id -> line(text, "issued", hex(id)));
        line(text, "acts", rules.acts());
        rules.crls().forEach((issuer, number) -> line(text, "crl", number + " " + hex(issuer)));
        if (!tally.equals(Tally.NONE)) {
            line(text, "since", tally.since());
        }
        line(text, "crls", tally.crls());
        tally.signatures().forEach((issuer, count) -> line(text, "signed", count + " " + issuer));
        reported.forEach((series, count) -> line(text, "reported", count + " " + series));
        text.append(END).append('\n');
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append(' ').append(value).append('\n');
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static final class Reading {
        private String origin = "";
        private TreeHead head = TreeHead.EMPTY;
        private final List<Long> readingKeys = new ArrayList<>();
        private final List<Long> issuers = new ArrayList<>();
        private final List<Long> ceremonies = new ArrayList<>();
        private final List<Long> open = new ArrayList<>();
        private final Set<ByteString> issued = new HashSet<>();
        private long acts;
        private final Map<ByteString, Long> crlNumbers = new HashMap<>();
        private Optional<Instant> since = Optional.empty();
        private long crls;
        private final Map<String, Long> signatures = new TreeMap<>();
        private final Map<String, Long> reported = new TreeMap<>();
        private boolean complete;

        void line(String line) throws MalformedLogException {
            if (line.equals(END)) {
                complete = true;
                return;
            }
            int space = line.indexOf(' ');
            String key = line.substring(0, Math.max(space, 0));
            String value = line.substring(space + 1);
            switch (key) {
                case "origin" -> origin = value;
                case "head" -> {
                    String[] parts = value.split(" ", -1);
                    head = new TreeHead(Long.parseLong(parts[0]), MerkleHash.ofBase64(parts[1]));
                }
                case "reading-key" -> readingKeys.add(Long.parseLong(value));
                case "issuer" -> issuers.add(Long.parseLong(value));
                case "ceremony" -> ceremonies.add(Long.parseLong(value));
                case "open" -> open.add(Long.parseLong(value));
                case "issued" -> issued.add(ByteString.copyFrom(HexFormat.of().parseHex(value)));
                case "acts" -> acts = Long.parseLong(value);
                case "crl" -> {
                    String[] parts = value.split(" ", 2);
                    crlNumbers.put(
                            ByteString.copyFrom(HexFormat.of().parseHex(parts[1])),
                            Long.parseLong(parts[0]));
                }
                case "crls" -> crls = Long.parseLong(value);
                case "since" -> since = Optional.of(Instant.parse(value));
                case "signed" -> count(value, signatures);
                case "reported" -> count(value, reported);
                default -> throw new MalformedLogException("not known");
            }
        }

        private static void count(String value, Map<String, Long> into) {
            String[] parts = value.split(" ", 2);
            into.put(parts[1], Long.parseLong(parts[0]));
        }

        MonitorState state() {
            return new MonitorState(
                    origin,
                    head,
                    new RulesMemory(
                            readingKeys, issuers, ceremonies, open, issued, acts, crlNumbers),
                    since.map(each -> new Tally(each, signatures, crls)).orElse(Tally.NONE),
                    reported);
        }
    }

    private static final String HEADER = "overt log monitor v1";
    private static final String END = "end";
}
