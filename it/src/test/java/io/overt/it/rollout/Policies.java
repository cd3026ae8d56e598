package io.overt.it.rollout;

/** What the rehearsal's author writes, one after the other. */
final class Policies {
    private static final String HEAD =
            """
            policy: rehearsal
            rules:
            """;

    private static final String ODD =
            """
              - name: odd
                when: { host: odd.example }
                then: splice
                because: "It agrees on keys in one group alone, which inspection does not have."
            """;

    private static final String GAMES =
            """
              - name: games
                when: { host: games.example }
                then: block
                label: "Games are for after work"
            """;

    private static final String ALL =
            """
              - name: all
                then: inspect
                on: { client-cert: splice, signer-away: splice, overload: splice }
            """;

    /** In force before the story begins. */
    static final String FIRST = HEAD + ODD + ALL;

    /** The next one: games are blocked. */
    static final String GOOD = HEAD + ODD + GAMES + ALL;

    /** That one, as it was typed at first; line 8, column 13. */
    static final String MISSPELT = HEAD + ODD + GAMES.replace("host:", "hots:") + ALL;

    /** What somebody writes who does not know why the first rule is there. */
    static final String BAD = HEAD + GAMES + ALL;

    private Policies() {}
}
