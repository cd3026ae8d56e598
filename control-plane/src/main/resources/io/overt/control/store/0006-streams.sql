-- Control planes that share this database, and when each last looked at it.
CREATE TABLE control_plane (
  name TEXT       PRIMARY KEY, -- fleet identity
  seen ${integer} NOT NULL     -- milliseconds since 1970, by the database's clock
) ${strict};

-- At which of them an edge has its stream. What an edge says there replaces what it said elsewhere; that an older stream ended replaces nothing.
CREATE TABLE edge_stream (
  identity TEXT PRIMARY KEY REFERENCES edge (identity) ON DELETE CASCADE,
  control  TEXT NOT NULL
) ${strict};
