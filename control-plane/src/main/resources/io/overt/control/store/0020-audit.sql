-- Who did what, and who was refused what. Each line names the hash of the one before it: docs/access.md says how it is verified. The columns
-- beside the line are what is looked for; they say nothing that the line does not.
CREATE TABLE audit_record (
  sequence ${integer} PRIMARY KEY CHECK (sequence > 0),
  at       ${integer} NOT NULL, -- milliseconds since 1970
  kind     TEXT    NOT NULL, -- intent, outcome, refusal, event
  actor    TEXT    NOT NULL,
  method   TEXT    NOT NULL,
  outcome  TEXT    NOT NULL, -- a gRPC status; pending for an intent
  process  TEXT    NOT NULL, -- fleet identity of the control plane that wrote it
  request  TEXT    NOT NULL, -- one for an intent and its outcome
  line     TEXT    NOT NULL, -- canonical JSON, without an end of line
  hash     ${blob} NOT NULL CHECK (length(hash) = 32) -- SHA-256 of the line
) ${strict};
${append-only audit_record: the audit trail never changes}
CREATE INDEX audit_record_by_request ON audit_record (request);
CREATE INDEX audit_record_by_actor ON audit_record (actor, sequence);
CREATE INDEX audit_record_by_time ON audit_record (at);
