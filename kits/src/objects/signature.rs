//! Arguments of a call bound to parameters as Python 2 does it, with its texts of errors. The functions of the original
//! are Python, and plug-ins print what they raise.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

/// What a parameter is when the caller leaves it out.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    Required,
    None,
    False,
    True,
    Zero,
    Text(&'static str),
    List,
    Dict,
}

impl Default {
    pub fn value(self, vm: &VirtualMachine) -> PyObjectRef {
        match self {
            Default::Required | Default::None => vm.ctx.none(),
            Default::False => vm.ctx.false_value.clone().into(),
            Default::True => vm.ctx.true_value.clone().into(),
            Default::Zero => vm.ctx.new_int(0).into(),
            Default::Text(value) => text::native(vm, value),
            Default::List => vm.ctx.new_list(Vec::new()).into(),
            Default::Dict => vm.ctx.new_dict().into(),
        }
    }
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub default: Default,
}

impl Parameter {
    pub const fn required(name: &'static str) -> Self {
        Parameter { name, default: Default::Required }
    }

    pub const fn none(name: &'static str) -> Self {
        Parameter { name, default: Default::None }
    }
}

/// A function's parameters.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The function's name in texts of errors.
    pub name: &'static str,
    /// Parameters before these that the caller does not give (`self` …), but which the texts count.
    pub hidden: usize,
    pub parameters: &'a [Parameter],
    /// Further keywords are welcome.
    pub keywords: bool,
}

/// A value for each parameter, and the further keywords.
#[derive(Debug)]
pub struct Bound {
    values: Vec<PyObjectRef>,
    /// True for each parameter that the caller gave.
    pub given: Vec<bool>,
    pub keywords: Vec<(String, PyObjectRef)>,
}

impl Bound {
    /// The value of a parameter by its place.
    pub fn get(&self, at: usize) -> &PyObject {
        &self.values[at]
    }

    pub fn into_values(self) -> Vec<PyObjectRef> {
        self.values
    }
}

impl Signature<'_> {
    /// Binds the arguments of a call.
    pub fn bind(&self, vm: &VirtualMachine, args: FuncArgs) -> PyResult<Bound> {
        let keywords = args.kwargs.iter().map(|(name, value)| (name.to_string_lossy().into_owned(), value.clone()));
        self.bind_pairs(vm, args.args, keywords.collect())
    }

    /// Binds arguments that are given apart.
    pub fn bind_pairs(
        &self,
        vm: &VirtualMachine,
        unnamed: Vec<PyObjectRef>,
        named: Vec<(String, PyObjectRef)>,
    ) -> PyResult<Bound> {
        let count = self.parameters.len();
        let required = self.parameters.iter().filter(|p| matches!(p.default, Default::Required)).count();
        let arguments = |number: usize| if number == 1 { "argument" } else { "arguments" };
        if unnamed.len() > count {
            let (most, given) = (self.hidden + count, self.hidden + unnamed.len() + named.len());
            let how = if required < count { "at most" } else { "exactly" };
            let message = format!("{}() takes {how} {most} {} ({given} given)", self.name, arguments(most));
            return Err(vm.new_type_error(message));
        }
        let mut values: Vec<Option<PyObjectRef>> = unnamed.into_iter().map(Some).collect();
        values.resize_with(count, || None);
        let mut keywords = Vec::new();
        for (name, value) in named {
            match self.parameters.iter().position(|parameter| parameter.name == name) {
                Some(at) if values[at].is_some() => {
                    let message = format!("{}() got multiple values for keyword argument '{name}'", self.name);
                    return Err(vm.new_type_error(message));
                }
                Some(at) => values[at] = Some(value),
                None if self.keywords => keywords.push((name, value)),
                None => {
                    let message = format!("{}() got an unexpected keyword argument '{name}'", self.name);
                    return Err(vm.new_type_error(message));
                }
            }
        }
        let missing = |(parameter, value): (&Parameter, &Option<PyObjectRef>)| {
            matches!(parameter.default, Default::Required) && value.is_none()
        };
        if self.parameters.iter().zip(&values).any(missing) {
            let (least, given) = (self.hidden + required, self.hidden + values.iter().flatten().count());
            let how = if required < count { "at least" } else { "exactly" };
            let message = format!("{}() takes {how} {least} {} ({given} given)", self.name, arguments(least));
            return Err(vm.new_type_error(message));
        }
        let given = values.iter().map(Option::is_some).collect();
        let values = self
            .parameters
            .iter()
            .zip(values)
            .map(|(parameter, value)| value.unwrap_or_else(|| parameter.default.value(vm)))
            .collect();
        Ok(Bound { values, given, keywords })
    }
}
