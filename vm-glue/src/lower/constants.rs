//! From the compiler's code to code objects: constants become Python 2's.
//!
//! The lowering writes `'…'` as a string constant and `u'…'` as a bytes constant (its UTF-8); here bytes constants turn
//! into `unicode`. Docstrings travel as strings of private-use characters ([`docstring`]), which the compiler keeps its
//! hands off (it would clean their indentation).

use malachite_bigint::BigInt;
use rustpython_compiler_core::bytecode::{
    AsBag, BorrowedConstant, CodeObject, CodeUnit, CodeUnits, Constant, ConstantBag, ConstantData, Instruction,
    IntrinsicFunction1, Opcode,
};
use rustpython_vm::builtins::{PyCode, PyFrozenSet, PyStrInterned};
use rustpython_vm::{Context, PyObjectRef, PyPayload, PyRef, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use crate::runtime::{dialect, intrinsics, numbers, text};
use crate::syntax::ast::Str;

/// The first character of a docstring that is a byte string.
const BYTES_MARK: char = '\u{F8FE}';
/// The first character of a docstring that is a unicode string.
const UNICODE_MARK: char = '\u{F8FF}';
/// Stands for the class StopIteration.
const STOP_ITERATION_MARK: char = '\u{F8FD}';
/// Stands for the [intrinsic](intrinsics::ENDED) that says with which value a generator ends.
const ENDED_MARK: char = '\u{F8FC}';
/// Bytes travel as characters from here on.
const BYTE_BASE: u32 = 0xE000;

/// A docstring as the compiler gets it.
pub fn docstring(value: &Str) -> String {
    let (mark, bytes) = match value {
        Str::Bytes(bytes) => (BYTES_MARK, bytes.as_slice()),
        Str::Unicode(text) => (UNICODE_MARK, text.as_bytes()),
    };
    let carried = bytes.iter().filter_map(|byte| char::from_u32(BYTE_BASE + u32::from(*byte)));
    std::iter::once(mark).chain(carried).collect()
}

fn carried_docstring(vm: &VirtualMachine, value: &str) -> Option<PyObjectRef> {
    let mut chars = value.chars();
    let mark = chars.next()?;
    if mark == STOP_ITERATION_MARK {
        return Some(vm.ctx.exceptions.stop_iteration.to_owned().into());
    }
    if mark == ENDED_MARK {
        return dialect::builtins(vm).ok()?.get_item(intrinsics::ENDED, vm).ok();
    }
    if !matches!(mark, BYTES_MARK | UNICODE_MARK) {
        return None;
    }
    let bytes: Vec<u8> = chars.filter_map(|char| u8::try_from(u32::from(char).wrapping_sub(BYTE_BASE)).ok()).collect();
    Some(match mark {
        BYTES_MARK => text::new_str(vm, &bytes),
        _ => unicode(vm, &bytes),
    })
}

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

#[derive(Clone, Copy)]
struct Bag<'a>(&'a VirtualMachine);

impl Bag<'_> {
    fn object<C: Constant>(&self, constant: BorrowedConstant<'_, C>) -> PyObjectRef {
        let vm = self.0;
        match constant {
            BorrowedConstant::Bytes { value } => unicode(vm, value),
            BorrowedConstant::Integer { value } => numbers::new_int_or_long(vm, value.clone()),
            BorrowedConstant::Str { value } => match value.as_str().ok().and_then(|value| carried_docstring(vm, value))
            {
                Some(docstring) => docstring,
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
            BorrowedConstant::Code { code } => {
                load(vm, code.map_clone_bag(&rustpython_compiler_core::bytecode::BasicBag)).into()
            }
            other => PyObjectRef::from((&*vm.ctx).as_bag().make_constant(other)),
        }
    }
}

impl ConstantBag for Bag<'_> {
    type Constant = Literal;

    fn make_constant<C: Constant>(&self, constant: BorrowedConstant<'_, C>) -> Literal {
        self.object(constant).into()
    }

    fn make_int(&self, value: BigInt) -> Literal {
        numbers::new_int_or_long(self.0, value).into()
    }

    fn make_tuple(&self, elements: impl Iterator<Item = Literal>) -> Literal {
        let elements = elements.map(PyObjectRef::from).collect();
        PyObjectRef::from(self.0.ctx.new_tuple(elements)).into()
    }

    fn make_code(&self, code: CodeObject<Literal>) -> Literal {
        PyObjectRef::from(PyCode::new_ref_with_bag(self.0, code)).into()
    }

    fn make_name(&self, name: &str) -> &'static PyStrInterned {
        self.0.ctx.intern_str(name)
    }
}

/// In Python 2 a StopIteration that leaves a generator ends it. The compiler wraps generators in a handler that makes an
/// error of it (`CALL_INTRINSIC_1 STOPITERATION_ERROR; RERAISE 1`), and the machine makes one of what passes that
/// handler. So the handler jumps to code behind the function that returns the value of a StopIteration and raises anything
/// else again.
fn let_stop_iteration_end(code: &mut CodeObject) {
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
    let marks = [STOP_ITERATION_MARK, ENDED_MARK].map(|mark| ConstantData::Str { value: mark.to_string().into() });
    code.constants = code.constants.iter().cloned().chain(marks).collect();
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

/// Makes the code object, with those of the functions inside.
pub fn load(vm: &VirtualMachine, mut code: CodeObject) -> PyRef<PyCode> {
    let_stop_iteration_end(&mut code);
    PyCode::new_ref_with_bag(vm, code.map_bag(Bag(vm)))
}
