//! Functions with thousands of constants.
//!
//! The compiler looks each constant up among all others of its code object. So from some number on a function's
//! constants are written as globals whose names no source can spell (names are looked up by their hash), and when the
//! compiler is done the instructions that load them become ones that load constants.

use ruff_python_ast as out;
use rustpython_compiler_core::bytecode::{CodeObject, CodeUnit, CodeUnits, ConstantData, Instruction, Opcode};

use super::Lowerer;
use super::build::{self, Pos};
use super::scopes::ScopeKind;

/// Constants that a function has in the plain way.
const NEAR: usize = 1000;
/// What names of others begin with; their number follows.
const PREFIX: &str = "<far>";
/// Units of an instruction that loads a global, itself included.
const UNITS: usize = 5;

impl Lowerer<'_> {
    /// A constant of the scope at hand; None while it may be written in the plain way.
    pub fn far(&mut self, constant: impl FnOnce() -> ConstantData, pos: Pos) -> Option<out::Expr> {
        if self.scope().kind != ScopeKind::Function {
            return None;
        }
        self.constants += 1;
        if self.constants <= NEAR {
            return None;
        }
        self.far_constants.push(constant());
        Some(build::load(&format!("{PREFIX}{}", self.far_constants.len() - 1), pos))
    }
}

/// Makes constants of the far ones in all of the code.
pub fn resolve(code: &mut CodeObject, far: &[ConstantData]) {
    if far.is_empty() {
        return;
    }
    let mut constants: Vec<ConstantData> = code.constants.iter().cloned().collect();
    constants.iter_mut().for_each(|constant| resolve_inside(constant, far));
    let names: Vec<Option<usize>> =
        code.names.iter().map(|name| name.strip_prefix(PREFIX).and_then(|number| number.parse().ok())).collect();
    if names.iter().any(Option::is_some) {
        let mut units: Vec<CodeUnit> = code.instructions.to_vec();
        load_constants(&mut units, &names, &mut constants, far);
        code.instructions = CodeUnits::from(units);
    }
    code.constants = constants.into_iter().collect();
}

/// The code of functions inside, and of the parts of a large module, which stand in a tuple.
fn resolve_inside(constant: &mut ConstantData, far: &[ConstantData]) {
    match constant {
        ConstantData::Code { code } => resolve(code, far),
        ConstantData::Tuple { elements } => elements.iter_mut().for_each(|element| resolve_inside(element, far)),
        _ => {}
    }
}

fn load_constants(
    units: &mut [CodeUnit],
    names: &[Option<usize>],
    constants: &mut Vec<ConstantData>,
    far: &[ConstantData],
) {
    let unit = |op: Opcode, arg: u8| CodeUnit::new(op.into(), arg.into());
    // Where each far constant stands once it is loaded.
    let mut places: Vec<Option<usize>> = vec![None; names.len()];
    let (mut argument, mut extended) = (0_usize, 0);
    for at in 0..units.len() {
        let current = units[at];
        argument = argument << 8 | usize::from(u8::from(current.arg));
        if matches!(current.op, Instruction::ExtendedArg) {
            extended += 1;
            continue;
        }
        let (whole, before) = (std::mem::take(&mut argument), std::mem::take(&mut extended));
        let name = whole >> 1;
        let Some(constant) = names.get(name).copied().flatten().and_then(|number| far.get(number)) else { continue };
        let room = units.get_mut(at - before..at + UNITS);
        let (Instruction::LoadGlobal { .. }, Some(room)) = (current.op, room) else { continue };
        let place = *places[name].get_or_insert_with(|| {
            constants.push(constant.clone());
            constants.len() - 1
        });
        let [_, high, middle, low] = u32::try_from(place).unwrap_or_default().to_be_bytes();
        let mut loads =
            vec![unit(Opcode::ExtendedArg, high), unit(Opcode::ExtendedArg, middle), unit(Opcode::LoadConst, low)];
        if whole & 1 == 1 {
            // It is called: what was a global leaves a place for `self`.
            loads.push(unit(Opcode::PushNull, 0));
        }
        let padding = std::iter::repeat_n(unit(Opcode::Nop, 0), room.len() - loads.len());
        for (unit, new) in room.iter_mut().zip(loads.into_iter().chain(padding)) {
            *unit = new;
        }
    }
}
