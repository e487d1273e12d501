-- Words of certificates and notices (NC-4). A version never changes: what was issued under it can be looked up.
CREATE TABLE certificate_templates (
  version TEXT PRIMARY KEY,
  template TEXT NOT NULL,             -- JSON: crates/certificate/templates/standard.json
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;

-- Which version was put to use when; the last is in use. The program's own where there is none.
CREATE TABLE certificate_template_uses (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  used_by TEXT NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;
