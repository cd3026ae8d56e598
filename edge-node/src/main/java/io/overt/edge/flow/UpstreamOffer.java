package io.overt.edge.flow;

import io.overt.edge.hello.ClientHello;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What we offer an upstream: what its client offered, as far as we speak it, so that nothing is
 * agreed on behind the client's back (NIAP STIP, TEP_EXT.1.8). Two things are offered in any case:
 * X25519MLKEM768, because data that is recorded today is read tomorrow, and all of TLS 1.3's
 * suites, which BoringSSL does not let anybody choose from.
 *
 * @param alpn protocols in the client's order, GREASE among them
 * @param protocols TLS versions by the names of the JDK
 * @param cipherSuites by their IANA names, in our order
 * @param groups by BoringSSL's names, in our order
 */
public record UpstreamOffer(
        List<String> alpn, List<String> protocols, List<String> cipherSuites, List<String> groups) {

    public UpstreamOffer {
        alpn = List.copyOf(alpn);
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        groups = List.copyOf(groups);
    }

    /** All that we ever offer; with ALPN that is a client's own. */
    public static UpstreamOffer everything(List<String> alpn) {
        return new UpstreamOffer(
                alpn,
                PROTOCOLS.stream().map(Map.Entry::getKey).toList(),
                List.copyOf(SUITES.keySet()),
                GROUPS.stream().map(Map.Entry::getKey).toList());
    }

    /** For a hello that {@link Servable} has let through. */
    static UpstreamOffer of(ClientHello hello) {
        return new UpstreamOffer(
                hello.alpn(),
                names(PROTOCOLS, hello.versions()),
                SUITES.entrySet().stream()
                        .filter(
                                suite ->
                                        isTls13Suite(suite.getValue())
                                                || hello.cipherSuites().contains(suite.getValue()))
                        .map(Map.Entry::getKey)
                        .toList(),
                // RFC 8422 §4: a client that does not say takes any.
                hello.groups().isEmpty()
                        ? GROUPS.stream().map(Map.Entry::getKey).toList()
                        : GROUPS.stream()
                                .filter(
                                        group ->
                                                group.getValue() == X25519MLKEM768
                                                        || hello.groups()
                                                                .contains(group.getValue()))
                                .map(Map.Entry::getKey)
                                .toList());
    }

    private static List<String> names(
            List<Map.Entry<String, Integer>> known, List<Integer> offered) {
        return known.stream()
                .filter(each -> offered.contains(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    static boolean isTls13Suite(int codePoint) {
        return codePoint >> 8 == 0x13;
    }

    static final int X25519MLKEM768 = 0x11ec;

    /** The code points behind the names that engines use. */
    static final List<Map.Entry<String, Integer>> PROTOCOLS =
            List.of(Map.entry("TLSv1.3", 0x0304), Map.entry("TLSv1.2", 0x0303));

    static final List<Map.Entry<String, Integer>> GROUPS =
            List.of(
                    Map.entry("X25519MLKEM768", X25519MLKEM768),
                    Map.entry("x25519", 0x001d),
                    Map.entry("P-256", 0x0017));

    /**
     * Forward secrecy only. CBC with SHA-1 stays for old servers that have nothing else, to clients
     * that offer it too.
     */
    static final Map<String, Integer> SUITES = suites();

    private static Map<String, Integer> suites() {
        var suites = new LinkedHashMap<String, Integer>();
        suites.put("TLS_AES_128_GCM_SHA256", 0x1301);
        suites.put("TLS_AES_256_GCM_SHA384", 0x1302);
        suites.put("TLS_CHACHA20_POLY1305_SHA256", 0x1303);
        suites.put("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b);
        suites.put("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f);
        suites.put("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c);
        suites.put("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xc030);
        suites.put("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9);
        suites.put("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca8);
        suites.put("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xc013);
        suites.put("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xc014);
        return Collections.unmodifiableMap(suites);
    }
}
