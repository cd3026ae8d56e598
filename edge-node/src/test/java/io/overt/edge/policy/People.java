package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.approval.Statement;
import io.overt.service.bundle.PolicyStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Alice, bob and mallory with keys of ssh-keygen, carol with one of openssl, who approve policies.
 */
final class People {
    private final Path folder;

    People(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        for (var who : new String[] {"alice", "bob", "mallory"}) {
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", who);
        }
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "carol.pem");
        run("openssl", "pkey", "-in", "carol.pem", "-pubout", "-out", "carol.pub");
    }

    /** An approvers file with alice, bob and carol, of whom two are needed. */
    Path file() throws IOException {
        return Files.writeString(
                folder.resolve("approvers.yaml"),
                "threshold: 2\napprovers:\n"
                        + entry("alice")
                        + entry("bob")
                        + "  - name: carol\n    key: |\n"
                        + Files.readString(folder.resolve("carol.pub")).indent(6));
    }

    private String entry(String who) throws IOException {
        return "  - name: %s\n    key: %s\n"
                .formatted(who, Files.readString(folder.resolve(who + ".pub")).strip());
    }

    /** The bundle with one approval more. */
    PolicyBundle approve(PolicyBundle bundle, String who) throws IOException {
        return bundle.toBuilder().addApprovals(approval(bundle, who)).build();
    }

    private ByteString approval(PolicyBundle bundle, String who) throws IOException {
        var statement = statement(bundle);
        if (who.equals("carol")) {
            Files.writeString(folder.resolve("line"), Statement.of(statement));
            run(
                    "openssl",
                    "pkeyutl",
                    "-sign",
                    "-rawin",
                    "-inkey",
                    "carol.pem",
                    "-in",
                    "line",
                    "-out",
                    "line.sig");
            return ByteString.copyFrom(Files.readAllBytes(folder.resolve("line.sig")));
        }
        Files.write(folder.resolve("statement"), statement);
        Files.deleteIfExists(folder.resolve("statement.sig"));
        run("ssh-keygen", "-q", "-Y", "sign", "-n", "overt-approval", "-f", who, "statement");
        return ByteString.copyFrom(Files.readAllBytes(folder.resolve("statement.sig")));
    }

    private static byte[] statement(PolicyBundle bundle) {
        try {
            return PolicyStatement.of(BundleManifest.parseFrom(bundle.getManifest()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private void run(String... command) throws IOException {
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command), e);
        }
    }
}
