package io.overt.service.identity;

import java.util.Optional;

/**
 * Whom a client is willing to talk to. It takes the place of the host name check of the web: an
 * address of the fleet may change, what matters is that the process there was certified for its
 * role, and for its site where only that one will do.
 *
 * @param role the peer's role
 * @param site its site; empty when any site's will do
 */
public record ExpectedPeer(Role role, Optional<String> site) {

    /** Any site's process of this role. */
    public static ExpectedPeer of(Role role) {
        return new ExpectedPeer(role, Optional.empty());
    }

    /** Only this site's process of this role. */
    public static ExpectedPeer of(Role role, String site) {
        return new ExpectedPeer(role, Optional.of(site));
    }

    /** Whether this is such a peer. */
    public boolean admits(FleetIdentity peer) {
        return peer.role() == role && site.map(peer.site()::equals).orElse(true);
    }

    @Override
    public String toString() {
        return "overt://" + site.orElse("*") + "/" + role.text() + "/*";
    }
}
