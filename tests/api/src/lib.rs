//! Client, fixtures and assertions for the whole-system tests.
