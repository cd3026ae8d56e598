package io.overt.x509;

import java.util.ArrayList;
import java.util.List;

/** Takes a TBSCertificate apart and puts it together again with one thing changed. */
final class TbsMutation {
    private static final int VALIDITY = 4;

    private final List<byte[]> fields = new ArrayList<>();
    private final TbsFields parsed;

    TbsMutation(byte[] tbs) throws MalformedDerException {
        DerElement root = DerElement.parse(tbs);
        for (DerElement field : root.children()) {
            fields.add(field.encoded());
        }
        parsed = TbsFields.of(root);
    }

    List<ExtensionDer> extensions() {
        return parsed.extensions();
    }

    List<byte[]> encodedExtensions() {
        return parsed.extensions().stream().map(extension -> extension.whole().encoded()).toList();
    }

    byte[] with(int index, byte[] field) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.set(index, field);
        return join(changed);
    }

    byte[] without(int index) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.remove(index);
        return join(changed);
    }

    byte[] inserted(int index, byte[] field) {
        List<byte[]> changed = new ArrayList<>(fields);
        changed.add(index, field);
        return join(changed);
    }

    byte[] withValidity(int secondsBefore, int secondsAfter) throws MalformedDerException {
        return with(
                VALIDITY,
                Der.sequence(
                        Der.time(parsed.notBefore().time().plusSeconds(secondsBefore)),
                        Der.time(parsed.notAfter().time().plusSeconds(secondsAfter))));
    }

    byte[] withExtension(int index, byte[] extension) {
        List<byte[]> changed = new ArrayList<>(encodedExtensions());
        changed.set(index, extension);
        return withExtensions(changed);
    }

    byte[] withoutExtension(int index) {
        List<byte[]> changed = new ArrayList<>(encodedExtensions());
        changed.remove(index);
        return withExtensions(changed);
    }

    byte[] withExtraExtension(byte[] extension) {
        List<byte[]> changed = new ArrayList<>(encodedExtensions());
        changed.add(extension);
        return withExtensions(changed);
    }

    byte[] withExtensions(List<byte[]> extensions) {
        return with(
                fields.size() - 1, Der.tagged(3, Der.sequence(extensions.toArray(byte[][]::new))));
    }

    byte[] changedValue(ExtensionDer extension) {
        byte[] value = extension.value().content();
        value[value.length - 1] ^= 1;
        return ExtensionDer.encode(extension.oid(), extension.criticality(), value);
    }

    byte[] changedCriticality(ExtensionDer extension) {
        return ExtensionDer.encode(
                extension.oid(),
                extension.isCritical()
                        ? ExtensionDer.Criticality.NON_CRITICAL
                        : ExtensionDer.Criticality.CRITICAL,
                extension.value().content());
    }

    private static byte[] join(List<byte[]> fields) {
        return Der.sequence(fields.toArray(byte[][]::new));
    }
}
