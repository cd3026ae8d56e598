package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Ceremony;
import io.overt.signer.ceremony.CeremonyRecord;
import java.util.HexFormat;
import java.util.List;

/** How a ceremony stands in the log. */
public final class CeremonyEntry {

    /**
     * What a transcript says.
     *
     * @param approvers whose signatures in it were verified, by name
     */
    public static Ceremony of(CeremonyRecord record, List<String> approvers) {
        Ceremony.Builder entry =
                Ceremony.newBuilder()
                        .setTranscriptSha256(bytes(record.sha256()))
                        .setPlanSha256(bytes(record.planSha256()))
                        .setAct(record.act())
                        .addAllApprovers(approvers)
                        .setDone(TransparencyLog.timestamp(record.done()));
        record.certificates().forEach(each -> entry.addCertificatesSha256(bytes(each)));
        record.keys().forEach(each -> entry.addKeysSha256(bytes(each)));
        record.outputs().forEach(each -> entry.addOutputsSha256(bytes(each)));
        byte[] transcript = record.transcript();
        if (transcript.length <= TransparencyLog.ROOM - entry.build().getSerializedSize()) {
            entry.setTranscript(ByteString.copyFrom(transcript));
        }
        return entry.build();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private CeremonyEntry() {}
}
