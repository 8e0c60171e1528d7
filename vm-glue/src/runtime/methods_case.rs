//! Methods of both string types that look at single chars: case, classes, stripping, padding.

use super::methods::{Zelf, unchanged};
use super::methods_split::is_space;
use super::operand::{self, Kind};
use super::{arguments, names, unicode_data};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

// ---- case -------------------------------------------------------------------------------------------------------

fn ascii_only(c: CodePoint, mapping: fn(&u8) -> u8) -> CodePoint {
    match u8::try_from(c.to_u32()) {
        Ok(byte) if byte.is_ascii() => CodePoint::from_char(char::from(mapping(&byte))),
        _ => c,
    }
}

/// Text of the machine's own library in an exact `str`.
fn is_library_text(kind: Kind, text: &PyStr) -> bool {
    kind == Kind::Bytes && !text.as_wtf8().is_ascii() && text.as_wtf8().code_points().any(|c| c.to_u32() > 0xff)
}

/// The kind whose rules of case hold for a string.
fn rules(zelf: &Zelf) -> (Kind, Kind) {
    let kind = Kind::of(zelf.as_object());
    (kind, if is_library_text(kind, zelf) { Kind::Unicode } else { kind })
}

fn upper_of(rules: Kind, c: CodePoint) -> CodePoint {
    if rules == Kind::Unicode { unicode_data::upper(c) } else { ascii_only(c, u8::to_ascii_uppercase) }
}

fn lower_of(rules: Kind, c: CodePoint) -> CodePoint {
    if rules == Kind::Unicode { unicode_data::lower(c) } else { ascii_only(c, u8::to_ascii_lowercase) }
}

fn title_of(rules: Kind, c: CodePoint) -> CodePoint {
    if rules == Kind::Unicode { unicode_data::title(c) } else { ascii_only(c, u8::to_ascii_uppercase) }
}

fn is_upper_char(rules: Kind, c: CodePoint) -> bool {
    if rules == Kind::Unicode { unicode_data::is_upper(c) } else { matches!(c.to_u32(), 0x41..=0x5a) }
}

fn is_lower_char(rules: Kind, c: CodePoint) -> bool {
    if rules == Kind::Unicode { unicode_data::is_lower(c) } else { matches!(c.to_u32(), 0x61..=0x7a) }
}

fn is_title_char(rules: Kind, c: CodePoint) -> bool {
    rules == Kind::Unicode && unicode_data::is_title(c)
}

fn map_chars(zelf: &Zelf, vm: &VirtualMachine, mapping: impl FnMut(Kind, CodePoint) -> CodePoint) -> PyResult {
    let (kind, rules) = rules(zelf);
    let mut mapping = mapping;
    let mut result = Wtf8Buf::with_capacity(zelf.byte_len());
    for c in zelf.as_wtf8().code_points() {
        result.push(mapping(rules, c));
    }
    Ok(kind.make(vm, result))
}

/// `upper`.
pub fn upper(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "upper", &args)?;
    if zelf.isascii() {
        return Ok(Kind::of(zelf.as_object()).make(vm, zelf.as_wtf8().to_ascii_uppercase()));
    }
    map_chars(&zelf, vm, upper_of)
}

/// `lower`.
pub fn lower(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "lower", &args)?;
    if zelf.isascii() {
        return Ok(Kind::of(zelf.as_object()).make(vm, zelf.as_wtf8().to_ascii_lowercase()));
    }
    map_chars(&zelf, vm, lower_of)
}

/// `swapcase`.
pub fn swapcase(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "swapcase", &args)?;
    map_chars(&zelf, vm, |rules, c| {
        if is_upper_char(rules, c) {
            lower_of(rules, c)
        } else if is_lower_char(rules, c) {
            upper_of(rules, c)
        } else {
            c
        }
    })
}

/// `capitalize`.
pub fn capitalize(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "capitalize", &args)?;
    let mut first = true;
    map_chars(&zelf, vm, |rules, c| if std::mem::take(&mut first) { upper_of(rules, c) } else { lower_of(rules, c) })
}

/// `title`.
pub fn title(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "title", &args)?;
    let mut inside = false;
    map_chars(&zelf, vm, |rules, c| {
        let mapped = if inside { lower_of(rules, c) } else { title_of(rules, c) };
        inside = is_upper_char(rules, c) || is_lower_char(rules, c) || is_title_char(rules, c);
        mapped
    })
}

// ---- classes ----------------------------------------------------------------------------------------------------

fn all(
    name: &str,
    zelf: &Zelf,
    args: &FuncArgs,
    vm: &VirtualMachine,
    test: impl Fn(Kind, CodePoint) -> bool,
) -> PyResult {
    arguments::none(vm, name, args)?;
    let (_, rules) = rules(zelf);
    let answer = !zelf.is_empty() && zelf.as_wtf8().code_points().all(|c| test(rules, c));
    Ok(vm.ctx.new_bool(answer).into())
}

fn ascii_class(c: CodePoint, test: fn(&u8) -> bool) -> bool {
    u8::try_from(c.to_u32()).is_ok_and(|byte| test(&byte))
}

/// `isalpha`.
pub fn isalpha(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isalpha", &zelf, &args, vm, |rules, c| match rules {
        Kind::Bytes => ascii_class(c, u8::is_ascii_alphabetic),
        Kind::Unicode => unicode_data::is_alpha(c),
    })
}

/// `isdigit`.
pub fn isdigit(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isdigit", &zelf, &args, vm, |rules, c| match rules {
        Kind::Bytes => ascii_class(c, u8::is_ascii_digit),
        Kind::Unicode => unicode_data::is_digit(c),
    })
}

/// `isalnum`.
pub fn isalnum(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isalnum", &zelf, &args, vm, |rules, c| match rules {
        Kind::Bytes => ascii_class(c, u8::is_ascii_alphanumeric),
        Kind::Unicode => unicode_data::is_alnum(c),
    })
}

/// `isspace`.
pub fn isspace(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isspace", &zelf, &args, vm, is_space)
}

/// `isdecimal` of unicode.
pub fn isdecimal(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isdecimal", &zelf, &args, vm, |_, c| unicode_data::is_decimal(c))
}

/// `isnumeric` of unicode.
pub fn isnumeric(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    all("isnumeric", &zelf, &args, vm, |_, c| unicode_data::is_numeric(c))
}

fn cased(
    name: &str,
    zelf: &Zelf,
    args: &FuncArgs,
    vm: &VirtualMachine,
    wanted: fn(Kind, CodePoint) -> bool,
    other: fn(Kind, CodePoint) -> bool,
) -> PyResult {
    arguments::none(vm, name, args)?;
    let (_, rules) = rules(zelf);
    let mut found = false;
    for c in zelf.as_wtf8().code_points() {
        if other(rules, c) || is_title_char(rules, c) {
            return Ok(vm.ctx.new_bool(false).into());
        }
        found |= wanted(rules, c);
    }
    Ok(vm.ctx.new_bool(found).into())
}

/// `isupper`.
pub fn isupper(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    cased("isupper", &zelf, &args, vm, is_upper_char, is_lower_char)
}

/// `islower`.
pub fn islower(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    cased("islower", &zelf, &args, vm, is_lower_char, is_upper_char)
}

/// `istitle`.
pub fn istitle(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "istitle", &args)?;
    let (_, rules) = rules(&zelf);
    let (mut found, mut inside) = (false, false);
    for c in zelf.as_wtf8().code_points() {
        let capital = is_upper_char(rules, c) || is_title_char(rules, c);
        let small = is_lower_char(rules, c);
        if capital && inside || small && !inside {
            return Ok(vm.ctx.new_bool(false).into());
        }
        inside = capital || small;
        found |= inside;
    }
    Ok(vm.ctx.new_bool(found).into())
}

// ---- strip ------------------------------------------------------------------------------------------------------

fn strip_sides(name: &str, (left, right): (bool, bool), zelf: &Zelf, args: &FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, name, args, 0, 1)?;
    let trim = |text: &Wtf8, test: &dyn Fn(CodePoint) -> bool| -> Wtf8Buf {
        let text = if left { text.trim_start_matches(test) } else { text };
        let text = if right { text.trim_end_matches(test) } else { text };
        text.to_owned()
    };
    let Some(chars) = args.args.first().filter(|object| !vm.is_none(object)) else {
        let (kind, rules) = rules(zelf);
        let stripped = trim(zelf.as_wtf8(), &|c| is_space(rules, c));
        return Ok(if stripped.len() == zelf.byte_len() {
            unchanged(zelf, zelf, kind, vm)
        } else {
            kind.make(vm, stripped)
        });
    };
    if !chars.downcastable::<PyStr>() {
        let expected = match Kind::of(zelf.as_object()) {
            Kind::Bytes => "str or unicode",
            Kind::Unicode => "unicode or str",
        };
        return Err(vm.new_type_error(format!("{name} arg must be None, {expected}")));
    }
    let (text, chars, kind) = operand::pair(vm, zelf, chars)?;
    let set = chars.as_wtf8();
    let stripped = trim(text.as_wtf8(), &|c| set.code_points().any(|other| other == c));
    Ok(if stripped.len() == text.byte_len() { unchanged(zelf, &text, kind, vm) } else { kind.make(vm, stripped) })
}

/// `strip`.
pub fn strip(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    strip_sides("strip", (true, true), &zelf, &args, vm)
}

/// `lstrip`.
pub fn lstrip(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    strip_sides("lstrip", (true, false), &zelf, &args, vm)
}

/// `rstrip`.
pub fn rstrip(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    strip_sides("rstrip", (false, true), &zelf, &args, vm)
}

// ---- padding ----------------------------------------------------------------------------------------------------

fn fill_char(name: &str, kind: Kind, object: &PyObject, vm: &VirtualMachine) -> PyResult<CodePoint> {
    if kind == Kind::Bytes {
        let single = object
            .downcast_ref::<PyStr>()
            .filter(|_| Kind::of(object) == Kind::Bytes)
            .and_then(|text| single_char(text.as_wtf8()));
        return single.ok_or_else(|| {
            let got = if vm.is_none(object) { "None".into() } else { names::type_name_of(object) };
            vm.new_type_error(format!("{name}() argument 2 must be char, not {got}"))
        });
    }
    if !object.downcastable::<PyStr>() {
        return Err(vm.new_type_error("The fill character cannot be converted to Unicode"));
    }
    let (text, _) = operand::argument(vm, kind, object)?;
    single_char(text.as_wtf8())
        .ok_or_else(|| vm.new_type_error("The fill character must be exactly one character long"))
}

fn single_char(text: &Wtf8) -> Option<CodePoint> {
    let mut chars = text.code_points();
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// Puts a number of fill chars on both sides.
fn padded(text: &Wtf8, left: usize, right: usize, fill: CodePoint, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let room = left.saturating_add(right).saturating_mul(fill.len_wtf8()).saturating_add(text.len());
    let mut result = Wtf8Buf::new();
    result.try_reserve(room).map_err(|_| vm.new_memory_error(""))?;
    (0..left).for_each(|_| result.push(fill));
    result.push_wtf8(text);
    (0..right).for_each(|_| result.push(fill));
    Ok(result)
}

fn pad(
    name: &str,
    zelf: &Zelf,
    args: &FuncArgs,
    vm: &VirtualMachine,
    split: fn(usize, usize) -> (usize, usize),
) -> PyResult {
    arguments::count(vm, name, args, 1, 2)?;
    let kind = Kind::of(zelf.as_object());
    let width = arguments::integer(vm, &args.args[0])?;
    let fill = match args.args.get(1) {
        Some(fill) => fill_char(name, kind, fill, vm)?,
        None => CodePoint::from_char(' '),
    };
    let length = zelf.char_len();
    let width = usize::try_from(width).unwrap_or(0);
    if width <= length {
        return Ok(unchanged(zelf, zelf, kind, vm));
    }
    let (left, right) = split(width - length, width);
    Ok(kind.make(vm, padded(zelf.as_wtf8(), left, right, fill, vm)?))
}

/// `center`.
pub fn center(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    pad("center", &zelf, &args, vm, |margin, width| {
        let left = margin / 2 + (margin & width & 1);
        (left, margin - left)
    })
}

/// `ljust`.
pub fn ljust(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    pad("ljust", &zelf, &args, vm, |margin, _| (0, margin))
}

/// `rjust`.
pub fn rjust(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    pad("rjust", &zelf, &args, vm, |margin, _| (margin, 0))
}

/// `zfill`.
pub fn zfill(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "zfill", &args, 1, 1)?;
    let kind = Kind::of(zelf.as_object());
    let width = usize::try_from(arguments::integer(vm, &args.args[0])?).unwrap_or(0);
    let length = zelf.char_len();
    if width <= length {
        return Ok(unchanged(&zelf, &zelf, kind, vm));
    }
    let text = zelf.as_wtf8();
    let mut sign = Wtf8Buf::new();
    let mut digits = text;
    if let Some(first) = text.code_points().next()
        && matches!(first.to_char(), Some('+' | '-'))
    {
        sign.push(first);
        digits = text.get(1..).unwrap_or(text);
    }
    let filled = padded(digits, width - length, 0, CodePoint::from_char('0'), vm)?;
    sign.push_wtf8(&filled);
    Ok(kind.make(vm, sign))
}

/// `expandtabs`.
pub fn expandtabs(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "expandtabs", &args, 0, 1)?;
    let size = match args.args.first() {
        Some(size) => usize::try_from(arguments::integer(vm, size)?).unwrap_or(0),
        None => 8,
    };
    let mut result = Wtf8Buf::with_capacity(zelf.byte_len());
    let mut column = 0;
    for c in zelf.as_wtf8().code_points() {
        match c.to_char() {
            Some('\t') => {
                if size > 0 {
                    let spaces = size - column % size;
                    result.try_reserve(spaces).map_err(|_| vm.new_overflow_error("new string is too long"))?;
                    (0..spaces).for_each(|_| result.push_char(' '));
                    column += spaces;
                }
            }
            Some('\n' | '\r') => {
                result.push(c);
                column = 0;
            }
            _ => {
                result.push(c);
                column += 1;
            }
        }
    }
    Ok(Kind::of(zelf.as_object()).make(vm, result))
}
