//! The module `BeautifulSoup` (version 3.2.1): messy pages as a tree of tags and strings that are searched, changed and
//! written again.
//!
//! Tags and strings are Python objects of classes that programs derive from; their methods are native ([`tag`],
//! [`element`], [`strings`]), and so is the parser ([`parser`]), which stands on `sgmllib`'s. One file a class:
//! [`strainer`] is what is looked for, [`dammit`] finds encodings out.

mod dammit;
mod element;
mod entities;
mod objects;
mod parser;
mod strainer;
mod strings;
mod tag;
mod tag_text;

use std::sync::Arc;

use reprise_vm_glue::import;
use reprise_vm_glue::modules::python_function::{Class, Function, Home};
use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use self::objects::Scope;

/// A line of a table of tags: the name, and the tags that a nesting of it begins anew in.
type Nesting = (&'static str, &'static [&'static str]);

const SELF_CLOSING: &[&str] = &["br", "hr", "input", "img", "meta", "spacer", "link", "frame", "base", "col"];
const INLINE: &[&str] = &["span", "font", "q", "object", "bdo", "sub", "sup", "center"];
const BLOCK: &[&str] = &["blockquote", "div", "fieldset", "ins", "del"];
const NOT_NESTABLE: &[&str] = &["address", "form", "p", "pre"];
const LISTS: &[Nesting] =
    &[("ol", &[]), ("ul", &[]), ("li", &["ul", "ol"]), ("dl", &[]), ("dd", &["dl"]), ("dt", &["dl"])];
const TABLES: &[Nesting] = &[
    ("table", &[]),
    ("tr", &["table", "tbody", "tfoot", "thead"]),
    ("td", &["tr"]),
    ("th", &["tr"]),
    ("thead", &["table"]),
    ("tbody", &["table"]),
    ("tfoot", &["table"]),
];
const NESTABLE_TOO: &[&str] = &[
    "em", "big", "i", "small", "tt", "abbr", "acronym", "strong", "cite", "code", "dfn", "kbd", "samp", "strong",
    "var", "b", "big",
];

/// Sequences of names, and tables of nestings, as Python has them.
struct Tables<'a>(&'a VirtualMachine);

impl Tables<'_> {
    fn tuple(&self, names: &[&str]) -> PyObjectRef {
        self.0.ctx.new_tuple(names.iter().map(|name| self.0.ctx.new_str(*name).into()).collect()).into()
    }

    fn list(&self, names: &[&str]) -> PyObjectRef {
        self.0.ctx.new_list(names.iter().map(|name| self.0.ctx.new_str(*name).into()).collect()).into()
    }

    fn nestings(&self, tables: &[&[Nesting]], names: &[&[&str]], value: Option<&[&str]>) -> PyResult {
        let dict = self.0.ctx.new_dict();
        for name in names.iter().copied().flatten() {
            let value = value.map_or_else(|| self.0.ctx.none(), |value| self.list(value));
            dict.set_item(*name, value, self.0)?;
        }
        for (name, inside) in tables.iter().copied().flatten() {
            dict.set_item(*name, self.list(inside), self.0)?;
        }
        Ok(dict.into())
    }
}

struct Maker<'a> {
    vm: &'a VirtualMachine,
    module: &'a PyRef<PyModule>,
    home: Arc<Home>,
}

impl Maker<'_> {
    fn set(&self, name: &'static str, value: PyObjectRef) -> PyResult<()> {
        self.module.as_object().set_attr(name, value, self.vm)
    }

    fn class(
        &self,
        name: &'static str,
        bases: Vec<PyObjectRef>,
        functions: &'static [Function],
        values: Vec<(&'static str, PyObjectRef)>,
        doc: &str,
    ) -> PyResult {
        let new_style = !bases.is_empty();
        let class = Class { name, module: "BeautifulSoup", bases, functions, values, doc: Some(doc) };
        let made = class.make(&self.home, new_style, self.vm)?;
        self.set(name, made.clone())?;
        Ok(made)
    }
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let make = Maker { vm, module, home: home.clone() };
    let tables = Tables(vm);
    let str = |text: &str| -> PyObjectRef { vm.ctx.new_str(text).into() };
    let types = &vm.ctx.types;
    let object: PyObjectRef = types.object_type.to_owned().into();
    let element =
        make.class("PageElement", vec![object], element::PAGE_ELEMENT, Vec::new(), "Anything in the tree.")?;
    let unicode: PyObjectRef = reprise_vm_glue::runtime::text::unicode_type(vm).to_owned().into();
    let new = vm.new_function("__new__", {
        let home = home.clone();
        move |args: FuncArgs, vm: &VirtualMachine| strings::new(&home, args, vm)
    });
    let new = types.staticmethod_type.to_owned().as_object().call((new,), vm)?;
    let string = make.class(
        "NavigableString",
        vec![unicode, element.clone()],
        strings::NAVIGABLE_STRING,
        vec![("__new__", new)],
        "A string in the tree.",
    )?;
    for (name, functions, doc) in [
        ("CData", strings::CDATA, "A section of characters."),
        ("ProcessingInstruction", strings::PROCESSING_INSTRUCTION, "An instruction."),
        ("Comment", strings::COMMENT, "A comment."),
        ("Declaration", strings::DECLARATION, "A declaration."),
    ] {
        make.class(name, vec![string.clone()], functions, Vec::new(), doc)?;
    }
    let tag = make.class("Tag", vec![element], tag::TAG, Vec::new(), "A tag with its attributes and contents.")?;
    let scope = Scope::new(&home, vm);
    tag::properties(&scope, &tag)?;
    let list: PyObjectRef = types.list_type.to_owned().into();
    make.class("ResultSet", vec![list], strainer::RESULT_SET, Vec::new(), "What a search found.")?;
    make.class("SoupStrainer", Vec::new(), strainer::SOUP_STRAINER, Vec::new(), "What a search looks for.")?;
    let exception: PyObjectRef = vm.ctx.exceptions.exception_type.to_owned().into();
    make.class("StopParsing", vec![exception], &[], Vec::new(), "The page was read anew.")?;
    make.class("UnicodeDammit", Vec::new(), dammit::UNICODE_DAMMIT, Vec::new(), "Finds an encoding out.")?;
    let sgmllib = import::module(vm, "sgmllib")?;
    let markupbase = import::module(vm, "markupbase")?;
    let re = import::module(vm, "re")?;
    let compile = |pattern: &str, flags: &str| -> PyResult {
        let flags =
            if flags.is_empty() { vm.ctx.new_int(0).into() } else { re.get_attr(vm.ctx.intern_str(flags), vm)? };
        vm.call_method(&re, "compile", (vm.ctx.new_str(pattern), flags))
    };
    // Names may have prefixes: this module changes those it stands on, as it always did.
    sgmllib.set_attr("tagfind", compile("[a-zA-Z][-_.:a-zA-Z0-9]*", "")?, vm)?;
    let name = compile(r"[a-zA-Z][-_.:a-zA-Z0-9]*\s*", "")?;
    markupbase.set_attr("_declname_match", name.get_attr("match", vm)?, vm)?;
    let massage = vm.ctx.new_list(vec![
        massage(vm, compile("(<[^<>]*)/>", "")?, "", " />"),
        massage(vm, compile(r"<!\s+([^<>]*)>", "")?, "<!", ">"),
    ]);
    module.dict().set_item("_massage", massage.clone().into(), vm)?;
    let empty = || -> PyObjectRef { vm.ctx.new_dict().into() };
    let stone = make.class(
        "BeautifulStoneSoup",
        vec![tag, sgmllib.get_attr("SGMLParser", vm)?],
        parser::STONE_SOUP,
        vec![
            ("SELF_CLOSING_TAGS", empty()),
            ("NESTABLE_TAGS", empty()),
            ("RESET_NESTING_TAGS", empty()),
            ("QUOTE_TAGS", empty()),
            ("PRESERVE_WHITESPACE_TAGS", vm.ctx.new_list(Vec::new()).into()),
            ("MARKUP_MASSAGE", massage.into()),
            ("ROOT_TAG_NAME", scope.unicode("[document]")),
            ("HTML_ENTITIES", str("html")),
            ("XML_ENTITIES", str("xml")),
            ("XHTML_ENTITIES", str("xhtml")),
            ("ALL_ENTITIES", str("xhtml")),
        ],
        "Any markup as a tree. Which tags may nest, and which have no end, its tables say.",
    )?;
    let html = make.class(
        "BeautifulSoup",
        vec![stone.clone()],
        parser::SOUP,
        vec![
            ("SELF_CLOSING_TAGS", tables.nestings(&[], &[SELF_CLOSING], None)?),
            ("PRESERVE_WHITESPACE_TAGS", set_of(vm, &["pre", "textarea"])?),
            ("QUOTE_TAGS", tables.nestings(&[], &[&["script", "textarea"]], None)?),
            ("NESTABLE_INLINE_TAGS", tables.tuple(INLINE)),
            ("NESTABLE_BLOCK_TAGS", tables.tuple(BLOCK)),
            ("NESTABLE_LIST_TAGS", tables.nestings(&[LISTS], &[], None)?),
            ("NESTABLE_TABLE_TAGS", tables.nestings(&[TABLES], &[], None)?),
            ("NON_NESTABLE_BLOCK_TAGS", tables.tuple(NOT_NESTABLE)),
            ("RESET_NESTING_TAGS", tables.nestings(&[LISTS, TABLES], &[BLOCK, &["noscript"], NOT_NESTABLE], None)?),
            ("NESTABLE_TAGS", tables.nestings(&[LISTS, TABLES], &[INLINE, BLOCK], Some(&[]))?),
            ("CHARSET_RE", compile(r"((^|;)\s*charset=)([^;]*)", "M")?),
        ],
        "HTML as a tree.",
    )?;
    let generous = make.class(
        "ICantBelieveItsBeautifulSoup",
        vec![html.clone()],
        &[],
        vec![
            ("I_CANT_BELIEVE_THEYRE_NESTABLE_INLINE_TAGS", tables.tuple(NESTABLE_TOO)),
            ("I_CANT_BELIEVE_THEYRE_NESTABLE_BLOCK_TAGS", tables.tuple(&["noscript"])),
            (
                "NESTABLE_TAGS",
                tables.nestings(&[LISTS, TABLES], &[INLINE, BLOCK, NESTABLE_TOO, &["noscript"]], Some(&[]))?,
            ),
        ],
        "HTML in which more tags nest in their own kind.",
    )?;
    let minimal = make.class(
        "MinimalSoup",
        vec![html.clone()],
        &[],
        vec![("RESET_NESTING_TAGS", empty()), ("NESTABLE_TAGS", empty())],
        "HTML without any idea of which tags nest.",
    )?;
    let soap = make.class(
        "BeautifulSOAP",
        vec![stone.clone()],
        parser::SOAP,
        Vec::new(),
        "Tags with one string are attributes, too.",
    )?;
    for (name, base) in [
        ("RobustXMLParser", stone),
        ("RobustHTMLParser", html),
        ("RobustWackAssHTMLParser", generous),
        ("RobustInsanelyWackAssHTMLParser", minimal),
        ("SimplifyingSOAPParser", soap),
    ] {
        make.class(name, vec![base], &[], Vec::new(), "An older name.")?;
    }
    for (name, text) in [("__version__", "3.2.1"), ("DEFAULT_OUTPUT_ENCODING", objects::DEFAULT_OUTPUT_ENCODING)] {
        make.set(name, str(text))?;
    }
    make.set("SGMLParseError", sgmllib.get_attr("SGMLParseError", vm)?)?;
    make.set("SGMLParser", sgmllib.get_attr("SGMLParser", vm)?)?;
    make.set("name2codepoint", import::module(vm, "htmlentitydefs")?.get_attr("name2codepoint", vm)?)?;
    make.set("chardet", vm.ctx.none())?;
    for (name, value) in [("sgmllib", sgmllib), ("markupbase", markupbase), ("re", re)] {
        make.set(name, value)?;
    }
    make.set("buildTagMap", vm.new_function("buildTagMap", build_tag_map).into())
}

fn set_of(vm: &VirtualMachine, names: &[&str]) -> PyResult {
    vm.ctx.types.set_type.to_owned().as_object().call((Tables(vm).tuple(names),), vm)
}

/// A line of `MARKUP_MASSAGE`: an expression, and a function that puts its group between two texts.
fn massage(vm: &VirtualMachine, pattern: PyObjectRef, before: &'static str, after: &'static str) -> PyObjectRef {
    let function = vm.new_function("<lambda>", move |found: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let group = vm.call_method(&found, "group", (1,))?;
        let text = vm._add(vm.ctx.new_str(before).as_object(), &group)?;
        vm._add(&text, vm.ctx.new_str(after).as_object())
    });
    vm.ctx.new_tuple(vec![pattern, function.into()]).into()
}

/// `buildTagMap(default, *args)`: names, sequences of names and tables of names as one table.
fn build_tag_map(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut values = args.args.into_iter();
    let default = values.next().unwrap_or_else(|| vm.ctx.none());
    let built = vm.ctx.new_dict();
    for portion in values {
        if vm.get_attribute_opt(&portion, "items")?.is_some() {
            vm.call_method(built.as_object(), "update", (portion,))?;
        } else if vm.get_attribute_opt(&portion, "__iter__")?.is_some()
            && !reprise_vm_glue::runtime::text::is_basestring(&portion)
        {
            for name in vm.extract_elements_with(&portion, Ok)? {
                built.set_item(&*name, default.clone(), vm)?;
            }
        } else {
            built.set_item(&*portion, default.clone(), vm)?;
        }
    }
    Ok(built.into())
}

/// Makes the module `BeautifulSoup`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = reprise_vm_glue::modules::new(vm, "BeautifulSoup");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
