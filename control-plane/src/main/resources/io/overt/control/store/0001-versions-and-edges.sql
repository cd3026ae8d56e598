-- Policy versions never change: what edges hold was signed, and an investigation must find it again.
CREATE TABLE policy_version (
  version         ${integer} PRIMARY KEY CHECK (version > 0),
  policy          TEXT    NOT NULL,
  published       ${integer} NOT NULL, -- milliseconds since 1970
  publisher       TEXT    NOT NULL, -- fleet identity
  content_sha256  ${blob}    NOT NULL, -- over the digests of all files: equal for equal content, whatever the version
  manifest        ${blob}    NOT NULL, -- exactly the bytes that were signed
  manifest_sha256 ${blob}    NOT NULL,
  signature       ${blob}    NOT NULL,
  key_id          ${blob}    NOT NULL
) ${strict};

-- Lists are large and mostly the same from version to version.
CREATE TABLE file_content (
  sha256  ${blob} PRIMARY KEY,
  content ${blob} NOT NULL
) ${strict};

CREATE TABLE policy_file (
  version  ${integer} NOT NULL REFERENCES policy_version (version),
  position ${integer} NOT NULL,
  path     TEXT    NOT NULL,
  sha256   ${blob}    NOT NULL REFERENCES file_content (sha256),
  PRIMARY KEY (version, position),
  UNIQUE (version, path)
) ${strict};

${append-only policy_version: policy versions never change | policy versions are kept}
${append-only policy_file: policy versions never change | policy versions are kept}
${append-only file_content: policy versions never change | policy versions are kept}

-- What each edge last said. Version numbers are 0 where there is none.
CREATE TABLE edge (
  identity         TEXT    PRIMARY KEY, -- overt://site/edge/name
  build            TEXT    NOT NULL,
  active_version   ${integer} NOT NULL,
  rejected_version ${integer} NOT NULL,
  last_seen        ${integer} NOT NULL -- milliseconds since 1970
) ${strict};

-- Why it refused rejected_version.
CREATE TABLE edge_problem (
  identity    TEXT    NOT NULL REFERENCES edge (identity) ON DELETE CASCADE,
  position    ${integer} NOT NULL,
  file        TEXT    NOT NULL,
  line        ${integer} NOT NULL,
  column_from ${integer} NOT NULL,
  rule        TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  PRIMARY KEY (identity, position)
) ${strict};
