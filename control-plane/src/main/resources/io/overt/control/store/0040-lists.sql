-- What compiled lists are made of, by digest: a page that two versions of a list share is here once. Given up when no version that is kept
-- names it any more, so that it is not for ever.
CREATE TABLE list_piece (
  sha256  ${blob} PRIMARY KEY,
  content ${blob} NOT NULL,
  wanted  ${integer} NOT NULL -- milliseconds since 1970: when a list that has it was last put; what is wanted just now is not given up
) ${strict};

-- Which compiled lists a version names. Edges get pieces of these and of no others.
CREATE TABLE policy_list (
  version ${integer} NOT NULL REFERENCES policy_version (version),
  name    TEXT       NOT NULL,
  root    ${blob}    NOT NULL,
  PRIMARY KEY (version, name)
) ${strict};
CREATE INDEX policy_list_root ON policy_list (root);
${append-only policy_list: policy versions never change}

-- Lists that are fetched from elsewhere: the last good one, and what came of the last look.
CREATE TABLE list_source (
  source        TEXT       PRIMARY KEY, -- SHA-256 of where it is from and of what vouches for it
  name          TEXT       NOT NULL,
  url           TEXT       NOT NULL,
  etag          TEXT       NOT NULL, -- of the last good one, for the next question; empty where there was none
  last_modified TEXT       NOT NULL,
  root          ${blob}    NOT NULL, -- of the last good one; empty when there was never one
  names         ${integer} NOT NULL,
  octets        ${integer} NOT NULL,
  fetched       ${integer} NOT NULL, -- milliseconds since 1970
  checked       ${integer} NOT NULL,
  problem       TEXT       NOT NULL, -- empty when nothing was wrong at the last look
  failures      ${integer} NOT NULL  -- in a row
) ${strict};
