package io.overt.signer.key;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a token says that it keeps a private key.
 *
 * @param traits all of them
 */
public record Custody(Map<Trait, Boolean> traits) {

    /** What a token is asked about a key, and what an issuing key must answer. */
    public enum Trait {
        SENSITIVE(Cryptoki.CKA_SENSITIVE, true, "is not sensitive"),
        ALWAYS_SENSITIVE(Cryptoki.CKA_ALWAYS_SENSITIVE, true, "was not always sensitive"),
        EXTRACTABLE(Cryptoki.CKA_EXTRACTABLE, false, "is extractable"),
        NEVER_EXTRACTABLE(Cryptoki.CKA_NEVER_EXTRACTABLE, true, "was once extractable"),
        SIGN(Cryptoki.CKA_SIGN, true, "may not sign"),
        DECRYPT(Cryptoki.CKA_DECRYPT, false, "may decrypt"),
        UNWRAP(Cryptoki.CKA_UNWRAP, false, "may unwrap"),
        DERIVE(Cryptoki.CKA_DERIVE, false, "may derive"),
        SIGN_RECOVER(Cryptoki.CKA_SIGN_RECOVER, false, "may sign with recovery"),
        /** Made inside the token: asked of a key that was made just now. */
        LOCAL(Cryptoki.CKA_LOCAL, true, "was not made in the token");

        private final long attribute;
        private final boolean expected;
        private final String fault;

        Trait(long attribute, boolean expected, String fault) {
            this.attribute = attribute;
            this.expected = expected;
            this.fault = fault;
        }

        long attribute() {
            return attribute;
        }
    }

    public Custody {
        traits = Collections.unmodifiableMap(new EnumMap<>(traits));
    }

    /** What is wrong with a key that signs, wherever it was made; empty when nothing is. */
    public List<String> faults() {
        List<String> faults = faultsOfNew();
        faults.remove(Trait.LOCAL.fault);
        return faults;
    }

    /** What is wrong with a key that was made just now; empty when nothing is. */
    public List<String> faultsOfNew() {
        List<String> faults = new ArrayList<>();
        traits.forEach(
                (trait, value) -> {
                    if (value != trait.expected) {
                        faults.add(trait.fault);
                    }
                });
        return faults;
    }
}
