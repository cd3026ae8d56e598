-- People who signed in by a browser. What the browser holds is not here, only its digest: who reads this table is nobody else by it.
CREATE TABLE web_session (
  secret_sha256 ${blob} PRIMARY KEY,
  subject       TEXT    NOT NULL,
  email         TEXT    NOT NULL, -- empty unless the provider has verified it
  groups        TEXT    NOT NULL, -- one a line
  shown         TEXT    NOT NULL,
  since         ${integer} NOT NULL, -- milliseconds since 1970
  used          ${integer} NOT NULL  -- likewise: to a minute
) ${strict};
CREATE INDEX web_session_by_use ON web_session (used);

-- Sign-ins under way: sent to the provider, not yet back.
CREATE TABLE sign_in (
  state_sha256   ${blob} PRIMARY KEY,
  browser_sha256 ${blob} NOT NULL, -- of the cookie of the browser that began it
  nonce          TEXT    NOT NULL, -- to be in the token
  verifier       TEXT    NOT NULL, -- RFC 7636
  return_to      TEXT    NOT NULL, -- a path of ours
  since          ${integer} NOT NULL
) ${strict};
CREATE INDEX sign_in_by_time ON sign_in (since);
