package io.overt.service.bundle;

import io.overt.proto.policy.v1.BundleManifest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What people sign who approve a policy: text that names the policy, its language and every file
 * with its digest, so that <code>sha256sum</code> checks it. It does not name the version's number:
 * the same content published again, as a roll-back does, is approved already.
 */
public final class PolicyStatement {

    /**
     * The statement that a manifest comes to, in UTF-8.
     *
     * @throws IllegalArgumentException when a name has a character that would make a line of its
     *     own, or look like nothing
     */
    public static byte[] of(BundleManifest manifest) {
        var text =
                new StringBuilder("overt policy approval v1\npolicy: ")
                        .append(plain(manifest.getPolicy()))
                        .append("\nlanguage: ")
                        .append(Integer.toUnsignedString(manifest.getLanguage()))
                        .append('\n');
        for (var file : manifest.getFilesList()) {
            text.append(HexFormat.of().formatHex(file.getSha256().toByteArray()))
                    .append("  ")
                    .append(plain(file.getPath()))
                    .append('\n');
        }
        for (var list : manifest.getListsList()) {
            // What is fetched is not approved, but that it is: the document says from where. What a
            // file was compiled to is, for the edges that never see the file.
            if (!list.getPath().isEmpty()) {
                text.append("compiled ")
                        .append(HexFormat.of().formatHex(list.getRoot().toByteArray()))
                        .append("  ")
                        .append(plain(list.getPath()))
                        .append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String plain(String name) {
        name.codePoints()
                .filter(each -> Character.isISOControl(each) || !Character.isDefined(each))
                .findFirst()
                .ifPresent(
                        each -> {
                            throw new IllegalArgumentException(
                                    "a name with U+%04X in it (expected: characters that can be read)"
                                            .formatted(each));
                        });
        return name;
    }

    private PolicyStatement() {}
}
