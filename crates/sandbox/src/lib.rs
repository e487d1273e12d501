//! A second Worker that plays the outside world, for development and tests.
