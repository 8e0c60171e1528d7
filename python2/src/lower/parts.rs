//! Large modules.
//!
//! The compiler looks each constant (code objects of functions and classes are constants) up among all others of its code
//! object, and each name among the tables of all functions: a module of 20,000 functions would take it minutes. So a
//! large module becomes code of several parts, which whoever runs the module runs one after the other: a
//! code object that is nothing but `<parts>((part, part, …))`.

use ruff_python_ast as out;
use rustpython_compiler_core::bytecode::{CodeObject, ConstantData};

use super::build;
use super::intrinsics;

/// Modules of no more statements stay whole.
const WHOLE: usize = 400;
/// Statements a part.
const PART: usize = 200;

/// The bodies of a module's parts; the body itself if it is to stay whole.
pub fn split(body: Vec<out::Stmt>) -> Result<Vec<Vec<out::Stmt>>, Vec<out::Stmt>> {
    if body.len() <= WHOLE {
        return Err(body);
    }
    let mut parts: Vec<Vec<out::Stmt>> = Vec::with_capacity(body.len().div_ceil(PART));
    for statement in body {
        if let Some(part) = parts.last_mut() {
            if part.len() < PART {
                part.push(statement);
                continue;
            }
            if is_string(&statement) {
                // The compiler would take it for a docstring, and otherwise it means nothing.
                continue;
            }
        }
        parts.push(vec![statement]);
    }
    Ok(parts)
}

fn is_string(statement: &out::Stmt) -> bool {
    matches!(statement, out::Stmt::Expr(statement) if statement.value.is_string_literal_expr())
}

/// The body of the code that stands for all parts; [`join`] puts them in.
pub fn frame() -> Vec<out::Stmt> {
    let call = build::intrinsic(intrinsics::PARTS, vec![build::bytes(Vec::new(), 0)], 0);
    vec![build::expr_stmt(call, 0)]
}

/// Puts the parts into the code of [`frame`].
pub fn join(mut frame: CodeObject, parts: Vec<CodeObject>) -> CodeObject {
    let elements = parts.into_iter().map(|part| ConstantData::Code { code: Box::new(part) }).collect();
    let mut parts = Some(ConstantData::Tuple { elements });
    let constants: Vec<ConstantData> = frame.constants.iter().cloned().collect();
    let put = |constant| match constant {
        ConstantData::Bytes { .. } => parts.take().unwrap_or(ConstantData::None),
        other => other,
    };
    frame.constants = constants.into_iter().map(put).collect();
    frame
}
