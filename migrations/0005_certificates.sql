-- Certificates of no criminal record (NC-1 to NC-6). What is sealed is AES-256-GCM, base64url, bound to its place.

-- Offices that issue certificates, as the operator enters them.
CREATE TABLE certificate_offices (
  code TEXT PRIMARY KEY,              -- 110105-021
  office TEXT NOT NULL,               -- JSON: name, address, telephone
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;

-- Applications until they are forgotten. Of a certificate and of a notice both rows are equally long.
CREATE TABLE certificate_applications (
  id TEXT PRIMARY KEY,                -- hexadecimal
  version INTEGER NOT NULL,
  state TEXT NOT NULL,                -- sealed
  due_at INTEGER,                     -- when its call is made (again); null where none waits
  attempts INTEGER NOT NULL DEFAULT 0,
  ends_at INTEGER NOT NULL            -- when it ends by itself, or is forgotten
) STRICT;
CREATE INDEX certificate_applications_due ON certificate_applications (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX certificate_applications_by_end ON certificate_applications (ends_at);

-- The file that an application came to, as long as it can be taken.
CREATE TABLE certificate_documents (
  application TEXT PRIMARY KEY,
  document TEXT NOT NULL,             -- sealed
  ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_documents_by_end ON certificate_documents (ends_at);

-- The last serial number of an office and day; drawn for certificates only.
CREATE TABLE certificate_serials (
  office TEXT NOT NULL,
  day TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (office, day)
) STRICT;

CREATE TABLE certificates (
  number TEXT PRIMARY KEY,            -- without hyphens
  application TEXT NOT NULL UNIQUE,   -- one application, one certificate
  code TEXT NOT NULL,                 -- keyed hash of the verification code
  person TEXT NOT NULL,               -- keyed hash of the document's number
  facts TEXT NOT NULL,                -- sealed: what a stranger with number and code may see
  record TEXT NOT NULL,               -- sealed: whom it is about
  issued_at INTEGER NOT NULL,
  ended_at INTEGER,                   -- withdrawn or superseded
  reason TEXT,
  ended_by TEXT,                      -- a credential's name
  superseded_by TEXT
) STRICT;
CREATE INDEX certificates_by_person ON certificates (person, issued_at);

-- The append-only log (docs/certificate.md): lines as they are exported.
CREATE TABLE certificate_log (
  seq INTEGER PRIMARY KEY,            -- from 1, no gaps
  line TEXT NOT NULL,
  chain TEXT NOT NULL                 -- hexadecimal
) STRICT;
CREATE TABLE certificate_heads (
  size INTEGER NOT NULL,              -- entries before it
  signed_at INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (size, signed_at)
) STRICT;

-- Wrong numbers and codes, to limit guessing.
CREATE TABLE certificate_guesses (
  client TEXT NOT NULL,               -- keyed hash of the address
  number TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_guesses_by_client ON certificate_guesses (client, at);
CREATE INDEX certificate_guesses_by_number ON certificate_guesses (number, at);
