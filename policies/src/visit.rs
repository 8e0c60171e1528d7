//! Walking over the Python 2 AST.

use reprise_vm_glue::syntax::ast::{Arguments, Comprehension, Expr, ExprKind, Slice, Stmt, StmtKind};

/// Visits statements and expressions; what it does not handle itself it passes to [`statement`] and [`expression`].
pub trait Visitor {
    fn visit_statement(&mut self, node: &Stmt) {
        statement(self, node);
    }

    fn visit_expression(&mut self, node: &Expr) {
        expression(self, node);
    }
}

/// Visits all statements.
pub fn body<V: Visitor + ?Sized>(visitor: &mut V, statements: &[Stmt]) {
    for node in statements {
        visitor.visit_statement(node);
    }
}

fn all<'a, V: Visitor + ?Sized>(visitor: &mut V, expressions: impl IntoIterator<Item = &'a Expr>) {
    for node in expressions {
        visitor.visit_expression(node);
    }
}

fn maybe<V: Visitor + ?Sized>(visitor: &mut V, node: &Option<Box<Expr>>) {
    if let Some(node) = node {
        visitor.visit_expression(node);
    }
}

/// Visits the parts of a statement.
pub fn statement<V: Visitor + ?Sized>(visitor: &mut V, node: &Stmt) {
    match &node.node {
        StmtKind::FunctionDef { args, body: inner, decorator_list, .. } => {
            all(visitor, decorator_list);
            arguments(visitor, args);
            body(visitor, inner);
        }
        StmtKind::ClassDef { bases, body: inner, decorator_list, .. } => {
            all(visitor, decorator_list);
            all(visitor, bases);
            body(visitor, inner);
        }
        StmtKind::Return { value } => maybe(visitor, value),
        StmtKind::Delete { targets } => all(visitor, targets),
        StmtKind::Assign { targets, value } => {
            visitor.visit_expression(value);
            all(visitor, targets);
        }
        StmtKind::AugAssign { target, value, .. } => {
            visitor.visit_expression(target);
            visitor.visit_expression(value);
        }
        StmtKind::Print { dest, values, .. } => {
            maybe(visitor, dest);
            all(visitor, values);
        }
        StmtKind::For { target, iter, body: inner, orelse } => {
            visitor.visit_expression(iter);
            visitor.visit_expression(target);
            body(visitor, inner);
            body(visitor, orelse);
        }
        StmtKind::While { test, body: inner, orelse } | StmtKind::If { test, body: inner, orelse } => {
            visitor.visit_expression(test);
            body(visitor, inner);
            body(visitor, orelse);
        }
        StmtKind::With { context_expr, optional_vars, body: inner } => {
            visitor.visit_expression(context_expr);
            maybe(visitor, optional_vars);
            body(visitor, inner);
        }
        StmtKind::Raise { r#type, inst, tback } => {
            maybe(visitor, r#type);
            maybe(visitor, inst);
            maybe(visitor, tback);
        }
        StmtKind::TryExcept { body: inner, handlers, orelse } => {
            body(visitor, inner);
            for handler in handlers {
                maybe(visitor, &handler.r#type);
                maybe(visitor, &handler.name);
                body(visitor, &handler.body);
            }
            body(visitor, orelse);
        }
        StmtKind::TryFinally { body: inner, finalbody } => {
            body(visitor, inner);
            body(visitor, finalbody);
        }
        StmtKind::Assert { test, msg } => {
            visitor.visit_expression(test);
            maybe(visitor, msg);
        }
        StmtKind::Exec { body, globals, locals } => {
            visitor.visit_expression(body);
            maybe(visitor, globals);
            maybe(visitor, locals);
        }
        StmtKind::Expr { value } => visitor.visit_expression(value),
        StmtKind::Import { .. }
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global { .. }
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue => {}
    }
}

/// Visits parameters (tuples among them) and defaults.
pub fn arguments<V: Visitor + ?Sized>(visitor: &mut V, args: &Arguments) {
    all(visitor, &args.args);
    all(visitor, &args.defaults);
}

fn generators<V: Visitor + ?Sized>(visitor: &mut V, list: &[Comprehension]) {
    for generator in list {
        visitor.visit_expression(&generator.iter);
        visitor.visit_expression(&generator.target);
        all(visitor, &generator.ifs);
    }
}

fn slice<V: Visitor + ?Sized>(visitor: &mut V, node: &Slice) {
    match node {
        Slice::Ellipsis => {}
        Slice::Slice { lower, upper, step } => {
            maybe(visitor, lower);
            maybe(visitor, upper);
            maybe(visitor, step);
        }
        Slice::ExtSlice { dims } => {
            for dim in dims {
                slice(visitor, dim);
            }
        }
        Slice::Index { value } => visitor.visit_expression(value),
    }
}

/// Visits the parts of an expression in the order of evaluation.
pub fn expression<V: Visitor + ?Sized>(visitor: &mut V, node: &Expr) {
    match &node.node {
        ExprKind::BoolOp { values, .. } => all(visitor, values),
        ExprKind::BinOp { left, right, .. } => {
            visitor.visit_expression(left);
            visitor.visit_expression(right);
        }
        ExprKind::UnaryOp { operand, .. } => visitor.visit_expression(operand),
        ExprKind::Lambda { args, body } => {
            arguments(visitor, args);
            visitor.visit_expression(body);
        }
        ExprKind::IfExp { test, body, orelse } => {
            visitor.visit_expression(test);
            visitor.visit_expression(body);
            visitor.visit_expression(orelse);
        }
        ExprKind::Dict { keys, values } => {
            for (key, value) in keys.iter().zip(values) {
                visitor.visit_expression(value);
                visitor.visit_expression(key);
            }
        }
        ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => all(visitor, elts),
        ExprKind::ListComp { elt, generators: list }
        | ExprKind::SetComp { elt, generators: list }
        | ExprKind::GeneratorExp { elt, generators: list } => {
            generators(visitor, list);
            visitor.visit_expression(elt);
        }
        ExprKind::DictComp { key, value, generators: list } => {
            generators(visitor, list);
            visitor.visit_expression(value);
            visitor.visit_expression(key);
        }
        ExprKind::Yield { value } => maybe(visitor, value),
        ExprKind::Compare { left, comparators, .. } => {
            visitor.visit_expression(left);
            all(visitor, comparators);
        }
        ExprKind::Call { func, args, keywords, starargs, kwargs } => {
            visitor.visit_expression(func);
            all(visitor, args);
            all(visitor, keywords.iter().map(|keyword| &keyword.value));
            maybe(visitor, starargs);
            maybe(visitor, kwargs);
        }
        ExprKind::Repr { value } => visitor.visit_expression(value),
        ExprKind::Attribute { value, .. } => visitor.visit_expression(value),
        ExprKind::Subscript { value, slice: index, .. } => {
            visitor.visit_expression(value);
            slice(visitor, index);
        }
        ExprKind::Num { .. } | ExprKind::Str { .. } | ExprKind::Name { .. } => {}
    }
}
