-- What was in force everywhere before there were rollouts: at most one row, made here and never again.
CREATE TABLE rollout_base (
  version ${integer} PRIMARY KEY REFERENCES policy_version (version)
) ${strict};
INSERT INTO rollout_base SELECT version FROM policy_version ORDER BY version DESC LIMIT 1;
${append-only rollout_base: what was in force does not change | what was in force is kept}

-- How a rollout began. All that came of it is in its events.
CREATE TABLE rollout (
  id            ${integer} PRIMARY KEY CHECK (id > 0),
  version       ${integer} NOT NULL REFERENCES policy_version (version),
  asked_version ${integer} NOT NULL,
  policy        TEXT       NOT NULL,
  base          ${integer} NOT NULL CHECK (base >= 0 AND base < version), -- 0 when nothing was there before
  plan          ${blob}    NOT NULL, -- overt.control.v1.RolloutPlan
  needed        ${integer} NOT NULL, -- approvals
  approved      ${integer} NOT NULL, -- approvals that counted when it began
  frozen_until  ${integer} NOT NULL, -- milliseconds since 1970; 0 when nothing was frozen
  started       ${integer} NOT NULL, -- milliseconds since 1970
  started_by    TEXT       NOT NULL, -- fleet identity
  reason        TEXT       NOT NULL
) ${strict};
${append-only rollout: a rollout never changes | rollouts are kept}

-- Written before anything is done about it. The number makes one of two control planes that act at once the later one.
CREATE TABLE rollout_event (
  rollout    ${integer} NOT NULL REFERENCES rollout (id),
  number     ${integer} NOT NULL CHECK (number > 0),
  at         ${integer} NOT NULL, -- milliseconds since 1970
  actor      TEXT       NOT NULL, -- fleet identity; empty for the control plane itself
  phase_from TEXT       NOT NULL,
  phase_to   TEXT       NOT NULL,
  wave       ${integer} NOT NULL,
  reason     TEXT       NOT NULL,
  event      ${blob}    NOT NULL, -- overt.control.v1.RolloutEvent
  PRIMARY KEY (rollout, number)
) ${strict};
${append-only rollout_event: what happened does not change | what happened is kept}
