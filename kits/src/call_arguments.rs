//! Binds the arguments of native functions by name, with Python 2's texts where that fails.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A function that plug-in code calls. `self` is counted in the texts, as in the original.
pub struct Parameters {
    pub function: &'static str,
    pub names: &'static [&'static str],
    /// How many of them must be given.
    pub required: usize,
}

impl Parameters {
    /// The value of each parameter, None for those left out.
    pub fn bind(&self, vm: &VirtualMachine, args: FuncArgs) -> PyResult<Vec<Option<PyObjectRef>>> {
        let given = args.args.len() + args.kwargs.len();
        if args.args.len() > self.names.len() {
            return Err(self.wrong_number(vm, given));
        }
        let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
        values.resize(self.names.len(), None);
        for (keyword, value) in args.kwargs {
            let keyword = keyword.to_string();
            let Some(at) = self.names.iter().position(|name| *name == keyword) else {
                let text = format!("{}() got an unexpected keyword argument '{keyword}'", self.function);
                return Err(vm.new_type_error(text));
            };
            match values.get_mut(at) {
                Some(slot @ None) => *slot = Some(value),
                _ => {
                    let text = format!("{}() got multiple values for keyword argument '{keyword}'", self.function);
                    return Err(vm.new_type_error(text));
                }
            }
        }
        if values.iter().take(self.required).any(Option::is_none) {
            return Err(self.wrong_number(vm, given));
        }
        Ok(values)
    }

    fn wrong_number(&self, vm: &VirtualMachine, given: usize) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let (least, most) = (self.required + 1, self.names.len() + 1);
        let (word, number) = if least == most {
            ("exactly", least)
        } else if given + 1 < least {
            ("at least", least)
        } else {
            ("at most", most)
        };
        let plural = if number == 1 { "" } else { "s" };
        vm.new_type_error(format!("{}() takes {word} {number} argument{plural} ({} given)", self.function, given + 1))
    }
}
