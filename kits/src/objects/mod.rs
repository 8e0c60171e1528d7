//! The output objects of framework 2 (`spec/objects.md`): what handlers build and return, and how it becomes XML.
//!
//! * [`tables`]: every modern class with its attributes, children and XML names; [`class`] makes the Python classes
//! * [`modern`]: their objects; [`container`], [`metadata`] with [`sets`], [`media`]: what each family does besides
//! * [`legacy_tables`], [`legacy`], [`legacy_container`]: the objects of the first generation and their factories
//! * [`urls`]: typed URLs (`HTTPLiveStreamURL` …)
//! * [`write`], [`legacy_write`], [`values`], [`xml`]: objects as XML; [`respond`]: objects as answers
//! * [`seams`]: what comes from the other kits

pub mod class;
pub mod container;
pub mod errors;
pub mod json;
pub mod legacy;
pub mod legacy_container;
pub mod legacy_tables;
pub mod legacy_write;
pub mod media;
pub mod metadata;
pub mod modern;
pub mod quote;
pub mod respond;
pub mod seams;
pub mod sets;
pub mod signature;
pub mod tables;
pub mod urls;
pub mod values;
pub mod write;
pub mod xml;

#[cfg(test)]
mod tests;
