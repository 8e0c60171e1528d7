//! Comparing strings: of one type, and a byte string with a unicode by the default codec.

use super::operand::Kind;
use super::{text, warning};
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The slot of both types.
pub fn richcompare(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let (Some(first), Some(second)) = (a.downcast_ref::<PyStr>(), b.downcast_ref::<PyStr>()) else {
        return Ok(Either::B(PyComparisonValue::NotImplemented));
    };
    let answer = |value| Ok(Either::B(PyComparisonValue::Implemented(value)));
    if a.is(b) {
        return answer(op.eval_ord(std::cmp::Ordering::Equal));
    }
    if Kind::of(a) == Kind::of(b) || first.isascii() && second.isascii() {
        return answer(decide(op, first.as_wtf8(), second.as_wtf8()));
    }
    let texts = text::wtf8_of(vm, a).and_then(|first| Ok((first, text::wtf8_of(vm, b)?)));
    match texts {
        Ok((first, second)) => {
            let empty = || std::borrow::Cow::Borrowed(Wtf8::new(""));
            answer(decide(op, &first.unwrap_or_else(empty), &second.unwrap_or_else(empty)))
        }
        Err(error) => {
            let unequal = match op {
                PyComparisonOp::Eq => "equal",
                PyComparisonOp::Ne => "unequal",
                _ => return Err(error),
            };
            if !error.fast_isinstance(vm.ctx.exceptions.unicode_error) {
                return Err(error);
            }
            warn(vm, unequal)?;
            answer(matches!(op, PyComparisonOp::Ne))
        }
    }
}

fn decide(op: PyComparisonOp, a: &Wtf8, b: &Wtf8) -> bool {
    op.eval_eq(|| a == b).unwrap_or_else(|| op.eval_ord(a.cmp(b)))
}

fn warn(vm: &VirtualMachine, comparison: &str) -> PyResult<()> {
    let message = format!(
        "Unicode {comparison} comparison failed to convert both arguments to Unicode - interpreting them as being unequal"
    );
    warning::warn(vm, vm.ctx.exceptions.unicode_warning, &message)
}
