-- Policy versions never change: what edges hold was signed, and an investigation must find it again.
CREATE TABLE policy_version (
  version         INTEGER PRIMARY KEY CHECK (version > 0),
  policy          TEXT    NOT NULL,
  published       INTEGER NOT NULL, -- milliseconds since 1970
  publisher       TEXT    NOT NULL, -- fleet identity
  content_sha256  BLOB    NOT NULL, -- over the digests of all files: equal for equal content, whatever the version
  manifest        BLOB    NOT NULL, -- exactly the bytes that were signed
  manifest_sha256 BLOB    NOT NULL,
  signature       BLOB    NOT NULL,
  key_id          BLOB    NOT NULL
) STRICT;

-- Lists are large and mostly the same from version to version.
CREATE TABLE file_content (
  sha256  BLOB PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE policy_file (
  version  INTEGER NOT NULL REFERENCES policy_version (version),
  position INTEGER NOT NULL,
  path     TEXT    NOT NULL,
  sha256   BLOB    NOT NULL REFERENCES file_content (sha256),
  PRIMARY KEY (version, position),
  UNIQUE (version, path)
) STRICT;

CREATE TRIGGER policy_version_stays BEFORE UPDATE ON policy_version BEGIN SELECT RAISE(ABORT, 'policy versions never change'); END;
CREATE TRIGGER policy_version_is_kept BEFORE DELETE ON policy_version BEGIN SELECT RAISE(ABORT, 'policy versions are kept'); END;
CREATE TRIGGER policy_file_stays BEFORE UPDATE ON policy_file BEGIN SELECT RAISE(ABORT, 'policy versions never change'); END;
CREATE TRIGGER policy_file_is_kept BEFORE DELETE ON policy_file BEGIN SELECT RAISE(ABORT, 'policy versions are kept'); END;
CREATE TRIGGER file_content_stays BEFORE UPDATE ON file_content BEGIN SELECT RAISE(ABORT, 'policy versions never change'); END;
CREATE TRIGGER file_content_is_kept BEFORE DELETE ON file_content BEGIN SELECT RAISE(ABORT, 'policy versions are kept'); END;

-- What each edge last said. Version numbers are 0 where there is none.
CREATE TABLE edge (
  identity         TEXT    PRIMARY KEY, -- overt://site/edge/name
  build            TEXT    NOT NULL,
  active_version   INTEGER NOT NULL,
  rejected_version INTEGER NOT NULL,
  last_seen        INTEGER NOT NULL -- milliseconds since 1970
) STRICT;

-- Why it refused rejected_version.
CREATE TABLE edge_problem (
  identity    TEXT    NOT NULL REFERENCES edge (identity) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  file        TEXT    NOT NULL,
  line        INTEGER NOT NULL,
  column_from INTEGER NOT NULL,
  rule        TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  PRIMARY KEY (identity, position)
) STRICT;
