//! The dialect run time.
