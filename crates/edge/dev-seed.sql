-- Development only: one person of each role. Not a migration; `wrangler d1 execute shiming --local --file` applies it.
-- Secrets: "development-only-reviewer-secret-0001", "development-only-agent-secret-0000001",
-- "development-only-operator-secret-0001".
INSERT OR IGNORE INTO credentials (name, role, secret_sha256, state, created_at, updated_at) VALUES
  ('dev-reviewer', 'reviewer', 'cc01fc213dc4a31cda992060f9750d7cd4cb52d1be291692c16007584384c3a4', 'active', 0, 0),
  ('dev-agent', 'agent', '99fa6faef336f94059b2ebad8e99106bea5b1d531e6d1e7cc08cf124187c2669', 'active', 0, 0),
  ('dev-operator', 'operator', '37c27cd1581e7df0eb68a066c3f9a03d5c97b84ea92cd11af1e8eecfabb225f6', 'active', 0, 0);
-- An office that issues certificates of no criminal record.
INSERT OR IGNORE INTO certificate_offices (code, office, set_by, set_at) VALUES
  ('110105-021', '{"name":{"zh":"朝阳分局示例派出所","en":"Shili Police Station, Chaoyang"},"address":{"zh":"北京市朝阳区示例路1号","en":"1 Shili Road, Chaoyang District, Beijing"},"telephone":"010-5555 0100"}', 'dev-operator', 0);
