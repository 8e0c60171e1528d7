//! `namedtuple`: classes derived from tuple whose items have names, made without compiling anything.

use std::fmt::Write;
use std::sync::Arc;

use rustpython_vm::builtins::{PyBoundMethod, PyStr, PyTuple, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::{Callable, GetDescriptor};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::runtime::{arguments, dialect, text};

/// What the methods of one class know.
#[derive(Debug)]
struct Fields {
    class: String,
    names: Vec<PyRef<PyStr>>,
}

impl Fields {
    fn name(&self, at: usize) -> String {
        self.names.get(at).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn all(&self) -> impl Iterator<Item = String> {
        (0..self.names.len()).map(|at| self.name(at))
    }

    /// `x, y` as it stands in a list of arguments: `x,` if there is only one.
    fn listed(&self) -> String {
        let listed = self.all().collect::<Vec<_>>().join(", ");
        if self.names.len() == 1 { format!("{listed},") } else { listed }
    }

    /// `('x', 'y')`.
    fn tuple_text(&self) -> String {
        let quoted = self.all().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        if self.names.len() == 1 { format!("({quoted},)") } else { format!("({quoted})") }
    }
}

// ---- the descriptors of a class ------------------------------------------------------------------------------------

/// The methods that every such class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    New,
    Make,
    Repr,
    AsDict,
    Replace,
    GetNewArgs,
    GetState,
}

const METHODS: [(&str, Method); 7] = [
    ("__new__", Method::New),
    ("_make", Method::Make),
    ("__repr__", Method::Repr),
    ("_asdict", Method::AsDict),
    ("_replace", Method::Replace),
    ("__getnewargs__", Method::GetNewArgs),
    ("__getstate__", Method::GetState),
];

impl Method {
    fn doc(self, fields: &Fields) -> String {
        let class = &fields.class;
        match self {
            Self::New => format!("Create new instance of {class}({})", fields.listed()),
            Self::Make => format!("Make a new {class} object from a sequence or iterable"),
            Self::Repr => "Return a nicely formatted representation string".to_owned(),
            Self::AsDict => "Return a new OrderedDict which maps field names to their values".to_owned(),
            Self::Replace => format!("Return a new {class} object replacing specified fields with new values"),
            Self::GetNewArgs => "Return self as a plain tuple.  Used by copy and pickle.".to_owned(),
            Self::GetState => "Exclude the OrderedDict from pickling".to_owned(),
        }
    }
}

/// A method of a named tuple's class.
#[pyclass(module = false, name = "function")]
#[derive(Debug, PyPayload)]
struct TupleMethod {
    method: Method,
    name: &'static str,
    fields: Arc<Fields>,
}

#[pyclass(with(Callable, GetDescriptor), flags(DISALLOW_INSTANTIATION))]
impl TupleMethod {
    #[pygetset]
    fn __name__(zelf: &Py<Self>) -> &'static str {
        zelf.name
    }

    #[pygetset]
    fn __doc__(zelf: &Py<Self>) -> String {
        zelf.method.doc(&zelf.fields)
    }
}

impl GetDescriptor for TupleMethod {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let method = zelf.downcast_ref::<Self>().map(|own| own.method);
        let receiver = match method {
            // Like a static method, and a class method.
            Some(Method::New) => None,
            Some(Method::Make) => {
                class.map(PyObject::to_owned).or_else(|| object.map(|object| object.class().to_owned().into()))
            }
            _ => object.filter(|object| !vm.is_none(object)).map(PyObject::to_owned),
        };
        match receiver {
            Some(receiver) => Ok(PyBoundMethod::new(receiver, zelf.to_owned()).into_ref(&vm.ctx).into()),
            None => Ok(zelf.to_owned()),
        }
    }
}

/// `tuple.__new__(class, items)`.
fn new_tuple(class: &PyObject, items: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let class = class.to_owned().downcast::<PyType>().map_err(|_| vm.new_type_error("a class is required"))?;
    let items: PyObjectRef = vm.ctx.new_tuple(items).into();
    match vm.ctx.types.tuple_type.slots().new.load() {
        Some(new) => new(class, FuncArgs::from(vec![items]), vm),
        None => Ok(items),
    }
}

/// The arguments of `__new__` in the order of the fields, with the messages of a Python function.
fn construct(fields: &Fields, class: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let wanted = fields.names.len();
    if args.kwargs.is_empty() && args.args.len() == wanted {
        return new_tuple(class, args.args, vm);
    }
    let given = args.args.len() + args.kwargs.len() + 1;
    let plural = if wanted == 0 { "" } else { "s" };
    let count = |given: usize| {
        vm.new_type_error(format!("__new__() takes exactly {} argument{plural} ({given} given)", wanted + 1))
    };
    if args.args.len() > wanted {
        return Err(count(given));
    }
    let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
    values.resize(wanted, None);
    for (name, value) in args.kwargs {
        let name = name.to_string();
        let slot = fields.all().position(|known| known == name).and_then(|at| values.get_mut(at));
        let Some(slot) = slot else {
            return Err(vm.new_type_error(format!("__new__() got an unexpected keyword argument '{name}'")));
        };
        if slot.replace(value).is_some() {
            return Err(vm.new_type_error(format!("__new__() got multiple values for keyword argument '{name}'")));
        }
    }
    let filled = values.iter().flatten().count();
    if filled < wanted {
        return Err(count(filled + 1));
    }
    new_tuple(class, values.into_iter().flatten().collect(), vm)
}

/// `class._make(iterable)`.
fn make(fields: &Fields, class: &PyObject, iterable: &PyObject, vm: &VirtualMachine) -> PyResult {
    let items = vm.extract_elements_with(iterable, Ok)?;
    let (wanted, given) = (fields.names.len(), items.len());
    if wanted != given {
        return Err(vm.new_type_error(format!("Expected {wanted} arguments, got {given}")));
    }
    new_tuple(class, items, vm)
}

fn repr(fields: &Fields, items: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let mut shown = format!("{}(", fields.class).into_bytes();
    for (at, item) in items.iter().enumerate() {
        shown.extend(format!("{}{}=", if at == 0 { "" } else { ", " }, fields.name(at)).into_bytes());
        shown.extend(text::repr_of(vm, item)?);
    }
    shown.push(b')');
    Ok(text::new_str(vm, &shown))
}

fn as_dict(fields: &Fields, items: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let ordered = super::ordered::OrderedDict::default().into_pyobject(vm);
    for (name, value) in fields.names.iter().zip(items) {
        ordered.set_item(name.as_object(), value.clone(), vm)?;
    }
    Ok(ordered)
}

fn replace(
    fields: &Fields,
    object: &PyObject,
    items: &[PyObjectRef],
    mut args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    if !args.args.is_empty() {
        let given = args.args.len() + args.kwargs.len() + 1;
        return Err(vm.new_type_error(format!("_replace() takes exactly 1 argument ({given} given)")));
    }
    let values = items
        .iter()
        .enumerate()
        .map(|(at, value)| args.kwargs.swap_remove(fields.name(at).as_str()).unwrap_or_else(|| value.clone()));
    let values: PyObjectRef = vm.ctx.new_list(values.collect()).into();
    let made = vm.call_method(object, "_make", (values,))?;
    if args.kwargs.is_empty() {
        return Ok(made);
    }
    let left = args.kwargs.keys().map(|name| vm.ctx.new_str(name.to_string()).into()).collect();
    let left = text::repr_of(vm, vm.ctx.new_list(left).as_object())?;
    Err(vm.new_value_error(format!("Got unexpected field names: {}", String::from_utf8_lossy(&left))))
}

impl Callable for TupleMethod {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(receiver) = args.take_positional() else {
            return Err(vm.new_type_error(format!("{}() takes at least 1 argument (0 given)", zelf.name)));
        };
        let fields = &zelf.fields;
        match zelf.method {
            Method::New => return construct(fields, &receiver, args, vm),
            Method::Make => {
                let iterable = args.take_positional().or_else(|| args.take_keyword("iterable"));
                let iterable =
                    iterable.ok_or_else(|| vm.new_type_error("_make() takes at least 2 arguments (1 given)"))?;
                return make(fields, &receiver, &iterable, vm);
            }
            Method::GetState => return Ok(vm.ctx.none()),
            _ => {}
        }
        let Some(tuple) = receiver.downcast_ref::<PyTuple>() else {
            return Err(vm.new_type_error(format!("{}() needs a {} object", zelf.name, fields.class)));
        };
        let items = tuple.as_slice();
        match zelf.method {
            Method::Repr => repr(fields, items, vm),
            Method::AsDict => as_dict(fields, items, vm),
            Method::Replace => replace(fields, &receiver, items, args, vm),
            _ => Ok(vm.ctx.new_tuple(items.to_vec()).into()),
        }
    }
}

/// What reads one item: `C.x` is shown as a property.
#[pyclass(module = false, name = "property")]
#[derive(Debug, PyPayload)]
struct Item {
    /// None for `__dict__`.
    at: Option<usize>,
    fields: Arc<Fields>,
}

#[pyclass(with(GetDescriptor), flags(DISALLOW_INSTANTIATION))]
impl Item {
    #[pygetset]
    fn __doc__(zelf: &Py<Self>) -> String {
        match zelf.at {
            Some(at) => format!("Alias for field number {at}"),
            None => Method::AsDict.doc(&zelf.fields),
        }
    }

    #[pyslot]
    fn descr_set(_zelf: &PyObject, _object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_attribute_error(match value {
            PySetterValue::Assign(_) => "can't set attribute",
            PySetterValue::Delete => "can't delete attribute",
        }))
    }
}

impl GetDescriptor for Item {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        _class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let (Some(item), Some(tuple)) =
            (zelf.downcast_ref::<Self>(), object.and_then(|object| object.downcast_ref::<PyTuple>()))
        else {
            return Ok(zelf.to_owned());
        };
        match item.at {
            Some(at) => tuple.as_slice().get(at).cloned().ok_or_else(|| vm.new_index_error("tuple index out of range")),
            None => as_dict(&item.fields, tuple.as_slice(), vm),
        }
    }
}

// ---- the names -----------------------------------------------------------------------------------------------------

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except", "exec", "finally",
    "for", "from", "global", "if", "import", "in", "is", "lambda", "not", "or", "pass", "print", "raise", "return",
    "try", "while", "with", "yield",
];

fn is_word(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

fn starts_with_digit(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
}

/// Gives fields that cannot have their name the name of their place.
fn rename(names: &mut [String]) {
    let mut seen: Vec<String> = Vec::new();
    for (at, name) in names.iter_mut().enumerate() {
        let known = seen.contains(name);
        seen.push(name.clone());
        let usable = is_word(name) && !KEYWORDS.contains(&name.as_str()) && !name.is_empty() && !known;
        if !usable || starts_with_digit(name) || name.starts_with('_') {
            *name = format!("_{at}");
        }
    }
}

fn check(class: &str, names: &[String], renamed: bool, vm: &VirtualMachine) -> PyResult<()> {
    for name in std::iter::once(class).chain(names.iter().map(String::as_str)) {
        let problem = if !is_word(name) {
            "Type names and field names can only contain alphanumeric characters and underscores"
        } else if KEYWORDS.contains(&name) {
            "Type names and field names cannot be a keyword"
        } else if name.is_empty() {
            return Err(vm.new_index_error("string index out of range"));
        } else if starts_with_digit(name) {
            "Type names and field names cannot start with a number"
        } else {
            continue;
        };
        return Err(vm.new_value_error(format!("{problem}: '{name}'")));
    }
    for (at, name) in names.iter().enumerate() {
        if name.starts_with('_') && !renamed {
            return Err(vm.new_value_error(format!("Field names cannot start with an underscore: '{name}'")));
        }
        if names.iter().take(at).any(|earlier| earlier == name) {
            return Err(vm.new_value_error(format!("Encountered duplicate field name: '{name}'")));
        }
    }
    Ok(())
}

/// What `verbose=True` prints: the class as Python code.
fn source(fields: &Fields) -> String {
    let (class, listed, tuple, count) = (&fields.class, fields.listed(), fields.tuple_text(), fields.names.len());
    let values =
        if count == 1 { format!("({listed})") } else { format!("({})", fields.all().collect::<Vec<_>>().join(", ")) };
    let shown = fields.all().map(|name| format!("{name}=%r")).collect::<Vec<_>>().join(", ");
    let method = |decorator: &str, head: &str, method: Method, body: &[&str]| {
        let mut lines = format!("{decorator}    def {head}:\n        '{}'\n", method.doc(fields));
        for line in body {
            let _ = writeln!(lines, "        {line}");
        }
        lines + "\n"
    };
    let mut code =
        format!("class {class}(tuple):\n    '{class}({listed})'\n\n    __slots__ = ()\n\n    _fields = {tuple}\n\n");
    let construct = format!("return _tuple.__new__(_cls, {values})");
    code += &method("", &format!("__new__(_cls, {listed})"), Method::New, &[&construct]);
    let length = format!("if len(result) != {count}:");
    let problem = format!("    raise TypeError('Expected {count} arguments, got %d' % len(result))");
    code += &method(
        "    @classmethod\n",
        "_make(cls, iterable, new=tuple.__new__, len=len)",
        Method::Make,
        &["result = new(cls, iterable)", &length, &problem, "return result"],
    );
    let template = format!("return '{class}({shown})' % self");
    code += &method("", "__repr__(self)", Method::Repr, &[&template]);
    code += &method("", "_asdict(self)", Method::AsDict, &["return OrderedDict(zip(self._fields, self))"]);
    let replaced = format!("result = _self._make(map(kwds.pop, {tuple}, _self))");
    code += &method(
        "",
        "_replace(_self, **kwds)",
        Method::Replace,
        &[
            &replaced,
            "if kwds:",
            "    raise ValueError('Got unexpected field names: %r' % kwds.keys())",
            "return result",
        ],
    );
    code += &method("", "__getnewargs__(self)", Method::GetNewArgs, &["return tuple(self)"]);
    code += "    __dict__ = _property(_asdict)\n\n";
    code += &method("", "__getstate__(self)", Method::GetState, &["pass"]);
    let items = fields.all().enumerate();
    let items = items
        .map(|(at, name)| format!("    {name} = _property(_itemgetter({at}), doc='Alias for field number {at}')\n"));
    code += &items.collect::<Vec<_>>().join("\n");
    code + "\n"
}

// ---- the class -----------------------------------------------------------------------------------------------------

/// The fields' names as an argument gives them: one string, or strings.
fn field_names(given: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let native = |name: &PyObject| Ok(text::widen(&text::str_of(vm, name)?).into_owned());
    if text::is_basestring(given) {
        let names = native(given)?.replace(',', " ");
        return Ok(names.split_ascii_whitespace().map(str::to_owned).collect());
    }
    vm.extract_elements_with(given, |name| native(&name))
}

/// `namedtuple(typename, field_names, verbose=False, rename=False)`.
pub fn namedtuple(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    if given < 2 || args.args.len() > 4 {
        let (bound, wanted) = if given < 2 { ("at least", 2) } else { ("at most", 4) };
        return Err(vm.new_type_error(format!("namedtuple() takes {bound} {wanted} arguments ({given} given)")));
    }
    let parameters = ["typename", "field_names", "verbose", "rename"];
    let [class, names, verbose, renames] = arguments::bind(vm, "namedtuple", parameters, 2, args)?;
    let truth = |flag: Option<PyObjectRef>| flag.map_or(Ok(false), |flag| flag.try_to_bool(vm));
    let (verbose, renames) = (truth(verbose)?, truth(renames)?);
    let mut names = field_names(&names.unwrap_or_else(|| vm.ctx.none()), vm)?;
    let class = text::widen(&text::str_of(vm, &class.unwrap_or_else(|| vm.ctx.none()))?).into_owned();
    if renames {
        rename(&mut names);
    }
    check(&class, &names, renames, vm)?;
    let names = names.iter().map(|name| vm.ctx.intern_str(name.as_str()).to_owned()).collect();
    let fields = Arc::new(Fields { class, names });
    if verbose {
        let stdout = crate::import::module(vm, "sys")?.get_attr("stdout", vm)?;
        vm.call_method(&stdout, "write", (vm.ctx.new_str(source(&fields) + "\n"),))?;
    }
    let _ = (TupleMethod::make_static_type(), Item::make_static_type());
    let namespace = vm.ctx.new_dict();
    let doc = format!("{}({})", fields.class, fields.listed());
    namespace.set_item("__doc__", vm.ctx.new_str(doc).into(), vm)?;
    namespace.set_item("__slots__", vm.ctx.empty_tuple.clone().into(), vm)?;
    let tuple = vm.ctx.new_tuple(fields.names.iter().map(|name| name.clone().into()).collect());
    namespace.set_item("_fields", tuple.into(), vm)?;
    for (name, method) in METHODS {
        let method = TupleMethod { method, name, fields: Arc::clone(&fields) }.into_pyobject(vm);
        namespace.set_item(name, method, vm)?;
    }
    namespace.set_item("__dict__", Item { at: None, fields: Arc::clone(&fields) }.into_pyobject(vm), vm)?;
    for (at, name) in fields.names.iter().enumerate() {
        let item = Item { at: Some(at), fields: Arc::clone(&fields) }.into_pyobject(vm);
        namespace.set_item(name.as_object(), item, vm)?;
    }
    // The class belongs to the module that asked for it: pickling needs it.
    let module = crate::runtime::names::running_global("__name__", vm)?;
    namespace.set_item("__module__", module.unwrap_or_else(|| vm.ctx.new_str("__main__").into()), vm)?;
    let bases: PyObjectRef = vm.ctx.new_tuple(vec![vm.ctx.types.tuple_type.to_owned().into()]).into();
    dialect::get(vm, "type")?.call((vm.ctx.new_str(fields.class.as_str()), bases, namespace), vm)
}
