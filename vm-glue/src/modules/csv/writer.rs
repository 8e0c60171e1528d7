//! Writing rows.

use std::sync::Arc;

use rustpython_vm::builtins::{PyFloat, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::dialect::{Dialect, Quoting, Rules, dialect_argument, error, shared_rules};
use crate::runtime::{classic, text};

/// `_csv.writer`
#[pyclass(module = "_csv", name = "writer")]
#[derive(Debug, PyPayload)]
pub struct Writer {
    write: PyObjectRef,
    rules: Arc<Rules>,
}

/// A field as it stands in the row.
fn append(
    out: &mut Vec<u8>,
    field: &[u8],
    mut quoted: bool,
    only: bool,
    rules: &Rules,
    vm: &VirtualMachine,
) -> PyResult<()> {
    // A NUL ends the string in C.
    let field = field.split(|byte| *byte == 0).next().unwrap_or_default();
    let start = out.len();
    for byte in field {
        let special = *byte == rules.delimiter
            || Some(*byte) == rules.escape
            || Some(*byte) == rules.quote
            || rules.line_end.contains(byte);
        if special {
            let mut escaped = rules.quoting == Quoting::None;
            if !escaped {
                if Some(*byte) == rules.quote {
                    if rules.double_quote {
                        out.push(*byte);
                    } else {
                        escaped = true;
                    }
                }
                quoted |= !escaped;
            }
            if escaped {
                match rules.escape {
                    Some(escape) => out.push(escape),
                    None => return Err(error(vm, "need to escape, but no escapechar set")),
                }
            }
        }
        out.push(*byte);
    }
    if field.is_empty() && only {
        if rules.quoting == Quoting::None {
            return Err(error(vm, "single empty field record must be quoted"));
        }
        quoted = true;
    }
    if quoted && let Some(quote) = rules.quote {
        out.insert(start, quote);
        out.push(quote);
    }
    Ok(())
}

fn is_number(object: &PyObject) -> bool {
    let slots = &object.class().slots().as_number;
    !object.downcastable::<PyStr>()
        && (classic::is_instance(object) || slots.int.load().is_some() || slots.float.load().is_some())
}

impl Writer {
    fn row(&self, row: &PyObject, vm: &VirtualMachine) -> PyResult {
        let is_sequence = classic::is_instance(row)
            || row.try_sequence(vm).is_ok() && !row.downcastable::<rustpython_vm::builtins::PyDict>();
        if !is_sequence {
            return Err(error(vm, "sequence expected"));
        }
        let fields = match row.length(vm) {
            Ok(length) => (0..length)
                .map(|at| row.get_item(vm.ctx.new_int(at).as_object(), vm))
                .collect::<PyResult<Vec<PyObjectRef>>>()?,
            Err(error) => return Err(error),
        };
        let rules = &*self.rules;
        let mut out = Vec::new();
        let only = fields.len() == 1;
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                out.push(rules.delimiter);
            }
            let quoted = match rules.quoting {
                Quoting::NonNumeric => !is_number(field),
                Quoting::All => true,
                _ => false,
            };
            let bytes = match field.downcast_ref::<PyStr>() {
                Some(string) if !text::is_unicode(field) => text::narrow(string.as_wtf8()).into_owned(),
                _ if vm.is_none(field) => Vec::new(),
                _ if field.downcastable::<PyFloat>() => text::repr_of(vm, field)?,
                _ => text::str_of(vm, field)?,
            };
            append(&mut out, &bytes, quoted, only, rules, vm)?;
        }
        out.extend_from_slice(&rules.line_end);
        self.write.call((text::new_str(vm, &out),), vm)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Writer {
    #[pygetset]
    fn dialect(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Dialect { rules: zelf.rules.clone() }.into_ref(&vm.ctx).into()
    }

    /// Writes a row; gives what `write` gave.
    #[pymethod]
    fn writerow(zelf: &Py<Self>, row: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        zelf.row(&row, vm)
    }

    /// Writes rows.
    #[pymethod]
    fn writerows(zelf: &Py<Self>, rows: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let rows = rows.get_iter(vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.type_error) {
            true => vm.new_type_error("writerows() argument must be iterable"),
            false => error,
        })?;
        while let PyIterReturn::Return(row) = rows.next(vm)? {
            zelf.row(&row, vm)?;
        }
        Ok(())
    }
}

/// `writer(file[, dialect][, **fields])`
pub fn writer(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len();
    let (Some(file), base, None) = (args.take_positional(), dialect_argument(&mut args), args.take_positional()) else {
        let (bound, wanted) = if given == 0 { ("at least", 1) } else { ("at most", 2) };
        return Err(vm.new_type_error(format!(" expected {bound} {wanted} arguments, got {given}")));
    };
    let rules = shared_rules(vm, base, args)?;
    let write = file.get_attr("write", vm).ok().filter(|write| write.is_callable());
    let Some(write) = write else {
        return Err(vm.new_type_error("argument 1 must have a \"write\" method"));
    };
    Ok(Writer { write, rules }.into_ref(&vm.ctx).into())
}
