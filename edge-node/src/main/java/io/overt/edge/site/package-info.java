/**
 * Owns what the edges of one site share: membership, sealed maps over Hazelcast, the site secret
 * and the leaf keys of each epoch. It may call Hazelcast, the fleet's TLS and the SitePeer stubs;
 * Hazelcast and its network are untrusted carriers, so nothing from there is believed unopened, and
 * no key ever travels through it. Lookups are asynchronous and safe on any thread; members, mesh
 * and keys run on threads of their own.
 */
@NullMarked
package io.overt.edge.site;

import org.jspecify.annotations.NullMarked;
