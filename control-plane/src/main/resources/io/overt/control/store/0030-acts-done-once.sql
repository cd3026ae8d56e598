-- Acts that came with an idempotency key, for as long as a repeated one gets the first one's answer.
CREATE TABLE keyed_act (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    method TEXT NOT NULL,
    -- SHA-256 of the request.
    request ${blob} NOT NULL,
    -- NULL while it is being done.
    answer ${blob},
    -- Milliseconds since 1970: until then it counts. While it is being done, that is as long as it may take.
    until ${integer} NOT NULL,
    PRIMARY KEY (caller, key)
) ${strict};
CREATE INDEX keyed_act_until ON keyed_act (until);
