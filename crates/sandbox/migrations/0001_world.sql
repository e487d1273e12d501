-- What the world is like before anybody registers. The state that calls change lives in the World Durable Object.

CREATE TABLE citizens (
  position    INTEGER PRIMARY KEY,
  id_number   TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  sex         TEXT NOT NULL,
  ethnicity   TEXT NOT NULL,
  birth_date  TEXT NOT NULL,
  address     TEXT NOT NULL,
  issuer      TEXT NOT NULL,
  valid_from  TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  portrait    TEXT NOT NULL -- JPEG, base64 (RFC 4648 section 4)
) STRICT;

CREATE TABLE subscriptions (
  position     INTEGER PRIMARY KEY,
  iccid        TEXT NOT NULL UNIQUE,
  number       TEXT NOT NULL UNIQUE,
  contact_line TEXT NOT NULL,
  sim          TEXT NOT NULL CHECK (sim IN ('inactive', 'provisional', 'active', 'deactivated')),
  registered   INTEGER NOT NULL CHECK (registered IN (0, 1)),
  holder       TEXT REFERENCES citizens (id_number) -- of an effective record, else null
) STRICT;
