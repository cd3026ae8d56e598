package io.overt.signer;

import io.overt.service.approval.Approval;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.NotApproved;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.StartException;
import io.overt.signer.act.Act;
import io.overt.signer.act.ActBook.Applied;
import io.overt.signer.act.ActDocument;
import io.overt.signer.act.Acts;
import io.overt.signer.act.Standing;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.Rules;
import io.overt.signer.store.StoreReader;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code overt-signer acts}: what was applied, and what an act would do. */
@Command(
        name = "acts",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Acts of the security team: those that were applied, and what another would do.",
        subcommands = {ActsCommand.Listed.class, ActsCommand.Check.class})
final class ActsCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Override
    public Integer call() {
        KeyCommand.required(spec)
                .commandLine()
                .usage(KeyCommand.required(spec).commandLine().getErr());
        return 2;
    }

    /** What a signer with this configuration stands like before and after an act. */
    private record Looking(ActDocument documents, Standing standing) {
        static Looking at(SignerConfig signer, StoreReader store)
                throws ConfigException, IndexException {
            ActDocument documents = ActParts.documents(signer);
            Map<CertificateFingerprint, IssuerState> states = new HashMap<>();
            Set<CertificateFingerprint> trusted = new HashSet<>();
            for (IssuerFiles each :
                    IssuerFiles.read(signer.issuers(), Clock.systemUTC().instant())) {
                states.put(each.ca().fingerprint(), each.entry().state());
                if (each.ca().trust() == IssuerTrust.TRUSTED) {
                    trusted.add(each.ca().fingerprint());
                }
            }
            Standing standing =
                    new Standing(
                            self(signer),
                            states,
                            trusted,
                            new Rules(signer.neverForged(), signer.profiles()));
            for (Applied each : store.acts()) {
                standing = Acts.replayed(standing, each, documents);
            }
            return new Looking(documents, standing);
        }

        private static String self(SignerConfig signer) throws ConfigException {
            try (FleetTls tls = new FleetTls(signer.identity())) {
                return tls.self().uri();
            } catch (FleetIdentityException e) {
                throw new ConfigException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Lists the applied ones. */
    @Command(
            name = "list",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description =
                    "List the acts that were applied, the issuers' states, and the number of the next act.")
    static final class Listed extends StoreCommand {
        @Override
        int run(SignerConfig signer, StoreReader store) throws ConfigException, IndexException {
            for (Applied each : store.acts()) {
                out().printf(
                                "act=%d kind=%s applied=%s approvers=%s sha256=%s%n",
                                each.number(),
                                each.kind(),
                                each.at(),
                                String.join(",", each.approvers()),
                                each.sha256());
            }
            Standing standing = Looking.at(signer, store).standing();
            standing.issuers()
                    .forEach(
                            (issuer, state) -> out().printf("issuer=%s state=%s%n", issuer, state));
            out().printf(
                            "next=%d signer=%s never-forge-list=%d profile-list=%d%n",
                            standing.applied() + 1,
                            standing.signer(),
                            standing.neverForgeList(),
                            standing.profileList());
            return 0;
        }
    }

    /** Shows what one would do. */
    @Command(
            name = "check",
            sortOptions = false,
            usageHelpAutoWidth = true,
            description = {
                "Print what an act would change, and whether it is approved. Exits with 1 when it would be refused.",
                "Reads the store of a signer that may be running, and changes nothing."
            })
    static final class Check extends StoreCommand {

        @Parameters(index = "0", paramLabel = "ACT", description = "The act's document.")
        private @Nullable Path document;

        @Override
        int run(SignerConfig signer, StoreReader store)
                throws ConfigException, StartException, IndexException {
            Optional<ChangesConfig.ActsEntry> entry = signer.changes().acts();
            if (entry.isEmpty()) {
                throw new ConfigException("acts: missing (expected: folder and approvers)");
            }
            Approvers approvers = Approvers.read(entry.get().approvers());
            Path file = KeyCommand.required(document);
            Approval approval;
            byte[] content;
            try {
                approval = approvers.approve(file);
                content =
                        switch (approval) {
                            case ApprovedDocument approved -> approved.content();
                            // Nobody acts on it: it is only shown.
                            case NotApproved _ -> Files.readAllBytes(file);
                        };
            } catch (IOException e) {
                throw new ConfigException(file + ": cannot be read: " + e);
            }
            Looking looking = Looking.at(signer, store);
            Act act = looking.documents().read(file, content);
            out().println("would: " + looking.standing().change(act));
            Optional<String> objection =
                    looking.standing()
                            .objection(
                                    act,
                                    new SignedCertificates.Seen(store),
                                    Clock.systemUTC().instant());
            objection.ifPresent(why -> out().println("refused: " + why));
            switch (approval) {
                case ApprovedDocument approved ->
                        out().println(
                                        "approved by: "
                                                + String.join(
                                                        ", ",
                                                        approved.approvedBy().stream()
                                                                .map(Approver::name)
                                                                .toList()));
                case NotApproved not -> out().println("not approved: " + not.message());
            }
            return objection.isEmpty() && approval instanceof ApprovedDocument ? 0 : 1;
        }
    }
}
