//! The business: the registration's state machine and its use cases over ports.
