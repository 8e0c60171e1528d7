//! The module `_lxml`: what `lxml.etree` and its relatives (embedded Python 2) do over the framework's element trees.

pub mod errors;
mod recover;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::class::StaticType;
use rustpython_vm::{FromArgs, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use crate::elements::canonical;
use crate::elements::css::{self, Dialect};
use crate::elements::document::Document;
use crate::elements::element::{Comment, Element, HtmlElement, Instruction, Place, new_element, prepare_types};
use crate::elements::element_tree::ElementTree;
use crate::elements::encoding::{decode_document, encode_with_references, encoding_for, html_charset};
use crate::elements::html_element::parse_fragment;
use crate::elements::html_parser::parse_html;
use crate::elements::smart::{SmartStr, SmartUnicode};
use crate::elements::tree::{Flavour, Kind, NodeId, ROOT, Tree};
use crate::elements::values::{class_name, pairs, type_error, value_error, xml_text};
use crate::elements::writer::{Method, Options, write};
use crate::elements::xml_parser::{XmlError, XmlOptions, parse_xml};
use crate::elements::xpath_call::set_function_prefix;
use crate::libraries;
use crate::sax::declared_encoding;

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    prepare_types(vm);
    let mut parts: Vec<(&'static str, PyObjectRef)> = vec![
        ("_Element", Element::static_type().to_owned().into()),
        ("HtmlElement", HtmlElement::static_type().to_owned().into()),
        ("_Comment", Comment::static_type().to_owned().into()),
        ("_ProcessingInstruction", Instruction::static_type().to_owned().into()),
        ("_ElementTree", ElementTree::static_type().to_owned().into()),
        ("_ElementStringResult", SmartStr::static_type().to_owned().into()),
        ("_ElementUnicodeResult", SmartUnicode::static_type().to_owned().into()),
        ("SelectorError", css::error_classes(vm).selector.clone().into()),
        ("SelectorSyntaxError", css::error_classes(vm).syntax.clone().into()),
        ("ExpressionError", css::error_classes(vm).expression.clone().into()),
        ("xml", vm.new_function("xml", xml).into()),
        ("html", vm.new_function("html", html).into()),
        ("fragment", vm.new_function("fragment", fragment).into()),
        ("element", vm.new_function("element", element).into()),
        ("tree", vm.new_function("tree", tree).into()),
        ("tostring", vm.new_function("tostring", tostring).into()),
        ("canonical", vm.new_function("canonical", canonical).into()),
        ("function_prefix", vm.new_function("function_prefix", function_prefix).into()),
        ("strip", vm.new_function("strip", strip).into()),
        ("to_xpath", vm.new_function("to_xpath", to_xpath).into()),
    ];
    parts.extend(errors::all(vm));
    libraries::make_module(vm, "_lxml", parts)
}

fn lookup_error(vm: &VirtualMachine, encoding: &str) -> PyBaseExceptionRef {
    let class = vm.ctx.exceptions.lookup_error.to_owned();
    let message = text::new_unicode(vm, &format!("unknown encoding: '{encoding}'"));
    vm.invoke_exception(&class, vec![message]).unwrap_or_else(|error| error)
}

/// The text of a document. `encoding` is the parser's, if it has one.
fn source(vm: &VirtualMachine, data: &PyObject, encoding: Option<String>, html: bool) -> PyResult<String> {
    if text::is_unicode(data) {
        let source = text::text_of(vm, data)?.unwrap_or_default();
        let declared = source.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
        if declared.is_some_and(|(declaration, _)| declaration.contains("encoding")) {
            let message = "Unicode strings with encoding declaration are not supported. Please use bytes input or XML \
                           fragments without declaration.";
            return Err(value_error(vm, message));
        }
        return Ok(source);
    }
    let Some(bytes) = text::bytes_of(data) else {
        return Err(value_error(vm, "can only parse strings"));
    };
    if let Some(name) = encoding {
        let Some(encoding) = encoding_for(&name) else { return Err(lookup_error(vm, &name)) };
        return Ok(encoding.decode(&bytes).0.into_owned());
    }
    if !html {
        return Ok(decode_document(&bytes, false));
    }
    // Without a declaration, HTML is Latin-1.
    let declared = encoding_rs::Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let declared = declared.or_else(|| html_charset(&bytes));
    let declared = declared.or_else(|| encoding_for(&declared_encoding(&bytes)?));
    Ok(match declared {
        Some(encoding) => {
            // Half a unit at the end is no character.
            let is_wide = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
            let end = if is_wide { bytes.len() / 2 * 2 } else { bytes.len() };
            encoding.decode(bytes.get(..end).unwrap_or_default()).0.into_owned()
        }
        None => bytes.iter().copied().map(char::from).collect(),
    })
}

#[derive(FromArgs)]
struct XmlArgs {
    #[pyarg(positional)]
    data: PyObjectRef,
    #[pyarg(positional)]
    encoding: Option<PyObjectRef>,
    #[pyarg(positional)]
    recover: bool,
    #[pyarg(positional)]
    remove_blank_text: bool,
    #[pyarg(positional)]
    remove_comments: bool,
    #[pyarg(positional)]
    base_url: Option<PyObjectRef>,
    #[pyarg(positional, default = false)]
    remove_pis: bool,
    #[pyarg(positional, default = false)]
    keep_cdata: bool,
}

fn optional_text(vm: &VirtualMachine, value: Option<PyObjectRef>) -> PyResult<Option<String>> {
    value.filter(|value| !vm.is_none(value)).map_or(Ok(None), |value| text::text_of(vm, &value))
}

/// `xml(data, encoding, recover, remove_blank_text, remove_comments, base_url)` → the top element; None where recovery
/// finds none.
fn xml(args: XmlArgs, vm: &VirtualMachine) -> PyResult {
    let encoding = optional_text(vm, args.encoding)?;
    let base_url = optional_text(vm, args.base_url)?;
    let source = source(vm, &args.data, encoding, false)?;
    let options = XmlOptions {
        remove_blank_text: args.remove_blank_text,
        remove_comments: args.remove_comments,
        remove_instructions: args.remove_pis,
        keep_cdata: args.keep_cdata,
    };
    let parsed = vm.allow_threads(|| match parse_xml(&source, options) {
        Err(_) if args.recover => Ok(recover::parse(&source)),
        parsed => parsed,
    });
    let mut tree = parsed.map_err(|error| errors::syntax_error(vm, &error))?;
    tree.base_url = base_url;
    match tree.top_element(ROOT) {
        Some(top) => Ok(Document::new(tree).object(vm, top)),
        None if args.recover => Ok(vm.ctx.none()),
        None => {
            let error = XmlError { message: "Document is empty".to_owned(), line: 1, column: 1 };
            Err(errors::syntax_error(vm, &error))
        }
    }
}

/// `html(data, encoding, base_url)` → the `html` element; None where there is nothing.
fn html(data: PyObjectRef, encoding: PyObjectRef, base_url: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let encoding = optional_text(vm, Some(encoding))?;
    let base_url = optional_text(vm, Some(base_url))?;
    let source = source(vm, &data, encoding, true)?;
    let mut tree = vm.allow_threads(|| parse_html(&source));
    tree.base_url = base_url;
    Ok(match tree.top_element(ROOT) {
        Some(top) => Document::new(tree).object(vm, top),
        None => vm.ctx.none(),
    })
}

/// `fragment(data, encoding, base_url)` → what `lxml.html.fromstring` gives.
fn fragment(data: PyObjectRef, encoding: PyObjectRef, base_url: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let encoding = optional_text(vm, Some(encoding))?;
    let base_url = optional_text(vm, Some(base_url))?;
    let source = source(vm, &data, encoding, true)?;
    let (mut tree, node) = vm.allow_threads(|| parse_fragment(&source));
    tree.base_url = base_url;
    Ok(Document::new(tree).object(vm, node))
}

/// `element(tag, attributes, namespaces, html)` → a new element.
fn element(
    tag: PyObjectRef,
    attributes: PyObjectRef,
    namespaces: PyObjectRef,
    html: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let flavour = if html { Flavour::Html } else { Flavour::Xml };
    let tag = xml_text(vm, &tag)?;
    let mut place = new_element(vm, flavour, "x")?;
    let mut declared = Vec::new();
    if !vm.is_none(&namespaces) {
        for (prefix, uri) in pairs(vm, &namespaces)? {
            let prefix = if vm.is_none(&prefix) { String::new() } else { xml_text(vm, &prefix)? };
            declared.push((prefix, xml_text(vm, &uri)?));
        }
    }
    if declared.is_empty() {
        place = new_element(vm, flavour, &tag)?;
    } else {
        place.document.write(|tree| {
            for (prefix, uri) in &declared {
                let (prefix, uri) = (tree.atom(prefix), tree.atom(uri));
                tree.declare(place.node, prefix, uri);
            }
        });
    }
    let object = place.document.object(vm, place.node);
    if !declared.is_empty() {
        object.set_attr("tag", text::native(vm, &tag), vm)?;
    }
    if let Some(element) = object.downcast_ref::<Element>() {
        for (key, value) in pairs(vm, &attributes)? {
            Element::set(element, key, value, vm)?;
        }
    }
    Ok(object)
}

/// `tree(element)` → a document object whose root is the element.
fn tree(element: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let top = Element::argument(vm, &element, "element")?;
    Ok(ElementTree { top }.into_pyobject(vm))
}

/// The place that an element or a document stands for; whether it is a document.
fn written(vm: &VirtualMachine, value: &PyObject) -> PyResult<(Place, bool)> {
    if let Some(tree) = value.downcast_ref::<ElementTree>() {
        return Ok((tree.top.clone(), true));
    }
    match Element::of(value) {
        Some(element) => Ok((element.place(), false)),
        None => {
            let class = class_name(vm, value);
            Err(type_error(vm, &format!("Type '{class}' cannot be serialized.")))
        }
    }
}

#[derive(FromArgs)]
struct WriteArgs {
    #[pyarg(positional)]
    element: PyObjectRef,
    /// None for ASCII, `unicode` for text.
    #[pyarg(positional)]
    encoding: PyObjectRef,
    #[pyarg(positional)]
    method: PyObjectRef,
    /// None where it depends on the encoding.
    #[pyarg(positional)]
    declaration: PyObjectRef,
    #[pyarg(positional)]
    pretty: bool,
    #[pyarg(positional)]
    with_tail: bool,
    #[pyarg(positional)]
    standalone: PyObjectRef,
    #[pyarg(positional)]
    doctype: PyObjectRef,
}

/// `tostring(element, encoding, method, declaration, pretty, with_tail, standalone, doctype)`.
fn tostring(args: WriteArgs, vm: &VirtualMachine) -> PyResult {
    let (place, whole) = written(vm, &args.element)?;
    let encoding = optional_text(vm, Some(args.encoding))?;
    let method_name = optional_text(vm, Some(args.method))?.unwrap_or_else(|| "xml".to_owned());
    let method = match method_name.as_str() {
        "xml" => Method::Xml,
        "html" => Method::Html,
        "text" => Method::Text,
        other => return Err(value_error(vm, &format!("unknown output method '{other}'"))),
    };
    let options = Options { method, pretty: args.pretty, tail: args.with_tail && !whole };
    let mut body = String::new();
    if let Some(doctype) = optional_text(vm, Some(args.doctype))? {
        body.push_str(&doctype);
        body.push('\n');
    }
    place.document.read(|tree| {
        // Of a whole document, comments and instructions around its top element are written too.
        let around = |tree: &Tree, forward: bool| -> Vec<NodeId> {
            let mut found = Vec::new();
            let mut at = if forward { tree.next(place.node) } else { tree.prev(place.node) };
            while let Some(node) = at {
                if matches!(tree.kind(node), Kind::Comment | Kind::Instruction) {
                    found.push(node);
                }
                at = if forward { tree.next(node) } else { tree.prev(node) };
            }
            if !forward {
                found.reverse();
            }
            found
        };
        let plain = Options { pretty: false, tail: false, ..options };
        let end = if args.pretty { "\n" } else { "" };
        if whole && method != Method::Text {
            if body.is_empty()
                && let Some(doctype) = tree.doctype_text()
            {
                body.push_str(&doctype);
                body.push('\n');
            }
            for node in around(tree, false) {
                body.push_str(&write(tree, node, plain));
                body.push_str(end);
            }
        }
        body.push_str(&write(tree, place.node, options));
        if whole && method != Method::Text {
            for node in around(tree, true) {
                body.push_str(&write(tree, node, plain));
                body.push_str(end);
            }
        }
    });
    let declaration = if vm.is_none(&args.declaration) { None } else { Some(args.declaration.try_to_bool(vm)?) };
    let name = encoding.as_deref().unwrap_or("ASCII");
    if name == "unicode" {
        if declaration == Some(true) {
            return Err(value_error(vm, "Serialisation to unicode must not request an XML declaration"));
        }
        return Ok(text::new_unicode(vm, &body));
    }
    let usual = ["ASCII", "US-ASCII", "UTF8", "UTF-8"].iter().any(|known| known.eq_ignore_ascii_case(name));
    let standalone = if vm.is_none(&args.standalone) { None } else { Some(args.standalone.try_to_bool(vm)?) };
    if method == Method::Xml && (declaration.unwrap_or(!usual) || standalone.is_some()) {
        let standalone = match standalone {
            Some(true) => " standalone='yes'",
            Some(false) => " standalone='no'",
            None => "",
        };
        body.insert_str(0, &format!("<?xml version='1.0' encoding='{name}'{standalone}?>\n"));
    }
    if method == Method::Text && !body.is_ascii() && matches!(name, "ASCII" | "US-ASCII" | "ascii" | "us-ascii") {
        // There are no references in plain text.
        let ascii = text::new_unicode(vm, &body);
        return vm.call_method(&ascii, "encode", (text::native(vm, "ascii"),));
    }
    match encode_with_references(&body, name) {
        Some(bytes) => Ok(text::new_str(vm, &bytes)),
        None => Err(lookup_error(vm, name)),
    }
}

/// `canonical(element_or_tree, comments, exclusive, inclusive_prefixes, strip_text)` → canonical XML, unicode.
fn canonical(
    element: PyObjectRef,
    comments: bool,
    exclusive: bool,
    prefixes: PyObjectRef,
    strip_text: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let (place, whole) = written(vm, &element)?;
    let inclusive_prefixes = match vm.is_none(&prefixes) {
        true => Vec::new(),
        false => vm.extract_elements_with(&prefixes, |prefix| xml_text(vm, &prefix))?,
    };
    let options = canonical::Options { comments, exclusive, inclusive_prefixes, strip_text };
    let text = place.document.read(|tree| canonical::write(tree, place.node, whole, &options));
    Ok(text::new_unicode(vm, &text))
}

/// `function_prefix(prefix, uri)`: a prefix that holds in every expression.
fn function_prefix(prefix: PyObjectRef, uri: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let prefix = optional_text(vm, Some(prefix))?.unwrap_or_default();
    set_function_prefix(&prefix, &xml_text(vm, &uri)?);
    Ok(())
}

/// `strip(element, tags, content, tail)`: takes elements of some names out from below an element; with `content` all
/// that is in them, with `tail` the text behind them too.
fn strip(element: PyObjectRef, tags: PyObjectRef, content: bool, tail: bool, vm: &VirtualMachine) -> PyResult<()> {
    let (place, _) = written(vm, &element)?;
    let tags = vm.extract_elements_with(&tags, Ok)?;
    let Some(tests) = crate::elements::walking::name_tests(vm, &tags)? else { return Ok(()) };
    place.document.write(|tree| {
        let found: Vec<NodeId> = tree
            .descendants_or_self(place.node)
            .skip(1)
            .filter(|node| tests.iter().any(|test| test.passes(tree, *node)))
            .collect();
        for node in found {
            let Some(parent) = tree.parent(node) else { continue };
            if content {
                if tail {
                    for text in tree.tail_nodes(node) {
                        tree.unlink(text);
                    }
                }
            } else {
                let children: Vec<NodeId> = tree.children(node).collect();
                for child in children {
                    tree.unlink(child);
                    tree.link_before(parent, child, Some(node));
                }
            }
            tree.unlink(node);
            let root = tree.create(Kind::Root);
            tree.link_last(root, node);
        }
    });
    Ok(())
}

/// `to_xpath(selector, translator)` → the XPath of a CSS selector.
fn to_xpath(selector: PyObjectRef, translator: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let selector = xml_text(vm, &selector)?;
    let is_html = xml_text(vm, &translator)?.ends_with("html");
    let dialect = if is_html { Dialect::Html } else { Dialect::Xml };
    crate::elements::selector_path(vm, &selector, dialect).map(|path| text::native(vm, &path))
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    fn result(code: &str) -> String {
        result_of(ELEVATED, &format!("from lxml import etree\n{code}\n"), "compatible").unwrap()
    }

    #[test]
    fn sections_events_and_targets() {
        let code = "a = etree.Element('a')\na.text = etree.CDATA('<x>')\nb = etree.SubElement(a, 'b')\nb.tail = etree.CDATA('t')\n\
                    result = etree.tostring(a)";
        assert_eq!(result(code), "<a><![CDATA[<x>]]><b/><![CDATA[t]]></a>");
        let code = "r = etree.fromstring('<r><a/>t<!--c--></r>')\n\
                    result = ' '.join([e + ':' + (n.text or '') for e, n in etree.iterwalk(r, events=('start', 'end', 'comment'))])";
        assert_eq!(result(code), "start: start: end: comment:c end:");
        let code = "class T(object):\n    def __init__(self):\n        self.l = []\n    def start(self, t, a):\n        self.l.append('+' + t)\n    \
                    def end(self, t):\n        self.l.append('-' + t)\n    def close(self):\n        return ''.join(self.l)\n\
                    result = etree.fromstring('<a><b/></a>', etree.XMLParser(target=T()))";
        assert_eq!(result(code), "+a+b-b-a");
        let code = "p = etree.XMLParser()\ntry:\n    etree.fromstring('<a><b></a>', p)\nexcept etree.XMLSyntaxError, e:\n    \
                    result = repr(p.error_log) + ' %d' % e.code";
        assert_eq!(
            result(code),
            "<string>:1:11:FATAL:PARSER:ERR_TAG_NAME_MISMATCH: Opening and ending tag mismatch: b line 1 and a 76"
        );
    }

    #[test]
    fn extensions_get_the_node_at_which_they_are_called() {
        let code = "r = etree.fromstring('<r><a n=\"1\"/><a n=\"2\"/></r>')\n\
                    f = {(None, 'number-here'): lambda c: c.context_node.get('n')}\n\
                    result = r.xpath('string(//a[number-here() = \"2\"]/@n)', extensions=f)";
        assert_eq!(result(code), "2");
    }
}
