package io.overt.it.bench;

import io.overt.signer.key.SignatureScheme;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * A process that does nothing but sign with SunPKCS11: for each line "THREADS MILLISECONDS" on its
 * input it signs that long on that many threads, and answers with the signatures and the
 * nanoseconds that they took. Ends with its input.
 */
final class BareToken {

    private static final int TBS_BYTES = 900; // about what a mirrored leaf's is

    private final Provider provider;
    private final PrivateKey key;
    private final SignatureScheme scheme;

    private BareToken(Provider provider, PrivateKey key, SignatureScheme scheme) {
        this.provider = provider;
        this.key = key;
        this.scheme = scheme;
    }

    /** Module, file of the PIN. */
    public static void main(String[] arguments) throws Exception {
        AuthProvider provider =
                (AuthProvider)
                        Security.getProvider("SunPKCS11")
                                .configure(
                                        // The only token there.
                                        "--name=bare%nlibrary=%s%nslotListIndex=0%n"
                                                .formatted(arguments[0]));
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, Files.readAllLines(Path.of(arguments[1])).getFirst().toCharArray());
        if (!(store.getKey("issuing", null) instanceof PrivateKey key)) {
            throw new IOException("no private key 'issuing' on the token");
        }
        BareToken token =
                new BareToken(
                        provider,
                        key,
                        SignatureScheme.of(store.getCertificate("issuing").getPublicKey()));
        BufferedReader asked =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(
                    token.sign(Integer.parseInt(words[0]), Long.parseLong(words[1]) * 1_000_000));
        }
        provider.logout();
    }

    private String sign(int threads, long nanos) throws InterruptedException, ExecutionException {
        LongAdder signatures = new LongAdder();
        long began = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(
                        pool.submit(
                                () -> {
                                    while (System.nanoTime() - began < nanos) {
                                        signOnce();
                                        signatures.increment();
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return signatures.sum() + " " + (System.nanoTime() - began);
    }

    private void signOnce() throws GeneralSecurityException {
        Signature signer = Signature.getInstance(scheme.algorithm(), provider);
        signer.initSign(key);
        signer.update(new byte[TBS_BYTES]);
        signer.sign();
    }
}
