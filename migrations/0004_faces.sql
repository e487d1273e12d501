-- Live faces (EC-1), and what risk control counts of people (EC-2).

-- What devices were asked to have a face do. Answered once; nothing of the answer is kept.
CREATE TABLE face_challenges (
  id TEXT PRIMARY KEY,                -- base64url, random
  device TEXT NOT NULL,
  actions TEXT NOT NULL,              -- JSON array
  issued_at INTEGER NOT NULL,
  taken_by TEXT,                      -- SHA-256 of the request that answered it: sent again, it finds it again
  taken_at INTEGER
) STRICT;
CREATE INDEX face_challenges_by_device ON face_challenges (device, issued_at);
CREATE INDEX face_challenges_by_age ON face_challenges (issued_at);

-- Only while the rule 'repeated_face' is in force, and no longer than it looks back: the last face of a person.
CREATE TABLE kept_faces (
  person TEXT PRIMARY KEY,            -- keyed hash of the ID number
  face TEXT NOT NULL,                 -- descriptor, sealed, base64url
  seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_faces_by_age ON kept_faces (seen_at);

-- Whose SIM numbers these are, to count them: keyed hashes, hexadecimal, from the moment that evidence is in. Null again when
-- a registration is refused or expires (RN-11).
ALTER TABLE registrations ADD COLUMN person TEXT;
ALTER TABLE registrations ADD COLUMN line TEXT;
CREATE INDEX registrations_by_person ON registrations (person) WHERE person IS NOT NULL;

-- Entries of the blacklist are numbered, to be listed.
CREATE TABLE numbered_blacklist (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  person TEXT NOT NULL UNIQUE,        -- keyed hash of the ID number
  reason TEXT NOT NULL,
  listed_by TEXT NOT NULL,
  listed_at INTEGER NOT NULL
) STRICT;
INSERT INTO numbered_blacklist (person, reason, listed_by, listed_at)
  SELECT person, reason, listed_by, listed_at FROM blacklist ORDER BY listed_at, person;
DROP TABLE blacklist;
ALTER TABLE numbered_blacklist RENAME TO blacklist;

-- cards.revoked_by: 'holder', 'moved' (to another phone, with a live face), 'replaced' (by cards on another phone, without one), or
-- a credential's name.
