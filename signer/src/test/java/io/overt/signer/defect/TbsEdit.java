package io.overt.signer.defect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;

/**
 * A TBS taken apart. Each change gives a new one; what comes of it has the serial that the recipe
 * would give it, as if the recipe had gone wrong, unless the serial is what was changed.
 */
public final class TbsEdit {
    static final int VERSION = 0;
    static final int SERIAL = 1;
    static final int SIGNATURE = 2;
    static final int ISSUER = 3;
    static final int VALIDITY = 4;
    static final int SUBJECT = 5;
    static final int KEY = 6;
    static final int EXTENSIONS = 7;

    private final List<byte[]> fields;

    private TbsEdit(List<byte[]> fields) {
        this.fields = List.copyOf(fields);
    }

    /** Of a good one: all its fields but unique ids are there. */
    public static TbsEdit of(byte[] tbs) {
        List<byte[]> fields = new ArrayList<>();
        for (ASN1Encodable field : ASN1Sequence.getInstance(tbs)) {
            fields.add(der(field));
        }
        if (fields.size() != EXTENSIONS + 1) {
            throw new IllegalArgumentException(fields.size() + " fields (expected: 8)");
        }
        return new TbsEdit(fields);
    }

    ASN1Encodable field(int index) {
        return parsed(fields.get(index));
    }

    TbsEdit with(int index, byte[] field) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.set(index, field);
        return new TbsEdit(changed);
    }

    TbsEdit with(int index, ASN1Encodable field) {
        return with(index, der(field));
    }

    TbsEdit without(int index) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.remove(index);
        return new TbsEdit(changed);
    }

    TbsEdit inserted(int index, ASN1Encodable field) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.add(index, der(field));
        return new TbsEdit(changed);
    }

    List<Extension> extensions() {
        List<Extension> extensions = new ArrayList<>();
        for (ASN1Encodable each :
                ASN1Sequence.getInstance(
                        ASN1TaggedObject.getInstance(parsed(fields.getLast()))
                                .getExplicitBaseObject())) {
            ASN1Sequence parts = ASN1Sequence.getInstance(each);
            extensions.add(
                    new Extension(
                            ASN1ObjectIdentifier.getInstance(parts.getObjectAt(0)),
                            parts.size() == 3,
                            ASN1OctetString.getInstance(parts.getObjectAt(parts.size() - 1))
                                    .getOctets()));
        }
        return extensions;
    }

    Extension extension(ASN1ObjectIdentifier oid) {
        return extensions().stream()
                .filter(each -> each.getExtnId().equals(oid))
                .findFirst()
                .orElseThrow();
    }

    /** In the place of the one of its kind, or before the last, which is the marker. */
    TbsEdit with(Extension extension) {
        List<Extension> changed = extensions();
        for (int i = 0; i < changed.size(); i++) {
            if (changed.get(i).getExtnId().equals(extension.getExtnId())) {
                changed.set(i, extension);
                return extensions(changed);
            }
        }
        changed.add(changed.size() - 1, extension);
        return extensions(changed);
    }

    TbsEdit with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
        return with(new Extension(oid, critical, der(value)));
    }

    TbsEdit without(ASN1ObjectIdentifier oid) {
        List<Extension> changed = extensions();
        changed.removeIf(each -> each.getExtnId().equals(oid));
        return extensions(changed);
    }

    /** The value stays, what a reader must do with it changes. */
    TbsEdit critical(ASN1ObjectIdentifier oid, boolean critical) {
        return with(new Extension(oid, critical, extension(oid).getExtnValue().getOctets()));
    }

    TbsEdit extensions(List<Extension> extensions) {
        return encodedExtensions(extensions.stream().map(TbsEdit::der).toList());
    }

    TbsEdit encodedExtensions(List<byte[]> extensions) {
        byte[] list = wrap(0x30, join(extensions));
        return with(fields.size() - 1, wrap(0xa3, list));
    }

    /** With the serial that the recipe gives. */
    byte[] resealed() {
        if (fields.size() <= SERIAL || fields.getFirst()[0] != (byte) 0xa0) {
            return raw(); // No serial where one is expected: nothing to put right.
        }
        byte[] digest = sha256(with(SERIAL, new ASN1Integer(0)).raw());
        return with(SERIAL, new ASN1Integer(new BigInteger(1, Arrays.copyOf(digest, 16)))).raw();
    }

    byte[] raw() {
        return wrap(0x30, join(fields));
    }

    static byte[] der(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] wrap(int tag, byte[] content) {
        byte[] header =
                content.length < 0x80
                        ? new byte[] {(byte) tag, (byte) content.length}
                        : content.length < 0x100
                                ? new byte[] {(byte) tag, (byte) 0x81, (byte) content.length}
                                : content.length < 0x10000
                                        ? new byte[] {
                                            (byte) tag,
                                            (byte) 0x82,
                                            (byte) (content.length >> 8),
                                            (byte) content.length
                                        }
                                        : new byte[] {
                                            (byte) tag,
                                            (byte) 0x83,
                                            (byte) (content.length >> 16),
                                            (byte) (content.length >> 8),
                                            (byte) content.length
                                        };
        return join(List.of(header, content));
    }

    static byte[] join(List<byte[]> parts) {
        byte[] all = new byte[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    static DERSequence sequence(ASN1Encodable... parts) {
        ASN1EncodableVector vector = new ASN1EncodableVector();
        vector.addAll(parts);
        return new DERSequence(vector);
    }

    static DERTaggedObject explicit(int tag, ASN1Encodable value) {
        return new DERTaggedObject(true, tag, value);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ASN1Encodable parsed(byte[] encoded) {
        try {
            return ASN1Primitive.fromByteArray(encoded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
