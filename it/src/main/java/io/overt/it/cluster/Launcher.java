package io.overt.it.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the programs of the build tree are, and what to put before them: nothing, or the command
 * that runs them in a network namespace.
 *
 * @param root of the source tree; its modules must be packaged
 * @param before words to put before every command
 * @param environment for every program, added to this process's own
 */
public record Launcher(Path root, List<String> before, Map<String, String> environment) {
    public Launcher {
        before = List.copyOf(before);
        environment = Map.copyOf(environment);
    }

    /**
     * The tree that this class was built in, on this machine as it is.
     *
     * @throws IllegalStateException when the class does not come from a build tree
     */
    public static Launcher ofBuildTree() {
        Path place =
                Path.of(
                        Launcher.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath());
        for (Path at = place; at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("ansible/bundle/bin/overt-edge"))) {
                return new Launcher(
                        at, List.of(), Map.of("JAVA_HOME", System.getProperty("java.home")));
            }
        }
        throw new IllegalStateException(
                place
                        + " is not in a build tree (expected: a folder with ansible/bundle/bin above)");
    }

    /** The same programs, inside a network namespace of this machine. */
    public Launcher within(String namespace) {
        return new Launcher(root, List.of("ip", "netns", "exec", namespace), environment);
    }

    /** The same programs, with one more variable in their environment. */
    public Launcher with(String variable, String value) {
        var more = new HashMap<>(environment);
        more.put(variable, value);
        return new Launcher(root, before, more);
    }

    /** Starts one of our programs, e.g. {@code overt-edge}. */
    public Child start(String name, Path log, String program, String... arguments)
            throws IOException {
        return Child.start(name, command(program, arguments), environment, log);
    }

    /**
     * Runs one of our programs to its end.
     *
     * @return what it printed
     * @throws IOException when it ends with another status than 0; the message has what it printed
     */
    public String run(String program, String... arguments)
            throws IOException, InterruptedException {
        return Command.run(environment, command(program, arguments));
    }

    /** Runs any command of this machine where the programs run, whatever its status will be. */
    public Command.Result attempt(String... command) throws IOException, InterruptedException {
        var all = new ArrayList<>(before);
        all.addAll(List.of(command));
        return Command.attempt(environment, all);
    }

    /** The folder of our programs. */
    public Path programs() {
        return root.resolve("ansible/bundle/bin");
    }

    /** The command line that starts a program, for people to repeat. */
    public List<String> line(String program) {
        var line = new ArrayList<>(before);
        line.add(programs().resolve(program).toString());
        return line;
    }

    private List<String> command(String program, String... arguments) {
        var command = new ArrayList<>(line(program));
        command.addAll(List.of(arguments));
        return command;
    }
}
