//! Pictures in, evidence out: decode, locate, rectify, quality, read.
