//! What makes a message trustworthy: HTTP message signatures, gateway session key, keyed hashes.
