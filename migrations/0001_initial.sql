-- What people list and search. Nothing personal is in clear: numbers and names stay in the Durable Objects, encrypted,
-- until the CRM has them.

-- One row per registration, brought up to date by its outbox.
CREATE TABLE registrations (
  id TEXT PRIMARY KEY,                -- hexadecimal
  version INTEGER NOT NULL,           -- an older one never replaces a newer one
  state TEXT NOT NULL,
  sim TEXT NOT NULL,
  refusal TEXT,
  terminal TEXT NOT NULL,             -- RN-1
  agent TEXT,                         -- RN-1
  opened_at INTEGER NOT NULL,         -- Unix seconds, like every time here
  expires_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX registrations_by_agent ON registrations (agent, opened_at DESC) WHERE agent IS NOT NULL;
CREATE INDEX registrations_by_state ON registrations (state, expires_at);

-- What a person has to look at (RN-8, RN-10).
CREATE TABLE reviews (
  key TEXT PRIMARY KEY,               -- idempotency key of the effect that opened it
  registration TEXT NOT NULL,
  decides INTEGER NOT NULL,           -- 1: the registration waits for it; 0: for information
  reasons TEXT NOT NULL,              -- JSON array
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  approved INTEGER,
  closed_by TEXT,
  reason TEXT
) STRICT;
CREATE INDEX reviews_open ON reviews (opened_at) WHERE closed_at IS NULL;
CREATE INDEX reviews_by_registration ON reviews (registration);

-- One credential per person. The secret has 256 random bits, so its plain SHA-256 tells nothing.
CREATE TABLE credentials (
  name TEXT PRIMARY KEY,              -- at most 40 characters
  role TEXT NOT NULL CHECK (role IN ('reviewer', 'agent', 'operator')),
  secret_sha256 TEXT NOT NULL UNIQUE, -- hexadecimal
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- One-time capture links (RN-2).
CREATE TABLE links (
  token TEXT PRIMARY KEY,             -- keyed hash, '<key id>:<hexadecimal>'
  target TEXT NOT NULL,               -- sealed, base64url: number, and card where it is known
  made_by TEXT NOT NULL,              -- a credential's name, or the service code
  device TEXT,                        -- keyed hash of the device key that used it first
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX links_by_expiry ON links (expires_at);

-- What the operator set: 'policy', 'format-parameters'.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,                -- JSON
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Requests of operators, agents and outside systems that were answered, so that a retry gets the same answer.
CREATE TABLE requests (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,               -- of path and body
  status INTEGER NOT NULL,
  answer TEXT NOT NULL,               -- sealed, base64url
  created_at INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT;
CREATE INDEX requests_by_age ON requests (created_at);

-- Who did what. Subjects are ids and names of settings, never a person's data.
CREATE TABLE audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL
) STRICT;
