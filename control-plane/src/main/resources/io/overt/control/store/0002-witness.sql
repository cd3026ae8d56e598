-- The largest head of each log that this witness has cosigned, or is about to: what it cosigns next must continue it.
CREATE TABLE witness_head (
  origin      TEXT    PRIMARY KEY,
  size        ${integer} NOT NULL CHECK (size >= 0),
  root        ${blob}    NOT NULL CHECK (length(root) = 32),
  note        TEXT    NOT NULL, -- the checkpoint with the log's own signature
  grown_at    ${integer} NOT NULL, -- milliseconds since 1970: when this size was first seen
  cosigned_at ${integer} NOT NULL  -- seconds since 1970: the time in the cosignature
) ${strict};

-- No defect above this table may take a witness back.
${sqlite}
CREATE TRIGGER witness_head_never_shrinks BEFORE UPDATE ON witness_head
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.cosigned_at < OLD.cosigned_at
  OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER witness_head_is_kept BEFORE DELETE ON witness_head BEGIN SELECT RAISE(ABORT, 'heads of logs are kept'); END;
${end}
${postgresql}
CREATE TRIGGER witness_head_never_shrinks BEFORE UPDATE ON witness_head FOR EACH ROW
WHEN (NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.cosigned_at < OLD.cosigned_at
  OR (NEW.size = OLD.size AND NEW.root <> OLD.root))
EXECUTE FUNCTION refuse('a witness never goes back');
CREATE TRIGGER witness_head_is_kept BEFORE DELETE ON witness_head FOR EACH ROW EXECUTE FUNCTION refuse('heads of logs are kept');
CREATE TRIGGER witness_head_is_kept_whole BEFORE TRUNCATE ON witness_head EXECUTE FUNCTION refuse('heads of logs are kept');
${end}

-- Two heads that one log has signed and that cannot both be true.
CREATE TABLE witness_fork (
  origin    TEXT    NOT NULL,
  seen_at   ${integer} NOT NULL, -- milliseconds since 1970
  known     TEXT    NOT NULL, -- the checkpoint that was cosigned, as the log signed it
  shown     TEXT    NOT NULL, -- the one that contradicts it, likewise
  proof     TEXT    NOT NULL, -- what the larger of the two says of the size of the smaller: its root, then RFC 6962 consistency
  UNIQUE (origin, known, shown)
) ${strict};
${append-only witness_fork: evidence never changes | evidence is kept}
