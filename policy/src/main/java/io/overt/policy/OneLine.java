package io.overt.policy;

import java.util.List;

/**
 * What is written somewhere in a document, on one line as YAML's flow style has it, and no longer
 * than a line. The work is bounded as well: behind an alias may stand a great deal.
 */
final class OneLine {
    private final StringBuilder text = new StringBuilder();

    private OneLine() {}

    static String of(Yaml yaml) {
        OneLine line = new OneLine();
        line.append(yaml);
        String text = Problems.printable(line.text.toString());
        return text.codePointCount(0, text.length()) > LONGEST
                ? text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "…"
                : text;
    }

    private void append(Yaml yaml) {
        if (text.length() > LONGEST) {
            return;
        }
        switch (yaml) {
            case Yaml.Text(String value, _) -> text.append(value, 0, shown(value));
            case Yaml.Empty _ -> {}
            case Yaml.Sequence(List<Yaml> items, _) -> {
                text.append('[');
                for (int i = 0; i < items.size() && text.length() <= LONGEST; i++) {
                    text.append(i == 0 ? "" : ", ");
                    append(items.get(i));
                }
                text.append(']');
            }
            case Yaml.Mapping(List<Yaml.Entry> entries, _) -> {
                text.append("{ ");
                for (int i = 0; i < entries.size() && text.length() <= LONGEST; i++) {
                    text.append(i == 0 ? "" : ", ");
                    append(entries.get(i).key());
                    text.append(": ");
                    append(entries.get(i).value());
                }
                text.append(" }");
            }
        }
    }

    // Two chars a code point at most, so that what is cut here is cut by code points later.
    private static int shown(String value) {
        return Math.min(value.length(), 2 * LONGEST + 2);
    }

    private static final int LONGEST = 100;
}
