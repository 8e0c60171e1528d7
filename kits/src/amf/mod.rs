//! AMF, the format in which Flash programs talk to servers (Adobe's specifications of AMF 0 and AMF 3): [`amf0`] and
//! [`amf3`] read and write values, [`envelope`] the packets of Flash Remoting, [`shared_object`] the files of Flash's local
//! storage. Values are Python objects in the shapes that PyAMF gave them; [`shapes`] makes those.

pub mod amf0;
pub mod amf3;
pub mod envelope;
pub mod input;
pub mod natives;
pub mod shapes;
pub mod shared_object;
#[cfg(test)]
mod tests;
