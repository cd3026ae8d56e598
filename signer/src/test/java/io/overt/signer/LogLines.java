package io.overt.signer;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** The entries of a signer's log, as {@code overt-signer log} prints them. */
final class LogLines {

    /** All of them; without what is sealed. */
    static List<String> of(Path directory) {
        return run(directory, "tail", "--lines", "100000").lines().toList();
    }

    /** What {@code log verify} prints; fails when it finds anything. */
    static String verified(Path directory) {
        return run(directory, "verify");
    }

    private static String run(Path directory, String command, String... arguments) {
        StringWriter out = new StringWriter();
        String[] line = new String[5 + arguments.length];
        line[0] = command;
        line[1] = "--log";
        line[2] = directory.resolve("log").toString();
        line[3] = "--certificate";
        line[4] = directory.resolve("log.pem").toString();
        System.arraycopy(arguments, 0, line, 5, arguments.length);
        PrintWriter writer = new PrintWriter(out, true);
        int status = new CommandLine(new LogCommand()).setOut(writer).setErr(writer).execute(line);
        if (status != 0) {
            throw new AssertionError(out.toString());
        }
        return out.toString();
    }

    private LogLines() {}
}
