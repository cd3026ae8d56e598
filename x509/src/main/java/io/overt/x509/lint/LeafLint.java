package io.overt.x509.lint;

import io.overt.x509.DerElement;
import io.overt.x509.MalformedDerException;
import io.overt.x509.PresentedChain;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.TbsFields;
import java.security.cert.CertificateException;
import java.util.List;

/**
 * Looks at what a CA of ours is about to sign, whoever derived it and however (DESIGN.md section
 * 8). A pure function of bytes and terms; it answers, and never throws, for any bytes.
 */
public final class LeafLint {

    private LeafLint() {}

    /** What the rules say of {@code tbs}. */
    public static LintVerdict of(byte[] tbs, LeafTerms terms) {
        Findings findings = new Findings();
        if (tbs.length > PresentedChain.MAX_CERTIFICATE_BYTES) {
            return defective(
                    LintRule.SIZE,
                    "%d bytes (expected: at most %d)"
                            .formatted(tbs.length, PresentedChain.MAX_CERTIFICATE_BYTES));
        }
        TbsCertificateDer parsed;
        try {
            parsed = TbsCertificateDer.parse(tbs);
            DerElement root = DerElement.parse(parsed.der());
            TbsFields fields = TbsFields.of(root);
            FieldRules.check(root, fields, terms, findings);
            ExtensionRules.check(fields, terms, findings);
            NameRules.check(fields, terms, findings);
        } catch (MalformedDerException e) {
            return defective(LintRule.DER, e.what());
        } catch (CertificateException e) {
            return defective(LintRule.DER, String.valueOf(e.getMessage()));
        }
        parsed.unreadable().ifPresent(why -> findings.add(LintRule.READABLE, why));
        return findings.found().isEmpty()
                ? new LintVerdict.Clean(new LintedTbs(parsed, terms))
                : new LintVerdict.Defective(findings.found());
    }

    private static LintVerdict defective(LintRule rule, String detail) {
        return new LintVerdict.Defective(List.of(new Defect(rule, detail)));
    }
}
