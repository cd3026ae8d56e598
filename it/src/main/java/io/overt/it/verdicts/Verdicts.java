package io.overt.it.verdicts;

import io.overt.it.verdicts.CaseVerdict.Result;
import io.overt.x509.SignatureMaths;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;

/**
 * {@code ./overt verdicts FILE}: judges the server cases of a file in x509-limbo's JSON, and prints
 * a row for each: id, SUCCESS or FAILURE, reason, with tabs between. What it expected is not looked
 * at, only counted.
 *
 * <p>Ends with status 0 whatever the verdicts are, and with 2 and one line on standard error if the
 * file cannot be read.
 */
public final class Verdicts {
    /** Runs the command. */
    public static void main(String[] arguments) {
        PrintStream table =
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
                        false,
                        StandardCharsets.UTF_8);
        int status = run(arguments, table, System.err);
        table.flush();
        System.exit(status);
    }

    /** The exit status. */
    static int run(String[] arguments, PrintStream table, PrintStream messages) {
        if (arguments.length != 1) {
            messages.println(
                    "overt verdicts: "
                            + arguments.length
                            + " arguments (expected: one FILE.json or FILE.json.xz)");
            return 2;
        }
        CaseJudge judge = new CaseJudge(SignatureMaths.ofJdk(), Clock.systemUTC());
        Tally tally = new Tally();
        try {
            new LimboFile(Path.of(arguments[0]))
                    .forEach(
                            limbo -> {
                                if (limbo.isOfServer()) {
                                    CaseVerdict verdict = judge.judge(limbo);
                                    table.println(verdict.row());
                                    tally.count(verdict, limbo.expectedResult());
                                } else {
                                    tally.left++;
                                }
                            });
        } catch (IOException e) {
            messages.println("overt verdicts: " + arguments[0] + ": " + text(e));
            return 2;
        }
        messages.println(tally.text());
        return 0;
    }

    private static String text(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage()).lines().findFirst().orElse("cannot be read");
        };
    }

    private static final class Tally {
        private int accepted;
        private int refused;
        private int left;
        private int acceptedAgainst;
        private int refusedAgainst;

        void count(CaseVerdict verdict, String expected) {
            if (verdict.result() == Result.SUCCESS) {
                accepted++;
                acceptedAgainst += expected.equals("FAILURE") ? 1 : 0;
            } else {
                refused++;
                refusedAgainst += expected.equals("SUCCESS") ? 1 : 0;
            }
        }

        String text() {
            return "%d cases: %d SUCCESS, %d FAILURE; %d accepted and %d refused against the file's expectation; %d cases not of a server left out"
                    .formatted(
                            accepted + refused,
                            accepted,
                            refused,
                            acceptedAgainst,
                            refusedAgainst,
                            left);
        }
    }

    private Verdicts() {}
}
