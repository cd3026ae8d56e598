package io.overt.signer.monitor;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a signer counts, as of one look: Prometheus text of {@code /metrics}. Counters begin at zero
 * with the process.
 *
 * @param start of the process
 * @param signatures over leaves, by the issuer's subject
 * @param checkpoints that the log's key has signed
 * @param crls that the issuers' keys have signed
 * @param operations of tokens that made a signature and were no canary; empty where the keys are in
 *     no token
 */
public record Counters(
        Instant start,
        Map<String, Long> signatures,
        long checkpoints,
        long crls,
        Optional<Long> operations) {

    public Counters {
        signatures = Map.copyOf(signatures);
    }

    /** All that the signer says it has asked its keys for, canaries aside. */
    long accounted() {
        return signatures.values().stream().mapToLong(Long::longValue).sum() + checkpoints + crls;
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when they are not those of a signer
     */
    public static Counters parse(String text) {
        Optional<Instant> start = Optional.empty();
        Optional<Long> checkpoints = Optional.empty();
        long crls = 0; // A signer that makes none counts none.
        Optional<Long> operations = Optional.empty();
        Map<String, Long> signatures = new HashMap<>();
        for (String line : text.split("\n")) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Sample sample = Sample.parse(line);
            switch (sample.name()) {
                case "process_start_time_seconds" ->
                        start = Optional.of(Instant.ofEpochMilli((long) (sample.value() * 1000)));
                case "overt_signer_signatures_total" ->
                        signatures.merge(
                                sample.labels().getOrDefault("issuer", ""),
                                (long) sample.value(),
                                Long::sum);
                case "overt_signer_log_checkpoints_total" ->
                        checkpoints = Optional.of((long) sample.value());
                case "overt_signer_crls_total" -> crls += (long) sample.value();
                case "overt_signer_token_operations_total" -> {
                    if (!"canary".equals(sample.labels().get("kind"))
                            && "signed".equals(sample.labels().get("result"))) {
                        operations = Optional.of(operations.orElse(0L) + (long) sample.value());
                    }
                }
                default -> {} // of the many others
            }
        }
        if (start.isEmpty() || checkpoints.isEmpty() || signatures.isEmpty()) {
            throw new IllegalArgumentException(
                    "not the counters of a signer (expected: process_start_time_seconds, overt_signer_signatures_total and overt_signer_log_checkpoints_total)");
        }
        return new Counters(start.get(), signatures, checkpoints.get(), crls, operations);
    }

    /** One line. */
    record Sample(String name, Map<String, String> labels, double value) {

        static Sample parse(String line) {
            int brace = line.indexOf('{');
            int space = line.indexOf(' ');
            if (brace < 0 || (space >= 0 && space < brace)) {
                return new Sample(
                        line.substring(0, Math.max(space, 0)), Map.of(), value(line, space));
            }
            Map<String, String> labels = new TreeMap<>();
            int at = brace + 1;
            while (at < line.length() && line.charAt(at) != '}') {
                int equals = line.indexOf("=\"", at);
                if (equals < 0) {
                    throw malformed(line);
                }
                StringBuilder value = new StringBuilder();
                int end = equals + 2;
                while (end < line.length() && line.charAt(end) != '"') {
                    char c = line.charAt(end++);
                    if (c == '\\' && end < line.length()) {
                        char escaped = line.charAt(end++);
                        c = escaped == 'n' ? '\n' : escaped;
                    }
                    value.append(c);
                }
                labels.put(line.substring(at, equals), value.toString());
                at = end + 1;
                if (at < line.length() && line.charAt(at) == ',') {
                    at++;
                }
            }
            return new Sample(line.substring(0, brace), labels, value(line, at + 1));
        }

        /** A time may follow it. */
        private static double value(String line, int space) {
            if (space < 0 || space >= line.length()) {
                throw malformed(line);
            }
            try {
                return Double.parseDouble(line.substring(space).strip().split(" ")[0]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "'%s' (expected: Prometheus text)".formatted(line), e);
            }
        }

        private static IllegalArgumentException malformed(String line) {
            return new IllegalArgumentException("'%s' (expected: Prometheus text)".formatted(line));
        }
    }
}
