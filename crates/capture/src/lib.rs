//! The browser's face of vision, wire and proof.
