package io.overt.service.process;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * The environment does not let the process start: a port taken, a folder not writable. One line for
 * the operator, no stack trace.
 */
public final class StartException extends Exception {

    /** A line that says what, and what was expected. */
    public StartException(String message) {
        super(message);
    }

    /** A line that says what, and what was expected. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * An address that cannot be listened on, for instance {@code listen 127.0.0.1:443: address
     * already in use}.
     */
    public static StartException listen(InetSocketAddress address, Throwable failure) {
        return new StartException("listen " + text(address) + ": " + reason(failure), failure);
    }

    private static String reason(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        var said = String.valueOf(root.getMessage());
        // The system's words (errno 98, 13, 99), whichever transport wrapped them.
        var lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("address already in use")) {
            return "address already in use";
        }
        if (lower.contains("permission denied")) {
            return "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)";
        }
        if (lower.contains("cannot assign requested address")) {
            return "this machine has no such address";
        }
        return root instanceof UnknownHostException ? "unknown host" : said;
    }

    private static String text(InetSocketAddress address) {
        var host =
                address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
