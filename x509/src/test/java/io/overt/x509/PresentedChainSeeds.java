package io.overt.x509;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.pki.TestPki;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes the small world of {@link PresentedChainFuzz}: a sound chain, a rich one, and each fault.
 */
final class PresentedChainSeeds {

    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private PresentedChainSeeds() {}

    /**
     * Makes the world anew; what fuzzing has kept does not fit it then, and is to be thrown away.
     *
     * @param args the folder, {@code x509/src/test/fuzz/certificates}
     */
    public static void main(String... args) throws IOException {
        var folder = Files.createDirectories(Path.of(args[0]));
        var pki = TestPki.at(NOW);
        var sound = new ArrayList<>(pki.leaf(Fault.HOST).chain());
        sound.add(pki.anchor());
        write(folder.resolve(PresentedChainFuzz.SOUND), sound);
        var rich =
                CertificateSpec.leaf(Fault.HOST, "*.example.com", "192.0.2.1", "2001:db8::1")
                        .policies("2.23.140.1.1")
                        .scts(2)
                        .mustStaple();
        write(folder.resolve("made-rich"), pki.issue(rich).chain());
        for (var fault : Fault.values()) {
            write(
                    folder.resolve("made-" + fault.name().toLowerCase(Locale.ROOT)),
                    fault.in(pki).identity().chain());
        }
    }

    private static void write(Path file, List<X509Certificate> chain) throws IOException {
        var list = new ByteArrayOutputStream();
        for (var certificate : chain) {
            var der = Encodings.of(certificate);
            list.write(der.length >> 16);
            list.write(der.length >> 8);
            list.write(der.length);
            list.writeBytes(der);
        }
        Files.write(file, list.toByteArray());
    }
}
