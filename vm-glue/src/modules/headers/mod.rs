//! Headers of mail-like messages: the modules `rfc822` and `mimetools`, and the reader that `httplib` shares with them.
//!
//! The classes are classic ones whose methods programs override: a message asks itself (`self.isheader(line)`) for each
//! line, keeps its lines in `headers` and the values by their names in lower case in `dict`.

mod address_classes;
pub mod addresses;
pub mod dates;
pub mod lines;
mod message;
mod mime;

pub use message::{Rules, module as rfc822, read};
pub use mime::module as mimetools;
