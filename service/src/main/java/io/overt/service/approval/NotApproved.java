package io.overt.service.approval;

import java.nio.file.Path;
import java.util.List;

/**
 * Too few people signed the document.
 *
 * @param document which
 * @param sha256 of what was read, in hexadecimal
 * @param threshold how many it takes
 * @param approvedBy whose approvals count
 * @param discounted the others, each with its reason
 */
public record NotApproved(
        Path document,
        String sha256,
        int threshold,
        List<Approver> approvedBy,
        List<Discounted> discounted)
        implements Approval {

    public NotApproved {
        approvedBy = List.copyOf(approvedBy);
        discounted = List.copyOf(discounted);
    }

    /** For people: a line for the document, and one for each approval that does not count. */
    public String message() {
        StringBuilder text =
                new StringBuilder(
                        "%s (sha256:%s): approved by %s (expected: %d different people)"
                                .formatted(
                                        document,
                                        sha256,
                                        approvedBy.isEmpty()
                                                ? "nobody"
                                                : String.join(
                                                        ", ",
                                                        approvedBy.stream()
                                                                .map(Approver::name)
                                                                .toList()),
                                        threshold));
        discounted.forEach(each -> text.append('\n').append(each));
        return text.toString();
    }
}
