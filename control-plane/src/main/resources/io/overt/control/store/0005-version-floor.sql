-- After a backup was restored: numbers below may have been given since it was made, and edges refuse a number that they have seen with another content.
CREATE TABLE version_floor (
  least  ${integer} PRIMARY KEY CHECK (least > 0), -- the next version's number is at least this
  set_at ${integer} NOT NULL, -- milliseconds since 1970
  why    TEXT       NOT NULL
) ${strict};
${append-only version_floor: the floor of version numbers only rises}
