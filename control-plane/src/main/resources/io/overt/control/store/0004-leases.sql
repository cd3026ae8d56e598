-- Who does what only one control plane may do. The number rises with each change of hands: what a holder writes, it writes under its number.
CREATE TABLE lease (
  name    TEXT PRIMARY KEY,
  holder  TEXT       NOT NULL, -- one life of one process
  number  ${integer} NOT NULL CHECK (number > 0),
  expires ${integer} NOT NULL  -- milliseconds since 1970, by the database's clock
) ${strict};
