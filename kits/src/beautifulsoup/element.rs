//! What tags and strings have in common: their place in the tree, moving, and finding from there on.

use reprise_vm_glue::modules::python_function::{self, Body, Function, Home, function};
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyList, PyStr, PyStrInterned};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::objects::{Given, Names, Scope};
use super::strainer::{self, Wanted};

const SELF: &[&str] = &["self"];

/// A method with nothing but its object.
macro_rules! of_self {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Scope<'_>, &PyObject) -> PyResult = $work;
            work(&Scope::new(home, vm), this)
        })
    };
}

/// A search in one direction: all that is found, or the first.
macro_rules! search {
    ($direction:expr, all) => {
        Body::Raw(|home, args, vm| find_along(home, args, vm, $direction, false))
    };
    ($direction:expr, first) => {
        Body::Raw(|home, args, vm| find_along(home, args, vm, $direction, true))
    };
}

const NEXT: Direction = Direction { step: |names| names.next, texts: true };
const PREVIOUS: Direction = Direction { step: |names| names.previous, texts: true };
const NEXT_SIBLING: Direction = Direction { step: |names| names.next_sibling, texts: true };
const PREVIOUS_SIBLING: Direction = Direction { step: |names| names.previous_sibling, texts: true };
const PARENT: Direction = Direction { step: |names| names.parent, texts: false };

/// A way through the tree.
#[derive(Clone, Copy)]
struct Direction {
    step: fn(&Names) -> &'static PyStrInterned,
    /// Whether strings lie on the way.
    texts: bool,
}

/// The class `PageElement`.
pub static PAGE_ELEMENT: &[Function] = &[
    Function {
        name: "setup",
        parameters: &["self", "parent", "previous"],
        defaults: &[python_function::Given::Int(0), python_function::Given::Int(0)],
        body: Body::Run(setup),
    },
    function("replaceWith", &["self", "replaceWith"], Body::Run(replace_with)),
    function("replaceWithChildren", SELF, of_self!(replace_with_children)),
    function("extract", SELF, of_self!(|scope, this| extract(scope, this).map(|()| this.to_owned()))),
    function("_lastRecursiveChild", SELF, of_self!(last_inside)),
    function("insert", &["self", "position", "newChild"], Body::Run(insert_for_python)),
    function("append", &["self", "tag"], Body::Run(append)),
    function("findNext", &[], search!(NEXT, first)),
    function("findAllNext", &[], search!(NEXT, all)),
    function("findNextSibling", &[], search!(NEXT_SIBLING, first)),
    function("findNextSiblings", &[], search!(NEXT_SIBLING, all)),
    function("fetchNextSiblings", &[], search!(NEXT_SIBLING, all)),
    function("findPrevious", &[], search!(PREVIOUS, first)),
    function("findAllPrevious", &[], search!(PREVIOUS, all)),
    function("fetchPrevious", &[], search!(PREVIOUS, all)),
    function("findPreviousSibling", &[], search!(PREVIOUS_SIBLING, first)),
    function("findPreviousSiblings", &[], search!(PREVIOUS_SIBLING, all)),
    function("fetchPreviousSiblings", &[], search!(PREVIOUS_SIBLING, all)),
    function("findParent", &[], search!(PARENT, first)),
    function("findParents", &[], search!(PARENT, all)),
    function("fetchParents", &[], search!(PARENT, all)),
    function("nextGenerator", SELF, of_self!(|scope, this| walk(scope, this, NEXT))),
    function("nextSiblingGenerator", SELF, of_self!(|scope, this| walk(scope, this, NEXT_SIBLING))),
    function("previousGenerator", SELF, of_self!(|scope, this| walk(scope, this, PREVIOUS))),
    function("previousSiblingGenerator", SELF, of_self!(|scope, this| walk(scope, this, PREVIOUS_SIBLING))),
    function("parentGenerator", SELF, of_self!(|scope, this| walk(scope, this, PARENT))),
    function("substituteEncoding", &["self", "str", "encoding"], Body::Raw(substitute_encoding)),
    function("toEncoding", &["self", "s", "encoding"], Body::Raw(to_encoding)),
];

// ---- the place in the tree --------------------------------------------------------------------------------------

/// Puts an element behind what is in its parent so far.
pub fn place(scope: &Scope<'_>, this: &PyObject, parent: &PyObject, previous: &PyObject) -> PyResult<()> {
    let names = scope.names;
    scope.set(this, names.parent, parent.to_owned())?;
    scope.set(this, names.previous, previous.to_owned())?;
    for name in [names.next, names.previous_sibling, names.next_sibling] {
        scope.set(this, name, scope.none())?;
    }
    if scope.truth(parent)?
        && let Some(last) = scope.children(parent)?.last()
    {
        scope.set(this, names.previous_sibling, last.clone())?;
        scope.set(last, names.next_sibling, this.to_owned())?;
    }
    Ok(())
}

fn setup(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, parent, previous] = values else { return Ok(vm.ctx.none()) };
    // A number stands for a parameter that was left out.
    let given = |value: &PyObjectRef| match value.downcastable::<rustpython_vm::builtins::PyInt>() {
        true => vm.ctx.none(),
        false => value.clone(),
    };
    place(&Scope::new(home, vm), this, &given(parent), &given(previous))?;
    Ok(vm.ctx.none())
}

/// Where an element is among what its parent holds.
pub fn index_of(scope: &Scope<'_>, parent: &PyObject, element: &PyObject) -> PyResult<usize> {
    let found = scope.children(parent)?.iter().position(|child| child.is(element));
    found.ok_or_else(|| scope.vm.new_value_error("Tag.index: element not in tag"))
}

/// The last element in an element, itself if there is none.
pub fn last_inside(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    let mut last = this.to_owned();
    loop {
        let inner = match scope.is_tag(&last)? {
            true => scope.children(&last)?.pop(),
            false => None,
        };
        match inner {
            Some(inner) => last = inner,
            None => return Ok(last),
        }
    }
}

/// Takes an element out of the tree.
pub fn extract(scope: &Scope<'_>, this: &PyObject) -> PyResult<()> {
    let names = scope.names;
    let parent = scope.get(this, names.parent)?;
    if scope.truth(&parent)?
        && let Ok(at) = index_of(scope, &parent, this)
    {
        scope.contents(&parent)?.borrow_vec_mut().remove(at);
    }
    let last = last_inside(scope, this)?;
    let following = scope.get(&last, names.next)?;
    let previous = scope.get(this, names.previous)?;
    if scope.truth(&previous)? {
        scope.set(&previous, names.next, following.clone())?;
    }
    if scope.truth(&following)? {
        scope.set(&following, names.previous, previous)?;
    }
    scope.set(this, names.previous, scope.none())?;
    scope.set(&last, names.next, scope.none())?;
    scope.set(this, names.parent, scope.none())?;
    let (before, after) = (scope.get(this, names.previous_sibling)?, scope.get(this, names.next_sibling)?);
    if scope.truth(&before)? {
        scope.set(&before, names.next_sibling, after.clone())?;
    }
    if scope.truth(&after)? {
        scope.set(&after, names.previous_sibling, before)?;
    }
    scope.set(this, names.previous_sibling, scope.none())?;
    scope.set(this, names.next_sibling, scope.none())
}

fn replace_with(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, other] = values else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    let parent = scope.get(this, scope.names.parent)?;
    let mut at = index_of(&scope, &parent, this)?;
    if let Some(other_parent) = vm.get_attribute_opt(other, scope.names.parent)?
        && other_parent.is(&parent)
    {
        // What moves from before this place leaves one place less.
        let from = index_of(&scope, &parent, other)?;
        if from > 0 && from < at {
            at -= 1;
        }
    }
    scope.call(this, "extract", Vec::new())?;
    scope.call(&parent, "insert", vec![vm.ctx.new_int(at).into(), other.clone()])?;
    Ok(vm.ctx.none())
}

fn replace_with_children(scope: &Scope<'_>, this: &PyObject) -> PyResult {
    let parent = scope.get(this, scope.names.parent)?;
    let at = index_of(scope, &parent, this)?;
    extract(scope, this)?;
    for child in scope.children(this)?.into_iter().rev() {
        insert(scope, &parent, isize::try_from(at).unwrap_or(isize::MAX), child)?;
    }
    Ok(scope.none())
}

fn append(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, child] = values else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    let end = scope.children(this)?.len();
    scope.call(this, "insert", vec![vm.ctx.new_int(end).into(), child.clone()])
}

fn insert_for_python(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, position, child] = values else { return Ok(vm.ctx.none()) };
    insert(&Scope::new(home, vm), this, position.try_to_value(vm)?, child.clone())?;
    Ok(vm.ctx.none())
}

/// An item of a list as Python finds it: a negative position counts from the end.
fn item(scope: &Scope<'_>, children: &[PyObjectRef], position: isize) -> PyResult {
    let at = match usize::try_from(position) {
        Ok(at) => Some(at),
        Err(_) => children.len().checked_sub(position.unsigned_abs()),
    };
    let found = at.and_then(|at| children.get(at)).cloned();
    found.ok_or_else(|| scope.vm.new_index_error("list index out of range"))
}

/// Puts an element (or a plain string) into a tag.
pub fn insert(scope: &Scope<'_>, this: &PyObject, position: isize, child: PyObjectRef) -> PyResult<()> {
    let names = scope.names;
    let child = match text::is_basestring(&child) && !scope.is_string(&child)? {
        true => scope.global("NavigableString")?.call((child,), scope.vm)?,
        false => child,
    };
    let signed = |length: usize| isize::try_from(length).unwrap_or(isize::MAX);
    let mut position = position.min(signed(scope.children(this)?.len()));
    if let Some(old) = scope.vm.get_attribute_opt(&child, names.parent)?
        && !scope.is_none(&old)
    {
        // As in the original: a child of the same tag that moves up is put one place further up.
        if old.is(this) && signed(index_of(scope, this, &child)?) > position {
            position -= 1;
        }
        scope.call(&child, "extract", Vec::new())?;
    }
    scope.set(&child, names.parent, this.to_owned())?;
    let children = scope.children(this)?;
    if position == 0 {
        scope.set(&child, names.previous_sibling, scope.none())?;
        scope.set(&child, names.previous, this.to_owned())?;
    } else {
        let before = item(scope, &children, position - 1)?;
        scope.set(&child, names.previous_sibling, before.clone())?;
        scope.set(&before, names.next_sibling, child.clone())?;
        scope.set(&child, names.previous, last_inside(scope, &before)?)?;
    }
    let previous = scope.get(&child, names.previous)?;
    if scope.truth(&previous)? {
        scope.set(&previous, names.next, child.clone())?;
    }
    let last = last_inside(scope, &child)?;
    if position >= signed(children.len()) {
        scope.set(&child, names.next_sibling, scope.none())?;
        // What follows is what follows the nearest tag around it that something follows.
        let mut around = this.to_owned();
        let following = loop {
            let sibling = scope.get(&around, names.next_sibling)?;
            if scope.truth(&sibling)? {
                break sibling;
            }
            around = scope.get(&around, names.parent)?;
            if !scope.truth(&around)? {
                break scope.none();
            }
        };
        scope.set(&last, names.next, following)?;
    } else {
        let after = item(scope, &children, position)?;
        scope.set(&child, names.next_sibling, after.clone())?;
        scope.set(&after, names.previous_sibling, child.clone())?;
        scope.set(&last, names.next, after)?;
    }
    let following = scope.get(&last, names.next)?;
    if scope.truth(&following)? {
        scope.set(&following, names.previous, last)?;
    }
    let contents = scope.contents(this)?;
    let at = match usize::try_from(position) {
        Ok(at) => at.min(children.len()),
        Err(_) => children.len().saturating_sub(position.unsigned_abs()),
    };
    contents.borrow_vec_mut().insert(at, child);
    Ok(())
}

// ---- finding ----------------------------------------------------------------------------------------------------

/// A generator goes one step too far: the last thing that it gives is None.
fn walk(scope: &Scope<'_>, this: &PyObject, direction: Direction) -> PyResult {
    let mut found = along(scope, this, direction)?;
    found.push(scope.none());
    scope.iterator(found)
}

fn along(scope: &Scope<'_>, this: &PyObject, direction: Direction) -> PyResult<Vec<PyObjectRef>> {
    let step = (direction.step)(scope.names);
    let mut found = Vec::new();
    let mut element = scope.get(this, step)?;
    while !scope.is_none(&element) {
        let next = scope.get(&element, step)?;
        found.push(element);
        element = next;
    }
    Ok(found)
}

/// `find…(name, attrs, text, limit, **kwargs)` along a direction.
fn find_along(home: &Home, args: FuncArgs, vm: &VirtualMachine, direction: Direction, first: bool) -> PyResult {
    let scope = Scope::new(home, vm);
    let parameters: &[&str] = match (direction.texts, first) {
        (true, false) => &["self", "name", "attrs", "text", "limit"],
        (true, true) => &["self", "name", "attrs", "text"],
        (false, false) => &["self", "name", "attrs", "limit"],
        (false, true) => &["self", "name", "attrs"],
    };
    let mut given = Given::of(vm, "find", parameters, args)?;
    let this = given.this(vm)?;
    let (name, attrs) = (given.take(1), given.take(2));
    let text = if direction.texts { given.take(3) } else { None };
    let limit = if first { Some(vm.ctx.new_int(1).into()) } else { given.take(parameters.len() - 1) };
    // The search for one parent forgets the keywords.
    let others = if first && !direction.texts { Vec::new() } else { given.others };
    let wanted = Wanted { name, attrs, text, limit, others };
    let step = (direction.step)(scope.names);
    let mut element = this;
    let next = || -> PyResult<Option<PyObjectRef>> {
        element = scope.get(&element, step)?;
        Ok(if scope.is_none(&element) { None } else { Some(element.clone()) })
    };
    let found = strainer::find(&scope, wanted, next)?;
    if first { one_of(&scope, &found) } else { Ok(found) }
}

/// The first of what was found, or None.
pub fn one_of(scope: &Scope<'_>, found: &PyObject) -> PyResult {
    let first = found.downcast_ref::<PyList>().and_then(|found| found.borrow_vec().first().cloned());
    Ok(first.unwrap_or_else(|| scope.none()))
}

// ---- encodings --------------------------------------------------------------------------------------------------

fn substitute_encoding(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut given = Given::of(vm, "substituteEncoding", &["self", "str", "encoding"], args)?;
    let scope = Scope::new(home, vm);
    let (text, encoding) = (given.take(1).unwrap_or_else(|| scope.none()), given.take(2));
    substituted(&scope, &text, encoding.as_deref())
}

/// The text with the name of the encoding where it belongs.
pub fn substituted(scope: &Scope<'_>, text: &PyObject, encoding: Option<&PyObject>) -> PyResult {
    let encoding = match encoding {
        Some(encoding) if scope.truth(encoding)? => encoding.to_owned(),
        _ => scope.str("utf-8"),
    };
    scope.call(text, "replace", vec![scope.str("%SOUP-ENCODING%"), encoding])
}

fn to_encoding(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut given = Given::of(vm, "toEncoding", &["self", "s", "encoding"], args)?;
    let scope = Scope::new(home, vm);
    let (text, encoding) = (given.take(1).unwrap_or_else(|| scope.none()), given.take(2));
    encoded(&scope, text, encoding.as_deref())
}

/// A value in an encoding, or as unicode.
pub fn encoded(scope: &Scope<'_>, value: PyObjectRef, encoding: Option<&PyObject>) -> PyResult {
    let vm = scope.vm;
    let encoding = match encoding {
        Some(encoding) if scope.truth(encoding)? => Some(encoding),
        _ => None,
    };
    match encoding {
        Some(encoding) => {
            let text = match text::is_basestring(&value) {
                true => value,
                false => text::str_object(vm, &value)?,
            };
            if let (Some(plain), Some(codec)) = (text.downcast_ref::<PyStr>(), encoding.downcast_ref::<PyStr>())
                && codec.as_bytes() == b"utf-8"
                && (text::is_unicode(&text) || plain.isascii())
            {
                return Ok(text::new_str(vm, plain.as_bytes()));
            }
            let codec = text::text_of(vm, encoding)?.unwrap_or_default();
            let content = text::wtf8_of(vm, &text)?.unwrap_or_default();
            reprise_vm_glue::runtime::codecs::encode_object(vm, &content, Some(&codec), None)
        }
        None if text::is_unicode(&value) => Ok(value),
        None => text::unicode_object(vm, &value),
    }
}
