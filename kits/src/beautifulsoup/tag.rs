//! `Tag`: a name, attributes, and what is in it; read as a dictionary of its attributes and a list of its contents.

use reprise_vm_glue::modules::python_function::{Body, Function, Home, function};
use rustpython_vm::builtins::{PyDict, PyList, PyStr, PyType};
use rustpython_vm::common::wtf8::Wtf8;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::element::{self, extract, index_of, last_inside, one_of};
use super::entities;
use super::objects::{Given, Scope};
use super::strainer::{self, Wanted};
use super::tag_text::{self, Layout};

const SELF: &[&str] = &["self"];
const KEY: &[&str] = &["self", "key"];

/// A method that gets its object and its other arguments.
macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Scope<'_>, &PyObject, &[PyObjectRef]) -> PyResult = $work;
            work(&Scope::new(home, vm), this, values.get(1..).unwrap_or_default())
        })
    };
}

/// The class `Tag`.
pub static TAG: &[Function] = &[
    function("__init__", &[], Body::Raw(init)),
    function("getString", SELF, run!(|scope, this, _| string(scope, this))),
    function("setString", &["self", "string"], run!(set_string)),
    function("getText", &[], Body::Raw(get_text)),
    function("get", &[], Body::Raw(get)),
    function("clear", SELF, run!(|scope, this, _| clear(scope, this))),
    function(
        "index",
        &["self", "element"],
        run!(|scope, this, values| {
            let element = values.first().cloned().unwrap_or_else(|| scope.none());
            index_of(scope, this, &element).map(|at| scope.vm.ctx.new_int(at).into())
        }),
    ),
    function("has_key", KEY, run!(has_key)),
    function("__getitem__", KEY, run!(get_item)),
    function("__setitem__", &["self", "key", "value"], run!(set_item)),
    function("__delitem__", KEY, run!(delete_item)),
    function(
        "__iter__",
        SELF,
        run!(|scope, this, _| scope.get(this, scope.names.contents)?.get_iter(scope.vm).map(Into::into)),
    ),
    function("__len__", SELF, run!(|scope, this, _| Ok(scope.vm.ctx.new_int(scope.children(this)?.len()).into()))),
    function(
        "__contains__",
        &["self", "x"],
        run!(|scope, this, values| {
            let wanted = values.first().cloned().unwrap_or_else(|| scope.none());
            let found = scope.vm._contains(&*scope.get(this, scope.names.contents)?, &wanted)?;
            Ok(scope.vm.ctx.new_bool(found).into())
        }),
    ),
    function("__nonzero__", SELF, run!(|scope, _, _| Ok(scope.vm.ctx.true_value.clone().into()))),
    function("__call__", &[], Body::Raw(call)),
    function("__getattr__", &["self", "tag"], run!(get_attribute)),
    function(
        "__eq__",
        &["self", "other"],
        run!(|scope, this, values| {
            let other = values.first().cloned().unwrap_or_else(|| scope.none());
            equal(scope, this, &other).map(|equal| scope.vm.ctx.new_bool(equal).into())
        }),
    ),
    function(
        "__ne__",
        &["self", "other"],
        run!(|scope, this, values| {
            let other = values.first().cloned().unwrap_or_else(|| scope.none());
            let same = scope.vm.bool_eq(this, &other)?;
            Ok(scope.vm.ctx.new_bool(!same).into())
        }),
    ),
    function("__repr__", &[], Body::Raw(tag_text::for_python)),
    function("__unicode__", SELF, run!(|scope, this, _| tag_text::write(scope, this, None, Layout::Plain))),
    function("__str__", &[], Body::Raw(tag_text::for_python)),
    function("decompose", SELF, run!(|scope, this, _| decompose(scope, this))),
    function("prettify", &[], Body::Raw(tag_text::prettify)),
    function("renderContents", &[], Body::Raw(tag_text::render_contents)),
    function("find", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, true))),
    function("findChild", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, true))),
    function("first", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, true))),
    function("findAll", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, false))),
    function("findChildren", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, false))),
    function("fetch", &[], Body::Raw(|home, args, vm| find_inside(home, args, vm, false))),
    function("fetchText", &[], Body::Raw(|home, args, vm| find_text(home, args, vm, false))),
    function("firstText", &[], Body::Raw(|home, args, vm| find_text(home, args, vm, true))),
    function("_getAttrMap", SELF, run!(|scope, this, _| attribute_map(scope, this))),
    function("childGenerator", SELF, run!(|scope, this, _| scope.iterator(scope.children(this)?))),
    function("recursiveChildGenerator", SELF, run!(|scope, this, _| scope.iterator(inside(scope, this)?))),
];

// ---- making -----------------------------------------------------------------------------------------------------

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__init__", &["self", "parser", "name", "attrs", "parent", "previous"], args)?;
    let this = given.this(vm)?;
    let (Some(parser), Some(name)) = (given.take(1), given.take(2)) else {
        return Err(vm.new_type_error("__init__() takes at least 3 arguments"));
    };
    let attrs = match given.take(3) {
        None => scope.list(Vec::new()),
        Some(attrs) if scope.is_none(&attrs) => scope.list(Vec::new()),
        Some(attrs) => match attrs.downcast_ref::<PyDict>() {
            Some(dict) => {
                let pair = |(key, value)| vm.ctx.new_tuple(vec![key, value]).into();
                scope.list(dict.items_vec().into_iter().map(pair).collect())
            }
            None => attrs,
        },
    };
    let (parent, previous) =
        (given.take(4).unwrap_or_else(|| scope.none()), given.take(5).unwrap_or_else(|| scope.none()));
    let closing = scope.call(&parser, "isSelfClosingTag", vec![name.clone()])?;
    fill(&scope, &this, &Making { parser: &parser, name, attrs, closing }, &parent, &previous)?;
    Ok(vm.ctx.none())
}

/// What a tag is made from.
pub struct Making<'a> {
    pub parser: &'a PyObject,
    pub name: PyObjectRef,
    pub attrs: PyObjectRef,
    /// Whether it has no end.
    pub closing: PyObjectRef,
}

/// Gives a new tag its attributes.
pub fn fill(
    scope: &Scope<'_>,
    this: &PyObject,
    making: &Making<'_>,
    parent: &PyObject,
    previous: &PyObject,
) -> PyResult<()> {
    let (vm, names) = (scope.vm, scope.names);
    let parser = making.parser;
    let class = parser.get_attr("__class__", vm)?;
    scope.set(this, names.parser_class, class)?;
    scope.set(this, names.is_self_closing, making.closing.clone())?;
    scope.set(this, names.name, making.name.clone())?;
    scope.set(this, names.contents, scope.list(Vec::new()))?;
    element::place(scope, this, parent, previous)?;
    scope.set(this, names.hidden, vm.ctx.new_bool(false))?;
    scope.set(this, names.contains_substitutions, vm.ctx.new_bool(false))?;
    let mut rules = entities::Rules::default();
    for (name, rule) in [
        (names.convert_html, &mut rules.html),
        (names.convert_xml, &mut rules.xml),
        (names.escape_unrecognized, &mut rules.escape),
    ] {
        let value = scope.get(parser, name)?;
        *rule = scope.truth(&value)?;
        scope.set(this, name, value)?;
    }
    let mut attrs = Vec::new();
    for pair in vm.extract_elements_with(&making.attrs, Ok)? {
        let (key, value) = (pair.get_item(&0_usize, vm)?, pair.get_item(&1_usize, vm)?);
        let value = entities::in_value(scope, value, rules)?;
        attrs.push(vm.ctx.new_tuple(vec![key, value]).into());
    }
    scope.set(this, names.attrs, scope.list(attrs))
}

// ---- contents ---------------------------------------------------------------------------------------------------

/// The string that is all that the tag holds, else None.
pub fn string(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    match scope.children(this)?.as_slice() {
        [only] if scope.is_string(only)? => Ok(only.clone()),
        _ => Ok(scope.none()),
    }
}

fn set_string(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    scope.call(this, "clear", Vec::new())?;
    scope.call(this, "append", values.to_vec())?;
    Ok(scope.none())
}

/// All that is in a tag, in the order of the document.
pub fn inside(scope: &Scope<'_>, this: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    let mut walk = Inside::new(scope, this)?;
    let mut found = Vec::new();
    while let Some(element) = walk.next()? {
        found.push(element);
    }
    Ok(found)
}

/// A walk through all that is in a tag.
struct Inside<'a> {
    scope: &'a Scope<'a>,
    next: PyObjectRef,
    stop: PyObjectRef,
}

impl<'a> Inside<'a> {
    fn new(scope: &'a Scope<'a>, this: &PyObject) -> PyResult<Self> {
        let (next, stop) = match scope.children(this)?.first() {
            Some(first) => (first.clone(), scope.get(&*last_inside(scope, this)?, scope.names.next)?),
            None => (scope.none(), scope.none()),
        };
        Ok(Self { scope, next, stop })
    }

    fn next(&mut self) -> PyResult<Option<PyObjectRef>> {
        if self.next.is(&self.stop) || self.scope.is_none(&self.next) {
            return Ok(None);
        }
        let following = self.scope.get(&self.next, self.scope.names.next)?;
        Ok(Some(std::mem::replace(&mut self.next, following)))
    }
}

fn get_text(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "getText", &["self", "separator"], args)?;
    let this = given.this(vm)?;
    let separator = given.take(1).unwrap_or_else(|| scope.unicode(""));
    text_of(&scope, &this, &separator)
}

/// The strings in a tag without the blanks around them.
pub fn text_of(scope: &Scope<'_>, this: &PyObject, separator: &PyObject) -> PyResult {
    if scope.children(this)?.is_empty() {
        return Ok(scope.unicode(""));
    }
    let mut texts = Vec::new();
    let mut walk = Inside::new(scope, this)?;
    while let Some(element) = walk.next()? {
        if scope.is_string(&element)? {
            texts.push(scope.call(&element, "strip", Vec::new())?);
        }
    }
    scope.call(separator, "join", vec![scope.list(texts)])
}

fn clear(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    for child in scope.children(this)? {
        scope.call(&child, "extract", Vec::new())?;
    }
    Ok(scope.none())
}

/// Takes a tag out of the tree and all in it apart.
fn decompose(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    let names = scope.names;
    extract(scope, this)?;
    let Some(mut current) = scope.children(this)?.first().cloned() else { return Ok(scope.none()) };
    while !scope.is_none(&current) {
        let next = scope.get(&current, names.next)?;
        if scope.is_tag(&current)? {
            scope.contents(&current)?.borrow_vec_mut().clear();
        }
        for link in [names.parent, names.previous, names.previous_sibling, names.next, names.next_sibling] {
            scope.set(&current, link, scope.none())?;
        }
        current = next;
    }
    Ok(scope.none())
}

fn equal(scope: &Scope<'_>, this: &PyObject, other: &PyObject) -> PyResult<bool> {
    if this.is(other) {
        return Ok(true);
    }
    let (vm, names) = (scope.vm, scope.names);
    for name in [names.name, names.attrs, names.contents] {
        if vm.get_attribute_opt(other, name)?.is_none() {
            return Ok(false);
        }
    }
    for name in [names.name, names.attrs] {
        if !vm.bool_eq(&*scope.get(this, name)?, &*scope.get(other, name)?)? {
            return Ok(false);
        }
    }
    if this.length(vm)? != other.length(vm)? {
        return Ok(false);
    }
    let contents = scope.get(other, names.contents)?;
    for (at, child) in scope.children(this)?.into_iter().enumerate() {
        let same = vm.with_recursion("in cmp", || vm.bool_eq(&child, &*contents.get_item(&at, vm)?))?;
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

// ---- attributes -------------------------------------------------------------------------------------------------

/// The attributes as a dictionary, which is kept.
fn attribute_map(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    let names = scope.names;
    let known = match this.dict() {
        Some(dict) => dict.get_item_opt(names.attr_map, scope.vm)?,
        None => None,
    };
    if let Some(known) = known
        && scope.truth(&known)?
    {
        return Ok(known);
    }
    let map = scope.vm.ctx.new_dict();
    scope.set(this, names.attr_map, map.clone())?;
    for pair in scope.vm.extract_elements_with(&*scope.get(this, names.attrs)?, Ok)? {
        let (key, value) = (pair.get_item(&0_usize, scope.vm)?, pair.get_item(&1_usize, scope.vm)?);
        map.set_item(&*key, value, scope.vm)?;
    }
    Ok(map.into())
}

fn get(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "get", &["self", "key", "default"], args)?;
    let this = given.this(vm)?;
    let key = given.take(1).unwrap_or_else(|| scope.none());
    let default = given.take(2).unwrap_or_else(|| scope.none());
    scope.call(&*attribute_map(&scope, &this)?, "get", vec![key, default])
}

fn has_key(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    let [key] = values else { return Ok(scope.none()) };
    let found = scope.vm._contains(&*attribute_map(scope, this)?, key)?;
    Ok(scope.vm.ctx.new_bool(found).into())
}

fn get_item(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    let [key] = values else { return Ok(scope.none()) };
    attribute_map(scope, this)?.get_item(&**key, scope.vm)
}

fn pairs(scope: &Scope<'_>, this: &PyObject) -> PyResult<PyObjectRef> {
    scope.get(this, scope.names.attrs)
}

fn set_item(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    let [key, value] = values else { return Ok(scope.none()) };
    let vm = scope.vm;
    attribute_map(scope, this)?.set_item(&**key, value.clone(), vm)?;
    let attrs = pairs(scope, this)?;
    let Some(list) = attrs.downcast_ref::<PyList>() else { return Ok(scope.none()) };
    let pair: PyObjectRef = vm.ctx.new_tuple(vec![key.clone(), value.clone()]).into();
    let mut found = false;
    let sofar = list.borrow_vec().to_vec();
    for (at, known) in sofar.into_iter().enumerate() {
        if vm.bool_eq(&*known.get_item(&0_usize, vm)?, key)? {
            found = true;
            if let Some(slot) = list.borrow_vec_mut().get_mut(at) {
                *slot = pair.clone();
            }
        }
    }
    if !found {
        list.borrow_vec_mut().push(pair);
    }
    Ok(scope.none())
}

fn delete_item(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    let [key] = values else { return Ok(scope.none()) };
    let vm = scope.vm;
    let attrs = pairs(scope, this)?;
    if let Some(list) = attrs.downcast_ref::<PyList>() {
        let mut kept = Vec::new();
        let sofar = list.borrow_vec().to_vec();
        for pair in sofar {
            if !vm.bool_eq(&*pair.get_item(&0_usize, vm)?, key)? {
                kept.push(pair);
            }
        }
        *list.borrow_vec_mut() = kept;
    }
    let map = attribute_map(scope, this)?;
    if vm._contains(&map, key)? {
        map.del_item(&**key, vm)?;
    }
    Ok(scope.none())
}

// ---- finding ----------------------------------------------------------------------------------------------------

/// `find(name, attrs, recursive, text, **kwargs)` and `findAll(name, attrs, recursive, text, limit, **kwargs)`.
fn find_inside(home: &Home, args: FuncArgs, vm: &VirtualMachine, first: bool) -> PyResult {
    let scope = Scope::new(home, vm);
    let parameters: &[&str] = match first {
        true => &["self", "name", "attrs", "recursive", "text"],
        false => &["self", "name", "attrs", "recursive", "text", "limit"],
    };
    let mut given = Given::of(vm, if first { "find" } else { "findAll" }, parameters, args)?;
    let this = given.this(vm)?;
    let (name, attrs, recursive, text) = (given.take(1), given.take(2), given.take(3), given.take(4));
    let limit = if first { Some(vm.ctx.new_int(1).into()) } else { given.take(5) };
    if first && overridden(&scope, &this)? {
        // A program's own `findAll` is asked.
        let mut args = FuncArgs::from(vec![
            name.unwrap_or_else(|| scope.none()),
            attrs.unwrap_or_else(|| vm.ctx.new_dict().into()),
            recursive.unwrap_or_else(|| vm.ctx.true_value.clone().into()),
            text.unwrap_or_else(|| scope.none()),
            vm.ctx.new_int(1).into(),
        ]);
        for (key, value) in given.others {
            args.kwargs.insert(key.into(), value);
        }
        let found = this.get_attr("findAll", vm)?.call(args, vm)?;
        return if scope.truth(&found)? { found.get_item(&0_usize, vm) } else { Ok(scope.none()) };
    }
    let deep = match &recursive {
        Some(recursive) => scope.truth(recursive)?,
        None => true,
    };
    let wanted = Wanted { name, attrs, text, limit, others: given.others };
    let found = if deep {
        let mut walk = Inside::new(&scope, &this)?;
        strainer::find(&scope, wanted, || walk.next())?
    } else {
        let mut children = scope.children(&this)?.into_iter();
        strainer::find(&scope, wanted, || Ok(children.next()))?
    };
    if first { one_of(&scope, &found) } else { Ok(found) }
}

/// Whether the class of a tag has a `findAll` of its own.
fn overridden(scope: &Scope<'_>, this: &PyObject) -> PyResult<bool> {
    let tag = scope.class("Tag")?;
    let own = |class: &Py<PyType>| class.get_attr(scope.names.find_all);
    Ok(match (own(this.class()), own(&tag)) {
        (Some(found), Some(first)) => !found.is(&first),
        _ => true,
    })
}

fn find_text(home: &Home, args: FuncArgs, vm: &VirtualMachine, first: bool) -> PyResult {
    let mut given = Given::of(vm, "fetchText", &["self", "text", "recursive", "limit"], args)?;
    let this = given.this(vm)?;
    let mut args = FuncArgs::from(vec![this]);
    for (at, name) in [(1, "text"), (2, "recursive"), (3, "limit")] {
        if let Some(value) = given.take(at) {
            args.kwargs.insert(name.into(), value);
        }
    }
    find_inside(home, args, vm, first)
}

fn call(_home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut args = args;
    if args.args.is_empty() {
        return Err(vm.new_type_error("unbound method __call__() must be called with Tag instance as first argument"));
    }
    let this = args.args.remove(0);
    this.get_attr("findAll", vm)?.call(args, vm)
}

/// A name that the tag does not have is that of a tag in it.
fn get_attribute(scope: &Scope<'_>, this: &PyObject, values: &[PyObjectRef]) -> PyResult {
    let [name] = values else { return Ok(scope.none()) };
    by_name(scope, this, name)
}

/// `tag.name`, `tag.nameTag`.
pub fn by_name(scope: &Scope<'_>, this: &PyObject, name: &PyObject) -> PyResult {
    let vm = scope.vm;
    let text = name.downcast_ref::<PyStr>().map_or_else(|| Wtf8::new(""), |name| name.as_wtf8());
    let bytes = text.as_bytes();
    if let Some(short) = bytes.strip_suffix(b"Tag").filter(|short| !short.is_empty()) {
        let short = text.get(..short.len()).unwrap_or(text).to_owned();
        return scope.call(this, "find", vec![vm.ctx.new_str(short).into()]);
    }
    if !bytes.starts_with(b"__") {
        return scope.call(this, "find", vec![name.to_owned()]);
    }
    let class = this.class().as_object().str(vm)?;
    Err(scope.attribute_error(&class.to_string_lossy(), &text.to_string_lossy()))
}

/// The properties `string` and `text`: functions that read and set them.
pub fn properties(scope: &Scope<'_>, tag: &PyObject) -> PyResult<()> {
    let vm = scope.vm;
    let property = |parts: Vec<PyObjectRef>| vm.ctx.types.property_type.to_owned().as_object().call(parts, vm);
    let method = |name: &'static str| -> PyResult {
        let class = tag.downcast_ref::<PyType>();
        let found = class.and_then(|class| class.get_attr(vm.ctx.intern_str(name)));
        found.ok_or_else(|| scope.attribute_error("Tag", name))
    };
    tag.set_attr("string", property(vec![method("getString")?, method("setString")?])?, vm)?;
    tag.set_attr("text", property(vec![method("getText")?])?, vm)
}
