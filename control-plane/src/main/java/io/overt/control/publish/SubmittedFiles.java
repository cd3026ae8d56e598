package io.overt.control.publish;

import io.overt.policy.PolicySource;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.policy.v1.BundleFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The files of a submitted policy: bounded, each path once and plain, the document first, then the
 * lists by path. That order makes equal policies equal, however a tool walked its folder.
 */
public record SubmittedFiles(List<BundleFile> files) {

    /** What cannot even be compiled; the caller's fault. */
    public static final class RefusedException extends Exception {
        private final transient Refusal refusal;

        RefusedException(String subject, String detail) {
            super(subject + ": " + detail);
            this.refusal =
                    Refusal.newBuilder()
                            .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                            .setSubject(subject)
                            .setDetail(detail)
                            .build();
        }

        /** For the trailer. */
        public Refusal refusal() {
            return refusal;
        }
    }

    /**
     * Parses what was sent.
     *
     * @param maxBytes bound of all contents together
     */
    static SubmittedFiles parse(List<BundleFile> sent, long maxBytes) throws RefusedException {
        if (sent.size() > MAX_FILES) {
            throw new RefusedException(
                    "files", sent.size() + " files (expected: at most " + MAX_FILES + ")");
        }
        var paths = new HashSet<String>();
        long total = 0;
        for (var file : sent) {
            var path = file.getPath();
            if (!plain(path)) {
                throw new RefusedException(
                        "files",
                        "path \""
                                + path
                                + "\" (expected: relative, with / between names, no . or .. among them)");
            }
            if (!paths.add(path)) {
                throw new RefusedException("files", "path " + path + " twice");
            }
            total += file.getContent().size();
        }
        if (total > maxBytes) {
            throw new RefusedException(
                    "files",
                    total + " bytes (expected: at most " + maxBytes + ", policy.max-size)");
        }
        var ordered = new ArrayList<>(sent);
        ordered.sort(
                Comparator.comparing(
                                (BundleFile file) -> !file.getPath().equals(PolicySource.DOCUMENT))
                        .thenComparing(BundleFile::getPath));
        return new SubmittedFiles(List.copyOf(ordered));
    }

    PolicySource source() {
        var contents = new LinkedHashMap<String, byte[]>();
        files.forEach(file -> contents.put(file.getPath(), file.getContent().toByteArray()));
        return new PolicySource(contents);
    }

    private static boolean plain(String path) {
        if (path.isEmpty()
                || path.length() > MAX_PATH
                || path.chars().anyMatch(c -> c < 0x20 || c == '\\' || c == 0x7f)) {
            return false;
        }
        for (var name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /** A policy with more lists than this is two policies. */
    private static final int MAX_FILES = 1_000;

    private static final int MAX_PATH = 255;
}
