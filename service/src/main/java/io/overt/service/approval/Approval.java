package io.overt.service.approval;

/** Whether enough people signed a document. */
public sealed interface Approval permits ApprovedDocument, NotApproved {}
