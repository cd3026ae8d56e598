package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.service.process.StartException;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenSettings;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.testkit.softhsm.SoftHsmToken;
import io.overt.x509.TrustAnchors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A folder in which two people hold ceremonies with the command as it is called, in a token that
 * they share with other tests. Not thread-safe.
 */
public final class CeremonyWorld {

    private final Path shared;
    private final TokenSettings token;
    private final Path folder;
    private final String unique;

    /** Makes a token, and Alice and Bob. */
    static TokenSettings prepare(Path shared) throws Exception {
        SoftHsmToken made = SoftHsmToken.create(shared);
        var _ = new TwoApprovers(shared);
        return TokenSettings.of(made.module(), made.label(), made.pinFile());
    }

    /**
     * A folder of a test's own.
     *
     * @param shared has {@link TwoApprovers}
     * @param test by which its labels in the token are told from those of others
     */
    public CeremonyWorld(Path shared, TokenSettings token, Path folder, String test) {
        this.shared = shared;
        this.token = token;
        this.folder = folder;
        this.unique = Integer.toHexString(test.hashCode());
    }

    /** Plans for this token. */
    public CeremonyPlans plans() {
        return new CeremonyPlans(token, unique);
    }

    String unique() {
        return unique;
    }

    /** Holds a ceremony. */
    public void approved(String name, String plan) throws Exception {
        Path file = write(name, plan);
        sign("alice", file);
        sign("bob", file);
        assertThat(run(file)).containsPattern("transcript sha256:[0-9a-f]{64}");
    }

    void root() throws Exception {
        approved("root.yaml", plans().root("inspection"));
    }

    void assertNoPlan(String plan, String said) throws Exception {
        Path file = write("plan.yaml", plan);
        assertThatThrownBy(() -> command("hash", file.toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(said);
    }

    void assertRefused(String name, String plan, String... said) throws Exception {
        Path file = write(name, plan);
        sign("alice", file);
        sign("bob", file);
        assertThatThrownBy(() -> run(file))
                .isInstanceOf(StartException.class)
                .message()
                .contains(said);
    }

    String issuing(String more) throws Exception {
        String key =
                tool(
                        folder,
                        "sh",
                        "-c",
                        "openssl req -in issuing.csr -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum");
        return "act: issuing-certificate\n" + plans().issuingBody(more, key.substring(0, 64));
    }

    int labelled(String label) throws Exception {
        try (TokenBench bench = TokenBench.open(token)) {
            return bench.labelled(label + "-" + unique);
        }
    }

    void nothingMade(String... files) throws Exception {
        assertThat(labelled("root")).isZero();
        assertThat(files).allSatisfy(each -> assertThat(folder.resolve(each)).doesNotExist());
    }

    String transcript(String name) throws Exception {
        return Files.readString(folder.resolve(name + ".transcript"));
    }

    X509Certificate certificate(String file) throws Exception {
        return TrustAnchors.fromPem(folder.resolve(file)).certificates().getFirst();
    }

    static String hash(X509Certificate certificate) {
        return PublicKeyHash.of(certificate.getPublicKey()).hex();
    }

    Path write(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content);
    }

    void sign(String who, Path plan) throws Exception {
        Path signature = plan.resolveSibling(plan.getFileName() + "." + who + ".sig");
        tool(
                folder,
                "sh",
                "-c",
                "ssh-keygen -q -Y sign -n overt-approval -f '%s' < '%s' > '%s'"
                        .formatted(shared.resolve("people").resolve(who), plan, signature));
    }

    String run(Path plan) throws Exception {
        return command(
                "run", plan.toString(), "--approvers", shared.resolve("approvers.yaml").toString());
    }

    /** The command as it is called; answers what it printed. */
    String command(String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        List<Exception> thrown = new ArrayList<>();
        CommandLine line = new CommandLine(new CeremonyCommand(Clock.systemUTC(), "unused"));
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
        line.setExecutionExceptionHandler(
                (failure, _, _) -> {
                    thrown.add(failure);
                    return 1;
                });
        line.setParameterExceptionHandler(
                (failure, _) -> {
                    thrown.add(failure);
                    return 2;
                });
        int code = line.execute(arguments);
        if (!thrown.isEmpty()) {
            throw thrown.getFirst();
        }
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }

    static String tool(Path folder, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
