//! `format()`, `str.format` and `unicode.format`, and `__format__` of the built-in types, as in Python 2.7.

use super::operand::Kind;
use super::{arguments, dialect, format_spec, methods, names, text};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyComplex, PyFloat, PyInt, PyStr};
use rustpython_vm::function::{FuncArgs, ItemDoc, KwArgs, PyMethodFlags};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::borrow::Cow;

/// How deep a format specification can contain fields.
const MAX_DEPTH: usize = 2;

/// Replaces the machine's own methods.
pub fn patch(vm: &VirtualMachine) {
    let many = PyMethodFlags::VARARGS | PyMethodFlags::KEYWORDS;
    for class in [vm.ctx.types.str_type, text::unicode_type(vm)] {
        methods::add(vm, class, "format", many, format_method);
        methods::add(vm, class, "_formatter_parser", PyMethodFlags::NOARGS, formatter_parser);
        methods::add(vm, class, "_formatter_field_name_split", PyMethodFlags::NOARGS, formatter_field_name_split);
    }
    let types = &vm.ctx.types;
    let classes = [
        types.object_type,
        types.str_type,
        text::unicode_type(vm),
        types.int_type,
        types.bool_type,
        types.float_type,
        types.complex_type,
    ];
    for class in classes {
        let definition =
            vm.ctx.new_method_def("__format__", dunder_format, PyMethodFlags::METHOD | PyMethodFlags::O, ItemDoc::NONE);
        class.set_attr(vm.ctx.intern_str("__format__"), definition.build_method(class, vm).into());
    }
}

/// Sets the builtin.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set_function(vm, "format", |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        arguments::count(vm, "format", &args, 1, 2)?;
        let (spec, kind) = match args.args.get(1) {
            None => (Wtf8Buf::new(), Kind::Bytes),
            Some(spec) => match spec.downcast_ref::<PyStr>() {
                Some(text) => (text.as_wtf8().to_owned(), Kind::of(spec)),
                None => {
                    let found = names::type_name_of(spec);
                    return Err(vm.new_type_error(format!("format expects arg 2 to be string or unicode, not {found}")));
                }
            },
        };
        format_object(vm, &args.args[0], &spec, kind)
    })
}

// ---- one object -------------------------------------------------------------------------------------------------

/// `format(object, spec)`.
pub fn format_object(vm: &VirtualMachine, object: &PyObject, spec: &Wtf8, kind: Kind) -> PyResult {
    if let Some(result) = native_format(vm, object, spec, kind, true)? {
        return Ok(result);
    }
    let class = object.class();
    let library = !super::classes::is_dialect(class) && !super::classic::is_instance(object);
    let argument = match kind {
        // The machine's library (dates above all) is native code in Python 2, which takes byte strings.
        Kind::Unicode if library && !spec.is_ascii() => text::new_str(vm, &text::encode_default(vm, spec)?),
        _ => kind.make_ref(vm, spec),
    };
    let result = match names::special(object, vm.ctx.intern_str("__format__"), vm)? {
        Some(method) => method.call((argument,), vm)?,
        None => vm.call_method(object, "__format__", (argument,))?,
    };
    if !text::is_basestring(&result) {
        let class = names::type_name_of(object);
        return Err(vm.new_type_error(format!(
            "{class}.__format__ must return string or unicode, not {}",
            names::type_name_of(&result)
        )));
    }
    Ok(result)
}

/// `__format__` of the built-in types.
fn dunder_format(zelf: PyObjectRef, spec: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(spec_text) = spec.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("argument to __format__ must be unicode or str"));
    };
    let kind = Kind::of(&spec);
    if spec_text.is_empty() && text::is_basestring(&zelf) && zelf.class().heaptype_ext().is_some() {
        return stringified(vm, &zelf, Kind::of(&zelf));
    }
    if let Some(result) = native_format(vm, &zelf, spec_text.as_wtf8(), kind, false)? {
        return Ok(result);
    }
    let shown = match kind {
        Kind::Unicode => text::unicode_object(vm, &zelf)?,
        Kind::Bytes => text::str_object(vm, &zelf)?,
    };
    format_object(vm, &shown, spec_text.as_wtf8(), kind)
}

/// Formats an object of a built-in type; None for all others. `exact` leaves classes derived from them out.
fn native_format(
    vm: &VirtualMachine,
    object: &PyObject,
    spec: &Wtf8,
    kind: Kind,
    exact: bool,
) -> PyResult<Option<PyObjectRef>> {
    if exact && object.class().heaptype_ext().is_some() {
        return Ok(None);
    }
    if let Some(string) = object.downcast_ref::<PyStr>() {
        let own = Kind::of(object);
        let own_spec = match (own, kind) {
            (Kind::Unicode, Kind::Bytes) if !spec.is_ascii() => {
                Cow::Owned(text::decode_default(vm, &text::narrow(spec))?)
            }
            (Kind::Bytes, Kind::Unicode) if !spec.is_ascii() => {
                Cow::Owned(Wtf8Buf::from(&*text::widen(&text::encode_default(vm, spec)?)))
            }
            _ => Cow::Borrowed(spec),
        };
        let result = own.make(vm, format_spec::string(vm, object, string.as_wtf8(), &own_spec)?);
        // The result is unicode where one of the two is.
        return match kind {
            Kind::Bytes => Ok(Some(result)),
            Kind::Unicode => text::unicode_object(vm, &result).map(Some),
        };
    }
    let number = if let Some(int) = object.downcast_ref::<PyInt>() {
        if spec.is_empty() {
            return stringified(vm, object, kind).map(Some);
        }
        format_spec::integer(vm, object, int.as_bigint(), spec)?
    } else if let Some(float) = object.downcast_ref::<PyFloat>() {
        if spec.is_empty() {
            return stringified(vm, object, kind).map(Some);
        }
        format_spec::float(vm, object, float.to_f64(), spec)?
    } else if let Some(complex) = object.downcast_ref::<PyComplex>() {
        if spec.is_empty() {
            return stringified(vm, object, kind).map(Some);
        }
        let value = complex.to_complex64();
        format_spec::complex(vm, object, (value.re, value.im), spec)?
    } else {
        return Ok(None);
    };
    match kind {
        Kind::Bytes => Ok(Some(kind.make(vm, number))),
        Kind::Unicode => {
            // Numbers are formatted as bytes, even for unicode.
            let number = if number.is_ascii() { number } else { text::decode_default(vm, &text::narrow(&number))? };
            Ok(Some(kind.make(vm, number)))
        }
    }
}

fn stringified(vm: &VirtualMachine, object: &PyObject, kind: Kind) -> PyResult {
    match kind {
        Kind::Bytes => text::str_object(vm, object),
        Kind::Unicode => text::unicode_object(vm, object),
    }
}

// ---- templates --------------------------------------------------------------------------------------------------

fn format_method(zelf: methods::Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let kind = Kind::of(zelf.as_object());
    let mut template =
        Template { vm, kind, args: &args.args, kwargs: &args.kwargs, numbering: Numbering::Unknown, next: 0 };
    let result = template.format(zelf.as_wtf8(), MAX_DEPTH)?;
    Ok(kind.make(vm, result))
}

/// Whether fields have numbers of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Unknown,
    Automatic,
    Manual,
}

struct Template<'a> {
    vm: &'a VirtualMachine,
    kind: Kind,
    args: &'a [PyObjectRef],
    kwargs: &'a KwArgs,
    numbering: Numbering,
    next: usize,
}

/// One field of a template.
pub struct Field<'a> {
    pub name: &'a Wtf8,
    pub conversion: Option<CodePoint>,
    pub spec: &'a Wtf8,
    /// Whether the specification has fields itself.
    nested: bool,
}

/// Takes a template apart: literal text, and the field behind it.
pub struct Markup<'a> {
    template: &'a Wtf8,
    at: usize,
}

fn slice(text: &Wtf8, start: usize, end: usize) -> &Wtf8 {
    text.get(start..end).unwrap_or(Wtf8::new(""))
}

impl<'a> Markup<'a> {
    /// Of a template.
    pub fn of(template: &'a Wtf8) -> Self {
        Self { template, at: 0 }
    }

    /// The next piece.
    pub fn next(&mut self, vm: &VirtualMachine) -> PyResult<Option<(&'a Wtf8, Option<Field<'a>>)>> {
        let bytes = self.template.as_bytes();
        if self.at >= bytes.len() {
            return Ok(None);
        }
        let start = self.at;
        let Some(found) = bytes.iter().skip(start).position(|byte| matches!(byte, b'{' | b'}')) else {
            self.at = bytes.len();
            return Ok(Some((slice(self.template, start, bytes.len()), None)));
        };
        let brace = start + found;
        let byte = bytes.get(brace).copied().unwrap_or_default();
        let follows = bytes.get(brace + 1).copied();
        if follows == Some(byte) {
            self.at = brace + 2;
            return Ok(Some((slice(self.template, start, brace + 1), None)));
        }
        if byte == b'}' {
            return Err(vm.new_value_error("Single '}' encountered in format string"));
        }
        if follows.is_none() {
            return Err(vm.new_value_error("Single '{' encountered in format string"));
        }
        let literal = slice(self.template, start, brace);
        let mut depth = 1;
        let mut nested = false;
        for (offset, byte) in bytes.iter().enumerate().skip(brace + 1) {
            match byte {
                b'{' => {
                    depth += 1;
                    nested = true;
                }
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = offset + 1;
                let field = Field::parse(vm, slice(self.template, brace + 1, offset), nested)?;
                return Ok(Some((literal, Some(field))));
            }
        }
        Err(vm.new_value_error("unmatched '{' in format"))
    }
}

impl<'a> Field<'a> {
    fn parse(vm: &VirtualMachine, text: &'a Wtf8, nested: bool) -> PyResult<Self> {
        let bytes = text.as_bytes();
        let end = bytes.iter().position(|byte| matches!(byte, b':' | b'!')).unwrap_or(bytes.len());
        let name = slice(text, 0, end);
        let rest = slice(text, (end + 1).min(bytes.len()), bytes.len());
        if bytes.get(end) != Some(&b'!') {
            return Ok(Self { name, conversion: None, spec: rest, nested });
        }
        let mut chars = rest.code_points();
        let Some(conversion) = chars.next() else {
            return Err(vm.new_value_error("end of format while looking for conversion specifier"));
        };
        let rest = slice(rest, conversion.len_wtf8(), rest.len());
        match rest.code_points().next().map(|c| c.to_char()) {
            None => Ok(Self { name, conversion: Some(conversion), spec: rest, nested }),
            Some(Some(':')) => {
                Ok(Self { name, conversion: Some(conversion), spec: slice(rest, 1, rest.len()), nested })
            }
            Some(_) => Err(vm.new_value_error("expected ':' after format specifier")),
        }
    }
}

impl Template<'_> {
    fn format(&mut self, template: &Wtf8, depth: usize) -> PyResult<Wtf8Buf> {
        if depth == 0 {
            return Err(self.vm.new_value_error("Max string recursion exceeded"));
        }
        let mut result = Wtf8Buf::with_capacity(template.len() + 32);
        let mut markup = Markup::of(template);
        while let Some((literal, field)) = markup.next(self.vm)? {
            result.push_wtf8(literal);
            if let Some(field) = field {
                let text = self.field(&field, depth)?;
                result.push_wtf8(&text);
            }
        }
        Ok(result)
    }

    fn field(&mut self, field: &Field<'_>, depth: usize) -> PyResult<Wtf8Buf> {
        let vm = self.vm;
        let object = self.value(field.name)?;
        let object = match field.conversion {
            None => object,
            Some(conversion) => convert(vm, &object, conversion, self.kind)?,
        };
        let expanded;
        let spec = if field.nested {
            expanded = self.format(field.spec, depth - 1)?;
            &expanded
        } else {
            field.spec
        };
        let result = format_object(vm, &object, spec, self.kind)?;
        let result = match self.kind {
            Kind::Unicode => text::unicode_object(vm, &result)?,
            Kind::Bytes => text::str_object(vm, &result)?,
        };
        Ok(result.downcast_ref::<PyStr>().map(|text| text.as_wtf8().to_owned()).unwrap_or_default())
    }

    /// The object that a field names.
    fn value(&mut self, name: &Wtf8) -> PyResult {
        let vm = self.vm;
        let end = name.as_bytes().iter().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(name.len());
        let first = slice(name, 0, end);
        let index = number(vm, first)?;
        let numbering = match (first.is_empty(), index) {
            (true, _) => Some(Numbering::Automatic),
            (false, Some(_)) => Some(Numbering::Manual),
            (false, None) => None,
        };
        if let Some(numbering) = numbering {
            match (self.numbering, numbering) {
                (Numbering::Manual, Numbering::Automatic) => {
                    return Err(vm.new_value_error(
                        "cannot switch from manual field specification to automatic field numbering",
                    ));
                }
                (Numbering::Automatic, Numbering::Manual) => {
                    return Err(vm.new_value_error(
                        "cannot switch from automatic field numbering to manual field specification",
                    ));
                }
                _ => self.numbering = numbering,
            }
        }
        let index = if first.is_empty() {
            self.next += 1;
            Some(self.next - 1)
        } else {
            index
        };
        let object = match index {
            Some(index) => match self.args.get(index) {
                Some(object) => object.clone(),
                None => return Err(vm.new_index_error("tuple index out of range")),
            },
            None => match self.kwargs.iter().find(|(key, _)| key.as_bytes() == first.as_bytes()) {
                Some((_, object)) => object.clone(),
                None => return Err(vm.new_key_error(self.kind.make_ref(vm, first))),
            },
        };
        follow(vm, object, slice(name, end, name.len()), self.kind)
    }
}

/// A field's or index's number; None for a name.
pub fn number(vm: &VirtualMachine, text: &Wtf8) -> PyResult<Option<usize>> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
        return Ok(None);
    }
    let value = text.as_str().ok().and_then(|text| text.parse::<isize>().ok());
    value
        .map(|value| Some(value.unsigned_abs()))
        .ok_or_else(|| vm.new_value_error("Too many decimal digits in format string"))
}

/// Goes along `.attribute` and `[index]`.
fn follow(vm: &VirtualMachine, object: PyObjectRef, path: &Wtf8, kind: Kind) -> PyResult {
    let mut object = object;
    walk(vm, path, |is_attribute, part| {
        object = if is_attribute {
            super::attributes::read(&object, &vm.ctx.new_str(part), vm)?
        } else {
            let key: PyObjectRef = match number(vm, part)? {
                Some(index) => vm.ctx.new_int(index).into(),
                None => kind.make_ref(vm, part),
            };
            object.get_item(&*key, vm)?
        };
        Ok(())
    })?;
    Ok(object)
}

/// Calls a function for each `.attribute` and `[index]`.
fn walk(vm: &VirtualMachine, path: &Wtf8, mut each: impl FnMut(bool, &Wtf8) -> PyResult<()>) -> PyResult<()> {
    let empty = || vm.new_value_error("Empty attribute in format string");
    let bytes = path.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'.' => {
                let length = bytes.iter().skip(at).position(|byte| matches!(byte, b'.' | b'['));
                let end = length.map_or(bytes.len(), |length| at + length);
                let name = slice(path, at, end);
                if name.is_empty() {
                    return Err(empty());
                }
                each(true, name)?;
                at = end;
            }
            b'[' => {
                let Some(length) = bytes.iter().skip(at).position(|byte| *byte == b']') else {
                    return Err(vm.new_value_error("Missing ']' in format string"));
                };
                let key = slice(path, at, at + length);
                if key.is_empty() {
                    return Err(empty());
                }
                each(false, key)?;
                at += length + 1;
            }
            _ => return Err(vm.new_value_error("Only '.' or '[' may follow ']' in format field specifier")),
        }
    }
    Ok(())
}

/// `_formatter_parser()`: (literal, name, specification, conversion) of each piece.
fn formatter_parser(zelf: methods::Zelf, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let kind = Kind::of(zelf.as_object());
    let mut markup = Markup::of(zelf.as_wtf8());
    let mut pieces: Vec<PyObjectRef> = Vec::new();
    while let Some((literal, field)) = markup.next(vm)? {
        let literal = kind.make_ref(vm, literal);
        let piece = match field {
            None => vec![literal, vm.ctx.none(), vm.ctx.none(), vm.ctx.none()],
            Some(field) => {
                let conversion = field.conversion.map_or(vm.ctx.none(), |c| {
                    let mut text = Wtf8Buf::new();
                    text.push(c);
                    kind.make(vm, text)
                });
                vec![literal, kind.make_ref(vm, field.name), kind.make_ref(vm, field.spec), conversion]
            }
        };
        pieces.push(vm.ctx.new_tuple(piece).into());
    }
    let list: PyObjectRef = vm.ctx.new_list(pieces).into();
    Ok(list.get_iter(vm)?.into())
}

/// `_formatter_field_name_split()`: the first part and (is an attribute, name) of each further one.
fn formatter_field_name_split(zelf: methods::Zelf, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let kind = Kind::of(zelf.as_object());
    let name = zelf.as_wtf8();
    let end = name.as_bytes().iter().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(name.len());
    let key = |text: &Wtf8| -> PyResult {
        Ok(match number(vm, text)? {
            Some(index) => super::numbers::new_long(vm, index),
            None => kind.make_ref(vm, text),
        })
    };
    let first = key(slice(name, 0, end))?;
    let mut rest: Vec<PyObjectRef> = Vec::new();
    walk(vm, slice(name, end, name.len()), |is_attribute, part| {
        let part = if is_attribute { kind.make_ref(vm, part) } else { key(part)? };
        rest.push(vm.ctx.new_tuple(vec![vm.ctx.new_bool(is_attribute).into(), part]).into());
        Ok(())
    })?;
    let list: PyObjectRef = vm.ctx.new_list(rest).into();
    Ok(vm.ctx.new_tuple(vec![first, list.get_iter(vm)?.into()]).into())
}

/// `!r` and `!s`.
fn convert(vm: &VirtualMachine, object: &PyObject, conversion: CodePoint, kind: Kind) -> PyResult {
    match conversion.to_char() {
        Some('r') => text::repr_object(vm, object),
        Some('s') => stringified(vm, object, kind),
        Some(c) if c > ' ' && c.is_ascii() => Err(vm.new_value_error(format!("Unknown conversion specifier {c}"))),
        _ => Err(vm.new_value_error(format!("Unknown conversion specifier \\x{:x}", conversion.to_u32()))),
    }
}
