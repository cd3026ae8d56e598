package io.overt.edge.login;

import java.util.List;

/** A file of users that cannot be used. The message has every problem, a line each. */
public final class UserFileException extends Exception {
    private static final long serialVersionUID = 1L;

    UserFileException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
