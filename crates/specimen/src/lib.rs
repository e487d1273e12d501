//! Draws fictional documents and phone-like photos of them.
