//! `sys.flags` and `sys.long_info` with Python 2.7's fields.

use rustpython_vm::builtins::PyTypeRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::types::PyStructSequence;
use rustpython_vm::{PyObjectRef, VirtualMachine, pyclass, pystruct_sequence, pystruct_sequence_data};

#[derive(Default)]
#[pystruct_sequence_data]
struct FlagsData {
    debug: u8,
    py3k_warning: u8,
    division_warning: u8,
    division_new: u8,
    inspect: u8,
    interactive: u8,
    optimize: u8,
    dont_write_bytecode: u8,
    no_user_site: u8,
    no_site: u8,
    ignore_environment: u8,
    tabcheck: u8,
    verbose: u8,
    unicode: u8,
    bytes_warning: u8,
    hash_randomization: u8,
}

#[pystruct_sequence(name = "flags", module = "sys", data = "FlagsData", no_attr)]
struct Flags;

#[pyclass(with(PyStructSequence))]
impl Flags {}

#[pystruct_sequence_data]
struct LongInfoData {
    bits_per_digit: u8,
    sizeof_digit: u8,
}

#[pystruct_sequence(name = "long_info", module = "sys", data = "LongInfoData", no_attr)]
struct LongInfo;

#[pyclass(with(PyStructSequence))]
impl LongInfo {}

/// `sys.flags`: no option is on.
pub fn flags(vm: &VirtualMachine) -> PyObjectRef {
    let _: PyTypeRef = Flags::make_static_type();
    Flags::from_data(FlagsData { dont_write_bytecode: 1, ..FlagsData::default() }, vm).into()
}

/// `sys.long_info`: what CPython 2.7 shows on 64-bit machines.
pub fn long_info(vm: &VirtualMachine) -> PyObjectRef {
    let _: PyTypeRef = LongInfo::make_static_type();
    LongInfo::from_data(LongInfoData { bits_per_digit: 30, sizeof_digit: 4 }, vm).into()
}
