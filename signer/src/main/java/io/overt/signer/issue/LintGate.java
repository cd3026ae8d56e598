package io.overt.signer.issue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.lint.Defect;
import io.overt.x509.lint.LeafLint;
import io.overt.x509.lint.LeafTerms;
import io.overt.x509.lint.LintRule;
import io.overt.x509.lint.LintVerdict;
import io.overt.x509.lint.LintedTbs;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through what keeps every rule, and counts by rule what does not. A defect here is one that
 * edge and signer derived alike, so it is ours to mend, or an upstream's certificate that asks for
 * a power. Thread-safe.
 */
public final class LintGate {

    private final Map<LintRule, Counter> defects = new EnumMap<>(LintRule.class);

    /** Every rule counts from zero. */
    public LintGate(MeterRegistry registry) {
        for (LintRule rule : LintRule.values()) {
            defects.put(
                    rule,
                    Counter.builder("overt.signer.lint.defects")
                            .tag("rule", rule.text())
                            .description("Leaves that were not signed, by the rule they break.")
                            .register(registry));
        }
    }

    LintedTbs pass(TbsCertificateDer tbs, LeafTerms terms) throws RefusedException {
        return switch (LeafLint.of(tbs.der(), terms)) {
            case LintVerdict.Clean(LintedTbs linted) -> linted;
            case LintVerdict.Defective defective -> {
                for (Defect defect : defective.defects()) {
                    Objects.requireNonNull(defects.get(defect.rule()), "every rule counts")
                            .increment();
                }
                LOG.atError()
                        .addKeyValue("tbs", tbs)
                        .addKeyValue("defects", defective.defects())
                        .log("derived what breaks a rule; not signed");
                throw new RefusedException(
                        RefusalReason.REFUSAL_REASON_LINT_FAILED,
                        defective.defects().stream()
                                .map(defect -> defect.rule().text())
                                .distinct()
                                .collect(Collectors.joining(" ")),
                        defective.summary());
            }
        };
    }

    private static final Logger LOG = LoggerFactory.getLogger(LintGate.class);
}
