//! Makers of the compiler's syntax nodes. Each takes the source position that tracebacks will show.

use ruff_python_ast as out;
use ruff_python_ast::name::Name;
use ruff_text_size::{TextRange, TextSize};

/// A position in the source text.
pub type Pos = u32;

pub fn range(pos: Pos) -> TextRange {
    TextRange::empty(TextSize::from(pos))
}

fn index() -> out::AtomicNodeIndex {
    out::AtomicNodeIndex::NONE
}

pub fn identifier(name: &str, pos: Pos) -> out::Identifier {
    out::Identifier { id: Name::new(name), range: range(pos), node_index: index() }
}

pub fn name_ctx(id: &str, ctx: out::ExprContext, pos: Pos) -> out::Expr {
    out::Expr::Name(out::ExprName { node_index: index(), range: range(pos), id: Name::new(id), ctx })
}

pub fn load(id: &str, pos: Pos) -> out::Expr {
    name_ctx(id, out::ExprContext::Load, pos)
}

pub fn store(id: &str, pos: Pos) -> out::Expr {
    name_ctx(id, out::ExprContext::Store, pos)
}

pub fn none(pos: Pos) -> out::Expr {
    out::Expr::NoneLiteral(out::ExprNoneLiteral { node_index: index(), range: range(pos) })
}

pub fn boolean(value: bool, pos: Pos) -> out::Expr {
    out::Expr::BooleanLiteral(out::ExprBooleanLiteral { node_index: index(), range: range(pos), value })
}

pub fn ellipsis(pos: Pos) -> out::Expr {
    out::Expr::EllipsisLiteral(out::ExprEllipsisLiteral { node_index: index(), range: range(pos) })
}

pub fn string(value: String, pos: Pos) -> out::Expr {
    let literal = out::StringLiteral {
        range: range(pos),
        node_index: index(),
        value: value.into_boxed_str(),
        flags: out::StringLiteralFlags::empty(),
    };
    out::Expr::StringLiteral(out::ExprStringLiteral {
        node_index: index(),
        range: range(pos),
        value: out::StringLiteralValue::single(literal),
    })
}

/// A string constant that the compiler does not recognise as one when it looks for a docstring or for a `%` to fold.
pub fn plain_string(value: String, pos: Pos) -> out::Expr {
    let literal =
        out::InterpolatedStringLiteralElement { range: range(pos), node_index: index(), value: value.into_boxed_str() };
    let elements = vec![out::InterpolatedStringElement::Literal(literal)];
    out::Expr::FString(out::ExprFString {
        node_index: index(),
        range: range(pos),
        value: out::FStringValue::single(out::FString {
            range: range(pos),
            node_index: index(),
            elements: out::InterpolatedStringElements::from(elements),
            flags: out::FStringFlags::empty(),
        }),
        runtime_joined_str: None,
        runtime_values: None,
    })
}

pub fn bytes(value: Vec<u8>, pos: Pos) -> out::Expr {
    let literal = out::BytesLiteral {
        range: range(pos),
        node_index: index(),
        value: value.into_boxed_slice(),
        flags: out::BytesLiteralFlags::empty(),
    };
    out::Expr::BytesLiteral(out::ExprBytesLiteral {
        node_index: index(),
        range: range(pos),
        value: out::BytesLiteralValue::single(literal),
    })
}

pub fn number(value: out::Number, pos: Pos) -> out::Expr {
    out::Expr::NumberLiteral(out::ExprNumberLiteral { node_index: index(), range: range(pos), value })
}

pub fn int(value: u32, pos: Pos) -> out::Expr {
    number(out::Number::Int(out::Int::from(value)), pos)
}

pub fn call(func: out::Expr, args: Vec<out::Expr>, pos: Pos) -> out::Expr {
    call_with(func, args, Vec::new(), pos)
}

pub fn call_with(func: out::Expr, args: Vec<out::Expr>, keywords: Vec<out::Keyword>, pos: Pos) -> out::Expr {
    out::Expr::Call(out::ExprCall {
        node_index: index(),
        range_start: TextSize::from(pos),
        func: Box::new(func),
        arguments: arguments(args, keywords, pos),
    })
}

pub fn arguments(args: Vec<out::Expr>, keywords: Vec<out::Keyword>, pos: Pos) -> out::Arguments {
    out::Arguments {
        range: range(pos),
        node_index: index(),
        args: args.into_boxed_slice(),
        keywords: keywords.into_iter().collect(),
        runtime_args: None,
        runtime_bases: None,
    }
}

pub fn keyword(arg: Option<&str>, value: out::Expr, pos: Pos) -> out::Keyword {
    out::Keyword { range: range(pos), node_index: index(), arg: arg.map(|arg| identifier(arg, pos)), value }
}

/// A call of an intrinsic.
pub fn intrinsic(name: &str, args: Vec<out::Expr>, pos: Pos) -> out::Expr {
    call(load(name, pos), args, pos)
}

pub fn starred(value: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::Starred(out::ExprStarred {
        node_index: index(),
        range: range(pos),
        value: Box::new(value),
        ctx: out::ExprContext::Load,
    })
}

pub fn attribute(value: out::Expr, attr: &str, ctx: out::ExprContext, pos: Pos) -> out::Expr {
    out::Expr::Attribute(out::ExprAttribute {
        node_index: index(),
        range: range(pos),
        value: Box::new(value),
        attr: identifier(attr, pos),
        ctx,
    })
}

pub fn subscript(value: out::Expr, slice: out::Expr, ctx: out::ExprContext, pos: Pos) -> out::Expr {
    out::Expr::Subscript(out::ExprSubscript {
        node_index: index(),
        range: range(pos),
        value: Box::new(value),
        slice: Box::new(slice),
        ctx,
    })
}

pub fn slice(lower: Option<out::Expr>, upper: Option<out::Expr>, step: Option<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::Slice(out::ExprSlice {
        node_index: index(),
        range: range(pos),
        lower: lower.map(Box::new),
        upper: upper.map(Box::new),
        step: step.map(Box::new),
    })
}

pub fn tuple(elts: Vec<out::Expr>, ctx: out::ExprContext, pos: Pos) -> out::Expr {
    out::Expr::Tuple(out::ExprTuple {
        node_index: index(),
        range: range(pos),
        elts,
        ctx,
        parenthesized: true,
        runtime_elts: None,
    })
}

pub fn list(elts: Vec<out::Expr>, ctx: out::ExprContext, pos: Pos) -> out::Expr {
    out::Expr::List(out::ExprList { node_index: index(), range: range(pos), elts, ctx, runtime_elts: None })
}

pub fn set(elts: Vec<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::Set(out::ExprSet { node_index: index(), range: range(pos), elts, runtime_elts: None })
}

pub fn dict(items: Vec<(out::Expr, out::Expr)>, pos: Pos) -> out::Expr {
    out::Expr::Dict(out::ExprDict {
        node_index: index(),
        range: range(pos),
        items: items.into_iter().map(|(key, value)| out::DictItem { key: Some(key), value }).collect(),
        runtime_values: None,
    })
}

/// `{**a, **b, …}`
pub fn merged_dict(parts: Vec<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::Dict(out::ExprDict {
        node_index: index(),
        range: range(pos),
        items: parts.into_iter().map(|value| out::DictItem { key: None, value }).collect(),
        runtime_values: None,
    })
}

pub fn binary(left: out::Expr, op: out::Operator, right: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::BinOp(out::ExprBinOp {
        node_index: index(),
        range: range(pos),
        left: Box::new(left),
        op,
        right: Box::new(right),
    })
}

pub fn unary(op: out::UnaryOp, operand: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::UnaryOp(out::ExprUnaryOp { node_index: index(), range: range(pos), op, operand: Box::new(operand) })
}

pub fn bool_op(op: out::BoolOp, values: Vec<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::BoolOp(out::ExprBoolOp { node_index: index(), range: range(pos), op, values, runtime_values: None })
}

pub fn compare(left: out::Expr, ops: Vec<out::CmpOp>, comparators: Vec<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::Compare(out::ExprCompare {
        node_index: index(),
        range: range(pos),
        left: Box::new(left),
        ops: ops.into_boxed_slice(),
        comparators: comparators.into_boxed_slice(),
        runtime_comparators: None,
    })
}

pub fn if_exp(test: out::Expr, body: out::Expr, orelse: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::If(out::ExprIf {
        node_index: index(),
        range: range(pos),
        test: Box::new(test),
        body: Box::new(body),
        orelse: Box::new(orelse),
    })
}

pub fn named(target: &str, value: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::Named(out::ExprNamed {
        node_index: index(),
        range: range(pos),
        target: Box::new(store(target, pos)),
        value: Box::new(value),
    })
}

pub fn yield_(value: Option<out::Expr>, pos: Pos) -> out::Expr {
    out::Expr::Yield(out::ExprYield { node_index: index(), range: range(pos), value: value.map(Box::new) })
}

pub fn lambda(parameters: out::Parameters, body: out::Expr, pos: Pos) -> out::Expr {
    out::Expr::Lambda(out::ExprLambda {
        node_index: index(),
        range: range(pos),
        parameters: Some(Box::new(parameters)),
        body: Box::new(body),
    })
}

pub fn comprehension(target: out::Expr, iter: out::Expr, ifs: Vec<out::Expr>, pos: Pos) -> out::Comprehension {
    out::Comprehension {
        range: range(pos),
        node_index: index(),
        target,
        iter,
        ifs,
        is_async: false,
        runtime_ifs: None,
        runtime_is_async: None,
    }
}

pub fn list_comp(elt: out::Expr, generators: Vec<out::Comprehension>, pos: Pos) -> out::Expr {
    out::Expr::ListComp(out::ExprListComp { node_index: index(), range: range(pos), elt: Box::new(elt), generators })
}

pub fn set_comp(elt: out::Expr, generators: Vec<out::Comprehension>, pos: Pos) -> out::Expr {
    out::Expr::SetComp(out::ExprSetComp { node_index: index(), range: range(pos), elt: Box::new(elt), generators })
}

pub fn dict_comp(key: out::Expr, value: out::Expr, generators: Vec<out::Comprehension>, pos: Pos) -> out::Expr {
    out::Expr::DictComp(out::ExprDictComp {
        node_index: index(),
        range: range(pos),
        key: Some(Box::new(key)),
        value: Box::new(value),
        generators,
    })
}

pub fn generator(elt: out::Expr, generators: Vec<out::Comprehension>, pos: Pos) -> out::Expr {
    out::Expr::Generator(out::ExprGenerator {
        node_index: index(),
        range: range(pos),
        elt: Box::new(elt),
        generators,
        parenthesized: true,
    })
}

pub fn parameter(name: &str, default: Option<out::Expr>, pos: Pos) -> out::ParameterWithDefault {
    out::ParameterWithDefault {
        range: range(pos),
        node_index: index(),
        parameter: rest_parameter(name, pos),
        default: default.map(Box::new),
    }
}

pub fn rest_parameter(name: &str, pos: Pos) -> out::Parameter {
    out::Parameter {
        range: range(pos),
        node_index: index(),
        name: identifier(name, pos),
        annotation: None,
        runtime_type_comment: None,
        runtime_type_comment_bytes: None,
    }
}

pub fn parameters(
    args: Vec<out::ParameterWithDefault>,
    vararg: Option<out::Parameter>,
    kwarg: Option<out::Parameter>,
    pos: Pos,
) -> out::Parameters {
    out::Parameters {
        range: range(pos),
        node_index: index(),
        posonlyargs: std::iter::empty().collect(),
        args: args.into_iter().collect(),
        vararg: vararg.map(Box::new),
        kwonlyargs: std::iter::empty().collect(),
        kwarg: kwarg.map(Box::new),
        runtime_defaults: None,
    }
}

// ---- statements -------------------------------------------------------------------------------------------------

pub fn expr_stmt(value: out::Expr, pos: Pos) -> out::Stmt {
    out::Stmt::Expr(out::StmtExpr { node_index: index(), range: range(pos), value: Box::new(value) })
}

pub fn assign(targets: Vec<out::Expr>, value: out::Expr, pos: Pos) -> out::Stmt {
    out::Stmt::Assign(out::StmtAssign {
        node_index: index(),
        range: range(pos),
        targets,
        value: Box::new(value),
        runtime_targets: None,
        runtime_type_comment: None,
        runtime_type_comment_bytes: None,
    })
}

pub fn aug_assign(target: out::Expr, op: out::Operator, value: out::Expr, pos: Pos) -> out::Stmt {
    out::Stmt::AugAssign(out::StmtAugAssign {
        node_index: index(),
        range: range(pos),
        target: Box::new(target),
        op,
        value: Box::new(value),
    })
}

pub fn delete(targets: Vec<out::Expr>, pos: Pos) -> out::Stmt {
    out::Stmt::Delete(out::StmtDelete { node_index: index(), range: range(pos), targets, runtime_targets: None })
}

pub fn pass(pos: Pos) -> out::Stmt {
    out::Stmt::Pass(out::StmtPass { node_index: index(), range: range(pos) })
}

pub fn break_(pos: Pos) -> out::Stmt {
    out::Stmt::Break(out::StmtBreak { node_index: index(), range: range(pos) })
}

pub fn continue_(pos: Pos) -> out::Stmt {
    out::Stmt::Continue(out::StmtContinue { node_index: index(), range: range(pos) })
}

pub fn return_(value: Option<out::Expr>, pos: Pos) -> out::Stmt {
    out::Stmt::Return(out::StmtReturn { node_index: index(), range: range(pos), value: value.map(Box::new) })
}

pub fn raise(exc: Option<out::Expr>, pos: Pos) -> out::Stmt {
    out::Stmt::Raise(out::StmtRaise { node_index: index(), range: range(pos), exc: exc.map(Box::new), cause: None })
}

pub fn assert(test: out::Expr, msg: Option<out::Expr>, pos: Pos) -> out::Stmt {
    out::Stmt::Assert(out::StmtAssert {
        node_index: index(),
        range: range(pos),
        test: Box::new(test),
        msg: msg.map(Box::new),
    })
}

pub fn global(names: &[&str], pos: Pos) -> out::Stmt {
    out::Stmt::Global(out::StmtGlobal {
        node_index: index(),
        range: range(pos),
        names: names.iter().map(|name| identifier(name, pos)).collect(),
    })
}

pub fn while_(test: out::Expr, body: Vec<out::Stmt>, orelse: Vec<out::Stmt>, pos: Pos) -> out::Stmt {
    out::Stmt::While(out::StmtWhile {
        node_index: index(),
        range: range(pos),
        test: Box::new(test),
        body: body.into_iter().collect(),
        orelse: orelse.into_iter().collect(),
        runtime_body: None,
        runtime_orelse: None,
    })
}

pub fn for_(target: out::Expr, iter: out::Expr, body: Vec<out::Stmt>, orelse: Vec<out::Stmt>, pos: Pos) -> out::Stmt {
    out::Stmt::For(out::StmtFor {
        node_index: index(),
        range: range(pos),
        is_async: false,
        target: Box::new(target),
        iter: Box::new(iter),
        body: body.into_iter().collect(),
        orelse: orelse.into_iter().collect(),
        runtime_type_comment: None,
        runtime_type_comment_bytes: None,
        runtime_body: None,
        runtime_orelse: None,
    })
}

/// `clauses` are the `elif`s with their tests and an `else` without one.
pub fn if_(
    test: out::Expr,
    body: Vec<out::Stmt>,
    clauses: Vec<(Option<out::Expr>, Vec<out::Stmt>, Pos)>,
    pos: Pos,
) -> out::Stmt {
    out::Stmt::If(out::StmtIf {
        node_index: index(),
        range: range(pos),
        test: Box::new(test),
        body: body.into_iter().collect(),
        elif_else_clauses: clauses
            .into_iter()
            .map(|(test, body, pos)| out::ElifElseClause {
                range: range(pos),
                node_index: index(),
                test,
                body: body.into_iter().collect(),
                runtime_body: None,
                runtime_orelse: None,
            })
            .collect(),
        runtime_body: None,
    })
}

pub fn with(context_expr: out::Expr, optional_vars: Option<out::Expr>, body: Vec<out::Stmt>, pos: Pos) -> out::Stmt {
    out::Stmt::With(out::StmtWith {
        node_index: index(),
        range: range(pos),
        is_async: false,
        items: vec![out::WithItem {
            range: range(pos),
            node_index: index(),
            context_expr,
            optional_vars: optional_vars.map(Box::new),
        }],
        body: body.into_iter().collect(),
        runtime_type_comment: None,
        runtime_type_comment_bytes: None,
        runtime_body: None,
    })
}

pub fn handler(type_: Option<out::Expr>, body: Vec<out::Stmt>, pos: Pos) -> out::ExceptHandler {
    out::ExceptHandler::ExceptHandler(out::ExceptHandlerExceptHandler {
        range: range(pos),
        node_index: index(),
        type_: type_.map(Box::new),
        name: None,
        body: body.into_iter().collect(),
        runtime_body: None,
    })
}

pub fn try_(
    body: Vec<out::Stmt>,
    handlers: Vec<out::ExceptHandler>,
    orelse: Vec<out::Stmt>,
    finalbody: Vec<out::Stmt>,
    pos: Pos,
) -> out::Stmt {
    out::Stmt::Try(out::StmtTry {
        node_index: index(),
        range: range(pos),
        body: body.into_iter().collect(),
        handlers,
        orelse: orelse.into_iter().collect(),
        finalbody: finalbody.into_iter().collect(),
        is_star: false,
        runtime_body: None,
        runtime_handlers: None,
        runtime_orelse: None,
        runtime_finalbody: None,
    })
}

fn decorators(list: Vec<(out::Expr, Pos)>) -> impl Iterator<Item = out::Decorator> {
    list.into_iter().map(|(expression, pos)| out::Decorator { range: range(pos), node_index: index(), expression })
}

pub fn function(
    name: &str,
    parameters: out::Parameters,
    body: Vec<out::Stmt>,
    decorator_list: Vec<(out::Expr, Pos)>,
    pos: Pos,
) -> out::Stmt {
    out::Stmt::FunctionDef(out::StmtFunctionDef {
        node_index: index(),
        range: range(pos),
        is_async: false,
        decorator_list: decorators(decorator_list).collect(),
        name: identifier(name, pos),
        type_params: None,
        parameters: Box::new(parameters),
        returns: None,
        body: body.into_iter().collect(),
        runtime_decorator_list: None,
        runtime_type_comment: None,
        runtime_type_comment_bytes: None,
        runtime_body: None,
    })
}

pub fn class(
    name: &str,
    bases: Option<Vec<out::Expr>>,
    body: Vec<out::Stmt>,
    decorator_list: Vec<(out::Expr, Pos)>,
    pos: Pos,
) -> out::Stmt {
    out::Stmt::ClassDef(out::StmtClassDef {
        node_index: index(),
        range: range(pos),
        decorator_list: decorators(decorator_list).collect(),
        name: identifier(name, pos),
        type_params: None,
        arguments: bases.map(|bases| Box::new(arguments(bases, Vec::new(), pos))),
        body: body.into_iter().collect(),
        runtime_decorator_list: None,
        runtime_body: None,
    })
}

pub fn module(body: Vec<out::Stmt>, end: Pos) -> out::Mod {
    out::Mod::Module(out::ModModule {
        node_index: index(),
        range: TextRange::new(TextSize::from(0), TextSize::from(end)),
        body: body.into_iter().collect(),
        runtime_body: None,
    })
}

pub fn expression(body: out::Expr, end: Pos) -> out::Mod {
    out::Mod::Expression(out::ModExpression {
        node_index: index(),
        range: TextRange::new(TextSize::from(0), TextSize::from(end)),
        body: Box::new(body),
    })
}
