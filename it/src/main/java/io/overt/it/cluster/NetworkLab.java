package io.overt.it.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A client, a gateway and an origin in network namespaces of their own, as {@code it/netns/lab}
 * makes them. Needs root.
 *
 * <p>Not thread-safe. Whoever makes it closes it, after every process inside has ended.
 */
public final class NetworkLab implements AutoCloseable {
    private final Launcher launcher;
    private final String name;

    private NetworkLab(Launcher launcher, String name) {
        this.launcher = launcher;
        this.name = name;
    }

    /**
     * Makes the three namespaces, with the gateway's rules in force.
     *
     * @throws IOException when it cannot be made; the message says why
     */
    public static NetworkLab up(Launcher launcher) throws IOException, InterruptedException {
        // Names of network interfaces and namespaces are the machine's: two labs must not meet.
        var lab = new NetworkLab(launcher, "overt" + ProcessHandle.current().pid());
        lab.lab("up");
        return lab;
    }

    /** Where programs of the gateway are started. */
    public Launcher onGateway() {
        return launcher.within(name + "-gateway");
    }

    /** Runs a command as the client, whatever its status will be. */
    public Command.Result client(String... command) throws IOException, InterruptedException {
        return attempt("client", Map.of(), command);
    }

    /** Runs a command as the client with more environment, whatever its status will be. */
    public Command.Result client(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        return attempt("client", environment, command);
    }

    /** A command line that runs in one of the three namespaces. */
    public List<String> within(String where, String... command) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", name + "-" + where));
        all.addAll(List.of(command));
        return all;
    }

    private Command.Result attempt(String where, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        return Command.attempt(environment, within(where, command));
    }

    private void lab(String command) throws IOException, InterruptedException {
        Command.run(launcher.root().resolve("it/netns/lab").toString(), command, name);
    }

    @Override
    public void close() {
        try {
            lab("down");
        } catch (IOException e) {
            throw new IllegalStateException("the namespaces of " + name + " are still there", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
