//! From the compiler's code to code objects: constants become Python 2's.
//!
//! The lowering writes `'…'` as a string constant and `u'…'` as a bytes constant (its UTF-8); here bytes constants turn
//! into `unicode`, and docstrings come out of their [disguise](reprise_python2::lower::docstring).

use malachite_bigint::BigInt;
use reprise_python2::embed;
use reprise_python2::lower::docstring::{self, Docstring};
use rustpython_compiler_core::bytecode::{
    AsBag, BorrowedConstant, CodeObject, CodeUnit, CodeUnits, Constant, ConstantBag, Instruction, IntrinsicFunction1,
    Opcode,
};
use rustpython_compiler_core::frozen::FrozenCodeObject;
use rustpython_vm::builtins::{PyCode, PyFrozenSet, PyStrInterned, PyTuple};
use rustpython_vm::{Context, PyObjectRef, PyPayload, PyRef, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use crate::lower::Compiled;
use crate::runtime::{dialect, intrinsics, numbers, text};

/// UTF-8 of a unicode constant; concatenation by the compiler may have brought two halves of a surrogate pair together.
fn unicode(vm: &VirtualMachine, bytes: &[u8]) -> PyObjectRef {
    if let Ok(value) = std::str::from_utf8(bytes) {
        return text::new_unicode(vm, value);
    }
    let mut value = Wtf8Buf::new();
    let mut rest = bytes;
    while let Some((&first, _)) = rest.split_first() {
        let length = match first {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        let (char, after) = rest.split_at(length.min(rest.len()));
        let bits = char.iter().skip(1).fold(0, |bits, byte| bits << 6 | u32::from(byte & 0x3F));
        let lead = match length {
            1 => u32::from(first),
            2 => u32::from(first & 0x1F) << 6,
            3 => u32::from(first & 0x0F) << 12,
            _ => u32::from(first & 0x07) << 18,
        };
        value.push(CodePoint::from_u32(lead | bits).unwrap_or(CodePoint::from_char('\u{FFFD}')));
        rest = after;
    }
    text::new_unicode_wtf8(vm, &value)
}

type Literal = <<&'static Context as AsBag>::Bag as ConstantBag>::Constant;

/// Makes the constants, names and code objects of an interpreter.
#[derive(Clone, Copy)]
struct Bag<'a> {
    vm: &'a VirtualMachine,
    /// The file that embedded code is shown to come from.
    embedded_as: Option<&'a str>,
}

impl Bag<'_> {
    fn object<C: Constant>(&self, constant: BorrowedConstant<'_, C>) -> PyObjectRef {
        let vm = self.vm;
        match constant {
            BorrowedConstant::Bytes { value } => unicode(vm, value),
            BorrowedConstant::Integer { value } => numbers::new_int_or_long(vm, value.clone()),
            BorrowedConstant::Str { value } => match value.as_str().ok().and_then(docstring::of) {
                Some(Docstring::Bytes(bytes)) => text::new_str(vm, &bytes),
                Some(Docstring::Unicode(bytes)) => unicode(vm, &bytes),
                None if value.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') => {
                    vm.ctx.intern_str(value).to_owned().into()
                }
                None => vm.ctx.new_str(value.to_owned()).into(),
            },
            BorrowedConstant::Tuple { elements } => {
                let elements = elements.iter().map(|element| self.object(element.borrow_constant())).collect();
                vm.ctx.new_tuple(elements).into()
            }
            BorrowedConstant::Frozenset { elements } => {
                let elements: Vec<PyObjectRef> =
                    elements.iter().map(|element| self.object(element.borrow_constant())).collect();
                match PyFrozenSet::from_iter(vm, elements) {
                    Ok(set) => set.into_ref(&vm.ctx).into(),
                    // Constants are hashable.
                    Err(_) => vm.ctx.empty_frozenset.clone().into(),
                }
            }
            BorrowedConstant::Code { code } => self.code(code.map_clone_bag(self)).into(),
            other => PyObjectRef::from((&*vm.ctx).as_bag().make_constant(other)),
        }
    }

    fn code(&self, mut code: CodeObject<Literal>) -> PyRef<PyCode> {
        let_stop_iteration_end(self.vm, &mut code);
        PyCode::new_ref_with_bag(self.vm, code)
    }
}

impl ConstantBag for Bag<'_> {
    type Constant = Literal;

    fn make_constant<C: Constant>(&self, constant: BorrowedConstant<'_, C>) -> Literal {
        self.object(constant).into()
    }

    fn make_int(&self, value: BigInt) -> Literal {
        numbers::new_int_or_long(self.vm, value).into()
    }

    fn make_tuple(&self, elements: impl Iterator<Item = Literal>) -> Literal {
        let elements = elements.map(PyObjectRef::from).collect();
        PyObjectRef::from(self.vm.ctx.new_tuple(elements)).into()
    }

    fn make_code(&self, code: CodeObject<Literal>) -> Literal {
        PyObjectRef::from(self.code(code)).into()
    }

    fn make_name(&self, name: &str) -> &'static PyStrInterned {
        let name = self.embedded_as.filter(|_| name == embed::FILE).unwrap_or(name);
        self.vm.ctx.intern_str(name)
    }
}

/// In Python 2 a StopIteration that leaves a generator ends it. The compiler wraps generators in a handler that makes an
/// error of it (`CALL_INTRINSIC_1 STOPITERATION_ERROR; RERAISE 1`), and the machine makes one of what passes that
/// handler. So the handler jumps to code behind the function that returns the value of a StopIteration and raises anything
/// else again.
fn let_stop_iteration_end(vm: &VirtualMachine, code: &mut CodeObject<Literal>) {
    let stop = u8::from(IntrinsicFunction1::StopIterationError);
    let handlers: Vec<usize> = code
        .instructions
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| {
            matches!(pair[0].op, Instruction::CallIntrinsic1 { .. })
                && u8::from(pair[0].arg) == stop
                && matches!(pair[1].op, Instruction::Reraise { .. })
        })
        .map(|(at, _)| at)
        .collect();
    if handlers.is_empty() || code.instructions.len() + code.constants.len() > usize::from(u16::MAX) {
        return;
    }
    // Missing only while the interpreter is being made.
    let Some(ended) = dialect::builtins(vm).ok().and_then(|names| names.get_item(intrinsics::ENDED, vm).ok()) else {
        return;
    };
    let unit = |op: Opcode, arg: u8| CodeUnit::new(op.into(), arg.into());
    let mut units: Vec<CodeUnit> = code.instructions.to_vec();
    let constants = code.constants.len();
    let end = units.len();
    for at in &handlers {
        let [high, low] = split(end - (at + 2));
        units[*at] = unit(Opcode::ExtendedArg, high);
        units[at + 1] = unit(Opcode::JumpForward, low);
    }
    let [class_high, class_low] = split(constants);
    let [ended_high, ended_low] = split(constants + 1);
    let added = [
        unit(Opcode::ExtendedArg, class_high),
        unit(Opcode::LoadConst, class_low),
        unit(Opcode::CheckExcMatch, 0),
        unit(Opcode::PopJumpIfFalse, 12),
        unit(Opcode::Cache, 0),
        unit(Opcode::ExtendedArg, ended_high),
        unit(Opcode::LoadConst, ended_low),
        unit(Opcode::Swap, 2),
        unit(Opcode::PushNull, 0),
        unit(Opcode::Swap, 2),
        unit(Opcode::Call, 1),
        unit(Opcode::Cache, 0),
        unit(Opcode::Cache, 0),
        unit(Opcode::Cache, 0),
        // The place that the machine keeps for raising it again.
        unit(Opcode::Swap, 2),
        unit(Opcode::PopTop, 0),
        unit(Opcode::ReturnValue, 0),
        unit(Opcode::Reraise, 1),
    ];
    units.extend(added);
    code.instructions = CodeUnits::from(units);
    let stop_iteration = PyObjectRef::from(vm.ctx.exceptions.stop_iteration.to_owned());
    let added_constants = [stop_iteration, ended].map(Literal::from);
    code.constants = code.constants.iter().cloned().chain(added_constants).collect();
    code.max_stackdepth += 3;
    if let Some(last) = code.locations.last().copied() {
        code.locations = code.locations.iter().copied().chain(added.iter().map(|_| last)).collect();
    }
    // Entries of the line table without a line, of at most eight units each.
    let without_line = |length: usize| 0x80 | 15 << 3 | u8::try_from(length - 1).unwrap_or_default();
    let entries = added.chunks(8).map(|chunk| without_line(chunk.len()));
    code.linetable = code.linetable.iter().copied().chain(entries).collect();
}

/// A number as the arguments of EXTENDED_ARG and the instruction behind it.
fn split(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}

/// Makes a code object of compiled code, with those of the functions inside.
pub fn load(vm: &VirtualMachine, compiled: Compiled) -> PyRef<PyCode> {
    let bag = Bag { vm, embedded_as: None };
    bag.code(compiled.into_code().map_bag(bag))
}

/// Makes a code object of a text that was compiled when the program was built; `file` is where it is shown to come from.
pub fn load_embedded(vm: &VirtualMachine, bytes: &'static [u8], file: &str) -> PyRef<PyCode> {
    let bag = Bag { vm, embedded_as: Some(file) };
    bag.code(FrozenCodeObject { bytes }.decode(bag))
}

/// The [parts](crate::lower::parts) of a large module's code; None if it is whole.
pub fn parts_of(code: &PyCode) -> Option<Vec<PyRef<PyCode>>> {
    if code.names.first().is_none_or(|name| name.as_bytes() != intrinsics::PARTS.as_bytes()) {
        return None;
    }
    let tuple = code.constants.iter().find_map(|constant| {
        PyObjectRef::from(constant.clone()).downcast::<PyTuple>().ok().filter(|tuple| !tuple.is_empty())
    })?;
    tuple.iter().map(|part| part.clone().downcast::<PyCode>().ok()).collect()
}
