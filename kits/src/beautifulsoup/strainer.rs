//! What is looked for: `SoupStrainer`, and the searches that use it.

use reprise_vm_glue::modules::python_function::{Body, Function, Home, function};
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyList, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::objects::{Given, Scope};

/// The class `SoupStrainer`.
pub static SOUP_STRAINER: &[Function] = &[
    function("__init__", &[], Body::Raw(init)),
    function("__str__", &["self"], Body::Run(shown)),
    function("searchTag", &[], Body::Raw(search_tag_for_python)),
    function("search", &["self", "markup"], Body::Run(search_for_python)),
    function("_matches", &["self", "markup", "matchAgainst"], Body::Run(matches_for_python)),
];

/// The class `ResultSet`.
pub static RESULT_SET: &[Function] = &[function("__init__", &["self", "source"], Body::Run(result_set_init))];

fn result_set_init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, source] = values else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    scope.set(this, scope.names.source, source.clone())?;
    Ok(vm.ctx.none())
}

/// What a search was asked for.
pub struct Wanted {
    pub name: Option<PyObjectRef>,
    pub attrs: Option<PyObjectRef>,
    pub text: Option<PyObjectRef>,
    pub limit: Option<PyObjectRef>,
    pub others: Vec<(String, PyObjectRef)>,
}

/// What an element has to be like.
struct Test {
    name: PyObjectRef,
    attrs: Vec<(PyObjectRef, PyObjectRef)>,
    text: PyObjectRef,
}

/// Makes a strainer.
fn strainer(scope: &Scope<'_>, wanted: Wanted) -> PyResult {
    let vm = scope.vm;
    let attrs = wanted.attrs.unwrap_or_else(|| vm.ctx.new_dict().into());
    let name = wanted.name.unwrap_or_else(|| scope.none());
    let text = wanted.text.unwrap_or_else(|| scope.none());
    let mut args = FuncArgs::from(vec![name, attrs, text]);
    for (key, value) in wanted.others {
        args.kwargs.insert(key.into(), value);
    }
    scope.global("SoupStrainer")?.call(args, vm)
}

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__init__", &["self", "name", "attrs", "text"], args)?;
    let this = given.this(vm)?;
    scope.set(&this, scope.names.name, given.take(1).unwrap_or_else(|| scope.none()))?;
    let mut attrs = given.take(2).unwrap_or_else(|| vm.ctx.new_dict().into());
    let mut others = given.others.clone();
    if text::is_basestring(&attrs) {
        // A class among those of the element.
        let pattern = vm._add(scope.str(r"(^|.*\s)").as_object(), &attrs)?;
        let pattern = vm._add(&pattern, scope.str(r"($|\s)").as_object())?;
        let re = reprise_vm_glue::import::module(vm, "re")?;
        let matcher = scope.call(&re, "compile", vec![pattern])?.get_attr("match", vm)?;
        others.retain(|(key, _)| key != "class");
        others.push(("class".to_owned(), matcher));
        attrs = scope.none();
    }
    if !others.is_empty() {
        let all = vm.ctx.new_dict();
        if scope.truth(&attrs)? {
            scope.call(all.as_object(), "update", vec![attrs])?;
        }
        for (key, value) in others {
            all.set_item(key.as_str(), value, vm)?;
        }
        attrs = all.into();
    }
    scope.set(&this, scope.names.attrs, attrs)?;
    scope.set(&this, scope.names.text, given.take(3).unwrap_or_else(|| scope.none()))?;
    Ok(vm.ctx.none())
}

fn shown(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    let wanted = scope.get(this, scope.names.text)?;
    if scope.truth(&wanted)? {
        return Ok(wanted);
    }
    let parts = [scope.names.name, scope.names.attrs].map(|name| scope.get(this, name)?.str(vm));
    let [name, attrs] = parts;
    Ok(scope.str(&format!("{}|{}", name?, attrs?)))
}

// ---- searches ---------------------------------------------------------------------------------------------------

/// All elements that fit among those that come one after the other: a list.
pub fn find(scope: &Scope<'_>, wanted: Wanted, mut next: impl FnMut() -> PyResult<Option<PyObjectRef>>) -> PyResult {
    let vm = scope.vm;
    let is_true = |value: &Option<PyObjectRef>| value.as_ref().map_or(Ok(false), |value| scope.truth(value));
    let limit = match &wanted.limit {
        Some(limit) if scope.truth(limit)? => usize::try_from(limit.try_to_value::<isize>(vm)?).ok(),
        _ => None,
    };
    let has_text = wanted.text.as_ref().is_some_and(|text| !scope.is_none(text));
    let simple = !has_text && limit.is_none() && !is_true(&wanted.attrs)? && wanted.others.is_empty();
    let tag_class = scope.class("Tag")?;
    if simple && let Some(name) = &wanted.name {
        let any = name.is(&vm.ctx.true_value);
        if any || text::is_basestring(name) {
            let mut found = Vec::new();
            while let Some(element) = next()? {
                let fits = element.class().fast_issubclass(&tag_class)
                    && (any || same_text(scope, &*scope.get(&element, scope.names.name)?, name)?);
                if fits {
                    found.push(element);
                }
            }
            return Ok(scope.list(found));
        }
    }
    let strainer = match &wanted.name {
        Some(name) if scope.is(name, "SoupStrainer")? => name.clone(),
        _ => strainer(scope, wanted)?,
    };
    // A strainer of this module is asked natively; it is looked at once.
    let own = strainer.class().is(&scope.class("SoupStrainer")?);
    let test = if own { Some(test_of(scope, &strainer)?) } else { None };
    let results = scope.global("ResultSet")?.call((strainer.clone(),), vm)?;
    let list = results.downcast_ref::<PyList>().ok_or_else(|| vm.new_type_error("a ResultSet is a list"))?;
    while let Some(element) = next()? {
        if !scope.truth(&element)? {
            continue;
        }
        let found = match &test {
            Some(test) => search(scope, test, &element)?,
            None => scope.call(&strainer, "search", vec![element])?,
        };
        if scope.truth(&found)? {
            list.borrow_vec_mut().push(found);
            if limit.is_some_and(|limit| list.borrow_vec().len() >= limit) {
                break;
            }
        }
    }
    Ok(results)
}

/// Whether two names are equal.
fn same_text(scope: &Scope<'_>, one: &PyObject, other: &PyObject) -> PyResult<bool> {
    match (one.downcast_ref::<PyStr>(), other.downcast_ref::<PyStr>()) {
        (Some(a), Some(b)) if a.isascii() && b.isascii() => Ok(a.as_bytes() == b.as_bytes()),
        _ => scope.vm.bool_eq(one, other),
    }
}

fn test_of(scope: &Scope<'_>, strainer: &PyObject) -> PyResult<Test> {
    let attrs = scope.get(strainer, scope.names.attrs)?;
    let attrs = match attrs.downcast_ref::<PyDict>() {
        Some(attrs) => attrs.items_vec(),
        None => Vec::new(),
    };
    let (name, text) = (scope.get(strainer, scope.names.name)?, scope.get(strainer, scope.names.text)?);
    Ok(Test { name, attrs, text })
}

fn search_for_python(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, markup] = values else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    search(&scope, &test_of(&scope, this)?, markup)
}

/// The element if it fits, else None.
fn search(scope: &Scope<'_>, test: &Test, markup: &PyObject) -> PyResult {
    let vm = scope.vm;
    if scope.is_tag(markup)? {
        return match scope.truth(&test.text)? {
            true => Ok(scope.none()),
            false => search_tag(scope, test, markup, None),
        };
    }
    if text::is_basestring(markup) {
        return Ok(if fits(scope, markup, &test.text)? { markup.to_owned() } else { scope.none() });
    }
    if vm.get_attribute_opt(markup, "__iter__")?.is_some() {
        let items = markup.get_iter(vm)?;
        while let PyIterReturn::Return(item) = items.next(vm)? {
            if scope.is_string(&item)? && scope.truth(&*search(scope, test, &item)?)? {
                return Ok(item);
            }
        }
        return Ok(scope.none());
    }
    let class = markup.class().as_object().str(vm)?;
    Err(vm.new_exception_msg(
        vm.ctx.exceptions.exception_type.to_owned(),
        format!("I don't know how to match against a {class}").into(),
    ))
}

fn search_tag_for_python(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut given = Given::of(vm, "searchTag", &["self", "markupName", "markupAttrs"], args)?;
    let scope = Scope::new(home, vm);
    let this = given.this(vm)?;
    let name = given.take(1).unwrap_or_else(|| scope.none());
    let attrs = given.take(2).unwrap_or_else(|| vm.ctx.new_dict().into());
    search_tag(&scope, &test_of(&scope, &this)?, &name, Some(attrs))
}

/// Tries a tag, or the name and the attributes of one that is not made yet.
fn search_tag(scope: &Scope<'_>, test: &Test, markup: &PyObject, attrs: Option<PyObjectRef>) -> PyResult {
    let vm = scope.vm;
    let is_tag = scope.is_tag(markup)?;
    let attrs = if is_tag { markup.to_owned() } else { attrs.unwrap_or_else(|| vm.ctx.new_dict().into()) };
    let with_data = test.name.is_callable() && !is_tag;
    if scope.truth(&test.name)? && !with_data && !fits(scope, markup, &test.name)? {
        return Ok(scope.none());
    }
    let found = if with_data {
        let result = test.name.call((markup.to_owned(), attrs), vm)?;
        scope.truth(&result)?
    } else {
        let mut all = true;
        for (key, wanted) in &test.attrs {
            let value = attribute(scope, is_tag, &attrs, key)?;
            if !fits(scope, &value, wanted)? {
                all = false;
                break;
            }
        }
        all
    };
    Ok(if found { markup.to_owned() } else { scope.none() })
}

/// The value of an attribute, or None.
fn attribute(scope: &Scope<'_>, is_tag: bool, attrs: &PyObject, key: &PyObject) -> PyResult {
    let vm = scope.vm;
    let own = if is_tag { scope.get(attrs, scope.names.attrs)? } else { attrs.to_owned() };
    let Some(list) = own.downcast_ref::<PyList>() else {
        return scope.call(attrs, "get", vec![key.to_owned()]);
    };
    let mut value = scope.none();
    let pairs = list.borrow_vec().to_vec();
    for pair in pairs {
        if same_text(scope, &*pair.get_item(&0_usize, vm)?, key)? {
            value = pair.get_item(&1_usize, vm)?;
        }
    }
    Ok(value)
}

fn matches_for_python(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, markup, wanted] = values else { return Ok(vm.ctx.none()) };
    fits(&Scope::new(home, vm), markup, wanted).map(|fits| vm.ctx.new_bool(fits).into())
}

/// Whether a value is as it is wanted: any at all, as a function says, by an expression, one of several, or equal.
fn fits(scope: &Scope<'_>, markup: &PyObject, wanted: &PyObject) -> PyResult<bool> {
    let vm = scope.vm;
    if wanted.is(&vm.ctx.true_value) {
        return Ok(!scope.is_none(markup));
    }
    if wanted.is_callable() {
        let result = wanted.call((markup.to_owned(),), vm)?;
        return scope.truth(&result);
    }
    let markup = match scope.is_tag(markup)? {
        true => scope.get(markup, scope.names.name)?,
        false => markup.to_owned(),
    };
    let markup = match scope.truth(&markup)? && !text::is_basestring(&markup) {
        true => text::unicode_object(vm, &markup)?,
        false => markup,
    };
    if text::is_basestring(wanted) {
        if let (Some(a), Some(b)) = (markup.downcast_ref::<PyStr>(), wanted.downcast_ref::<PyStr>())
            && a.isascii()
            && b.isascii()
        {
            return Ok(a.as_bytes() == b.as_bytes());
        }
        let wanted = match text::is_basestring(&markup) && scope.truth(wanted)? {
            true if text::is_unicode(&markup) => text::unicode_object(vm, wanted)?,
            true => text::str_object(vm, wanted)?,
            false => wanted.to_owned(),
        };
        return vm.bool_eq(&wanted, &markup);
    }
    let result = if vm.get_attribute_opt(wanted, "match")?.is_some() {
        match scope.truth(&markup)? {
            true => {
                let found = scope.call(wanted, "search", vec![markup.clone()])?;
                scope.truth(&found)?
            }
            false => false,
        }
    } else if vm.get_attribute_opt(wanted, "__iter__")?.is_some() {
        vm._contains(wanted, &markup)?
    } else if vm.get_attribute_opt(wanted, "items")?.is_some() {
        let found = scope.call(&markup, "has_key", vec![wanted.to_owned()])?;
        scope.truth(&found)?
    } else if text::is_basestring(&markup) && scope.truth(wanted)? {
        // A number is compared by what it looks like.
        let shown = match text::is_unicode(&markup) {
            true => text::unicode_object(vm, wanted)?,
            false => text::str_object(vm, wanted)?,
        };
        return vm.bool_eq(&shown, &markup);
    } else {
        false
    };
    if result {
        return Ok(true);
    }
    vm.bool_eq(wanted, &markup)
}
