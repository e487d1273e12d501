//! The Cloudflare Worker: routes, Durable Objects, D1, provider adapters.
