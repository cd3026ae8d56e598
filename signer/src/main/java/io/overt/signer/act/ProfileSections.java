package io.overt.signer.act;

import io.overt.service.config.ConfigNode;
import io.overt.x509.MirrorProfile;
import io.overt.x509.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code profiles}, which a configuration and an act write alike. */
public final class ProfileSections {

    /**
     * The profiles; none after a problem, which {@link ConfigNode#finish()} says.
     *
     * @param length of an epoch
     * @param grace around it
     */
    public static List<MirrorProfile> read(ConfigNode root, Duration length, Duration grace) {
        List<MirrorProfile> profiles = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<ConfigNode> nodes = root.sections("profiles");
        for (ConfigNode node : nodes) {
            String name = node.text("name", "mirror");
            Recipe recipe = node.choice("recipe", Recipe.class, Recipe.MIRROR);
            String organisation = node.text("organisation");
            String noticeUrl = node.text("notice-url");
            Duration maxLifetime = node.duration("max-lifetime", Duration.ofDays(825));
            if (!names.add(name)) {
                node.problem("name", name + ": a profile of this name was given before");
            }
            if (organisation.isEmpty() || noticeUrl.isEmpty()) {
                continue; // said by finish(); nothing can be built of it
            }
            try {
                profiles.add(
                        new MirrorProfile(
                                name, recipe, organisation, noticeUrl, maxLifetime, length, grace));
            } catch (IllegalArgumentException e) {
                node.problem("name", name + ": " + e.getMessage());
            }
        }
        if (nodes.isEmpty()) {
            root.problem("profiles", "none (expected: at least one profile)");
        }
        return profiles;
    }

    private ProfileSections() {}
}
