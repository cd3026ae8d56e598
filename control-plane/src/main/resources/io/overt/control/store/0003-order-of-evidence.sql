-- In which order evidence came; 0 for what was there before this was counted.
ALTER TABLE witness_fork ADD COLUMN position ${integer} NOT NULL DEFAULT 0;
