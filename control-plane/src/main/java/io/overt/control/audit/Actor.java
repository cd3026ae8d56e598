package io.overt.control.audit;

/**
 * Who did it, or wanted to.
 *
 * @param name stable
 * @param shown for people; the name again where there is nothing better
 * @param how it is known: {@code certificate}, {@code token}, {@code session}; empty where it is
 *     not
 * @param from the address that the call came from; empty for the control plane itself
 */
public record Actor(String name, String shown, String how, String from) {

    /** Nobody that is known. */
    public static Actor nobody(String from) {
        return new Actor("nobody", "nobody", "", from);
    }

    /** The control plane of its own accord. */
    public static Actor system(String process) {
        return new Actor(process, process, "", "");
    }
}
