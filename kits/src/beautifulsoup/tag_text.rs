//! Tags written as text: `str(tag)`, `prettify`, `renderContents`.

use reprise_vm_glue::modules::python_function::Home;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::element::{encoded, substituted};
use super::objects::{Given, Scope};
use super::strings::{self, encoding_of, escaped};

/// How a tag is laid out.
#[derive(Clone, Copy)]
pub enum Layout {
    Plain,
    /// Each piece on a line of its own, so deep.
    Pretty(isize),
}

/// `__str__(self, encoding='utf-8', prettyPrint=False, indentLevel=0)`.
pub fn for_python(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__str__", &["self", "encoding", "prettyPrint", "indentLevel"], args)?;
    let this = given.this(vm)?;
    let encoding = encoding_of(&scope, given.take(1));
    let layout = layout(&scope, given.take(2), given.take(3))?;
    write(&scope, &this, encoding.as_deref(), layout)
}

fn layout(scope: &Scope<'_>, pretty: Option<PyObjectRef>, level: Option<PyObjectRef>) -> PyResult<Layout> {
    match pretty {
        Some(pretty) if scope.truth(&pretty)? => {
            let level = level.map_or(Ok(0), |level| level.try_to_value(scope.vm))?;
            Ok(Layout::Pretty(level))
        }
        _ => Ok(Layout::Plain),
    }
}

/// `prettify(self, encoding='utf-8')`.
pub fn prettify(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "prettify", &["self", "encoding"], args)?;
    let this = given.this(vm)?;
    let encoding = encoding_of(&scope, given.take(1));
    write(&scope, &this, encoding.as_deref(), Layout::Pretty(0))
}

/// `renderContents(self, encoding='utf-8', prettyPrint=False, indentLevel=0)`.
pub fn render_contents(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "renderContents", &["self", "encoding", "prettyPrint", "indentLevel"], args)?;
    let this = given.this(vm)?;
    let encoding = encoding_of(&scope, given.take(1));
    let layout = layout(&scope, given.take(2), given.take(3))?;
    let mut out = Output::new(&scope, encoding.as_deref());
    out.contents(&this, layout)?;
    out.finish()
}

/// A tag with all in it: bytes in an encoding, or unicode.
pub fn write(scope: &Scope<'_>, this: &PyObject, encoding: Option<&PyObject>, layout: Layout) -> PyResult {
    let mut out = Output::new(scope, encoding);
    out.tag(this, layout)?;
    out.finish()
}

/// What is written, in the machine's form of either kind of string.
struct Output<'a> {
    scope: &'a Scope<'a>,
    encoding: Option<&'a PyObject>,
    text: Wtf8Buf,
    /// Whether a piece was unicode in spite of the encoding.
    unicode: bool,
}

impl<'a> Output<'a> {
    fn new(scope: &'a Scope<'a>, encoding: Option<&'a PyObject>) -> Self {
        Self { scope, encoding, text: Wtf8Buf::new(), unicode: encoding.is_none() }
    }

    fn finish(self) -> PyResult {
        let vm = self.scope.vm;
        Ok(if self.unicode { text::new_unicode_buf(vm, self.text) } else { vm.ctx.new_str(self.text).into() })
    }

    /// Adds a string object as it is. Bytes and unicode meet as they do in Python: by the default codec.
    fn add(&mut self, piece: &PyObject) -> PyResult<()> {
        let vm = self.scope.vm;
        let Some(string) = piece.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("sequence item 0: expected string"));
        };
        if text::is_unicode(piece) == self.unicode || string.isascii() {
            self.text.push_wtf8(string.as_wtf8());
            return Ok(());
        }
        if !self.unicode {
            let sofar = vm.ctx.new_str(std::mem::take(&mut self.text));
            self.text = text::wtf8_of(vm, sofar.as_object())?.unwrap_or_default().into_owned();
            self.unicode = true;
        }
        self.text.push_wtf8(&text::wtf8_of(vm, piece)?.unwrap_or_default());
        Ok(())
    }

    /// Adds a value in the encoding.
    fn encoded(&mut self, value: PyObjectRef) -> PyResult<()> {
        let piece = encoded(self.scope, value, self.encoding)?;
        self.add(&piece)
    }

    fn blanks(&mut self, count: isize) {
        for _ in 0..count.max(0) {
            self.text.push_str(" ");
        }
    }

    fn ends_line(&self) -> bool {
        self.text.as_bytes().last() == Some(&b'\n')
    }

    fn attributes(&mut self, this: &PyObject) -> PyResult<()> {
        let (scope, vm) = (self.scope, self.scope.vm);
        let attrs = scope.get(this, scope.names.attrs)?;
        if !scope.truth(&attrs)? {
            return Ok(());
        }
        let substitutes = scope.get(this, scope.names.contains_substitutions)?;
        let substitutes = scope.truth(&substitutes)?;
        for pair in vm.extract_elements_with(&attrs, Ok)? {
            let (key, mut value) = (pair.get_item(&0_usize, vm)?, pair.get_item(&1_usize, vm)?);
            let mut quote = "\"";
            let is_text = value.downcast_ref::<PyStr>().is_some();
            if is_text {
                let holds = |value: &PyObject, part: &str| {
                    value.downcast_ref::<PyStr>().is_some_and(|text| text.as_wtf8().contains(Wtf8::new(part)))
                };
                if substitutes && holds(&value, "%SOUP-ENCODING%") {
                    value = substituted(scope, &value, self.encoding)?;
                }
                if holds(&value, "\"") {
                    quote = "'";
                    if holds(&value, "'") {
                        value = scope.call(&value, "replace", vec![scope.str("'"), scope.str("&squot;")])?;
                    }
                }
                if let Some(string) = value.downcast_ref::<PyStr>() {
                    let clean = escaped(string.as_wtf8()).into_owned();
                    value = match text::is_unicode(&value) {
                        true => text::new_unicode_buf(vm, clean),
                        false => vm.ctx.new_str(clean).into(),
                    };
                }
            }
            self.text.push_str(" ");
            self.encoded(key)?;
            self.text.push_str("=");
            self.text.push_str(quote);
            self.encoded(value)?;
            self.text.push_str(quote);
        }
        Ok(())
    }

    fn tag(&mut self, this: &PyObject, layout: Layout) -> PyResult<()> {
        let (scope, names) = (self.scope, self.scope.names);
        let hidden = scope.get(this, names.hidden)?;
        let inner = match layout {
            Layout::Plain => Layout::Plain,
            Layout::Pretty(level) => Layout::Pretty(level + 1),
        };
        if scope.truth(&hidden)? {
            return self.contents(this, inner);
        }
        let name = encoded(scope, scope.get(this, names.name)?, self.encoding)?;
        if let Layout::Pretty(level) = layout {
            self.blanks(level - 1);
        }
        self.text.push_str("<");
        self.add(&name)?;
        self.attributes(this)?;
        let closing = scope.get(this, names.is_self_closing)?;
        let closing = scope.truth(&closing)?;
        self.text.push_str(if closing { " />" } else { ">" });
        let pretty = matches!(layout, Layout::Pretty(_));
        if pretty {
            self.text.push_str("\n");
        }
        let start = self.text.len();
        self.contents(this, inner)?;
        if pretty && self.text.len() > start && !self.ends_line() {
            self.text.push_str("\n");
        }
        if closing {
            return Ok(());
        }
        if let Layout::Pretty(level) = layout {
            self.blanks(level - 1);
        }
        self.text.push_str("</");
        self.add(&name)?;
        self.text.push_str(">");
        if pretty {
            let sibling = scope.get(this, names.next_sibling)?;
            if scope.truth(&sibling)? {
                self.text.push_str("\n");
            }
        }
        Ok(())
    }

    fn contents(&mut self, this: &PyObject, layout: Layout) -> PyResult<()> {
        let (scope, vm) = (self.scope, self.scope.vm);
        for child in scope.children(this)? {
            if scope.is_string(&child)? {
                let text = strings::written(scope, &child, self.encoding)?;
                match layout {
                    Layout::Plain => self.add(&text)?,
                    Layout::Pretty(level) => {
                        let text = scope.call(&text, "strip", Vec::new())?;
                        if scope.truth(&text)? {
                            self.blanks(level - 1);
                            self.add(&text)?;
                            self.text.push_str("\n");
                        }
                    }
                }
            } else if scope.is_tag(&child)? {
                let own = scope.class("Tag")?;
                if child.class().is(&own) {
                    vm.with_recursion("while getting the str of an object", || self.tag(&child, layout))?;
                } else {
                    let encoding = self.encoding.map_or_else(|| scope.none(), PyObject::to_owned);
                    let mut args = vec![encoding];
                    if let Layout::Pretty(level) = layout {
                        args.extend([vm.ctx.true_value.clone().into(), vm.ctx.new_int(level).into()]);
                    }
                    let text = scope.call(&child, "__str__", args)?;
                    self.add(&text)?;
                }
            }
        }
        Ok(())
    }
}
