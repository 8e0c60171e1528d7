//! The errors of `pickle` and of `cPickle`, which are classes of their own in each.

use std::sync::OnceLock;

use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};

use crate::runtime::text;

/// Which of the two modules works: their errors, memo numbers and some of their bytes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `pickle`
    Plain,
    /// `cPickle`
    C,
}

/// The classes of one module.
#[derive(Debug)]
pub struct Errors {
    pub pickle_error: PyTypeRef,
    pub pickling_error: PyTypeRef,
    pub unpickling_error: PyTypeRef,
    /// `cPickle.UnpickleableError`
    pub unpickleable: Option<PyTypeRef>,
    /// `cPickle.BadPickleGet`
    pub bad_get: Option<PyTypeRef>,
}

static PLAIN: OnceLock<Errors> = OnceLock::new();
static C: OnceLock<Errors> = OnceLock::new();

impl Flavour {
    /// The classes, made on first use.
    pub fn errors(self, vm: &VirtualMachine) -> &'static Errors {
        let (cell, module) = match self {
            Self::Plain => (&PLAIN, "pickle"),
            Self::C => (&C, "cPickle"),
        };
        cell.get_or_init(|| {
            let derived =
                |name: &str, base: &PyTypeRef| vm.ctx.new_exception_type(module, name, Some(vec![base.clone()]));
            let pickle_error = vm.ctx.new_exception_type(module, "PickleError", None);
            let pickling_error = derived("PicklingError", &pickle_error);
            let unpickling_error = derived("UnpicklingError", &pickle_error);
            let is_c = self == Self::C;
            Errors {
                unpickleable: is_c.then(|| derived("UnpickleableError", &pickling_error)),
                bad_get: is_c.then(|| derived("BadPickleGet", &unpickling_error)),
                pickle_error,
                pickling_error,
                unpickling_error,
            }
        })
    }

    /// A PicklingError.
    pub fn pickling(self, vm: &VirtualMachine, message: impl AsRef<str>) -> PyBaseExceptionRef {
        vm.new_exception(self.errors(vm).pickling_error.clone(), vec![text::native(vm, message.as_ref())])
    }

    /// An UnpicklingError.
    pub fn unpickling(self, vm: &VirtualMachine, message: impl AsRef<str>) -> PyBaseExceptionRef {
        vm.new_exception(self.errors(vm).unpickling_error.clone(), vec![text::native(vm, message.as_ref())])
    }
}
