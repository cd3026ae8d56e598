package io.overt.edge.login;

/** Whether a client is who it says it is. No part of it has a password. */
public sealed interface Verdict {

    record Verified(String user) implements Verdict {}

    /** No credentials, or none that can be read. */
    record Missing(String detail) implements Verdict {}

    /** No such user, or another password. */
    record Wrong(String detail) implements Verdict {}

    /** Too many that were wrong, from the same client; these were not looked at. */
    record TooMany(String detail) implements Verdict {}

    /** No room to verify them now. */
    record Overload(String detail) implements Verdict {}
}
