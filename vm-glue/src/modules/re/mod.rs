//! The module `re` (and `sre_constants.error`) of Python 2.7 over the machine's matching engine.
//!
//! [`parse`] reads the pattern, [`compile`] makes the engine's codes, [`pattern`] holds the Python types. Patterns are
//! ASCII by default for both string types, as in Python 2; `re.UNICODE` asks for more.

mod compile;
mod parse;
mod pattern;
mod template;
pub mod tree;

use std::collections::HashMap;
use std::sync::OnceLock;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyModule, PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use self::parse::{Flags, ParseError};
pub use self::pattern::Pattern;
use self::pattern::{Match, Scanner};
use crate::modules;
use crate::runtime::text;

/// As many compiled patterns are kept as a program may be expected to use in turn; then all are forgotten.
const CACHE_LIMIT: usize = 500;

type CacheKey = (bool, Wtf8Buf, u32);

static CACHE: Mutex<Option<HashMap<CacheKey, PyRef<Pattern>>>> = Mutex::new(None);

/// The class `re.error`.
fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("sre_constants", "error", None)).clone()
}

/// A `re.error`.
fn error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    vm.new_exception_msg(error_type(vm), message.to_owned().into())
}

/// The exception for what is wrong with a pattern.
fn raised(vm: &VirtualMachine, failure: &ParseError) -> PyBaseExceptionRef {
    match failure {
        ParseError::Syntax(message) => error(vm, message),
        ParseError::Overflow(message) => vm.new_overflow_error(*message),
        ParseError::Recursion(message) => vm.new_runtime_error(*message),
    }
}

/// The flag names of the module.
const FLAGS: &[(&str, &str, Flags)] = &[
    ("T", "TEMPLATE", Flags::TEMPLATE),
    ("I", "IGNORECASE", Flags::IGNORECASE),
    ("L", "LOCALE", Flags::LOCALE),
    ("M", "MULTILINE", Flags::MULTILINE),
    ("S", "DOTALL", Flags::DOTALL),
    ("U", "UNICODE", Flags::UNICODE),
    ("X", "VERBOSE", Flags::VERBOSE),
    ("", "DEBUG", Flags::DEBUG),
];

/// `re.__all__`.
const NAMES: &[&str] = &[
    "match",
    "search",
    "sub",
    "subn",
    "split",
    "findall",
    "compile",
    "purge",
    "template",
    "escape",
    "I",
    "L",
    "M",
    "S",
    "X",
    "U",
    "IGNORECASE",
    "LOCALE",
    "MULTILINE",
    "DOTALL",
    "VERBOSE",
    "UNICODE",
    "error",
    "finditer",
];

/// `re.compile`.
fn compiled(vm: &VirtualMachine, pattern: PyObjectRef, flags: Option<PyObjectRef>) -> PyResult<PyRef<Pattern>> {
    let bits = match &flags {
        None => 0,
        Some(flags) => match flags.downcast_ref::<PyInt>() {
            Some(flags) => u32::try_from(flags.as_bigint()).unwrap_or(0),
            None => {
                let name = flags.class().name().to_string();
                return Err(vm.new_type_error(format!("unsupported operand type(s) for &: '{name}' and 'int'")));
            }
        },
    };
    let pattern = match pattern.downcast::<Pattern>() {
        Ok(_) if bits != 0 => return Err(vm.new_value_error("Cannot process flags argument with a compiled pattern")),
        Ok(compiled) => return Ok(compiled),
        Err(pattern) => pattern,
    };
    let Some(content) = pattern.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("first argument must be string or compiled pattern"));
    };
    let key = (text::is_unicode(&pattern), content.as_wtf8().to_owned(), bits);
    if let Some(found) = CACHE.lock().as_ref().and_then(|cache| cache.get(&key)) {
        return Ok(found.clone());
    }
    let points: Vec<u32> = content.as_wtf8().code_points().map(CodePoint::to_u32).collect();
    let failed = |failure: ParseError| raised(vm, &failure);
    let parsed = parse::parse(&points, Flags::from_bits_truncate(bits), text::is_unicode(&pattern)).map_err(failed)?;
    let codes = compile::compile(&parsed).map_err(failed)?;
    let groupindex = vm.ctx.new_dict();
    for (name, group) in &parsed.names {
        groupindex.set_item(name.as_str(), vm.ctx.new_int(*group).into(), vm)?;
    }
    let made = Pattern {
        pattern,
        flags: parsed.flags,
        codes,
        groups: parsed.groups as usize,
        names: parsed.names,
        groupindex,
    }
    .into_ref(&vm.ctx);
    let mut cache = CACHE.lock();
    let cache = cache.get_or_insert_with(HashMap::new);
    if cache.len() >= CACHE_LIMIT {
        cache.clear();
    }
    cache.insert(key, made.clone());
    Ok(made)
}

/// A module function that compiles its first argument and calls a method of the pattern with `count` more, taking
/// `flags` (by position `at`, or by name) out of the arguments.
fn through(vm: &VirtualMachine, name: &str, least: usize, at: usize, mut args: FuncArgs) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    let pattern = match args.kwargs.swap_remove("pattern") {
        Some(pattern) => Some(pattern),
        None if args.args.is_empty() => None,
        None => Some(args.args.remove(0)),
    };
    let Some(pattern) = pattern.filter(|_| given >= least) else {
        let plural = if least == 1 { "" } else { "s" };
        return Err(vm.new_type_error(format!("{name}() takes at least {least} argument{plural} ({given} given)")));
    };
    let flags = match args.kwargs.swap_remove("flags") {
        Some(flags) => Some(flags),
        None if args.args.len() > at => Some(args.args.remove(at)),
        None => None,
    };
    let pattern = compiled(vm, pattern, flags)?;
    pattern.as_object().get_attr(vm.ctx.intern_str(name), vm)?.call(args, vm)
}

/// A compiled pattern for native code.
pub fn compile(vm: &VirtualMachine, pattern: &str, flags: u32) -> PyResult {
    let _types = [Pattern::make_static_type(), Match::make_static_type(), Scanner::make_static_type()];
    let flags = (flags != 0).then(|| vm.ctx.new_int(flags).into());
    compiled(vm, vm.ctx.new_str(pattern).into(), flags).map(Into::into)
}

/// `re.escape`: a backslash before everything but ASCII letters and digits; NUL becomes `\000`.
fn escape(pattern: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(content) = pattern.downcast_ref::<PyStr>() else {
        let name = pattern.class().name().to_string();
        return Err(vm.new_type_error(format!("'{name}' object is not iterable")));
    };
    let mut escaped = Wtf8Buf::new();
    for c in content.as_wtf8().code_points() {
        match c.to_char() {
            Some('\0') => escaped.push_str("\\000"),
            Some(letter) if letter.is_ascii_alphanumeric() => escaped.push_char(letter),
            _ => {
                escaped.push_char('\\');
                escaped.push(c);
            }
        }
    }
    Ok(if text::is_unicode(&pattern) { text::new_unicode_wtf8(vm, &escaped) } else { vm.ctx.new_str(escaped).into() })
}

/// Makes the module `re`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _types = [Pattern::make_static_type(), Match::make_static_type(), Scanner::make_static_type()];
    let module = modules::new(vm, "re");
    let set = |name: &'static str, value: PyObjectRef| modules::set(vm, &module, name, value);
    // Name, least number of arguments, position of `flags` behind the pattern.
    for (name, least, at) in [
        ("match", 2, 1),
        ("search", 2, 1),
        ("findall", 2, 1),
        ("finditer", 2, 1),
        ("sub", 3, 3),
        ("subn", 3, 3),
        ("split", 2, 2),
    ] {
        let function =
            vm.new_function(name, move |args: FuncArgs, vm: &VirtualMachine| through(vm, name, least, at, args));
        set(name, function.into());
    }
    for name in ["compile", "template"] {
        let function = vm.new_function(name, |args: CompileArgs, vm: &VirtualMachine| {
            compiled(vm, args.pattern, args.flags.into_option())
        });
        set(name, function.into());
    }
    let by_pickle = |pattern: PyObjectRef, flags: PyObjectRef, vm: &VirtualMachine| compiled(vm, pattern, Some(flags));
    set("_compile", vm.new_function("_compile", by_pickle).into());
    let names = NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    set("__all__", vm.ctx.new_list(names).into());
    // What plug-ins import of the cache: its compiled patterns are kept elsewhere.
    set("_cache", vm.ctx.new_dict().into());
    set("escape", vm.new_function("escape", escape).into());
    set("purge", vm.new_function("purge", || *CACHE.lock() = None).into());
    set("error", error_type(vm).into());
    set("_pattern_type", Pattern::make_static_type().into());
    for (short, long, flag) in FLAGS {
        for name in [short, long].into_iter().filter(|name| !name.is_empty()) {
            set(name, vm.ctx.new_int(flag.bits()).into());
        }
    }
    // Rarely used, so it is made when it is asked for.
    let scanner = |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        if name == "Scanner" {
            return crate::import::module(vm, "_re_scanner")?.get_attr("Scanner", vm);
        }
        Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'")))
    };
    set("__getattr__", vm.new_function("__getattr__", scanner).into());
    module
}

#[derive(rustpython_vm::FromArgs)]
struct CompileArgs {
    #[pyarg(any)]
    pattern: PyObjectRef,
    #[pyarg(any, optional)]
    flags: rustpython_vm::function::OptionalArg<PyObjectRef>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter::{Interpreter, Settings};
    use crate::threads;

    /// Calls a function of the module with byte strings; what it returns, as Python shows it.
    fn shown(function: &str, arguments: &[&str]) -> String {
        let function = function.to_owned();
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let result = threads::on_big_stack("re", move || {
            Interpreter::new(Settings::default()).enter(|vm| {
                let arguments: Vec<PyObjectRef> =
                    arguments.iter().map(|text| text::new_str(vm, text.as_bytes())).collect();
                let called = module(vm)
                    .as_object()
                    .get_attr(vm.ctx.intern_str(function), vm)
                    .and_then(|function| function.call(arguments, vm));
                let value = match called {
                    Ok(value) => value.repr(vm).map(|text| text.to_string_lossy().into_owned()),
                    Err(error) => error.as_object().str(vm).map(|text| text.to_string_lossy().into_owned()),
                };
                value.unwrap_or_default()
            })
        });
        result.unwrap_or_default()
    }

    #[test]
    fn empty_matches_follow_python_2() {
        assert_eq!(shown("sub", &["x*", "-", "abc"]), "'-a-b-c-'");
        assert_eq!(shown("findall", &["x*", "axb"]), "['', 'x', '', '']");
        assert_eq!(shown("split", &["x*", "axbc"]), "['a', 'bc']");
    }

    #[test]
    fn groups_references_and_assertions() {
        assert_eq!(shown("findall", &["(a)(b)?", "abac"]), "[('a', 'b'), ('a', '')]");
        assert_eq!(shown("sub", &["(?P<x>a)(b)", "\\2\\g<x>", "abab"]), "'baba'");
        assert_eq!(shown("findall", &["(?<=a)b|(?!b)c", "abcb"]), "['b', 'c']");
        assert_eq!(shown("findall", &["(<)?a(?(1)>|$)", "<a> a"]), "['<', '']");
        assert_eq!(shown("findall", &["(?i)[k-m]+|X", "aKLMx"]), "['KLM', 'x']");
        assert_eq!(shown("findall", &["(?:ab|cd)+?e", "abcde"]), "['abcde']");
    }

    #[test]
    fn messages_are_those_of_python_2() {
        for (pattern, message) in [
            ("(", "unbalanced parenthesis"),
            ("a**", "multiple repeat"),
            ("[b-a]", "bad character range"),
            ("(?P<1a>x)", "bad character in group name '1a'"),
            ("(?P=n)", "unknown group name: 'n'"),
            ("\\1", "bogus escape: '\\\\1'"),
            ("(?<=a+)", "look-behind requires fixed-width pattern"),
            ("a{99999999999}", "the repetition number is too large"),
        ] {
            assert_eq!(shown("compile", &[pattern]), message, "{pattern}");
        }
    }
}
