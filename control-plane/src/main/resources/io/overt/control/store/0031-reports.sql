-- What people behind the gateways report by the notice page. What they wrote is theirs; it is shown and never acted upon by itself.
CREATE TABLE site_report (
    id ${integer} PRIMARY KEY,
    -- Milliseconds since 1970.
    at ${integer} NOT NULL,
    host TEXT NOT NULL,
    client TEXT NOT NULL,
    words TEXT NOT NULL,
    contact TEXT NOT NULL,
    -- NULL while it is open.
    closed ${integer},
    closed_by TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT ''
) ${strict};
CREATE INDEX site_report_closed ON site_report (closed);
