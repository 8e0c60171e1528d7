//! Reading markup: the modules `markupbase`, `HTMLParser` and `sgmllib`.
//!
//! Programs derive from their classes, override any method and replace the modules' regular expressions. So each step
//! asks the parser object for the method and the module for the expression; where both are the ones made here, the step
//! is done natively ([`scan`]) and nothing of Python runs but the handlers of the program.

mod base;
mod html;
mod parser;
pub mod scan;
mod sgml;
mod sgml_elements;
mod unescape;

pub use base::module as markupbase;
pub use html::module as html_parser;
pub use parser::{Parser, Source, advance_for_python, read_for_python};
pub use sgml::module as sgmllib;
