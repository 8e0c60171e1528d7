//! `xpath` and `cssselect` as element methods: arguments in, Python values out.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use parking_lot::Mutex;
use reprise_vm_glue::import::import_level;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::css::Dialect;
use super::element::{Element, Place};
use super::smart::{self, Origin};
use super::tree::{Flavour, Kind, NodeId, ROOT, Tree};
use super::values::{given, pairs, type_error, xml_text};
use super::xpath::{Called, Environment, Evaluator, Value, XNode, XPath, XPathError};
use super::{document::Document, tree::Name};
use crate::call_arguments::Parameters;
use crate::lxml::errors;

/// Namespace of the regular expression functions.
const REGULAR_EXPRESSIONS: &str = "http://exslt.org/regular-expressions";

fn raise(vm: &VirtualMachine, error: &XPathError) -> PyBaseExceptionRef {
    let arguments = vec![text::new_unicode(vm, &error.to_string())];
    vm.invoke_exception(&errors::class(vm, "XPathEvalError"), arguments).unwrap_or_else(|error| error)
}

/// Prefixes of namespaces of functions that hold in every expression (`FunctionNamespace.prefix`).
static FUNCTION_PREFIXES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Makes a prefix hold in every expression; an empty one takes the namespace's prefix away.
pub fn set_function_prefix(prefix: &str, uri: &str) {
    let mut prefixes = FUNCTION_PREFIXES.lock();
    prefixes.retain(|(_, known)| known != uri);
    if !prefix.is_empty() {
        prefixes.push((prefix.to_owned(), uri.to_owned()));
    }
}

/// Prefixes, variables and extension functions of one call.
struct Call<'a> {
    vm: &'a VirtualMachine,
    namespaces: Vec<(String, String)>,
    variables: Vec<(String, Value)>,
    /// The functions that came with the call: dicts by (namespace, name).
    extensions: Vec<PyObjectRef>,
    /// What an extension function raised.
    raised: RefCell<Option<PyBaseExceptionRef>>,
    /// The document, and the copy of it whose elements extension functions get: the document itself is locked while it
    /// is read, and such a function may do anything with an element. Nodes have the same numbers in both.
    document: Arc<Document>,
    copy: Option<Arc<Document>>,
    /// An extension function was found before there was a copy.
    wants_copy: Cell<bool>,
}

impl<'a> Call<'a> {
    fn new(vm: &'a VirtualMachine, place: &Place) -> Self {
        Self {
            vm,
            namespaces: Vec::new(),
            variables: Vec::new(),
            extensions: Vec::new(),
            raised: RefCell::new(None),
            document: Arc::clone(&place.document),
            copy: None,
            wants_copy: Cell::new(false),
        }
    }
}

impl Call<'_> {
    fn regular_expression(&self, name: &str, arguments: &[String]) -> PyResult<Value> {
        let vm = self.vm;
        let argument = |at: usize| arguments.get(at).map_or("", String::as_str);
        let flags = argument(2);
        let module = import_level(vm, "re", None, None, 0)?;
        let options = if flags.contains('i') { module.get_attr("IGNORECASE", vm)? } else { vm.ctx.new_int(0).into() };
        let pattern = text::native(vm, argument(1));
        let compiled = vm.call_method(&module, "compile", (pattern, options))?;
        let subject = text::native(vm, argument(0));
        let text_of = |value: &PyObject| -> PyResult<String> { Ok(text::text_of(vm, value)?.unwrap_or_default()) };
        Ok(match name {
            "test" => {
                let found = vm.call_method(&compiled, "search", (subject,))?;
                Value::Boolean(!vm.is_none(&found))
            }
            "match" if flags.contains('g') => {
                let found = vm.call_method(&compiled, "findall", (subject,))?;
                let mut texts = Vec::new();
                for item in vm.extract_elements_with(&found, Ok)? {
                    // With groups, each match is a tuple of them: their texts joined.
                    texts.push(match text::text_of(vm, &item)? {
                        Some(text) => text,
                        None => {
                            let parts = vm.extract_elements_with(&item, Ok)?;
                            parts.iter().map(|part| text_of(part)).collect::<PyResult<String>>()?
                        }
                    });
                }
                Value::Made(texts)
            }
            "match" => {
                let found = vm.call_method(&compiled, "search", (subject,))?;
                if vm.is_none(&found) {
                    return Ok(Value::Made(Vec::new()));
                }
                let whole = vm.call_method(&found, "group", ())?;
                let mut texts = vec![text_of(&whole)?];
                let groups = vm.call_method(&found, "groups", ())?;
                for group in vm.extract_elements_with(&groups, Ok)? {
                    texts.push(if vm.is_none(&group) { String::new() } else { text_of(&group)? });
                }
                Value::Made(texts)
            }
            _ => {
                // replace(subject, pattern, flags, replacement)
                let count: PyObjectRef = vm.ctx.new_int(i32::from(!flags.contains('g'))).into();
                let replacement = text::native(vm, argument(3));
                let replaced = vm.call_method(&compiled, "sub", (replacement, subject, count))?;
                Value::Text(text_of(&replaced)?)
            }
        })
    }
}

impl Call<'_> {
    /// The function that came with the call, or that code registered by `lxml.etree.FunctionNamespace`.
    fn registered(&self, uri: &str, name: &str) -> Option<PyObjectRef> {
        let vm = self.vm;
        let namespace = if uri.is_empty() { vm.ctx.none() } else { text::native(vm, uri) };
        let key: PyObjectRef = vm.ctx.new_tuple(vec![namespace, text::native(vm, name)]).into();
        if let Some(function) = self.extensions.iter().find_map(|known| known.get_item(&*key, vm).ok()) {
            return Some(function);
        }
        let etree = crate::libraries::module(vm, "lxml.etree").ok()?;
        let namespaces = etree.get_attr("_function_namespaces", vm).ok()?;
        namespaces.get_item(uri, vm).ok()?.get_item(name, vm).ok()
    }

    /// The first argument of extension functions: it has the node at which they are called.
    fn context(&self, node: XNode) -> PyResult {
        let vm = self.vm;
        let element = match node {
            XNode::Node(node) | XNode::Attr(node, _) | XNode::Namespace(node, _) => {
                self.copy.as_ref().map(|copy| copy.object(vm, node))
            }
        };
        let etree = crate::libraries::module(vm, "lxml.etree")?;
        etree.get_attr("_XPathContext", vm)?.call((element.unwrap_or_else(|| vm.ctx.none()),), vm)
    }

    /// Calls a registered function; lists hold elements, and the texts of text nodes and attributes.
    fn extension(
        &self,
        function: &PyObject,
        node: XNode,
        arguments: &[Value],
        evaluator: &Evaluator,
        tree: &Tree,
    ) -> PyResult<Value> {
        let vm = self.vm;
        let mut values: Vec<PyObjectRef> = vec![self.context(node)?];
        for argument in arguments {
            values.push(match argument {
                Value::Text(text) => text::native(vm, text),
                Value::Number(number) => vm.ctx.new_float(*number).into(),
                Value::Boolean(truth) => vm.ctx.new_bool(*truth).into(),
                Value::Made(texts) => vm.ctx.new_list(texts.iter().map(|text| text::native(vm, text)).collect()).into(),
                Value::Nodes(nodes) => {
                    let mut items = Vec::with_capacity(nodes.len());
                    for node in nodes {
                        match item(evaluator, tree, *node) {
                            Item::Text(text, _) => items.push(text::native(vm, &text)),
                            Item::Node(node) => items.extend(self.copy.as_ref().map(|copy| copy.object(vm, node))),
                            Item::Nothing | Item::Namespace(..) => {}
                        }
                    }
                    vm.ctx.new_list(items).into()
                }
            });
        }
        let result = function.call(values, vm)?;
        if result.is(&vm.ctx.true_value) || result.is(&vm.ctx.false_value) {
            return Ok(Value::Boolean(result.is(&vm.ctx.true_value)));
        }
        if let Some(float) = result.downcast_ref::<PyFloat>() {
            return Ok(Value::Number(float.to_f64()));
        }
        if let Some(int) = result.downcast_ref::<PyInt>() {
            return Ok(Value::Number(int.as_bigint().to_string().parse().unwrap_or(f64::NAN)));
        }
        if let Some(text) = text::text_of(vm, &result)? {
            return Ok(Value::Text(text));
        }
        if let Some(node) = self.own(&result) {
            return Ok(Value::Nodes(vec![node]));
        }
        let refused = |message: String| {
            let class = errors::class(vm, "XPathResultError");
            vm.invoke_exception(&class, vec![text::native(vm, &message)]).unwrap_or_else(|error| error)
        };
        let items = match (result.downcast_ref::<PyList>(), result.downcast_ref::<PyTuple>()) {
            (Some(list), _) => list.borrow_vec().to_vec(),
            (None, Some(tuple)) => tuple.as_slice().to_vec(),
            (None, None) if vm.is_none(&result) => Vec::new(),
            (None, None) => return Err(refused(format!("Unknown return type: {}", result.class().name()))),
        };
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            let Some(node) = self.own(&item) else {
                let shown = String::from_utf8_lossy(&text::repr_of(vm, &item)?).into_owned();
                return Err(refused(format!("This is not a supported node-set result: {shown}")));
            };
            nodes.push(node);
        }
        Ok(Value::Nodes(nodes))
    }

    /// The node of an element of this document, or of its copy.
    fn own(&self, object: &PyObject) -> Option<XNode> {
        let place = Element::of(object)?.place();
        let copy = self.copy.as_ref().is_some_and(|copy| Arc::ptr_eq(copy, &place.document));
        (copy || Arc::ptr_eq(&self.document, &place.document)).then_some(XNode::Node(place.node))
    }
}

impl Environment for Call<'_> {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        self.namespaces.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn call(&self, called: Called, arguments: &[Value], tree: &Tree) -> Option<Result<Value, XPathError>> {
        let Called { uri, name, node } = called;
        let evaluator = Evaluator::new(tree, self);
        if uri != REGULAR_EXPRESSIONS || !matches!(name, "test" | "match" | "replace") {
            let function = self.registered(uri, name)?;
            if self.copy.is_none() {
                self.wants_copy.set(true);
                return Some(Err(XPathError::Extension));
            }
            return Some(self.extension(&function, node, arguments, &evaluator, tree).map_err(|error| {
                self.raised.replace(Some(error));
                XPathError::Extension
            }));
        }
        let texts: Vec<String> = arguments.iter().map(|value| evaluator.string(value)).collect();
        Some(self.regular_expression(name, &texts).map_err(|error| {
            self.raised.replace(Some(error));
            XPathError::Extension
        }))
    }
}

/// A Python value as the value of an XPath variable.
fn variable(vm: &VirtualMachine, place: &Place, value: &PyObject) -> PyResult<Value> {
    if value.is(&vm.ctx.true_value) || value.is(&vm.ctx.false_value) {
        return Ok(Value::Boolean(value.is(&vm.ctx.true_value)));
    }
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        return Ok(Value::Number(float.to_f64()));
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return Ok(Value::Number(int.as_bigint().to_string().parse().unwrap_or(f64::NAN)));
    }
    if text::is_basestring(value) {
        return xml_text(vm, value).map(Value::Text);
    }
    let own = |object: &PyObject| {
        let other = Element::of(object)?.place();
        Arc::ptr_eq(&other.document, &place.document).then_some(XNode::Node(other.node))
    };
    if let Some(node) = own(value) {
        return Ok(Value::Nodes(vec![node]));
    }
    if let Some(list) = value.downcast_ref::<PyList>() {
        return Ok(Value::Nodes(list.borrow_vec().iter().filter_map(|item| own(item)).collect()));
    }
    Err(type_error(vm, "Unknown variable type"))
}

/// `element.xpath(path, namespaces=None, extensions=None, smart_strings=True, **variables)`.
pub fn xpath(vm: &VirtualMachine, place: Place, args: FuncArgs) -> PyResult {
    let FuncArgs { args: positional, kwargs } = args;
    let [path] = positional.as_slice() else {
        let count = positional.len();
        return Err(vm.new_type_error(format!("xpath() takes exactly 1 positional argument ({count} given)")));
    };
    let path = xml_text(vm, path)?;
    let mut call = Call::new(vm, &place);
    let mut smart_strings = true;
    for (keyword, value) in kwargs {
        match keyword.to_string().as_str() {
            "namespaces" => {
                let Some(value) = given(vm, Some(value)) else { continue };
                for (prefix, uri) in pairs(vm, &value)? {
                    let prefix = if vm.is_none(&prefix) { String::new() } else { xml_text(vm, &prefix)? };
                    if prefix.is_empty() {
                        return Err(type_error(vm, "empty namespace prefix is not supported in XPath"));
                    }
                    call.namespaces.push((prefix, xml_text(vm, &uri)?));
                }
            }
            "extensions" => {
                let Some(value) = given(vm, Some(value)) else { continue };
                match value.downcast_ref::<PyDict>() {
                    Some(_) => call.extensions.push(value),
                    None => call.extensions.extend(vm.extract_elements_with(&value, Ok)?),
                }
            }
            "smart_strings" => smart_strings = value.try_to_bool(vm)?,
            name => {
                let value = variable(vm, &place, &value)?;
                call.variables.push((name.to_owned(), value));
            }
        }
    }
    call.namespaces.extend(FUNCTION_PREFIXES.lock().iter().cloned());
    evaluate(vm, &place, &path, call, smart_strings)
}

/// What an expression finds, without the objects of it.
fn find(tree: &Tree, call: &Call, compiled: &XPath, from: NodeId) -> Result<Found, XPathError> {
    let evaluator = Evaluator::new(tree, call);
    Ok(match evaluator.evaluate(compiled, from)? {
        Value::Nodes(nodes) => Found::Nodes(nodes.iter().map(|node| item(&evaluator, tree, *node)).collect()),
        other => Found::Value(other),
    })
}

fn evaluate(vm: &VirtualMachine, place: &Place, path: &str, mut call: Call, smart_strings: bool) -> PyResult {
    let compiled = XPath::new(path).map_err(|error| raise(vm, &error))?;
    let mut found = place.document.read(|tree| find(tree, &call, &compiled, place.node));
    if call.wants_copy.get() {
        // Functions of the plug-in's run: nothing may be locked, and they see a document of their own.
        let tree = place.document.read(Tree::clone);
        call.copy = Some(Document::new(tree.clone()));
        found = find(&tree, &call, &compiled, place.node);
    }
    let found = found.map_err(|error| call.raised.take().unwrap_or_else(|| raise(vm, &error)))?;
    Ok(match found {
        Found::Nodes(items) => {
            let mut objects = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Item::Nothing => {}
                    Item::Node(node) => objects.push(place.document.object(vm, node)),
                    Item::Text(text, origin) => objects.push(if smart_strings {
                        smart::string(vm, &text, &place.document, origin)
                    } else {
                        text::native(vm, &text)
                    }),
                    Item::Namespace(prefix, uri) => {
                        let prefix = if prefix.is_empty() { vm.ctx.none() } else { text::native(vm, &prefix) };
                        objects.push(vm.ctx.new_tuple(vec![prefix, text::native(vm, &uri)]).into());
                    }
                }
            }
            vm.ctx.new_list(objects).into()
        }
        Found::Value(Value::Number(number)) => vm.ctx.new_float(number).into(),
        Found::Value(Value::Boolean(truth)) => vm.ctx.new_bool(truth).into(),
        Found::Value(Value::Text(text)) if smart_strings => {
            smart::string(vm, &text, &place.document, Origin::default())
        }
        Found::Value(Value::Text(text)) => text::native(vm, &text),
        Found::Value(Value::Made(texts)) => {
            let objects = texts.iter().map(|text| made_element(vm, text)).collect();
            vm.ctx.new_list(objects).into()
        }
        Found::Value(Value::Nodes(_)) => vm.ctx.new_list(Vec::new()).into(),
    })
}

enum Found {
    Nodes(Vec<Item>),
    Value(Value),
}

enum Item {
    Nothing,
    Node(NodeId),
    Text(String, Origin),
    Namespace(String, String),
}

fn item(evaluator: &Evaluator, tree: &Tree, node: XNode) -> Item {
    match node {
        XNode::Node(id) => match tree.kind(id) {
            Kind::Root => Item::Nothing,
            Kind::Text => {
                let before = tree.prev(id);
                let origin = match before {
                    Some(before) => Origin::tail(before),
                    None => Origin::text(tree.node(id).parent),
                };
                Item::Text(tree.text(id).to_owned(), origin)
            }
            _ => Item::Node(id),
        },
        XNode::Attr(id, attr) => {
            let name = tree.attr(attr).map(|a| tree.expanded_name(a.name)).unwrap_or_default();
            Item::Text(evaluator.text(node).into_owned(), Origin::attribute(id, name))
        }
        XNode::Namespace(id, number) => {
            let (prefix, uri) = evaluator.namespace(id, number);
            Item::Namespace(prefix.to_owned(), uri.to_owned())
        }
    }
}

/// The element that stands for a match of a regular expression.
fn made_element(vm: &VirtualMachine, content: &str) -> PyObjectRef {
    let mut tree = Tree::new(Flavour::Xml);
    let local = tree.atom("match");
    let node = tree.create_element(Name { local, ..Name::default() }, 0);
    tree.link_last(ROOT, node);
    tree.append_text(node, content);
    Document::new(tree).object(vm, node)
}

/// `element.cssselect(selector, translator)`.
pub fn cssselect(vm: &VirtualMachine, place: Place, args: FuncArgs) -> PyResult {
    static CALL: Parameters = Parameters { function: "cssselect", names: &["expr", "translator"], required: 1 };
    let values = CALL.bind(vm, args)?;
    let given = |at: usize| values.get(at).cloned().flatten();
    let selector = xml_text(vm, &given(0).unwrap_or_else(|| vm.ctx.none()))?;
    let is_html = match given(1) {
        Some(translator) => xml_text(vm, &translator)?.ends_with("html"),
        None => place.document.read(|tree| tree.flavour == Flavour::Html),
    };
    let path = super::selector_path(vm, &selector, if is_html { Dialect::Html } else { Dialect::Xml })?;
    let call = Call::new(vm, &place);
    evaluate(vm, &place, &path, call, false)
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    const FUNCTIONS: &str = "from lxml import etree\n\
        ns = etree.FunctionNamespace(None)\n\
        root = etree.fromstring('<r><a n=\"1\">x</a><a n=\"2\">y</a></r>')\n\
        def names(context, nodes):\n    return ','.join([node.tag + node.get('n') for node in nodes])\n\
        def second(context, nodes):\n    return nodes[1]\n\
        def again(context, nodes):\n    return len(root.xpath('names(//a)'))\n\
        def change(context, nodes):\n    nodes[0].set('n', '9')\n    return nodes\n\
        ns['names'] = names\nns['second'] = second\nns['again'] = again\nns['change'] = change\n\
        result = ' '.join([root.xpath('names(//a)'), str(root.xpath('second(//a)')[0] is root[1]),\n\
        \x20   str(root.xpath('again(//a)')), str(len(root.xpath('change(//a)'))), str(root.xpath('//a[names(.) = \"a2\"]')[0].text)])\n";

    #[test]
    fn extension_functions_get_elements() {
        assert_eq!(result_of(ELEVATED, FUNCTIONS, "compatible").unwrap(), "a1,a2 True 5.0 2 y");
    }
}
