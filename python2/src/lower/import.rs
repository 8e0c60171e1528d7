//! Imports: all go through intrinsics, which call the `__import__` of the frame's builtins with Python 2's level.

use ruff_python_ast as out;

use super::intrinsics;
use crate::syntax::ast::Alias;

use super::Lowerer;
use super::build::{self, Pos};

impl<'a> Lowerer<'a> {
    /// -1 for implicit relative imports, 0 for absolute ones, else the number of dots.
    fn level(&self, dots: u32, pos: Pos) -> out::Expr {
        match dots {
            0 if self.flags.absolute_import => build::int(0, pos),
            0 => build::unary(out::UnaryOp::USub, build::int(1, pos), pos),
            dots => build::int(dots, pos),
        }
    }

    pub fn import(&mut self, names: &'a [Alias], pos: Pos) -> Vec<out::Stmt> {
        let mut lowered = Vec::with_capacity(names.len());
        for alias in names {
            let level = self.level(0, pos);
            let args = vec![build::string(self.mangled(&alias.name).into_owned(), pos), build::none(pos), level];
            let mut value = build::intrinsic(intrinsics::IMPORT, args, pos);
            let mut parts = alias.name.split('.');
            let first = parts.next().unwrap_or_default();
            let target = match &alias.asname {
                Some(asname) => {
                    // `import a.b as c` reads the attributes: a submodule that replaced itself is seen.
                    for part in parts {
                        value = build::attribute(value, part, out::ExprContext::Load, pos);
                    }
                    &**asname
                }
                None => first,
            };
            lowered.push(build::assign(vec![build::store(target, pos)], value, pos));
        }
        lowered
    }

    pub fn import_from(&mut self, module: Option<&str>, names: &'a [Alias], dots: u32, pos: Pos) -> Vec<out::Stmt> {
        let module = build::string(self.mangled(module.unwrap_or_default()).into_owned(), pos);
        let level = self.level(dots, pos);
        if names.iter().any(|alias| &*alias.name == "*") {
            let star = build::intrinsic(intrinsics::IMPORT_STAR, vec![module, level], pos);
            return vec![build::expr_stmt(star, pos)];
        }
        let wanted =
            names.iter().map(|alias| build::plain_string(self.mangled(&alias.name).into_owned(), pos)).collect();
        let wanted = build::tuple(wanted, out::ExprContext::Load, pos);
        let values = build::intrinsic(intrinsics::IMPORT_FROM, vec![module, wanted, level], pos);
        let targets =
            names.iter().map(|alias| build::store(alias.asname.as_deref().unwrap_or(&alias.name), pos)).collect();
        let target = build::tuple(targets, out::ExprContext::Store, pos);
        vec![build::assign(vec![target], values, pos)]
    }
}
