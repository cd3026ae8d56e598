package io.overt.signer.ceremony;

import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.NotApproved;
import io.overt.service.approval.Statement;
import io.overt.service.config.ConfigException;
import io.overt.service.json.JsonObject;
import io.overt.service.process.Build;
import io.overt.service.process.StartException;
import io.overt.signer.ca.CaException;
import io.overt.signer.key.SecretFile;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenKeyMaker;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.Hashes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code overt-signer ceremony}: acts with a CA's keys, each by a plan that two people approve. */
@Command(
        name = "ceremony",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Do what a plan says with a CA's keys: make a root, an issuing CA, a CRL, or destroy a key. docs/ceremonies.md has each plan.")
public final class CeremonyCommand implements Callable<Integer> {

    private final InstantSource clock;
    private final String mainClass;

    @Spec private @Nullable CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    /**
     * @param mainClass of this program, for the process of its own that a dry run takes
     */
    public CeremonyCommand(InstantSource clock, String mainClass) {
        this.clock = clock;
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                required(spec).commandLine(),
                "Missing required subcommand: hash, statement, run or init-token");
    }

    @Command(
            name = "hash",
            sortOptions = false,
            description = "Check a plan by itself, and print the SHA-256 of its bytes.")
    int hash(@Parameters(paramLabel = "PLAN") Path plan) throws ConfigException, StartException {
        byte[] content = content(plan);
        Plan read = PlanFile.read(plan, content);
        out().printf("sha256:%s%n", hex(content));
        err().printf("%s: %s%n", read.name(), read.title());
        return 0;
    }

    @Command(
            name = "statement",
            sortOptions = false,
            description =
                    "Print the line that an approver signs who has an Ed25519 key and openssl: openssl pkeyutl -sign -rawin -inkey KEY -in STATEMENT -out PLAN.NAME.sig")
    int statement(@Parameters(paramLabel = "DOCUMENT") Path document) throws StartException {
        out().print(Statement.of(content(document)));
        out().flush();
        return 0;
    }

    @Command(
            name = "init-token",
            sortOptions = false,
            description = "Make a token in an empty slot. No key is in it yet.")
    int initialise(
            @Option(
                            names = "--module",
                            required = true,
                            paramLabel = "FILE",
                            description = "PKCS#11 library.")
                    Path module,
            @Option(
                            names = "--label",
                            required = true,
                            paramLabel = "LABEL",
                            description = "Of the token.")
                    String label,
            @Option(
                            names = "--pin-file",
                            required = true,
                            paramLabel = "FILE",
                            description = "The user's PIN, in the first line.")
                    Path pinFile,
            @Option(
                            names = "--so-pin-file",
                            required = true,
                            paramLabel = "FILE",
                            description = "The security officer's PIN, in the first line.")
                    Path soPinFile)
            throws ConfigException, StartException {
        try {
            TokenSettings token = TokenSettings.of(module, label, pinFile);
            char[] soPin = SecretFile.firstLine(soPinFile, "the security officer's PIN");
            try {
                TokenKeyMaker.initialiseToken(token, soPin);
            } finally {
                Arrays.fill(soPin, '\0');
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException("--label: " + label + " (expected: " + e.getMessage() + ")");
        } catch (SigningKeyException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        err().printf("token: %s%n", label);
        return 0;
    }

    @Command(
            name = "run",
            sortOptions = false,
            description =
                    "Do what the plan says, once, if enough people approved exactly this plan; or show with --dry-run what would come out.")
    int run(
            @Parameters(paramLabel = "PLAN") Path file,
            @Option(
                            names = "--approvers",
                            paramLabel = "FILE",
                            description = "Who may approve (YAML).")
                    @Nullable Path approvers,
            @Option(
                            names = "--approval",
                            paramLabel = "FILE",
                            description =
                                    "An approval; may be given several times (default: PLAN.*.sig beside the plan).")
                    @Nullable List<Path> approvals,
            @Option(
                            names = "--dry-run",
                            description =
                                    "Do all of it in a throw-away SoftHSM token, without approvals, and print what came out.")
                    boolean dryRun,
            @Option(
                            names = "--softhsm",
                            paramLabel = "FILE",
                            description =
                                    "With --dry-run: SoftHSM's library, where it is not found by itself.")
                    @Nullable Path softHsm,
            @Option(names = "--dry-run-folder", hidden = true) @Nullable Path dryRunFolder)
            throws ConfigException, StartException {
        Optional<Approvers> people =
                approvers == null ? Optional.empty() : Optional.of(Approvers.read(approvers));
        byte[] content = content(file);
        Plan plan = PlanFile.read(file, content);
        CaLint lint =
                new CaLint(
                        people.map(Approvers::subjectWords).orElse(Approvers.DEFAULT_SUBJECT_WORDS),
                        clock.instant());
        try {
            Ceremony.requireOutputsAbsent(plan);
            if (dryRun) {
                return rehearse(file, content, plan, lint, approvers, softHsm, dryRunFolder);
            }
            if (people.isEmpty()) {
                throw new ParameterException(
                        required(spec).commandLine(),
                        "Missing required option: '--approvers=FILE'");
            }
            return switch (people.get()
                    .approve(file, approvals == null ? Approvers.beside(file) : approvals)) {
                case NotApproved refused -> throw new ConfigException(refused.message());
                case ApprovedDocument approved -> {
                    perform(approved, people.get(), lint);
                    yield 0;
                }
            };
        } catch (IOException e) {
            throw new StartException(file + ": " + e.getMessage(), e);
        } catch (CaException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private int rehearse(
            Path file,
            byte[] content,
            Plan plan,
            CaLint lint,
            @Nullable Path approvers,
            @Nullable Path softHsm,
            @Nullable Path folder)
            throws StartException, CaException {
        Path module =
                softHsm != null
                        ? softHsm
                        : SOFTHSM.stream()
                                .filter(Files::exists)
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new StartException(
                                                        "SoftHSM is not installed: apt-get install softhsm2 (looked for "
                                                                + SOFTHSM
                                                                + "; --softhsm says where else)"));
        if (folder == null) {
            List<String> arguments =
                    new ArrayList<>(List.of("ceremony", "run", file.toString(), "--dry-run"));
            if (approvers != null) {
                arguments.addAll(List.of("--approvers", approvers.toString()));
            }
            return DryRun.inChild(arguments, module, mainClass);
        }
        Transcript transcript = begun("dry-run", plan, content);
        DryRun.here(plan, lint, transcript, module, folder, out(), err());
        return 0;
    }

    private void perform(ApprovedDocument approved, Approvers approvers, CaLint lint)
            throws ConfigException, CaException {
        // What was approved, and not what the file may hold by now.
        byte[] content = approved.content();
        Plan plan = PlanFile.read(approved.document(), content);
        Transcript transcript = begun("run", plan, content);
        transcript.add(
                transcript
                        .line("approved")
                        .objects(
                                "by",
                                approved.approvedBy().stream()
                                        .map(
                                                person ->
                                                        new JsonObject()
                                                                .member("name", person.name())
                                                                .member(
                                                                        "key-sha256",
                                                                        person.key().fingerprint())
                                                                .member(
                                                                        "approval",
                                                                        approved.signature(person)
                                                                                .map(
                                                                                        Base64
                                                                                                        .getEncoder()
                                                                                                ::encodeToString)))
                                        .toList())
                        .member("approvers-sha256", approvers.sha256()));
        Ceremony.requireOutputsAbsent(plan);
        String sha256 = new Ceremony(plan, lint, transcript, place -> place).run();
        plan.outputs().forEach(each -> err().printf("wrote %s%n", each));
        out().printf("transcript sha256:%s%n", sha256);
    }

    private Transcript begun(String mode, Plan plan, byte[] content) {
        Transcript transcript = new Transcript(clock);
        transcript.add(
                transcript
                        .line("begun")
                        .member("mode", mode)
                        .member("build", Build.version())
                        .member("act", plan.name())
                        .member("title", plan.title())
                        .member("plan-sha256", hex(content))
                        .member("plan", new String(content, StandardCharsets.UTF_8)));
        return transcript;
    }

    private static byte[] content(Path file) throws StartException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StartException(file + ": cannot be read: " + e, e);
        }
    }

    private static String hex(byte[] content) {
        return HexFormat.of().formatHex(Hashes.sha256(content));
    }

    private PrintWriter out() {
        return required(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return required(spec).commandLine().getErr();
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }

    private static final List<Path> SOFTHSM =
            List.of(
                    Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
                    Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
                    Path.of("/usr/local/lib/softhsm/libsofthsm2.so"));
}
