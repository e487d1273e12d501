-- A person's registrations are found by name, however it is written (RC-4): a keyed hash, '<key id>:<hexadecimal>', from the
-- moment that evidence is in. Null again when a registration is refused or expires (RN-11).
ALTER TABLE registrations ADD COLUMN name_key TEXT;
CREATE INDEX registrations_by_name ON registrations (name_key, opened_at DESC) WHERE name_key IS NOT NULL;
