package io.overt.signer.defect;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** All of them. */
public final class ListedDefects {

    private ListedDefects() {}

    /**
     * For this world.
     *
     * @param issuer that the good TBS names; its CRL is http://crl.corp.example/issuing.crl
     * @param epochEnd of the good TBS
     * @param upstream that it mirrors; with a P-256 key
     */
    public static List<ListedDefect> of(
            X509Certificate issuer, Instant epochEnd, X509Certificate upstream) {
        List<ListedDefect> all = new ArrayList<>();
        all.addAll(new FieldDefects(issuer, epochEnd, upstream.getPublicKey()).list());
        all.addAll(ExtensionDefects.list());
        all.addAll(NameDefects.list());
        all.addAll(new ForeignBytes(issuer, upstream).list());
        return List.copyOf(all);
    }
}
