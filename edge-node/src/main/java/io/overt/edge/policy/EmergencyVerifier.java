package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.bundle.PolicyPublicKey;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * Decides whether an emergency order is one that this edge obeys. Pure. The signature comes first,
 * by the keys that policy is signed with: whoever has one of them can have everything spliced with
 * a policy as well, and an order does no more, for a day at most.
 */
final class EmergencyVerifier {
    private final List<PolicyPublicKey> pinned;
    private final String site;

    /** What came of it. */
    sealed interface Verdict {}

    /**
     * A pinned key signed it, for this site, and it is not over.
     *
     * @param order what it says
     * @param signed as it came, to be kept
     */
    record Obeyed(EmergencyOrder order, SignedEmergency signed) implements Verdict {}

    /**
     * It is not obeyed.
     *
     * @param number as it says; 0 when nothing that it says can be believed
     */
    record Refused(long number, String problem) implements Verdict {}

    /** For the edges of one site. */
    EmergencyVerifier(List<PolicyPublicKey> pinned, String site) {
        this.pinned = List.copyOf(pinned);
        this.site = site;
    }

    /** Whether it is obeyed now. How its number compares to others is not looked at. */
    Verdict verify(SignedEmergency signed, Instant now) {
        var bytes = signed.getOrder().toByteArray();
        if (bytes.length > MAX_ORDER) {
            return unbelieved(
                    "an order of " + bytes.length + " bytes (expected: at most " + MAX_ORDER + ")");
        }
        var key =
                pinned.stream()
                        .filter(each -> signed.getKeyId().equals(ByteString.copyFrom(each.id())))
                        .findFirst();
        if (key.isEmpty()) {
            return unbelieved(
                    "signed by key "
                            + HexFormat.of()
                                    .formatHex(
                                            signed.getKeyId()
                                                    .substring(
                                                            0,
                                                            Math.min(8, signed.getKeyId().size()))
                                                    .toByteArray())
                            + " (expected: one of the pinned policy keys, "
                            + pinned.stream().map(PolicyPublicKey::idText).toList()
                            + ")");
        }
        if (!key.get().verifiesEmergency(bytes, signed.getSignature().toByteArray())) {
            return unbelieved("the signature by key " + key.get().idText() + " does not verify");
        }
        try {
            return contents(EmergencyOrder.parseFrom(bytes), signed, now);
        } catch (InvalidProtocolBufferException e) {
            return unbelieved("the signed order cannot be read: " + e.getMessage());
        } catch (DateTimeException e) {
            return unbelieved("the signed order has a time that is none: " + e.getMessage());
        }
    }

    private Verdict contents(EmergencyOrder order, SignedEmergency signed, Instant now) {
        long number = order.getNumber();
        if (number <= 0) {
            return refused(
                    order, "number " + Long.toUnsignedString(number) + " (expected: from 1)");
        }
        if (!order.getSite().equals(site)) {
            return refused(
                    order, "for site '" + clip(order.getSite()) + "' (expected: " + site + ")");
        }
        return switch (order.getAction()) {
            case EMERGENCY_ACTION_LIFT -> new Obeyed(order, signed);
            case EMERGENCY_ACTION_SPLICE -> {
                var given = instant(order.getGiven());
                var until = instant(order.getUntil());
                if (!until.isAfter(now)) {
                    yield refused(order, "over since " + until + ", and it is " + now);
                }
                // The edge's clock decides how long, so that neither a slow clock of the control
                // plane nor an order that lies in a drawer makes more of it.
                if (Duration.between(given, until).compareTo(LONGEST) > 0
                        || Duration.between(now, until).compareTo(LONGEST.plus(CLOCKS_DIFFER))
                                > 0) {
                    yield refused(
                            order,
                            "given at "
                                    + given
                                    + " until "
                                    + until
                                    + ", and it is "
                                    + now
                                    + " (expected: "
                                    + LONGEST.toHours()
                                    + " hours at most)");
                }
                yield new Obeyed(order, signed);
            }
            case EMERGENCY_ACTION_UNSPECIFIED, UNRECOGNIZED ->
                    refused(
                            order,
                            "action "
                                    + order.getActionValue()
                                    + ", which this edge does not know (expected: "
                                    + EmergencyAction.EMERGENCY_ACTION_SPLICE.getNumber()
                                    + " or "
                                    + EmergencyAction.EMERGENCY_ACTION_LIFT.getNumber()
                                    + ")");
        };
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    private static Refused unbelieved(String problem) {
        return new Refused(0, problem);
    }

    private static Refused refused(EmergencyOrder order, String problem) {
        return new Refused(order.getNumber(), problem);
    }

    private static String clip(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** A site, two times, a name and a sentence. */
    private static final int MAX_ORDER = 16 << 10;

    /** A night and a working day: who needs longer than that changes the policy. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);
}
