//! Expressions.

use std::str::FromStr;

use malachite_bigint::BigInt;
use ruff_python_ast as out;
use rustpython_compiler_core::bytecode::ConstantData;

use super::{intrinsics, special_names};
use crate::syntax::ast::{
    BoolOp, CmpOp, Expr, ExprContext, ExprKind, Keyword, Number, Operator, Slice, Span, Str, UnaryOp,
};

use super::build::{self, Pos};
use super::data::Display;
use super::scopes::ScopeKind;
use super::{COMPREHENSION_LEVELS, Failure, Lowerer};

type Lowered = Result<out::Expr, Failure>;

/// What `/` means without `from __future__ import division`: an operator that Python 2 does not have and that
/// [`arithmetic`](crate::runtime::arithmetic) gives to every type.
pub const OLD_DIVISION: out::Operator = out::Operator::MatMult;

pub fn context(ctx: ExprContext) -> out::ExprContext {
    match ctx {
        ExprContext::Load => out::ExprContext::Load,
        ExprContext::Store | ExprContext::Param => out::ExprContext::Store,
        ExprContext::Del => out::ExprContext::Del,
    }
}

pub fn operator(op: Operator) -> out::Operator {
    match op {
        Operator::Add => out::Operator::Add,
        Operator::Sub => out::Operator::Sub,
        Operator::Mult => out::Operator::Mult,
        Operator::Div => out::Operator::Div,
        Operator::Mod => out::Operator::Mod,
        Operator::Pow => out::Operator::Pow,
        Operator::LShift => out::Operator::LShift,
        Operator::RShift => out::Operator::RShift,
        Operator::BitOr => out::Operator::BitOr,
        Operator::BitXor => out::Operator::BitXor,
        Operator::BitAnd => out::Operator::BitAnd,
        Operator::FloorDiv => out::Operator::FloorDiv,
    }
}

fn comparison(op: CmpOp) -> out::CmpOp {
    match op {
        CmpOp::Eq => out::CmpOp::Eq,
        CmpOp::NotEq => out::CmpOp::NotEq,
        CmpOp::Lt => out::CmpOp::Lt,
        CmpOp::LtE => out::CmpOp::LtE,
        CmpOp::Gt => out::CmpOp::Gt,
        CmpOp::GtE => out::CmpOp::GtE,
        CmpOp::Is => out::CmpOp::Is,
        CmpOp::IsNot => out::CmpOp::IsNot,
        CmpOp::In => out::CmpOp::In,
        CmpOp::NotIn => out::CmpOp::NotIn,
    }
}

/// A byte string as the machine keeps it: one char a byte.
fn widen(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Does nobody see when it is evaluated?
fn is_quiet(expr: &Expr) -> bool {
    matches!(expr.node, ExprKind::Name { .. } | ExprKind::Num { .. } | ExprKind::Str { .. })
}

/// Does the compiler compute it?
fn is_constant(expr: &Expr) -> bool {
    match &expr.node {
        ExprKind::Num { .. } => true,
        ExprKind::UnaryOp { operand, .. } => is_constant(operand),
        ExprKind::BinOp { left, right, .. } => is_constant(right) && is_constant(left),
        _ => false,
    }
}

/// The value of arithmetic with integer literals, and whether it is a long: once a long, always a long.
fn computed_integer(expr: &Expr) -> Option<(BigInt, bool)> {
    let wide = |value: &BigInt| i64::try_from(value).is_err();
    match &expr.node {
        ExprKind::Num { n: Number::Int(value) } => Some((BigInt::from(*value), false)),
        ExprKind::Num { n: Number::Long(value) } => Some((value.clone(), true)),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => {
            let (value, long) = computed_integer(operand)?;
            Some((-value, long))
        }
        ExprKind::BinOp { left, op, right } => {
            let (left, left_long) = computed_integer(left)?;
            let (right, right_long) = computed_integer(right)?;
            let bits = u32::try_from(&right).ok().filter(|bits| *bits <= 200);
            let value = match op {
                Operator::Add => left + right,
                Operator::Sub => left - right,
                Operator::Mult => left * right,
                Operator::Pow => left.pow(bits?),
                Operator::LShift => left << bits?,
                _ => return None,
            };
            let long = left_long || right_long || wide(&value);
            (value.bits() <= 100_000).then_some((value, long))
        }
        _ => None,
    }
}

fn is_tuple_of_constants(expr: &Expr) -> bool {
    let constant = |expr: &Expr| matches!(expr.node, ExprKind::Num { .. } | ExprKind::Str { .. });
    matches!(&expr.node, ExprKind::Tuple { elts, .. } if !elts.is_empty() && elts.iter().all(constant))
}

/// `(*[*tuple],)`
fn fresh_tuple(tuple: out::Expr, pos: Pos) -> out::Expr {
    let load = out::ExprContext::Load;
    let list = build::list(vec![build::starred(tuple, pos)], load, pos);
    build::tuple(vec![build::starred(list, pos)], load, pos)
}

/// A string as a constant of the code; see [`constants`](super::constants).
fn string_constant(value: &Str) -> ConstantData {
    match value {
        Str::Bytes(bytes) => ConstantData::Str { value: widen(bytes).into() },
        Str::Unicode(text) => ConstantData::Bytes { value: text.as_bytes().to_vec() },
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.node, ExprKind::Num { .. })
}

impl<'a> Lowerer<'a> {
    pub fn exprs(&mut self, exprs: &'a [Expr]) -> Result<Vec<out::Expr>, Failure> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub fn optional(&mut self, expr: Option<&'a Expr>) -> Result<Option<out::Expr>, Failure> {
        expr.map(|expr| self.expr(expr)).transpose()
    }

    pub fn expr(&mut self, expr: &'a Expr) -> Lowered {
        let levels = match expr.node {
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => COMPREHENSION_LEVELS,
            _ => 1,
        };
        self.deeper(levels, expr.span, |lowerer| lowerer.expr_inner(expr))
    }

    fn expr_inner(&mut self, expr: &'a Expr) -> Lowered {
        let pos = self.reach(expr.span);
        Ok(match &expr.node {
            ExprKind::BoolOp { op, values } => {
                let op = match op {
                    BoolOp::And => out::BoolOp::And,
                    BoolOp::Or => out::BoolOp::Or,
                };
                build::bool_op(op, self.exprs(values)?, pos)
            }
            ExprKind::BinOp { .. } => self.binary(expr)?,
            ExprKind::UnaryOp { op, operand } => {
                let computed = matches!(operand.node, ExprKind::BinOp { .. }) && is_constant(operand);
                let mut operand = self.expr(operand)?;
                if computed && *op == UnaryOp::USub {
                    // `-(2 ** 63)` is the negative of a long; folded it would be an int.
                    operand = build::intrinsic(intrinsics::SAME, vec![operand], self.pos);
                }
                let op = match op {
                    UnaryOp::Invert => out::UnaryOp::Invert,
                    UnaryOp::Not => out::UnaryOp::Not,
                    UnaryOp::UAdd => out::UnaryOp::UAdd,
                    UnaryOp::USub => out::UnaryOp::USub,
                };
                build::unary(op, operand, self.pos)
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body)?,
            ExprKind::IfExp { test, body, orelse } => {
                let test = self.expr(test)?;
                let body = self.expr(body)?;
                build::if_exp(test, body, self.expr(orelse)?, pos)
            }
            ExprKind::Dict { keys, values } => self.dict_display(keys, values)?,
            ExprKind::Set { elts } => self.display(Display::Set, elts, pos)?,
            ExprKind::ListComp { elt, generators } => self.list_comprehension(elt, generators, pos)?,
            ExprKind::SetComp { elt, generators } => self.inlined(|lowerer, inline| {
                let (elt, _, generators) = lowerer.own_scope(expr, elt, None, generators)?;
                Ok(match inline {
                    true => build::set_comp(elt, generators, pos),
                    false => build::set(vec![build::starred(build::generator(elt, generators, pos), pos)], pos),
                })
            })?,
            ExprKind::DictComp { key, value, generators } => self.inlined(|lowerer, inline| {
                let (key, value, generators) = lowerer.own_scope(expr, key, Some(value), generators)?;
                let value = value.unwrap_or_else(|| build::none(pos));
                Ok(match inline {
                    true => build::dict_comp(key, value, generators, pos),
                    false => dict_of_pairs(key, value, generators, pos),
                })
            })?,
            ExprKind::GeneratorExp { elt, generators } => {
                let (elt, _, generators) = self.own_scope(expr, elt, None, generators)?;
                build::generator(elt, generators, pos)
            }
            ExprKind::Yield { value } => build::yield_(self.optional(value.as_deref())?, pos),
            ExprKind::Compare { left, ops, comparators } => {
                let mut left_out = self.expr(left)?;
                if is_tuple_of_constants(left) && ops.iter().any(|op| matches!(op, CmpOp::Is | CmpOp::IsNot)) {
                    // Two displays are never the same object; the compiler would make one constant of equal ones.
                    left_out = fresh_tuple(left_out, pos);
                }
                let left = left_out;
                let comparators = self.exprs(comparators)?;
                build::compare(left, ops.iter().map(|op| comparison(*op)).collect(), comparators, self.pos)
            }
            ExprKind::Call { func, args, keywords, starargs, kwargs } => {
                self.call(func, args, keywords, starargs.as_deref(), kwargs.as_deref())?
            }
            ExprKind::Repr { value } => build::intrinsic(intrinsics::REPR, vec![self.expr(value)?], self.pos),
            ExprKind::Num { n } => self.number(n, pos),
            ExprKind::Str { s } => self.far(|| string_constant(s), pos).unwrap_or_else(|| self.string(s, pos)),
            ExprKind::Attribute { value, attr, ctx } => {
                let value = self.expr(value)?;
                if *ctx == ExprContext::Load && special_names::is_read_specially(attr) {
                    let name = build::string(attr.to_string(), self.pos);
                    build::intrinsic(intrinsics::ATTRIBUTE, vec![value, name], self.pos)
                } else {
                    build::attribute(value, attr, context(*ctx), self.pos)
                }
            }
            ExprKind::Subscript { value, slice, ctx } => {
                let is_unicode = matches!(&value.node, ExprKind::Str { s: Str::Unicode(_) });
                let mut value = self.expr(value)?;
                if is_unicode {
                    // The compiler would take the bytes of the constant apart.
                    value = build::intrinsic(intrinsics::SAME, vec![value], self.pos);
                }
                let slice = self.slice(slice)?;
                build::subscript(value, slice, context(*ctx), self.pos)
            }
            ExprKind::Name { id, ctx } => self.name(id, *ctx, expr.span)?,
            ExprKind::List { elts, ctx: ExprContext::Load } => self.display(Display::List, elts, pos)?,
            ExprKind::Tuple { elts, ctx: ExprContext::Load } => self.display(Display::Tuple, elts, pos)?,
            ExprKind::List { elts, ctx } => build::list(self.exprs(elts)?, context(*ctx), pos),
            ExprKind::Tuple { elts, ctx } => build::tuple(self.exprs(elts)?, context(*ctx), pos),
        })
    }

    pub fn name(&mut self, id: &'a str, ctx: ExprContext, span: Span) -> Lowered {
        let pos = self.reach(span);
        if ctx == ExprContext::Load {
            return Ok(self.load_name(id, pos));
        }
        if ctx == ExprContext::Del
            && let Some(symbol) = self.scope().symbols.get(id)
            && !symbol.global
            && (symbol.cell || symbol.free)
        {
            let message = format!("can not delete variable '{id}' referenced in nested scope");
            return Err(Failure::at(span, message));
        }
        Ok(build::name_ctx(id, context(ctx), pos))
    }

    fn load_name(&mut self, id: &'a str, pos: Pos) -> out::Expr {
        match id {
            _ if self.scopes.constants_assigned => {}
            "None" => return build::none(pos),
            "True" | "False" => return build::boolean(id == "True", pos),
            _ => {}
        }
        let scope = self.scope();
        let symbol = scope.symbols.get(id).copied().unwrap_or_default();
        let local = symbol.param || symbol.bound || symbol.free;
        let dynamic = scope.is_dynamic() && !local && !symbol.global;
        // A class's or module's comprehension runs in a frame of its own making, but Python 2's saw the scope's names.
        let shared = scope.kind != ScopeKind::Function
            && !symbol.free
            && self.comprehensions.last().is_some_and(|open| open.scope == self.scope && !open.targets.contains(&id));
        if dynamic || shared {
            return build::intrinsic(
                intrinsics::LOAD_NAME,
                vec![build::string(self.mangled(id).into_owned(), pos)],
                pos,
            );
        }
        build::load(id, pos)
    }

    fn number(&mut self, number: &Number, pos: Pos) -> out::Expr {
        // Small ints are no constants to the compiler.
        let far = match number {
            Number::Int(value @ 256..) => self.far(|| ConstantData::Integer { value: (*value).into() }, pos),
            Number::Float(value) => self.far(|| ConstantData::Float { value: *value }, pos),
            _ => None,
        };
        if let Some(far) = far {
            return far;
        }
        match number {
            Number::Int(value) => {
                let literal = build::number(out::Number::Int(out::Int::from(value.unsigned_abs())), pos);
                if *value < 0 { build::unary(out::UnaryOp::USub, literal, pos) } else { literal }
            }
            Number::Long(value) => {
                let text = value.to_string();
                let digits = text.strip_prefix('-').unwrap_or(&text);
                let literal = out::Int::from_str(digits).unwrap_or(out::Int::ZERO);
                let mut literal = build::number(out::Number::Int(literal), pos);
                if text.starts_with('-') {
                    literal = build::unary(out::UnaryOp::USub, literal, pos);
                }
                // A number that needs more than 64 bits is a long by itself.
                if i64::try_from(value).is_ok() {
                    literal = build::intrinsic(intrinsics::LONG, vec![literal], pos);
                }
                literal
            }
            Number::Float(value) => build::number(out::Number::Float(*value), pos),
            Number::Complex(imag) => build::number(out::Number::Complex { real: 0.0, imag: *imag }, pos),
        }
    }

    pub fn string(&mut self, value: &Str, pos: Pos) -> out::Expr {
        match value {
            Str::Bytes(bytes) => build::plain_string(widen(bytes), pos),
            Str::Unicode(text) => build::bytes(text.as_bytes().to_vec(), pos),
        }
    }

    fn binary(&mut self, expr: &'a Expr) -> Lowered {
        if let Some((value, true)) = computed_integer(expr)
            && i64::try_from(&value).is_ok()
        {
            // The compiler would compute an int.
            let pos = self.reach(expr.span);
            return Ok(self.number(&Number::Long(value), pos));
        }
        // Long chains nest to the left.
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::BinOp { left, op, right } = &first.node {
            chain.push((first.span, &**left, *op, &**right));
            first = left;
        }
        let mut left = self.expr(first)?;
        for (span, left_source, op, right_source) in chain.into_iter().rev() {
            self.reach(span);
            let right = self.expr(right_source)?;
            let pos = self.pos;
            left = if op == Operator::Div && !self.flags.division {
                match (is_literal(left_source), is_literal(right_source)) {
                    (true, true) => literal_division(left_source, right_source, left, right, pos),
                    _ => build::binary(left, OLD_DIVISION, right, pos),
                }
            } else {
                build::binary(left, operator(op), right, pos)
            };
        }
        Ok(left)
    }

    fn call(
        &mut self,
        func: &'a Expr,
        args: &'a [Expr],
        keywords: &'a [Keyword],
        starargs: Option<&'a Expr>,
        kwargs: Option<&'a Expr>,
    ) -> Lowered {
        let mut out_args = Vec::with_capacity(args.len() + 1);
        let callee = match &func.node {
            ExprKind::Attribute { value, attr, .. } if special_names::is_special(attr) => {
                out_args.push(self.expr(value)?);
                let pos = self.reach(func.span);
                build::load(special_names::call_name(attr), pos)
            }
            _ => self.expr(func)?,
        };
        for arg in args {
            out_args.push(self.expr(arg)?);
        }
        // The machine evaluates what stands behind `*` before keyword arguments; see `runtime::calls` for `**`.
        if kwargs.is_some() || starargs.is_some() && !keywords.iter().all(|keyword| is_quiet(&keyword.value)) {
            return self.spread_call(callee, out_args, keywords, starargs, kwargs);
        }
        let mut out_keywords = Vec::with_capacity(keywords.len());
        for keyword in keywords {
            let value = self.expr(&keyword.value)?;
            out_keywords.push(build::keyword(Some(&keyword.arg), value, self.pos));
        }
        if let Some(starargs) = starargs {
            let value = self.expr(starargs)?;
            out_args.push(build::starred(value, self.pos));
        }
        Ok(build::call_with(callee, out_args, out_keywords, self.pos))
    }

    /// A call through the intrinsic.
    fn spread_call(
        &mut self,
        callee: out::Expr,
        positional: Vec<out::Expr>,
        keywords: &'a [Keyword],
        starargs: Option<&'a Expr>,
        kwargs: Option<&'a Expr>,
    ) -> Lowered {
        let load = out::ExprContext::Load;
        let mut args = vec![callee, build::tuple(positional, load, self.pos)];
        let mut named = Vec::with_capacity(keywords.len() * 2);
        for keyword in keywords {
            let value = self.expr(&keyword.value)?;
            named.push(build::string(keyword.arg.to_string(), self.pos));
            named.push(value);
        }
        args.push(build::tuple(named, load, self.pos));
        args.push(match starargs {
            Some(starargs) => self.expr(starargs)?,
            None => build::tuple(Vec::new(), load, self.pos),
        });
        if let Some(kwargs) = kwargs {
            args.push(self.expr(kwargs)?);
        }
        Ok(build::intrinsic(intrinsics::CALL, args, self.pos))
    }

    pub fn slice(&mut self, slice: &'a Slice) -> Lowered {
        Ok(match slice {
            Slice::Ellipsis => build::ellipsis(self.pos),
            Slice::Slice { lower, upper, step } => {
                let lower = self.optional(lower.as_deref())?;
                let upper = self.optional(upper.as_deref())?;
                let step = self.optional(step.as_deref())?;
                build::slice(lower, upper, step, self.pos)
            }
            Slice::ExtSlice { dims } => {
                let dims: Result<Vec<_>, _> = dims.iter().map(|dim| self.slice(dim)).collect();
                build::tuple(dims?, out::ExprContext::Load, self.pos)
            }
            Slice::Index { value } => self.expr(value)?,
        })
    }
}

/// `{k: v for (k, v) in ((key, value) for …)}`: what is deep stands in the generator expression, which is not inlined.
fn dict_of_pairs(key: out::Expr, value: out::Expr, generators: Vec<out::Comprehension>, pos: Pos) -> out::Expr {
    let names = |ctx| ["<key>", "<value>"].map(|name| build::name_ctx(name, ctx, pos));
    let pairs = build::generator(build::tuple(vec![key, value], out::ExprContext::Load, pos), generators, pos);
    let target = build::tuple(names(out::ExprContext::Store).into(), out::ExprContext::Store, pos);
    let [key, value] = names(out::ExprContext::Load);
    build::dict_comp(key, value, vec![build::comprehension(target, pairs, Vec::new(), pos)], pos)
}

/// `/` between two number literals.
fn literal_division(left: &Expr, right: &Expr, left_out: out::Expr, right_out: out::Expr, pos: Pos) -> out::Expr {
    let integer = |expr: &Expr| matches!(expr.node, ExprKind::Num { n: Number::Int(_) });
    let float = |expr: &Expr| matches!(expr.node, ExprKind::Num { n: Number::Float(_) });
    let zero = matches!(right.node, ExprKind::Num { n: Number::Int(0) });
    if integer(left) && integer(right) && !zero {
        build::binary(left_out, out::Operator::FloorDiv, right_out, pos)
    } else if float(left) || float(right) {
        build::binary(left_out, out::Operator::Div, right_out, pos)
    } else {
        build::binary(left_out, OLD_DIVISION, right_out, pos)
    }
}
