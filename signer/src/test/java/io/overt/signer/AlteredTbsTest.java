package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.signer.SignerWorld.Edge;
import io.overt.x509.InspectionMarker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each single field of a TBS altered by the edge: refused, with a reason that names the field, and
 * never signed.
 */
class AlteredTbsTest {

    private static final Map<String, String> NAMES =
            Map.of(
                    "2.5.29.14", "subjectKeyIdentifier",
                    "2.5.29.15", "keyUsage",
                    "2.5.29.17", "subjectAltName",
                    "2.5.29.19", "basicConstraints",
                    "2.5.29.31", "cRLDistributionPoints",
                    "2.5.29.32", "certificatePolicies",
                    "2.5.29.35", "authorityKeyIdentifier",
                    "2.5.29.37", "extKeyUsage");

    @TempDir Path directory;
    private SignerWorld world;
    private Edge edge;
    private ForgeRequest.Builder request;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.start(directory);
        edge = world.edge("e1").enrolled();
        request =
                edge.request(
                        world.upstream("www.origin.example", "origin.example"),
                        "www.origin.example");
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @TestFactory
    Stream<DynamicTest> each_single_field_altered_is_refused_by_its_name() throws IOException {
        byte[] sound = request.getTbs().toByteArray();
        Map<String, Alteration> alterations = alterations(sound);
        Stream<DynamicTest> altered =
                alterations.entrySet().stream()
                        .map(
                                each ->
                                        dynamicTest(
                                                each.getKey(),
                                                () -> assertRefused(sound, each.getValue())));
        Stream<DynamicTest> sane =
                Stream.of(
                        dynamicTest(
                                "not altered: signed, and nothing was signed before",
                                () -> {
                                    assertThat(world.signatures()).isZero();
                                    edge.forge(request);
                                    assertThat(world.signatures()).isEqualTo(1);
                                }));
        return Stream.concat(altered, sane);
    }

    private void assertRefused(byte[] sound, Alteration alteration) {
        assertThat(alteration.tbs).isNotEqualTo(sound);

        Refusal refusal =
                edge.refusedForge(request.clone().setTbs(ByteString.copyFrom(alteration.tbs)));

        assertThat(refusal.getReason())
                .as(refusal.getDetail())
                .isEqualTo(RefusalReason.REFUSAL_REASON_TBS_DIFFERS);
        assertThat(refusal.getSubject()).isEqualTo(alteration.field);
    }

    /** What is sent, and the field that the refusal must name. */
    private static final class Alteration {
        final String field;
        final byte[] tbs;

        Alteration(String field, byte[] tbs) {
            this.field = field;
            this.tbs = tbs;
        }
    }

    private static Map<String, Alteration> alterations(byte[] sound) throws IOException {
        Map<String, Alteration> all = new LinkedHashMap<>();
        all.put("version 1", at(sound, "version", 0, version(0)));
        all.put("version 2", at(sound, "version", 0, version(1)));
        all.put("version 4", at(sound, "version", 0, version(3)));
        BigInteger serial = ASN1Integer.getInstance(field(sound, 1)).getValue();
        all.put(
                "serialNumber",
                at(sound, "serialNumber", 1, new ASN1Integer(serial.add(BigInteger.ONE))));
        all.put(
                "signature algorithm",
                at(sound, "signature", 2, new DERSequence(X9ObjectIdentifiers.ecdsa_with_SHA384)));
        all.put(
                "signature parameters",
                at(
                        sound,
                        "signature",
                        2,
                        new DERSequence(
                                new ASN1Encodable[] {
                                    X9ObjectIdentifiers.ecdsa_with_SHA256, DERNull.INSTANCE
                                })));
        all.put("issuer", at(sound, "issuer", 3, new X500Name("CN=Another CA")));
        ASN1Sequence validity = ASN1Sequence.getInstance(field(sound, 4));
        all.put(
                "notBefore",
                at(
                        sound,
                        "validity notBefore",
                        4,
                        with(validity, 0, shifted(validity.getObjectAt(0)))));
        all.put(
                "notAfter",
                at(
                        sound,
                        "validity notAfter",
                        4,
                        with(validity, 1, shifted(validity.getObjectAt(1)))));
        all.put("subject", at(sound, "subject", 5, new X500Name("CN=bank.example")));
        all.put("subject empty", at(sound, "subject", 5, new DERSequence()));
        byte[] key = field(sound, 6).toASN1Primitive().getEncoded(ASN1Encoding.DER);
        key[key.length - 1] ^= 1;
        all.put(
                "subjectPublicKeyInfo",
                at(sound, "subjectPublicKeyInfo", 6, ASN1Sequence.getInstance(key)));
        DERBitString id = new DERBitString(new byte[] {1});
        all.put(
                "issuerUniqueID",
                inserted(sound, "issuerUniqueID", new DERTaggedObject(false, 1, id)));
        all.put(
                "subjectUniqueID",
                inserted(sound, "subjectUniqueID", new DERTaggedObject(false, 2, id)));
        extensionAlterations(sound, all);
        all.put("a byte less", new Alteration("encoding", Arrays.copyOf(sound, sound.length - 1)));
        all.put("a byte more", new Alteration("encoding", Arrays.copyOf(sound, sound.length + 1)));
        all.put("nothing like a TBS", new Alteration("encoding", new byte[] {1, 2, 3}));
        return all;
    }

    private static void extensionAlterations(byte[] sound, Map<String, Alteration> all)
            throws IOException {
        List<Extension> extensions = extensions(sound);
        assertThat(extensions.stream().map(e -> e.getExtnId().getId()))
                .as("every extension that the altered names are about")
                .containsAll(
                        NAMES.keySet().stream().filter(oid -> !oid.equals("2.5.29.19")).toList());
        for (int i = 0; i < extensions.size(); i++) {
            int index = i;
            Extension extension = extensions.get(i);
            String name = "extension " + name(extension);
            byte[] value = extension.getExtnValue().getOctets();
            byte[] other = value.clone();
            other[other.length - 1] ^= 1;
            all.put(
                    name + " value",
                    extensions(sound, name, list -> list.set(index, of(extension, other))));
            all.put(
                    name + " criticality",
                    extensions(
                            sound,
                            name,
                            list ->
                                    list.set(
                                            index,
                                            new Extension(
                                                    extension.getExtnId(),
                                                    !extension.isCritical(),
                                                    value))));
            all.put(name + " left out", extensions(sound, name, list -> list.remove(index)));
        }
        Extension foreign =
                new Extension(
                        new ASN1ObjectIdentifier("1.3.6.1.4.1.55555.1"), false, new byte[] {5, 0});
        all.put(
                "extension added",
                extensions(sound, "extension 1.3.6.1.4.1.55555.1", list -> list.add(foreign)));
        all.put(
                "basicConstraints CA:TRUE instead",
                extensions(
                        sound,
                        "extension basicConstraints",
                        list -> {
                            list.removeIf(e -> e.getExtnId().equals(Extension.basicConstraints));
                            list.add(ca());
                        }));
        all.put(
                "extensions in another order",
                extensions(sound, "extensions", list -> list.add(list.removeFirst())));
        all.put(
                "an extension twice",
                extensions(
                        sound,
                        "extension " + name(extensions.getFirst()),
                        list -> list.add(list.getFirst())));
        all.put(
                "no extensions",
                new Alteration(
                        "extension " + name(extensions.getFirst()),
                        sequence(sound, parts -> parts.removeLast())));
    }

    private static Extension ca() {
        try {
            return new Extension(
                    Extension.basicConstraints,
                    true,
                    new DERSequence(ASN1Boolean.TRUE).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Extension extension) {
        String oid = extension.getExtnId().getId();
        return NAMES.getOrDefault(oid, oid.equals(InspectionMarker.OID) ? "inspectionMarker" : oid);
    }

    private static Extension of(Extension extension, byte[] value) {
        return new Extension(extension.getExtnId(), extension.isCritical(), value);
    }

    private static DERTaggedObject version(int number) {
        return new DERTaggedObject(true, 0, new ASN1Integer(number));
    }

    private static Time shifted(ASN1Encodable time) {
        return new Time(Date.from(Time.getInstance(time).getDate().toInstant().plusSeconds(1)));
    }

    private static ASN1Encodable field(byte[] tbs, int index) {
        return ASN1Sequence.getInstance(tbs).getObjectAt(index);
    }

    private static List<Extension> extensions(byte[] tbs) {
        ASN1Sequence sequence = ASN1Sequence.getInstance(tbs);
        Extensions all =
                Extensions.getInstance(
                        ASN1Sequence.getInstance(
                                (ASN1TaggedObject) sequence.getObjectAt(sequence.size() - 1),
                                true));
        return Arrays.stream(all.getExtensionOIDs()).map(all::getExtension).toList();
    }

    private static Alteration at(byte[] tbs, String field, int index, ASN1Encodable value)
            throws IOException {
        return new Alteration(field, sequence(tbs, parts -> parts.set(index, value)));
    }

    private static Alteration inserted(byte[] tbs, String field, ASN1Encodable value)
            throws IOException {
        return new Alteration(field, sequence(tbs, parts -> parts.add(parts.size() - 1, value)));
    }

    private static Alteration extensions(byte[] tbs, String field, Consumer<List<Extension>> change)
            throws IOException {
        List<Extension> list = new ArrayList<>(extensions(tbs));
        change.accept(list);
        ASN1EncodableVector vector = new ASN1EncodableVector();
        for (Extension extension : list) {
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(extension.getExtnId());
            if (extension.isCritical()) {
                parts.add(ASN1Boolean.TRUE);
            }
            ASN1OctetString value = new DEROctetString(extension.getExtnValue().getOctets());
            parts.add(value);
            vector.add(new DERSequence(parts));
        }
        DERTaggedObject tagged = new DERTaggedObject(true, 3, new DERSequence(vector));
        return new Alteration(field, sequence(tbs, all -> all.set(all.size() - 1, tagged)));
    }

    private static ASN1Sequence with(ASN1Sequence sequence, int index, ASN1Encodable value) {
        ASN1Encodable[] parts = sequence.toArray();
        parts[index] = value;
        return new DERSequence(parts);
    }

    private static byte[] sequence(byte[] tbs, Consumer<List<ASN1Encodable>> change)
            throws IOException {
        List<ASN1Encodable> parts =
                new ArrayList<>(List.of(ASN1Sequence.getInstance(tbs).toArray()));
        change.accept(parts);
        return new DERSequence(parts.toArray(ASN1Encodable[]::new)).getEncoded(ASN1Encoding.DER);
    }
}
