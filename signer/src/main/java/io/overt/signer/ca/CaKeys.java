package io.overt.signer.ca;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where the keys of a new CA are made and kept. Confined to one thread; whoever opens it closes it.
 */
interface CaKeys extends AutoCloseable {

    /** The keys that are made here. */
    enum Role {
        /** Signs the issuing CA's certificate, once. */
        ROOT("overt-inspection-root"),
        /** Signs leaves. */
        ISSUING("overt-inspection-issuing"),
        /** Signs leaves that nobody is to trust, and its own certificate. */
        UNTRUSTED("overt-untrusted-issuing"),
        /** Signs the transparency log's checkpoints, and its own certificate. */
        LOG("overt-log");

        private final String alias;

        Role(String alias) {
            this.alias = alias;
        }

        /** Label of the key, and its CKA_ID. */
        String alias() {
            return alias;
        }
    }

    /** Throws, naming it, when a key of this role is there already. */
    void requireAbsent(Role role) throws CaException, GeneralSecurityException;

    /** Makes an EC P-256 key. */
    KeyPair generate(Role role) throws GeneralSecurityException;

    /** What signs with keys made here. */
    Provider provider();

    /**
     * Keeps the key with its certificate, so that the signer finds it.
     *
     * @param chain the certificate first
     */
    void keep(Role role, KeyPair key, List<X509Certificate> chain)
            throws GeneralSecurityException, CaException;

    @Override
    void close() throws CaException;
}
