-- People's signatures over what a version says. Of equal content there is one statement, whatever the version's number.
CREATE TABLE policy_approval (
  statement_sha256 ${blob}    NOT NULL,
  signature_sha256 ${blob}    NOT NULL,
  signature        ${blob}    NOT NULL,
  at               ${integer} NOT NULL, -- milliseconds since 1970
  handed_in_by     TEXT       NOT NULL, -- fleet identity
  PRIMARY KEY (statement_sha256, signature_sha256)
) ${strict};
${append-only policy_approval: an approval never changes | approvals are kept}

-- Orders that go before the policy of a site. Their numbers rise over the whole fleet.
CREATE TABLE emergency_order (
  number    ${integer} PRIMARY KEY CHECK (number > 0),
  site      TEXT       NOT NULL,
  ordered   ${blob}    NOT NULL, -- overt.policy.v1.EmergencyOrder: exactly the bytes that were signed
  signature ${blob}    NOT NULL,
  key_id    ${blob}    NOT NULL
) ${strict};
${append-only emergency_order: an order never changes | orders are kept}

-- What an edge is, beside what it runs.
CREATE TABLE edge_trait (
  identity  TEXT       PRIMARY KEY, -- overt://site/edge/name
  labels    TEXT       NOT NULL,    -- one a line
  abilities TEXT       NOT NULL,    -- overt.control.v1.EdgeAbility, numbers, one a line
  connected ${integer} NOT NULL     -- 1 while its stream is open, and after a process that ended without a word
) ${strict};
