package io.overt.control.access;

import io.overt.control.access.Grants.Grant;
import io.overt.control.access.Grants.Receiver;
import io.overt.service.config.ConfigNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who may do what, and how the audit trail is kept; {@code control.yaml} in the distribution
 * documents each key.
 *
 * @param grants absent: every operator's certificate has every role
 * @param oidc absent: people are known by certificate alone
 * @param announceHead how often the audit trail's end is told to the log
 */
public record AccessSettings(
        Optional<List<Grant>> grants, Optional<OidcSettings> oidc, Duration announceHead) {

    /** What holds where nothing is said. */
    public static AccessSettings defaults() {
        return new AccessSettings(Optional.empty(), Optional.empty(), ANNOUNCE_HEAD);
    }

    /** Reads the sections {@code access} and {@code audit} of the root. */
    public static AccessSettings read(ConfigNode root) {
        var access = root.optionalSection("access");
        return new AccessSettings(
                access.map(AccessSettings::grants),
                access.flatMap(each -> each.optionalSection("oidc")).map(OidcSettings::read),
                root.sectionOrDefaults("audit")
                        .duration(
                                "announce-head",
                                ANNOUNCE_HEAD,
                                Duration.ofSeconds(1),
                                Duration.ofDays(1)));
    }

    /** What these come to. */
    public Grants granted() {
        return grants.map(Grants::new).orElseGet(Grants::everyOperator);
    }

    private static List<Grant> grants(ConfigNode access) {
        var grants = new ArrayList<Grant>();
        for (var each : access.sections("grants")) {
            var receivers = new ArrayList<Receiver>();
            each.optional("certificate", IdentityPattern::parse)
                    .map(Receiver.Certificate::new)
                    .ifPresent(receivers::add);
            each.optionalText("group").map(Receiver.Group::new).ifPresent(receivers::add);
            each.optionalText("subject").map(Receiver.Subject::new).ifPresent(receivers::add);
            each.optional("email", AccessSettings::email)
                    .map(Receiver.Email::new)
                    .ifPresent(receivers::add);
            var roles = Set.copyOf(each.list("roles", AccessSettings::role));
            var sites = Set.copyOf(each.list("sites", AccessSettings::site));
            if (WHOM.stream().filter(each::has).count() != 1) {
                each.problem(
                        "grants",
                        "to whom? (expected: exactly one of certificate, group, subject, email)");
            } else if (roles.isEmpty()) {
                each.problem("roles", "none (expected: at least one of " + ROLES + ")");
            } else if (receivers.size() == 1) {
                grants.add(
                        new Grant(
                                receivers.getFirst(),
                                roles,
                                sites.isEmpty() ? new Reach.Fleet() : new Reach.Sites(sites)));
            }
        }
        return List.copyOf(grants);
    }

    private static AccessRole role(String text) {
        return AccessRole.of(text)
                .orElseThrow(() -> new IllegalArgumentException("one of " + ROLES));
    }

    private static String site(String text) {
        if (!SITE.matcher(text).matches()) {
            throw new IllegalArgumentException("the name of a site, lower case");
        }
        return text;
    }

    private static String email(String text) {
        if (!EMAIL.matcher(text).matches()) {
            throw new IllegalArgumentException("an e-mail address");
        }
        return text;
    }

    private static final List<String> WHOM = List.of("certificate", "group", "subject", "email");
    private static final String ROLES =
            Arrays.stream(AccessRole.values())
                    .map(AccessRole::text)
                    .collect(Collectors.joining(", "));
    private static final Pattern SITE = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
    private static final Pattern EMAIL = Pattern.compile("[!-?A-~]+@[!-?A-~]+");
    private static final Duration ANNOUNCE_HEAD = Duration.ofMinutes(5);
}
