//! The syntax tree as Python objects: what `ast.parse` gives and `compile()` takes.
//!
//! The node classes are those of the embedded module `_ast`; here stands how the parser's tree becomes objects of them
//! and the other way round, both from one table of the kinds of nodes and their fields.

use std::collections::HashMap;

use malachite_bigint::BigInt;
use rustpython_vm::builtins::{PyCode, PyComplex, PyDictRef, PyFloat, PyInt, PyList, PyType};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8Buf;

use crate::import;
use crate::runtime::{names, numbers, source, text};
use crate::syntax::ast::{
    Alias, Arguments, BoolOp, CmpOp, Comprehension, ExceptHandler, Expr, ExprContext, ExprKind, Keyword, Mod, Number,
    Operator, Slice, Span, Stmt, StmtKind, Str, UnaryOp,
};
use crate::syntax::{FutureFlags, Mode, SourceRules, SourceText};

/// Nodes may nest this deep, on the way in and out.
const MAX_DEPTH: usize = 600;
/// Line numbers of nodes count up to here.
const MAX_LINE: u32 = 1 << 22;

/// The tree of a module as objects.
pub fn to_objects(vm: &VirtualMachine, source: &SourceText, module: &Mod) -> PyResult {
    let mut writer = Writer { vm, classes: classes(vm)?, source, units: HashMap::new(), depth: 0 };
    module.write(&mut writer)
}

/// Is it a node?
pub fn is_node(vm: &VirtualMachine, object: &PyObject) -> PyResult<bool> {
    // The module is not loaded where there is no node.
    if !object.class().mro_collect().iter().any(|class| &*class.name() == "AST") {
        return Ok(false);
    }
    let class = classes(vm)?.get_item("AST", vm)?;
    Ok(class.downcast::<PyType>().is_ok_and(|class| object.fast_isinstance(&class)))
}

/// Compiles a tree of objects.
pub fn compile(
    vm: &VirtualMachine,
    tree: &PyObject,
    filename: &str,
    mode: Mode,
    flags: FutureFlags,
) -> PyResult<PyRef<PyCode>> {
    let mut reader = Reader { vm, classes: classes(vm)?, last_line: 1, depth: 0, span: Span::default() };
    let expected = match mode {
        Mode::Exec => "Module",
        Mode::Single => "Interactive",
        Mode::Eval => "Expression",
    };
    let kind = reader.kind(tree)?;
    if kind != expected {
        let found = names::type_name_of(tree);
        return Err(vm.new_type_error(format!("expected {expected} node, got {found}")));
    }
    let module = Mod::read(tree, &mut reader)?;
    // Nothing of the source is known but where lines begin: each is one character long.
    let lines = "\n".repeat(reader.last_line as usize);
    let text = SourceText::from_unicode(filename, &lines, SourceRules::CPythonString)
        .map_err(|error| source::exception(vm, &error))?;
    source::compile_tree(vm, &text, &module, flags)
}

fn classes(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let module = import::module(vm, "_ast")?;
    Ok(module.dict().unwrap_or_else(|| vm.ctx.new_dict()))
}

/// Something that stands in a tree.
trait Tree: Sized {
    const IS_LIST: bool = false;

    fn write(&self, writer: &mut Writer<'_>) -> PyResult;
    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self>;
    /// Its value where a node lacks the field.
    fn absent() -> Option<Self> {
        None
    }
}

// ---- to objects -------------------------------------------------------------------------------------------------

struct Writer<'a> {
    vm: &'a VirtualMachine,
    classes: PyDictRef,
    source: &'a SourceText,
    /// Operators and contexts: one object of each.
    units: HashMap<String, PyObjectRef>,
    depth: usize,
}

impl Writer<'_> {
    fn node(&self, name: &str) -> PyResult {
        self.classes.get_item(name, self.vm)?.call((), self.vm)
    }

    fn unit(&mut self, name: String) -> PyResult {
        if let Some(known) = self.units.get(&name) {
            return Ok(known.clone());
        }
        let made = self.node(&name)?;
        self.units.insert(name, made.clone());
        Ok(made)
    }

    fn field<T: Tree>(&mut self, node: &PyObject, name: &'static str, value: &T) -> PyResult<()> {
        let value = value.write(self)?;
        node.set_attr(field_name(name), value, self.vm)
    }

    fn place(&self, node: &PyObject, span: Span) -> PyResult<()> {
        let (line, column) = self.source.node_position(span.start);
        node.set_attr("lineno", self.vm.ctx.new_int(line), self.vm)?;
        node.set_attr("col_offset", self.vm.ctx.new_int(column), self.vm)
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> PyResult<T>) -> PyResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.vm));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

fn too_deep(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_runtime_error("maximum recursion depth exceeded")
}

/// A field as Python names it.
fn field_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

// ---- from objects -----------------------------------------------------------------------------------------------

struct Reader<'a> {
    vm: &'a VirtualMachine,
    classes: PyDictRef,
    last_line: u32,
    depth: usize,
    /// Of the node that is being read.
    span: Span,
}

impl Reader<'_> {
    /// The name of the node class that an object is of; empty if it is no node.
    fn kind(&self, object: &PyObject) -> PyResult<String> {
        for class in object.class().mro_collect() {
            let name = class.name().to_string();
            if self.classes.get_item_opt(name.as_str(), self.vm)?.is_some_and(|known| known.is(&class)) {
                return Ok(name);
            }
        }
        Ok(String::new())
    }

    fn unexpected(&self, sort: &str, found: &PyObject) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let found = text::repr_of(self.vm, found).unwrap_or_default();
        let message = format!("expected some sort of {sort}, but got {}", text::widen(&found));
        self.vm.new_type_error(message)
    }

    fn missing(&self, field: &str, owner: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
        self.vm.new_type_error(format!("required field \"{field}\" missing from {owner}"))
    }

    fn field<T: Tree>(&mut self, node: &PyObject, owner: &str, name: &'static str) -> PyResult<T> {
        let name = field_name(name);
        let span = self.span;
        let value = match self.vm.get_attribute_opt(node, name)? {
            Some(value) => {
                if T::IS_LIST && value.downcast_ref::<PyList>().is_none() {
                    let found = names::type_name_of(&value);
                    let message = format!("{owner} field \"{name}\" must be a list, not a {found}");
                    return Err(self.vm.new_type_error(message));
                }
                T::read(&value, self)?
            }
            None => T::absent().ok_or_else(|| self.missing(name, owner))?,
        };
        self.span = span;
        Ok(value)
    }

    /// The place of a node as a place in the text of line ends.
    fn place(&mut self, node: &PyObject, sort: &str) -> PyResult<Span> {
        let mut line = 1;
        for name in ["lineno", "col_offset"] {
            let value = self.vm.get_attribute_opt(node, name)?.ok_or_else(|| self.missing(name, sort))?;
            let number = numbers::integer(&value).ok_or_else(|| {
                let value = text::repr_of(self.vm, &value).unwrap_or_default();
                self.vm.new_value_error(format!("invalid integer value: {}", text::widen(&value)))
            })?;
            if name == "lineno" {
                line = u32::try_from(number).unwrap_or(1).clamp(1, MAX_LINE);
            }
        }
        self.last_line = self.last_line.max(line);
        self.span = Span { start: line - 1, end: line - 1 };
        Ok(self.span)
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> PyResult<T>) -> PyResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.vm));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

// ---- the kinds of nodes -----------------------------------------------------------------------------------------

/// A node whose class depends on its kind.
trait Kind: Sized {
    fn write_kind(&self, writer: &mut Writer<'_>) -> PyResult;
    fn read_kind(node: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self>;
}

/// What has more than one kind of node: `Kind(field, …; place of something that the objects do not have)`.
macro_rules! kinds {
    ($kind:ident, $sort:literal: $($variant:ident($($field:ident),* $(; $extra:ident)?)),* $(,)?) => {
        impl Kind for $kind {
            fn write_kind(&self, writer: &mut Writer<'_>) -> PyResult {
                match self {
                    $($kind::$variant { $($field,)* .. } => {
                        let node = writer.node(stringify!($variant))?;
                        $(writer.field(&node, stringify!($field), $field)?;)*
                        Ok(node)
                    })*
                }
            }

            fn read_kind(node: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
                let kind = reader.kind(node)?;
                match kind.as_str() {
                    $(stringify!($variant) => Ok($kind::$variant {
                        $($extra: reader.span,)?
                        $($field: reader.field(node, stringify!($variant), stringify!($field))?,)*
                    }),)*
                    _ => Err(reader.unexpected($sort, node)),
                }
            }
        }
    };
}

kinds! { StmtKind, "stmt":
    FunctionDef(name, args, body, decorator_list; name_span),
    ClassDef(name, bases, body, decorator_list; name_span),
    Return(value),
    Delete(targets),
    Assign(targets, value),
    AugAssign(target, op, value),
    Print(dest, values, nl),
    For(target, iter, body, orelse),
    While(test, body, orelse),
    If(test, body, orelse),
    With(context_expr, optional_vars, body),
    Raise(r#type, inst, tback),
    TryExcept(body, handlers, orelse),
    TryFinally(body, finalbody),
    Assert(test, msg),
    Import(names),
    ImportFrom(module, names, level),
    Exec(body, globals, locals),
    Global(names),
    Expr(value),
    Pass(),
    Break(),
    Continue(),
}

kinds! { ExprKind, "expr":
    BoolOp(op, values),
    BinOp(left, op, right),
    UnaryOp(op, operand),
    Lambda(args, body),
    IfExp(test, body, orelse),
    Dict(keys, values),
    Set(elts),
    ListComp(elt, generators),
    SetComp(elt, generators),
    DictComp(key, value, generators),
    GeneratorExp(elt, generators),
    Yield(value),
    Compare(left, ops, comparators),
    Call(func, args, keywords, starargs, kwargs),
    Repr(value),
    Num(n),
    Str(s),
    Attribute(value, attr, ctx),
    Subscript(value, slice, ctx),
    Name(id, ctx),
    List(elts, ctx),
    Tuple(elts, ctx),
}

kinds! { Slice, "slice":
    Ellipsis(),
    Slice(lower, upper, step),
    ExtSlice(dims),
    Index(value),
}

kinds! { Mod, "mod":
    Module(body),
    Interactive(body),
    Expression(body),
}

macro_rules! plain_kinds {
    ($($kind:ident)*) => {$(
        impl Tree for $kind {
            fn write(&self, writer: &mut Writer<'_>) -> PyResult {
                writer.deeper(|writer| self.write_kind(writer))
            }

            fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
                reader.deeper(|reader| Self::read_kind(value, reader))
            }
        }
    )*};
}

plain_kinds! { Slice Mod }

macro_rules! placed_kinds {
    ($($kind:ident $node:ident $sort:literal;)*) => {$(
        impl Tree for $kind {
            fn write(&self, writer: &mut Writer<'_>) -> PyResult {
                let node = writer.deeper(|writer| self.node.write_kind(writer))?;
                writer.place(&node, self.span)?;
                Ok(node)
            }

            fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
                if reader.kind(value)?.is_empty() {
                    return Err(reader.unexpected($sort, value));
                }
                let span = reader.place(value, $sort)?;
                Ok(Self { node: reader.deeper(|reader| $node::read_kind(value, reader))?, span })
            }
        }
    )*};
}

placed_kinds! {
    Stmt StmtKind "stmt";
    Expr ExprKind "expr";
}

/// Nodes of one kind.
macro_rules! nodes {
    ($($kind:ident $name:literal ($($field:ident),* $(; $extra:ident)?);)*) => {$(
        impl Tree for $kind {
            fn write(&self, writer: &mut Writer<'_>) -> PyResult {
                let node = writer.node($name)?;
                $(writer.field(&node, stringify!($field), &self.$field)?;)*
                Ok(node)
            }

            fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
                if reader.kind(value)? != $name {
                    return Err(reader.unexpected($name, value));
                }
                Ok(Self {
                    $($extra: reader.span,)?
                    $($field: reader.field(value, $name, stringify!($field))?,)*
                })
            }
        }
    )*};
}

nodes! {
    Alias "alias" (name, asname; span);
    Arguments "arguments" (args, vararg, kwarg, defaults);
    Comprehension "comprehension" (target, iter, ifs);
    Keyword "keyword" (arg, value);
}

impl Tree for ExceptHandler {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        let node = writer.node("ExceptHandler")?;
        writer.field(&node, "type", &self.r#type)?;
        writer.field(&node, "name", &self.name)?;
        writer.field(&node, "body", &self.body)?;
        writer.place(&node, self.span)?;
        Ok(node)
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        const NAME: &str = "ExceptHandler";
        if reader.kind(value)? != NAME {
            return Err(reader.unexpected("excepthandler", value));
        }
        let span = reader.place(value, "excepthandler")?;
        let r#type = reader.field(value, NAME, "type")?;
        let name = reader.field(value, NAME, "name")?;
        Ok(Self { r#type, name, body: reader.field(value, NAME, "body")?, span })
    }
}

/// Nodes without fields.
macro_rules! units {
    ($($kind:ident $sort:literal: $($variant:ident)*;)*) => {$(
        impl Tree for $kind {
            fn write(&self, writer: &mut Writer<'_>) -> PyResult {
                writer.unit(format!("{self:?}"))
            }

            fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
                match reader.kind(value)?.as_str() {
                    $(stringify!($variant) => Ok($kind::$variant),)*
                    _ => Err(reader.unexpected($sort, value)),
                }
            }
        }
    )*};
}

units! {
    ExprContext "expr_context": Load Store Del Param;
    BoolOp "boolop": And Or;
    Operator "operator": Add Sub Mult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv;
    UnaryOp "unaryop": Invert Not UAdd USub;
    CmpOp "cmpop": Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn;
}

// ---- the values of fields ---------------------------------------------------------------------------------------

impl<T: Tree> Tree for Box<T> {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        (**self).write(writer)
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        T::read(value, reader).map(Box::new)
    }
}

impl<T: Tree> Tree for Option<T> {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        match self {
            Some(value) => value.write(writer),
            None => Ok(writer.vm.ctx.none()),
        }
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        if reader.vm.is_none(value) { Ok(None) } else { T::read(value, reader).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Tree> Tree for Vec<T> {
    const IS_LIST: bool = true;

    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        let items = self.iter().map(|item| item.write(writer)).collect::<PyResult<_>>()?;
        Ok(writer.vm.ctx.new_list(items).into())
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        let Some(list) = value.downcast_ref::<PyList>() else {
            return Err(reader.unexpected("list", value));
        };
        // Reading runs code that may change the list.
        let items = list.borrow_vec().to_vec();
        items.iter().map(|item| T::read(item, reader)).collect()
    }
}

impl Tree for Box<str> {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        Ok(writer.vm.ctx.intern_str(&**self).to_owned().into())
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        match text::bytes_of(value).map(String::from_utf8) {
            Some(Ok(name)) => Ok(name.into_boxed_str()),
            _ => Err(reader.vm.new_type_error("AST identifier must be of type str")),
        }
    }
}

impl Tree for bool {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        Ok(writer.vm.ctx.new_bool(*self).into())
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        value.to_owned().try_to_bool(reader.vm)
    }
}

impl Tree for u32 {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        Ok(writer.vm.ctx.new_int(*self).into())
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        if reader.vm.is_none(value) {
            return Ok(0);
        }
        numbers::integer(value).and_then(|number| Self::try_from(number).ok()).ok_or_else(|| {
            let value = text::repr_of(reader.vm, value).unwrap_or_default();
            reader.vm.new_value_error(format!("invalid integer value: {}", text::widen(&value)))
        })
    }

    fn absent() -> Option<Self> {
        Some(0)
    }
}

impl Tree for Number {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        let ctx = &writer.vm.ctx;
        Ok(match self {
            Self::Complex(imaginary) => return ctx.types.complex_type.as_object().call((0.0, *imaginary), writer.vm),
            Self::Int(value) => ctx.new_int(*value).into(),
            Self::Long(value) => numbers::new_long(writer.vm, value.clone()),
            Self::Float(value) => ctx.new_float(*value).into(),
        })
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        let vm = reader.vm;
        if let Some(number) = value.downcast_ref::<PyInt>() {
            let number: &BigInt = number.as_bigint();
            return Ok(match i64::try_from(number) {
                Ok(number) if !numbers::is_long(value, vm) => Self::Int(number),
                _ => Self::Long(number.clone()),
            });
        }
        if let Some(number) = value.downcast_ref::<PyFloat>() {
            return Ok(Self::Float(number.to_f64()));
        }
        match value.downcast_ref::<PyComplex>().map(|number| number.to_complex64()) {
            Some(number) if number.re == 0.0 => Ok(Self::Complex(number.im)),
            _ => Err(vm.new_type_error("the number of a Num node must be an int, long, float or imaginary number")),
        }
    }
}

impl Tree for Str {
    fn write(&self, writer: &mut Writer<'_>) -> PyResult {
        Ok(match self {
            Self::Bytes(bytes) => text::new_str(writer.vm, bytes),
            Self::Unicode(value) => text::new_unicode_wtf8(writer.vm, value),
        })
    }

    fn read(value: &PyObject, reader: &mut Reader<'_>) -> PyResult<Self> {
        if let Some(string) = text::payload(value).filter(|_| text::is_unicode(value)) {
            let value: Wtf8Buf = string.as_wtf8().to_owned();
            return Ok(Self::Unicode(value));
        }
        let found = || reader.vm.new_type_error("AST string must be of type str or unicode");
        text::bytes_of(value).map(Self::Bytes).ok_or_else(found)
    }
}
