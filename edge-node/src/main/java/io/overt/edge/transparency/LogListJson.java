package io.overt.edge.transparency;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import io.overt.x509.transparency.CertificateLog;
import io.overt.x509.transparency.CertificateLog.Standing;
import io.overt.x509.transparency.KnownLogs;
import io.overt.x509.transparency.LogId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Reads a list of certificate logs in the format that Google publishes as {@code v3/log_list.json}:
 * what it says about operators, keys, states and intervals. Members that are not needed here are
 * passed over.
 */
final class LogListJson {
    /** The real one has 50 kB. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_LOGS = 10_000;

    /**
     * @throws LogListException if it is none, or any log in it cannot be read: half a list would
     *     refuse certificates for no reason that anybody sees
     */
    static KnownLogs parse(byte[] json) throws LogListException {
        if (json.length > MAX_BYTES) {
            throw new LogListException(
                    json.length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        try {
            var root = root(json);
            var logs = new ArrayList<CertificateLog>();
            for (var each : array(root, "operators")) {
                var operator = each.getAsJsonObject();
                var name = text(operator, "name");
                // RFC 6962's logs, and those that are served as tiles; their SCTs are alike.
                for (var kind : List.of("logs", "tiled_logs")) {
                    if (operator.has(kind)) {
                        for (var log : array(operator, kind)) {
                            add(log.getAsJsonObject(), name, logs);
                        }
                    }
                }
            }
            if (logs.isEmpty()) {
                throw new LogListException("no logs (expected: at least one)");
            }
            return KnownLogs.of(time(root, "log_list_timestamp"), logs);
        } catch (JsonParseException
                | IOException
                | IllegalStateException
                | UnsupportedOperationException e) {
            // The library's message goes on with advice for its callers.
            var what = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new LogListException("not a log list: " + what, e);
        }
    }

    private static JsonObject root(byte[] json) throws IOException {
        var reader =
                new JsonReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(json), StandardCharsets.UTF_8));
        reader.setStrictness(Strictness.STRICT);
        var root = JsonParser.parseReader(reader).getAsJsonObject();
        var _ = reader.peek(); // Strict: whatever is behind it throws.
        return root;
    }

    private static void add(JsonObject entry, String operator, List<CertificateLog> logs)
            throws LogListException {
        var name = entry.has("description") ? text(entry, "description") : text(entry, "log_id");
        if (logs.size() >= MAX_LOGS) {
            throw new LogListException("more than " + MAX_LOGS + " logs");
        }
        try {
            var key = key(Base64.getDecoder().decode(text(entry, "key")));
            var interval = object(entry, "temporal_interval");
            var from = optionalTime(interval, "start_inclusive");
            var until = optionalTime(interval, "end_exclusive");
            var log = new CertificateLog(name, operator, key, standing(entry), from, until);
            var said = LogId.of(Base64.getDecoder().decode(text(entry, "log_id")));
            if (!said.equals(log.id())) {
                throw new LogListException("log " + name + ": log_id is not that of its key");
            }
            logs.add(log);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new LogListException("log " + name + ": " + e.getMessage(), e);
        }
    }

    /** A state that a later version of the format has is worth nothing to us. */
    private static Standing standing(JsonObject entry) throws LogListException {
        var state = object(entry, "state").orElseGet(JsonObject::new);
        if (state.size() != 1) {
            return new Standing.Worthless();
        }
        var name = state.keySet().iterator().next();
        return switch (name) {
            case "qualified", "usable", "readonly" -> new Standing.InForce();
            case "retired" ->
                    new Standing.RetiredAt(
                            time(present(state, name).getAsJsonObject(), "timestamp"));
            default -> new Standing.Worthless();
        };
    }

    private static PublicKey key(byte[] spki) throws GeneralSecurityException {
        var algorithm = SubjectPublicKeyInfo.getInstance(spki).getAlgorithm().getAlgorithm();
        var kind = algorithm.equals(PKCSObjectIdentifiers.rsaEncryption) ? "RSA" : "EC";
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(spki));
    }

    private static Optional<Instant> optionalTime(Optional<JsonObject> in, String member)
            throws LogListException {
        return in.isPresent() && in.get().has(member)
                ? Optional.of(time(in.get(), member))
                : Optional.empty();
    }

    private static Instant time(JsonObject in, String member) throws LogListException {
        var text = text(in, member);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new LogListException(
                    member + ": " + text + " (expected: as 2026-01-31T12:00:00Z)", e);
        }
    }

    private static Optional<JsonObject> object(JsonObject in, String member) {
        return Optional.ofNullable(in.get(member))
                .filter(value -> !value.isJsonNull())
                .map(JsonElement::getAsJsonObject);
    }

    private static JsonArray array(JsonObject in, String member) throws LogListException {
        return present(in, member).getAsJsonArray();
    }

    private static String text(JsonObject in, String member) throws LogListException {
        return present(in, member).getAsString();
    }

    private static JsonElement present(JsonObject in, String member) throws LogListException {
        var value = in.get(member);
        if (value == null) {
            throw new LogListException(member + ": missing");
        }
        return value;
    }

    private LogListJson() {}
}
