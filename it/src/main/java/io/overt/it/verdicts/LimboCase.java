package io.overt.it.verdicts;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * One case of x509-limbo. The fields that a schema of 2023 does not have yet are optional here;
 * what is there and cannot be read is an {@link Unreadable}.
 */
record LimboCase(JsonNode json) {
    /** The case is not of the form of the schema. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    String id() {
        return json.path("id").asText("(without id)");
    }

    boolean isOfServer() {
        return json.path("validation_kind").asText().equals("SERVER");
    }

    /** SUCCESS or FAILURE. */
    String expectedResult() {
        return json.path("expected_result").asText();
    }

    byte[] peerCertificate() throws Unreadable {
        return der(json.path("peer_certificate"), "peer_certificate");
    }

    List<byte[]> untrustedIntermediates() throws Unreadable {
        return ders("untrusted_intermediates");
    }

    List<byte[]> trustedCertificates() throws Unreadable {
        return ders("trusted_certs");
    }

    List<byte[]> crls() throws Unreadable {
        return ders("crls");
    }

    Optional<Instant> validationTime() throws Unreadable {
        JsonNode time = json.path("validation_time");
        if (time.isMissingNode() || time.isNull()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(time.asText()).toInstant());
        } catch (DateTimeException _) {
            throw new Unreadable("validation_time \"" + time.asText() + "\" (expected: ISO 8601)");
        }
    }

    /** As text; its kind shows in how it is written. */
    Optional<String> expectedPeerName() throws Unreadable {
        JsonNode name = json.path("expected_peer_name");
        if (name.isMissingNode() || name.isNull()) {
            return Optional.empty();
        }
        String kind = name.path("kind").asText();
        if (!kind.equals("DNS") && !kind.equals("IP")) {
            throw new Unreadable("expected_peer_name of kind " + kind + " (expected: DNS or IP)");
        }
        return Optional.of(name.path("value").asText());
    }

    Optional<Integer> maxChainDepth() {
        JsonNode depth = json.path("max_chain_depth");
        return depth.isInt() ? Optional.of(depth.asInt()) : Optional.empty();
    }

    List<String> signatureAlgorithms() {
        return texts("signature_algorithms");
    }

    List<String> keyUsage() {
        return texts("key_usage");
    }

    List<String> extendedKeyUsage() {
        return texts("extended_key_usage");
    }

    private List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        json.path(field).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private List<byte[]> ders(String field) throws Unreadable {
        List<byte[]> ders = new ArrayList<>();
        for (JsonNode pem : json.path(field)) {
            ders.add(der(pem, field));
        }
        return ders;
    }

    /** What stands between the first two lines of dashes. */
    private static byte[] der(JsonNode pem, String field) throws Unreadable {
        String[] parts = pem.asText().split("-----[A-Z0-9 ]+-----", -1);
        if (parts.length < 3) {
            throw new Unreadable(field + ": no PEM");
        }
        try {
            return Base64.getMimeDecoder().decode(parts[1].getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new Unreadable(field + ": no PEM: " + e.getMessage());
        }
    }
}
