-- The largest head of each log that this witness has cosigned, or is about to: what it cosigns next must continue it.
CREATE TABLE witness_head (
  origin      TEXT    PRIMARY KEY,
  size        INTEGER NOT NULL CHECK (size >= 0),
  root        BLOB    NOT NULL CHECK (length(root) = 32),
  note        TEXT    NOT NULL, -- the checkpoint with the log's own signature
  grown_at    INTEGER NOT NULL, -- milliseconds since 1970: when this size was first seen
  cosigned_at INTEGER NOT NULL  -- seconds since 1970: the time in the cosignature
) STRICT;

-- No defect above this table may take a witness back.
CREATE TRIGGER witness_head_never_shrinks BEFORE UPDATE ON witness_head
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.cosigned_at < OLD.cosigned_at
  OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER witness_head_is_kept BEFORE DELETE ON witness_head BEGIN SELECT RAISE(ABORT, 'heads of logs are kept'); END;

-- Two heads that one log has signed and that cannot both be true.
CREATE TABLE witness_fork (
  origin    TEXT    NOT NULL,
  seen_at   INTEGER NOT NULL, -- milliseconds since 1970
  known     TEXT    NOT NULL, -- the checkpoint that was cosigned, as the log signed it
  shown     TEXT    NOT NULL, -- the one that contradicts it, likewise
  proof     TEXT    NOT NULL, -- what the larger of the two says of the size of the smaller: its root, then RFC 6962 consistency
  UNIQUE (origin, known, shown)
) STRICT;
CREATE TRIGGER witness_fork_stays BEFORE UPDATE ON witness_fork BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER witness_fork_is_kept BEFORE DELETE ON witness_fork BEGIN SELECT RAISE(ABORT, 'evidence is kept'); END;
