package io.overt.signer.ca;

import io.overt.x509.IssuerTrust;
import java.util.Locale;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** What the names of CAs tell whoever reads them. */
public final class CaNames {

    /** Whether a name says that nobody is to trust the CA. */
    public static IssuerTrust trustOf(X500Name name) {
        return words(name).contains("untrusted") ? IssuerTrust.UNTRUSTED : IssuerTrust.TRUSTED;
    }

    /** All values of a name in lower case, a line each. */
    public static String words(X500Name name) {
        StringBuilder text = new StringBuilder();
        for (RDN rdn : name.getRDNs()) {
            for (AttributeTypeAndValue each : rdn.getTypesAndValues()) {
                text.append(IETFUtils.valueToString(each.getValue())).append('\n');
            }
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private CaNames() {}
}
