-- Electronic ID cards (EC-1 to EC-5). People are keyed hashes, hexadecimal, under the key that never rotates; what is in
-- clear are virtual numbers, ids and times.

-- Codes that devices are enrolled with, once.
CREATE TABLE device_enrolments (
  code TEXT PRIMARY KEY,              -- keyed hash, '<key id>:<hexadecimal>'
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('issuing_device', 'agent_terminal')),
  made_by TEXT NOT NULL,              -- a credential's name
  expires_at INTEGER NOT NULL,
  device TEXT                         -- who used it
) STRICT;

CREATE TABLE devices (
  id TEXT PRIMARY KEY,                -- base64url, follows from the first key
  enrolment TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('issuing_device', 'agent_terminal')),
  public_key TEXT NOT NULL UNIQUE,    -- base64url
  previous_key TEXT,                  -- the one before, which is good for learning the answer to a rotation again
  enrolled_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,        -- of the certificate
  revoked_at INTEGER,
  reason TEXT
) STRICT;

-- Signatures of devices that were seen while they are fresh: one that comes again is a replay.
CREATE TABLE device_requests (
  device TEXT NOT NULL,
  nonce TEXT NOT NULL,                -- r of the signature, base64url
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (device, nonce)
) STRICT;
CREATE INDEX device_requests_by_age ON device_requests (seen_at);

-- Who was identified and may take cards, once.
CREATE TABLE card_offers (
  token TEXT PRIMARY KEY,             -- keyed hash, '<key id>:<hexadecimal>'
  person TEXT,                        -- sealed, base64url; null once taken
  device TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX card_offers_by_expiry ON card_offers (expires_at);

-- The cards of one person on one phone.
CREATE TABLE card_holders (
  id TEXT PRIMARY KEY,                -- base64url, random
  offer TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL,               -- keyed hash of the ID number
  public_key TEXT NOT NULL,           -- of the phone, base64url
  device TEXT NOT NULL,               -- that identified the person
  issued_at INTEGER NOT NULL
) STRICT;
CREATE INDEX card_holders_by_person ON card_holders (person);

CREATE TABLE cards (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE,        -- virtual
  holder TEXT NOT NULL,
  list INTEGER NOT NULL,
  place INTEGER NOT NULL,             -- in the status list, random
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  revoked_by TEXT,                    -- 'holder', 'moved', or a credential's name
  UNIQUE (list, place)
) STRICT;
CREATE INDEX cards_by_holder ON cards (holder);
CREATE INDEX cards_revoked ON cards (list, place) WHERE revoked_at IS NOT NULL;

-- The risk-control store (EC-2).
CREATE TABLE risk_events (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('device', 'offer', 'issued', 'revoked')),
  decision TEXT NOT NULL CHECK (decision IN ('asked', 'allow', 'review', 'refuse')),
  code TEXT,                          -- what came of it, if that is no rule's matter
  findings TEXT NOT NULL,             -- JSON array
  device TEXT,
  person TEXT,                        -- keyed hash of the ID number
  address TEXT,                       -- keyed hash of the client's
  alike TEXT UNIQUE,                  -- what repetitions within a minute have in common; null where every one is a row
  times INTEGER NOT NULL DEFAULT 1,
  decided_at INTEGER,                 -- of a review
  approved INTEGER,
  decided_by TEXT,
  reason TEXT,
  used_at INTEGER                     -- when an approval led to an offer
) STRICT;
CREATE INDEX risk_events_by_person ON risk_events (person, at) WHERE person IS NOT NULL;
CREATE INDEX risk_events_by_device ON risk_events (device, at) WHERE device IS NOT NULL;
CREATE INDEX risk_events_by_address ON risk_events (address, at) WHERE address IS NOT NULL;
CREATE INDEX risk_events_by_age ON risk_events (at);

CREATE TABLE blacklist (
  person TEXT PRIMARY KEY,            -- keyed hash of the ID number
  reason TEXT NOT NULL,
  listed_by TEXT NOT NULL,
  listed_at INTEGER NOT NULL
) STRICT;

-- What the citizen system is still to be told of cards (EC-3).
CREATE TABLE card_outbox (
  key TEXT PRIMARY KEY,               -- idempotency key of every attempt
  kind TEXT NOT NULL,
  body TEXT NOT NULL,                 -- sealed, base64url
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX card_outbox_by_due ON card_outbox (due_at);
