//! What the original's compiler refuses besides the broken rules, in its own words: `break` and `continue` where there
//! is no loop (`spec/sandbox.md` §2). The texts name the file and the line.

use reprise_vm_glue::syntax::SourceText;
use reprise_vm_glue::syntax::ast::{Mod, Span, Stmt, StmtKind};

/// The blocks around a statement, as far as the compiler minds them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Loop,
    Try,
    Finally,
}

/// The text of the SyntaxError for the first misplaced statement; None if there is none.
pub fn misplaced(source: &SourceText, module: &Mod) -> Option<String> {
    let (Mod::Module { body } | Mod::Interactive { body }) = module else { return None };
    let (what, span) = search(body, &mut Vec::new())?;
    let before = source.text.as_bytes().get(..span.start as usize).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    Some(format!("{what} ({}, {line})", source.name))
}

type Found = Option<(&'static str, Span)>;

fn inside(block: Block, body: &[Stmt], blocks: &mut Vec<Block>) -> Found {
    blocks.push(block);
    let found = search(body, blocks);
    blocks.pop();
    found
}

fn search(body: &[Stmt], blocks: &mut Vec<Block>) -> Found {
    body.iter().find_map(|node| statement(node, blocks))
}

fn statement(node: &Stmt, blocks: &mut Vec<Block>) -> Found {
    match &node.node {
        StmtKind::FunctionDef { body, .. } | StmtKind::ClassDef { body, .. } => search(body, &mut Vec::new()),
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
            inside(Block::Loop, body, blocks).or_else(|| search(orelse, blocks))
        }
        StmtKind::If { body, orelse, .. } => search(body, blocks).or_else(|| search(orelse, blocks)),
        StmtKind::With { body, .. } => inside(Block::Try, body, blocks),
        StmtKind::TryExcept { body, handlers, orelse } => inside(Block::Try, body, blocks)
            .or_else(|| handlers.iter().find_map(|handler| search(&handler.body, blocks)))
            .or_else(|| search(orelse, blocks)),
        StmtKind::TryFinally { body, finalbody } => {
            inside(Block::Try, body, blocks).or_else(|| inside(Block::Finally, finalbody, blocks))
        }
        // Inside a `try` without a loop the original's compiler does not notice.
        StmtKind::Break if blocks.is_empty() => Some(("'break' outside loop", node.span)),
        StmtKind::Continue => match blocks.iter().rev().find(|block| **block != Block::Try) {
            Some(Block::Loop) => None,
            Some(Block::Finally) => Some(("'continue' not allowed inside 'finally' clause", node.span)),
            _ => Some(("'continue' outside loop", node.span)),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_vm_glue::syntax::{FutureFlags, Mode, ParseOptions, SourceRules, parse};

    fn text(code: &str) -> Option<String> {
        let source = SourceText::decode("test.py", code.as_bytes(), SourceRules::Framework).unwrap();
        let module = parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() }).unwrap();
        misplaced(&source, &module)
    }

    #[test]
    fn loops_are_needed() {
        assert_eq!(text("x = 1\nbreak\n").as_deref(), Some("'break' outside loop (test.py, 2)"));
        assert_eq!(
            text("for i in x:\n    def f():\n        continue\n").unwrap(),
            "'continue' outside loop (test.py, 3)"
        );
        assert_eq!(
            text("for i in x:\n    try:\n        pass\n    finally:\n        continue\n").unwrap(),
            "'continue' not allowed inside 'finally' clause (test.py, 5)"
        );
        for fine in [
            "for i in x:\n    try:\n        continue\n    except E:\n        break\n",
            "while 1:\n    with x:\n        continue\n",
            "for i in x:\n    try:\n        pass\n    finally:\n        for j in y:\n            continue\n",
        ] {
            assert_eq!(text(fine), None, "{fine}");
        }
    }
}
