//! The attributes of tags and strings, which are those of Python objects, and where the classes are found.

use reprise_vm_glue::modules::python_function::Home;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyBaseObject, PyList, PyStrInterned, PyType, PyTypeRef};
use rustpython_vm::common::wtf8::Wtf8Buf;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

reprise_vm_glue::interned_names! {
    parent = "parent",
    next = "next",
    previous = "previous",
    next_sibling = "nextSibling",
    previous_sibling = "previousSibling",
    contents = "contents",
    name = "name",
    attrs = "attrs",
    attr_map = "attrMap",
    text = "text",
    source = "source",
    hidden = "hidden",
    contains_substitutions = "containsSubstitutions",
    is_self_closing = "isSelfClosing",
    parser_class = "parserClass",
    convert_html = "convertHTMLEntities",
    convert_xml = "convertXMLEntities",
    escape_unrecognized = "escapeUnrecognizedEntities",
    convert_entities = "convertEntities",
    current_data = "currentData",
    current_tag = "currentTag",
    tag_stack = "tagStack",
    quote_stack = "quoteStack",
    parse_only_these = "parseOnlyThese",
    from_encoding = "fromEncoding",
    smart_quotes_to = "smartQuotesTo",
    instance_self_closing = "instanceSelfClosingTags",
    self_closing_tags = "SELF_CLOSING_TAGS",
    nestable_tags = "NESTABLE_TAGS",
    reset_nesting_tags = "RESET_NESTING_TAGS",
    quote_tags = "QUOTE_TAGS",
    preserve_whitespace_tags = "PRESERVE_WHITESPACE_TAGS",
    root_tag_name = "ROOT_TAG_NAME",
    markup = "markup",
    markup_massage = "markupMassage",
    original_encoding = "originalEncoding",
    declared_html_encoding = "declaredHTMLEncoding",
    literal = "literal",
    rawdata = "rawdata",
    unknown_starttag = "unknown_starttag",
    handle_data = "handle_data",
    reset = "reset",
    is_self_closing_tag = "isSelfClosingTag",
    search = "search",
    search_tag = "searchTag",
    dunder_str = "__str__",
    find_all = "findAll",
}

/// The encoding of what is written where none is asked for.
pub const DEFAULT_OUTPUT_ENCODING: &str = "utf-8";

/// Python objects by their attributes.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub vm: &'a VirtualMachine,
    pub home: &'a Home,
    pub names: &'static Names,
}

impl<'a> Scope<'a> {
    pub fn new(home: &'a Home, vm: &'a VirtualMachine) -> Self {
        Self { vm, home, names: names(vm) }
    }

    pub fn none(&self) -> PyObjectRef {
        self.vm.ctx.none()
    }

    /// A class (or anything else) of the module.
    pub fn global(&self, name: &str) -> PyResult {
        let missing =
            || self.vm.new_name_error(format!("global name '{name}' is not defined"), self.vm.ctx.new_str(name));
        self.home.globals.get_item_opt(name, self.vm)?.ok_or_else(missing)
    }

    pub fn class(&self, name: &str) -> PyResult<PyTypeRef> {
        self.global(name)?.downcast::<PyType>().map_err(|_| self.vm.new_type_error(format!("{name} is no class")))
    }

    pub fn is(&self, object: &PyObject, class: &str) -> PyResult<bool> {
        let class = self.class(class)?;
        Ok(object.class().fast_issubclass(&class))
    }

    pub fn is_tag(&self, object: &PyObject) -> PyResult<bool> {
        self.is(object, "Tag")
    }

    pub fn is_string(&self, object: &PyObject) -> PyResult<bool> {
        self.is(object, "NavigableString")
    }

    /// An attribute; those that are set in the object itself are found without asking its class.
    pub fn get(&self, object: &PyObject, name: &'static PyStrInterned) -> PyResult {
        if let Some(dict) = object.dict()
            && let Some(value) = dict.get_item_opt(name, self.vm)?
        {
            return Ok(value);
        }
        object.get_attr(name, self.vm)
    }

    /// Sets an attribute of the object itself.
    pub fn set(&self, object: &PyObject, name: &'static PyStrInterned, value: impl Into<PyObjectRef>) -> PyResult<()> {
        object.set_attr(name, value.into(), self.vm)
    }

    pub fn is_none(&self, object: &PyObject) -> bool {
        self.vm.is_none(object)
    }

    /// Python's truth.
    pub fn truth(&self, object: &PyObject) -> PyResult<bool> {
        if self.vm.is_none(object) {
            return Ok(false);
        }
        object.to_owned().try_to_bool(self.vm)
    }

    /// The list of what is in a tag.
    pub fn contents(&self, tag: &PyObject) -> PyResult<PyRef<PyList>> {
        let contents = self.get(tag, self.names.contents)?;
        contents.downcast::<PyList>().map_err(|_| self.vm.new_type_error("the contents of a tag are a list"))
    }

    /// The same at this moment.
    pub fn children(&self, tag: &PyObject) -> PyResult<Vec<PyObjectRef>> {
        Ok(self.contents(tag)?.borrow_vec().to_vec())
    }

    pub fn unicode(&self, text: &str) -> PyObjectRef {
        text::new_unicode(self.vm, text)
    }

    pub fn str(&self, text: &str) -> PyObjectRef {
        self.vm.ctx.new_str(text).into()
    }

    /// An object of a class without a call of its `__init__`.
    pub fn make(&self, class: PyTypeRef) -> PyObjectRef {
        PyRef::new_ref(PyBaseObject, class, Some(self.vm.ctx.new_dict())).into()
    }

    /// A string of one of the classes of this module.
    pub fn make_string(&self, class: PyTypeRef, content: Wtf8Buf) -> PyResult {
        text::new_unicode_of(self.vm, class, content)
    }

    pub fn call(&self, object: &PyObject, method: &str, args: Vec<PyObjectRef>) -> PyResult {
        self.vm.call_method(object, method, FuncArgs::from(args))
    }

    pub fn list(&self, items: Vec<PyObjectRef>) -> PyObjectRef {
        self.vm.ctx.new_list(items).into()
    }

    pub fn attribute_error(&self, class: &str, name: &str) -> PyBaseExceptionRef {
        self.vm.new_attribute_error(format!("'{class}' object has no attribute '{name}'"))
    }

    /// An iterator over these.
    pub fn iterator(&self, items: Vec<PyObjectRef>) -> PyResult {
        Ok(self.list(items).get_iter(self.vm)?.into())
    }
}

/// Parameters by position or name, and the other keywords.
pub struct Given {
    values: Vec<Option<PyObjectRef>>,
    pub others: Vec<(String, PyObjectRef)>,
}

impl Given {
    /// The arguments of a function with these parameters and `**kwargs`.
    pub fn of(vm: &VirtualMachine, function: &str, parameters: &[&str], args: FuncArgs) -> PyResult<Self> {
        if args.args.len() > parameters.len() {
            let (most, given) = (parameters.len(), args.args.len() + args.kwargs.len());
            return Err(vm.new_type_error(format!("{function}() takes at most {most} arguments ({given} given)")));
        }
        let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
        values.resize(parameters.len(), None);
        let mut others = Vec::new();
        for (key, value) in args.kwargs {
            let key = key.to_string();
            match parameters.iter().position(|parameter| *parameter == key) {
                Some(at) => match values.get_mut(at) {
                    Some(slot) if slot.is_none() => *slot = Some(value),
                    _ => {
                        let text = format!("{function}() got multiple values for keyword argument '{key}'");
                        return Err(vm.new_type_error(text));
                    }
                },
                None => others.push((key, value)),
            }
        }
        Ok(Self { values, others })
    }

    /// A parameter; None where it was left out.
    pub fn take(&mut self, at: usize) -> Option<PyObjectRef> {
        self.values.get_mut(at).and_then(Option::take)
    }

    /// The first parameter.
    pub fn this(&mut self, vm: &VirtualMachine) -> PyResult {
        self.take(0).ok_or_else(|| vm.new_type_error("unbound method must be called with an instance"))
    }
}
