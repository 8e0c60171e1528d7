//! Pickles: one writer and one reader of protocols 0, 1 and 2 for the modules `pickle` and `cPickle`, and for native code
//! that stores objects ([`dump`], [`load`]).

mod cpickle;
mod errors;
mod hooks;
mod memo;
mod opcodes;
mod plain;
mod reading;
mod reading_objects;
pub mod reduce;
mod source;
mod writing;
mod writing_objects;

pub use cpickle::module as cpickle_module;
pub use errors::Flavour;
pub use hooks::Admit;
pub use plain::module as pickle_module;
pub use reading::Find;

use rustpython_vm::{PyObject, PyResult, VirtualMachine};

/// A pickle of an object, as `pickle.dumps` writes it. `admit` may refuse classes and objects that are no plain data.
pub fn dump(vm: &VirtualMachine, object: &PyObject, protocol: i64, admit: Option<Admit>) -> PyResult<Vec<u8>> {
    let mut writer = writing::Writer::new(Flavour::Plain, protocol);
    writer.hooks.admit = admit;
    writer.dump(vm, object)?;
    Ok(writer.out)
}

/// The object of a pickle, as `cPickle.loads` reads it. `find` looks classes and functions up.
pub fn load(vm: &VirtualMachine, data: &[u8], find: Option<Find>) -> PyResult {
    let source = source::Source::Bytes { data: data.to_vec(), at: 0 };
    let mut reader = reading::Reader::new(Flavour::Plain, source);
    if let Some(find) = find {
        reader.find = find;
    }
    reader.load(vm)
}
