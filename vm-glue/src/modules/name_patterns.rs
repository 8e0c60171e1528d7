//! The modules `fnmatch` and `glob`: names by the patterns of a shell.

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyModule, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use super::os_calls::{is, is_os_error, join, os};
use super::python_function::{Body, Function, Home, function, publish};
use crate::import;
use crate::modules;
use crate::runtime::text;

/// Patterns that are kept compiled, at most.
const MOST: usize = 100;

// ---- fnmatch ----------------------------------------------------------------------------------------------------

static FNMATCH: &[Function] = &[
    function(
        "_purge",
        &[],
        Body::Run(|home, _, vm| vm.call_method(&*home.globals.get_item("_cache", vm)?, "clear", ())),
    ),
    function(
        "fnmatch",
        &["name", "pat"],
        Body::Run(|home, values, vm| match values {
            [name, pattern] => {
                let name = os(vm, "path.normcase", vec![name.clone()])?;
                let pattern = os(vm, "path.normcase", vec![pattern.clone()])?;
                matches(home, &name, &pattern, vm)
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "filter",
        &["names", "pat"],
        Body::Run(|home, values, vm| match values {
            [names, pattern] => {
                let pattern = os(vm, "path.normcase", vec![pattern.clone()])?;
                filter(home, names, &pattern, vm)
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "fnmatchcase",
        &["name", "pat"],
        Body::Run(|home, values, vm| match values {
            [name, pattern] => matches(home, name, pattern, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("translate", &["pat"], Body::Run(translate)),
];

/// The pattern compiled, out of the module's cache.
fn compiled(home: &Home, pattern: &PyObject, vm: &VirtualMachine) -> PyResult {
    let cache = home.globals.get_item("_cache", vm)?;
    let cache = cache.downcast_ref::<PyDict>().ok_or_else(|| vm.new_type_error("the cache must be a dict"))?;
    if let Some(known) = cache.get_item_opt(pattern, vm)? {
        return Ok(known);
    }
    let expression = home.globals.get_item("translate", vm)?.call((pattern.to_owned(),), vm)?;
    let made = import::module(vm, "re")?.get_attr("compile", vm)?.call((expression,), vm)?;
    if cache.__len__() >= home.globals.get_item("_MAXCACHE", vm)?.try_to_value(vm).unwrap_or(MOST) {
        vm.call_method(cache.as_object(), "clear", ())?;
    }
    cache.set_item(pattern, made.clone(), vm)?;
    Ok(made)
}

fn matches(home: &Home, name: &PyObject, pattern: &PyObject, vm: &VirtualMachine) -> PyResult {
    let found = vm.call_method(&*compiled(home, pattern, vm)?, "match", (name.to_owned(),))?;
    Ok(vm.ctx.new_bool(!vm.is_none(&found)).into())
}

fn filter(home: &Home, names: &PyObject, pattern: &PyObject, vm: &VirtualMachine) -> PyResult {
    let matches = compiled(home, pattern, vm)?.get_attr("match", vm)?;
    let mut found = Vec::new();
    let names = names.get_iter(vm)?;
    while let PyIterReturn::Return(name) = names.next(vm)? {
        if !vm.is_none(&*matches.call((name.clone(),), vm)?) {
            found.push(name);
        }
    }
    Ok(vm.ctx.new_list(found).into())
}

/// A pattern as a regular expression; the flag says whether any of it is of the pattern's own letters.
fn expression_of(pattern: &Wtf8) -> (Wtf8Buf, bool) {
    let letters: Vec<CodePoint> = pattern.code_points().collect();
    let (mut out, mut own, mut at) = (Wtf8Buf::new(), false, 0);
    let is = |at: usize, c: char| letters.get(at).is_some_and(|letter| *letter == CodePoint::from_char(c));
    while let Some(letter) = letters.get(at) {
        at += 1;
        match letter.to_char() {
            Some('*') => out.push_str(".*"),
            Some('?') => out.push_str("."),
            Some('[') => {
                let mut end = at + usize::from(is(at, '!'));
                end += usize::from(is(end, ']'));
                while end < letters.len() && !is(end, ']') {
                    end += 1;
                }
                if end >= letters.len() {
                    out.push_str("\\[");
                    continue;
                }
                own = true;
                out.push_str("[");
                let inside = letters.get(at..end).unwrap_or_default();
                for (index, letter) in inside.iter().enumerate() {
                    match (index, letter.to_char()) {
                        (0, Some('!')) => out.push_str("^"),
                        (0, Some('^')) => out.push_str("\\^"),
                        (_, Some('\\')) => out.push_str("\\\\"),
                        _ => out.push(*letter),
                    }
                }
                out.push_str("]");
                at = end + 1;
            }
            Some('\0') => {
                own = true;
                out.push_str("\\000");
            }
            plain => {
                own = true;
                if !plain.is_some_and(|c| c.is_ascii_alphanumeric()) {
                    out.push_str("\\");
                }
                out.push(*letter);
            }
        }
    }
    out.push_str("\\Z(?ms)");
    (out, own)
}

fn translate(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(pattern) = values.first() else { return Ok(vm.ctx.none()) };
    let Some(string) = pattern.downcast_ref::<PyStr>() else {
        let kind = crate::runtime::names::type_name_of(pattern);
        return Err(vm.new_type_error(format!("object of type '{kind}' has no len()")));
    };
    let (expression, own) = expression_of(string.as_wtf8());
    Ok(match text::is_unicode(pattern) && own {
        true => text::new_unicode_buf(vm, expression),
        false => vm.ctx.new_str(expression).into(),
    })
}

/// Makes the module `fnmatch`.
pub fn fnmatch(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "fnmatch");
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, &module, &home, FNMATCH, "fnmatch");
    modules::set(vm, &module, "_cache", vm.ctx.new_dict());
    modules::set(vm, &module, "_MAXCACHE", vm.ctx.new_int(MOST));
    let names = ["filter", "fnmatch", "fnmatchcase", "translate"].map(|name| vm.ctx.new_str(name).into());
    modules::set(vm, &module, "__all__", vm.ctx.new_list(names.to_vec()));
    if let Ok(re) = import::module(vm, "re") {
        modules::set(vm, &module, "re", re);
    }
    module
}

// ---- glob -------------------------------------------------------------------------------------------------------

static GLOB: &[Function] = &[
    function(
        "glob",
        &["pathname"],
        Body::Run(|home, values, vm| {
            let found = home.globals.get_item("iglob", vm)?.call(values.to_vec(), vm)?;
            Ok(vm.ctx.new_list(vm.extract_elements_with(&found, Ok)?).into())
        }),
    ),
    function(
        "iglob",
        &["pathname"],
        Body::Run(|home, values, vm| match values.first() {
            Some(path) => {
                let waiting = Waiting::Path(path.clone());
                let globals = home.globals.clone().into();
                Ok(Found { globals, state: Mutex::new(waiting) }.into_ref(&vm.ctx).into())
            }
            None => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "glob1",
        &["dirname", "pattern"],
        Body::Run(|home, values, vm| match values {
            [folder, pattern] => in_folder(home, folder, pattern, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "glob0",
        &["dirname", "basename"],
        Body::Run(|_, values, vm| match values {
            [folder, name] => {
                let there = match name.length(vm)? {
                    0 => is(vm, "path.isdir", folder)?,
                    _ => is(vm, "path.lexists", &join(vm, folder, name)?)?,
                };
                Ok(vm.ctx.new_list(if there { vec![name.clone()] } else { Vec::new() }).into())
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "has_magic",
        &["s"],
        Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(values.first().is_some_and(|value| has_magic(value))).into())),
    ),
];

fn has_magic(pattern: &PyObject) -> bool {
    let signs = ['*', '?', '['].map(CodePoint::from_char);
    pattern.downcast_ref::<PyStr>().is_some_and(|text| text.as_wtf8().code_points().any(|c| signs.contains(&c)))
}

fn in_folder(_home: &Home, folder: &PyObjectRef, pattern: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let mut folder = folder.clone();
    if folder.length(vm)? == 0 {
        folder = vm.ctx.new_str(".").into();
    }
    if text::is_unicode(pattern) && !text::is_unicode(&folder) {
        folder = vm.call_method(&folder, "decode", (vm.ctx.new_str("utf-8"),))?;
    }
    let names = match os(vm, "listdir", vec![folder]) {
        Ok(names) => names,
        Err(error) if is_os_error(vm, &error) => return Ok(vm.ctx.new_list(Vec::new()).into()),
        Err(error) => return Err(error),
    };
    let starts_with_dot = |name: &PyObject| {
        name.downcast_ref::<PyStr>().is_some_and(|name| name.as_wtf8().code_points().next().is_some_and(|c| c == '.'))
    };
    let names = match starts_with_dot(pattern) {
        true => names,
        false => {
            let names: Vec<PyObjectRef> = vm.extract_elements_with(&names, Ok)?;
            vm.ctx.new_list(names.into_iter().filter(|name| !starts_with_dot(name)).collect()).into()
        }
    };
    import::module(vm, "fnmatch")?.get_attr("filter", vm)?.call((names, pattern.clone()), vm)
}

/// What an iteration waits for.
#[derive(Debug)]
enum Waiting {
    /// Nothing was asked yet.
    Path(PyObjectRef),
    /// Folders that are searched for a name, and the names found in the last one.
    Folders {
        folders: PyObjectRef,
        name: PyObjectRef,
        joins: bool,
        folder: PyObjectRef,
        found: std::vec::IntoIter<PyObjectRef>,
    },
    End,
}

/// What `iglob` gives: names, one after the other.
#[pyclass(module = false, name = "generator")]
#[derive(Debug, PyPayload)]
struct Found {
    globals: PyObjectRef,
    state: Mutex<Waiting>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext))]
impl Found {
    /// The next name.
    #[pymethod]
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match zelf.step(vm)? {
            Some(name) => Ok(name),
            None => Err(vm.new_stop_iteration(None)),
        }
    }
}

impl Found {
    fn global(&self, name: &str, vm: &VirtualMachine) -> PyResult {
        self.globals.get_item(name, vm)
    }

    fn step(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        // The lock is not held: other Python code runs.
        let mut state = std::mem::replace(&mut *self.state.lock(), Waiting::End);
        let (next, state) = loop {
            match state {
                Waiting::End => break (None, Waiting::End),
                Waiting::Path(path) => match self.begin(&path, vm)? {
                    (Some(only), _) => break (Some(only), Waiting::End),
                    (None, begun) => state = begun,
                },
                Waiting::Folders { folders, name, joins, folder, mut found } => {
                    if let Some(entry) = found.next() {
                        let entry = if joins { join(vm, &folder, &entry)? } else { entry };
                        break (Some(entry), Waiting::Folders { folders, name, joins, folder, found });
                    }
                    let PyIterReturn::Return(folder) = PyIter::new(&*folders).next(vm)? else {
                        break (None, Waiting::End);
                    };
                    let search = self.global(if has_magic(&name) { "glob1" } else { "glob0" }, vm)?;
                    let entries = search.call((folder.clone(), name.clone()), vm)?;
                    let found = vm.extract_elements_with(&entries, Ok)?.into_iter();
                    state = Waiting::Folders { folders, name, joins, folder, found };
                }
            }
        };
        *self.state.lock() = state;
        Ok(next)
    }

    /// Looks at the path: the only name, or where to search.
    fn begin(&self, path: &PyObjectRef, vm: &VirtualMachine) -> PyResult<(Option<PyObjectRef>, Waiting)> {
        let parts: Vec<PyObjectRef> = vm.extract_elements_with(&*os(vm, "path.split", vec![path.clone()])?, Ok)?;
        let [folder, name] = <[PyObjectRef; 2]>::try_from(parts).map_err(|_| vm.new_value_error("a pair is needed"))?;
        if !has_magic(path) {
            let there = match name.length(vm)? {
                0 => is(vm, "path.isdir", &folder)?,
                _ => is(vm, "path.lexists", path)?,
            };
            return Ok((there.then(|| path.clone()), Waiting::End));
        }
        let joins = folder.length(vm)? > 0;
        let folders = match joins {
            true if has_magic(&folder) && !vm.bool_eq(&folder, path)? => {
                self.global("iglob", vm)?.call((folder.clone(),), vm)?
            }
            true => vm.ctx.new_list(vec![folder.clone()]).into(),
            false => vm.ctx.new_list(vec![vm.ctx.new_str(".").into()]).into(),
        };
        let folders = folders.get_iter(vm)?.into();
        Ok((None, Waiting::Folders { folders, name, joins, folder, found: Vec::new().into_iter() }))
    }
}

impl SelfIter for Found {}

impl IterNext for Found {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(zelf.step(vm)?.map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return))
    }
}

/// Makes the module `glob`.
pub fn glob(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _ = Found::make_static_type();
    let module = modules::new(vm, "glob");
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, &module, &home, GLOB, "glob");
    let names = ["glob", "iglob"].map(|name| vm.ctx.new_str(name).into());
    modules::set(vm, &module, "__all__", vm.ctx.new_list(names.to_vec()));
    for name in ["sys", "os", "re", "fnmatch"] {
        if let Ok(found) = import::module(vm, name) {
            modules::set(vm, &module, name, found);
        }
    }
    if let Ok(pattern) = modules::re::compile(vm, "[*?[]", 0) {
        modules::set(vm, &module, "magic_check", pattern);
    }
    module
}

#[cfg(test)]
mod tests {
    use rustpython_wtf8::Wtf8Buf;

    fn shown(pattern: &str) -> String {
        super::expression_of(&Wtf8Buf::from(pattern)).0.to_string_lossy().into_owned()
    }

    #[test]
    fn patterns_become_expressions() {
        assert_eq!(shown("a*?.[!b]"), "a.*.\\.[^b]\\Z(?ms)");
        assert_eq!(shown("[^x\\]["), "[\\^x\\\\]\\[\\Z(?ms)");
        assert_eq!(shown("[]]"), "[]]\\Z(?ms)");
    }
}
