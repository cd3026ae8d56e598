package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.bundle.PolicySignature;
import java.time.Duration;
import java.time.Instant;

/** Makes signed emergency orders. */
record TestOrders(TestBundles signer) {

    /** A good one for site hq. */
    SignedEmergency splice(long number, Instant given, Duration lasting) {
        return sign(order(number, given, lasting).build());
    }

    SignedEmergency lift(long number) {
        return sign(
                EmergencyOrder.newBuilder()
                        .setNumber(number)
                        .setSite("hq")
                        .setAction(EmergencyAction.EMERGENCY_ACTION_LIFT)
                        .setBy("overt://hq/operator/alice")
                        .build());
    }

    static EmergencyOrder.Builder order(long number, Instant given, Duration lasting) {
        return EmergencyOrder.newBuilder()
                .setNumber(number)
                .setSite("hq")
                .setAction(EmergencyAction.EMERGENCY_ACTION_SPLICE)
                .setGiven(timestamp(given))
                .setUntil(timestamp(given.plus(lasting)))
                .setBy("overt://hq/operator/alice")
                .setReason("the new release of the browser refuses every forged leaf");
    }

    SignedEmergency sign(EmergencyOrder order) {
        var bytes = order.toByteArray();
        return SignedEmergency.newBuilder()
                .setOrder(ByteString.copyFrom(bytes))
                .setSignature(signer.signatureOver(PolicySignature.emergencyInput(bytes)))
                .setKeyId(ByteString.copyFrom(signer.publicKey().id()))
                .build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
