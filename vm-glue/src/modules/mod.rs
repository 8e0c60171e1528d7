//! Standard modules under their Python 2 names.
