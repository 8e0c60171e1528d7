//! The one HTTP client of the program.
