package io.overt.it.lists;

import java.util.SplittableRandom;

/**
 * Names like those of long lists: a registered name of 6 to 17 letters and digits below a suffix
 * that is common, four of ten with a label before it, one of ten with all that is below. The same
 * number has the same name.
 */
final class SomeNames {
    /** The name with this number, without its reach. */
    static String name(long number) {
        SplittableRandom random = new SplittableRandom(number * 31 + 7);
        StringBuilder name = new StringBuilder();
        if (random.nextInt(10) < 4) {
            letters(name, random, 2 + random.nextInt(8), 26);
            name.append('.');
        }
        letters(name, random, 6 + random.nextInt(12), LETTERS.length());
        return name.append('.').append(SUFFIXES[random.nextInt(SUFFIXES.length)]).toString();
    }

    /** As a line of a list. */
    static String line(long number) {
        return reaches(number) ? "." + name(number) : name(number);
    }

    /** Whether the line stands for what is below the name, too. */
    static boolean reaches(long number) {
        return number % 10 == 0;
    }

    private static void letters(StringBuilder to, SplittableRandom random, int count, int of) {
        for (int i = 0; i < count; i++) {
            to.append(LETTERS.charAt(random.nextInt(of)));
        }
    }

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123";
    private static final String[] SUFFIXES = {
        "com", "com", "com", "com", "com", "com", "net", "org", "de", "ru", "info", "xyz", "top",
        "co.uk", "com.br", "cn", "fr", "nl", "io", "shop"
    };

    private SomeNames() {}
}
