//! `from __future__ import …`: which features a module turns on, and where such an import may stand.

use super::ast::{Alias, ExprKind, Mod, Stmt, StmtKind};
use super::parser::deferred_error;
use super::{FutureFlags, SourceText, SyntaxError, SyntaxErrorKind};

const TOO_LATE: &str = "from __future__ imports must occur at the beginning of the file";

/// The features in force for a parsed module: those from outside and those it turns on. An unknown feature and a
/// `__future__` import behind other statements are errors, as in CPython's compiler.
pub fn future_flags(source: &SourceText, module: &Mod, outside: FutureFlags) -> Result<FutureFlags, SyntaxError> {
    let body = match module {
        Mod::Module { body } | Mod::Interactive { body } => body,
        Mod::Expression { .. } => return Ok(outside),
    };
    let mut flags = outside;
    let mut last_line = 0;
    let mut seen_docstring = false;
    let mut seen_code = false;
    let mut previous_line = 0;
    for statement in body {
        let line = source.node_line(statement.span.start);
        if seen_code && line > previous_line {
            break;
        }
        previous_line = line;
        match &statement.node {
            StmtKind::ImportFrom { module: Some(module), names, .. } if &**module == "__future__" => {
                if seen_code {
                    let error = error(source, statement, TOO_LATE.to_owned());
                    return Err(SyntaxError { message_only: true, ..error });
                }
                turn_on(&mut flags, names).map_err(|message| {
                    // CPython looks at these before its compiler runs.
                    SyntaxError { message_only: true, ..error(source, statement, message) }
                })?;
                last_line = line;
            }
            StmtKind::Expr { value } if !seen_docstring && matches!(value.node, ExprKind::Str { .. }) => {
                seen_docstring = true;
            }
            _ => seen_code = true,
        }
    }
    reject_later(source, body, last_line)?;
    Ok(flags)
}

fn turn_on(flags: &mut FutureFlags, names: &[Alias]) -> Result<(), String> {
    for alias in names {
        match &*alias.name {
            "division" => flags.division = true,
            "absolute_import" => flags.absolute_import = true,
            "print_function" => flags.print_function = true,
            "unicode_literals" => flags.unicode_literals = true,
            "nested_scopes" | "generators" | "with_statement" => {}
            "braces" => return Err("not a chance".to_owned()),
            feature => return Err(format!("future feature {feature:.100} is not defined")),
        }
    }
    Ok(())
}

/// A `__future__` import on any line behind the last one that took effect is an error, wherever it stands.
fn reject_later(source: &SourceText, body: &[Stmt], last_line: u32) -> Result<(), SyntaxError> {
    let mut open: Vec<&[Stmt]> = vec![body];
    while let Some(block) = open.pop() {
        for statement in block {
            match &statement.node {
                StmtKind::ImportFrom { module: Some(module), .. }
                    if &**module == "__future__" && source.node_line(statement.span.start) > last_line =>
                {
                    return Err(error(source, statement, TOO_LATE.to_owned()));
                }
                StmtKind::FunctionDef { body, .. } | StmtKind::ClassDef { body, .. } | StmtKind::With { body, .. } => {
                    open.push(body);
                }
                StmtKind::For { body, orelse, .. }
                | StmtKind::While { body, orelse, .. }
                | StmtKind::If { body, orelse, .. } => {
                    open.extend([orelse.as_slice(), body.as_slice()]);
                }
                StmtKind::TryExcept { body, handlers, orelse } => {
                    open.push(orelse);
                    open.extend(handlers.iter().rev().map(|handler| handler.body.as_slice()));
                    open.push(body);
                }
                StmtKind::TryFinally { body, finalbody } => open.extend([finalbody.as_slice(), body.as_slice()]),
                _ => {}
            }
        }
    }
    Ok(())
}

fn error(source: &SourceText, statement: &Stmt, message: String) -> SyntaxError {
    deferred_error(source, SyntaxErrorKind::SyntaxError, message, statement.span.start)
}
