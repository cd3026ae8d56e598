package io.overt.signer.act;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.signer.act.Act.Header;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.Revocations;
import io.overt.signer.issue.Revocations.SignedBefore;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.MirrorProfile;
import io.overt.x509.revocation.CrlReason;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads an act's document: YAML, with every key that its kind has and no other.
 *
 * @param epochLength that this signer's profiles have
 * @param epochGrace likewise
 */
public record ActDocument(Duration epochLength, Duration epochGrace) {

    /**
     * Reads one.
     *
     * @param document where it was read from, for messages
     * @throws ConfigException with every problem and its line
     */
    public Act read(Path document, byte[] content) throws ConfigException {
        ConfigNode root = ConfigFile.parse(document, content);
        String kind = root.text("act");
        long number = root.required("number", 0L, ActDocument::number);
        Header header = new Header(kind, number, root.text("signer"));
        Optional<String> because = root.optionalText("because"); // for those who approve
        return switch (kind) {
            case "issuer-state" -> issuerState(root, header, because);
            case "leaf-key-revocation" -> leafKey(root, header);
            case "certificate-revocation" -> certificate(root, header);
            case "never-forge" -> neverForge(root, header);
            case "profiles" -> profiles(root, header);
            default -> {
                root.problem(
                        "act",
                        kind
                                + " (expected: issuer-state, leaf-key-revocation, certificate-revocation, never-forge or profiles)");
                root.finish();
                throw new IllegalStateException("a problem that was not said");
            }
        };
    }

    private static Act issuerState(ConfigNode root, Header header, Optional<String> because)
            throws ConfigException {
        CertificateFingerprint issuer = issuer(root);
        IssuerState state =
                root.required(
                        "state",
                        IssuerState.STAGED,
                        oneOf(IssuerState.values(), "staged, active, retiring or retired"));
        Act.NoneActive noneActive =
                root.flag("leave-none-active", false)
                        ? Act.NoneActive.ACCEPTED
                        : Act.NoneActive.REFUSED;
        boolean force = root.flag("force", false);
        if (force && because.filter(reason -> !reason.isBlank()).isEmpty()) {
            root.problem(
                    "because", "missing (expected: why this is forced, for whoever reads the log)");
        }
        root.finish();
        return new Act.IssuerChange(
                header,
                issuer,
                state,
                noneActive,
                force ? Act.BeforeLastEnd.ACCEPTED : Act.BeforeLastEnd.REFUSED);
    }

    private static Act leafKey(ConfigNode root, Header header) throws ConfigException {
        String site = root.text("site");
        LeafKeyDigest key =
                root.required("key", new LeafKeyDigest("0".repeat(64)), LeafKeyDigest::new);
        SignedBefore certificates =
                root.choice("certificates", SignedBefore.class, SignedBefore.KEPT);
        root.finish();
        return new Act.LeafKeyRevocation(header, site, key, certificates);
    }

    private static Act certificate(ConfigNode root, Header header) throws ConfigException {
        CertificateFingerprint issuer = issuer(root);
        BigInteger serial = root.required("serial", BigInteger.ONE, ActDocument::serial);
        CrlReason reason = root.choice("reason", CrlReason.class, CrlReason.UNSPECIFIED);
        if (!OF_LEAVES.contains(reason)) {
            root.problem(
                    "reason",
                    "not one of a leaf (expected: unspecified, key-compromise, affiliation-changed, superseded, cessation-of-operation or privilege-withdrawn)");
        }
        root.finish();
        return new Act.CertificateRevocation(
                header, new Revocations.CertificateName(issuer, serial), reason);
    }

    private static Act neverForge(ConfigNode root, Header header) throws ConfigException {
        long list = root.required("list", 0L, ActDocument::number);
        if (!root.has("names")) {
            root.problem("names", "missing (expected: the whole list; [] for none)");
        }
        List<String> names =
                root.list(
                        "names",
                        text -> {
                            NeverForged.requireName(text);
                            return text;
                        });
        root.finish();
        return new Act.NeverForgeList(header, list, new NeverForged(names), names.size());
    }

    private Act profiles(ConfigNode root, Header header) throws ConfigException {
        long list = root.required("list", 0L, ActDocument::number);
        List<MirrorProfile> profiles = ProfileSections.read(root, epochLength, epochGrace);
        root.finish();
        return new Act.Profiles(header, list, profiles);
    }

    private static CertificateFingerprint issuer(ConfigNode root) {
        return root.required(
                "issuer",
                CertificateFingerprint.ofSha256(new byte[32]),
                text ->
                        CertificateFingerprint.ofSha256(
                                new LeafKeyDigest(text).bytes())); // the same form
    }

    private static long number(String text) {
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IllegalArgumentException("a number from 1");
    }

    private static BigInteger serial(String text) {
        try {
            if (text.length() % 2 == 0 && text.length() <= 40) {
                return new BigInteger(1, HexFormat.of().parseHex(text));
            }
            return new BigInteger(1, HexFormat.of().parseHex("0" + text));
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("a serial number in hexadecimal digits");
        }
    }

    private static <E extends Enum<E>> Function<String, E> oneOf(E[] values, String expected) {
        return text -> {
            for (E value : values) {
                if (value.name().equalsIgnoreCase(text)) {
                    return value;
                }
            }
            throw new IllegalArgumentException(expected);
        };
    }

    /**
     * Those of CAs are not ours to say, and a hold or its end would let a certificate come back.
     */
    private static final Set<CrlReason> OF_LEAVES =
            Set.of(
                    CrlReason.UNSPECIFIED,
                    CrlReason.KEY_COMPROMISE,
                    CrlReason.AFFILIATION_CHANGED,
                    CrlReason.SUPERSEDED,
                    CrlReason.CESSATION_OF_OPERATION,
                    CrlReason.PRIVILEGE_WITHDRAWN);
}
