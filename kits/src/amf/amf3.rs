//! AMF 3 (Adobe, "Action Message Format -- AMF 3"). Texts, objects and classes are referred to by number when they come again.

use std::collections::HashMap;
use std::rc::Rc;

use rustpython_vm::{PyObject, PyObjectRef};

use super::input::{Depth, Input, Trouble, bad, put_u29};
use super::shapes::{Kind, Shapes, Written};

const UNDEFINED: u8 = 0x00;
const NULL: u8 = 0x01;
const FALSE: u8 = 0x02;
const TRUE: u8 = 0x03;
const INTEGER: u8 = 0x04;
const NUMBER: u8 = 0x05;
const STRING: u8 = 0x06;
const XML_DOCUMENT: u8 = 0x07;
const DATE: u8 = 0x08;
const ARRAY: u8 = 0x09;
const OBJECT: u8 = 0x0a;
const XML: u8 = 0x0b;
const BYTES: u8 = 0x0c;
const VECTOR_INT: u8 = 0x0d;
const VECTOR_UINT: u8 = 0x0e;
const VECTOR_NUMBER: u8 = 0x0f;
const VECTOR_OBJECT: u8 = 0x10;
const DICTIONARY: u8 = 0x11;

/// Integers have 29 bits with their sign; others are written as numbers.
const LEAST: i32 = -(1 << 28);
const MOST: i32 = (1 << 28) - 1;

/// How the objects of a class are written.
struct Traits {
    class: String,
    externalizable: bool,
    dynamic: bool,
    members: Vec<String>,
}

/// Reads values that may refer to each other.
pub struct Reader<'s, 'v> {
    shapes: &'s Shapes<'v>,
    texts: Vec<String>,
    objects: Vec<PyObjectRef>,
    traits: Vec<Rc<Traits>>,
    depth: Depth,
}

impl<'s, 'v> Reader<'s, 'v> {
    pub fn new(shapes: &'s Shapes<'v>) -> Self {
        Reader { shapes, texts: Vec::new(), objects: Vec::new(), traits: Vec::new(), depth: Depth::default() }
    }

    pub fn value(&mut self, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        self.depth.enter()?;
        let value = self.value_inside(input);
        self.depth.leave();
        value
    }

    /// A text, given or referred to.
    pub fn text(&mut self, input: &mut Input<'_>) -> Result<String, Trouble> {
        let head = input.u29()?;
        let number = (head >> 1) as usize;
        if head & 1 == 0 {
            return self.texts.get(number).cloned().ok_or(Trouble::Reference(number));
        }
        let text = String::from_utf8_lossy(input.bytes(number)?).into_owned();
        if !text.is_empty() {
            self.texts.push(text.clone());
        }
        Ok(text)
    }

    /// The number of items or bytes; or the object that is referred to.
    fn start(&mut self, input: &mut Input<'_>) -> Result<Result<usize, PyObjectRef>, Trouble> {
        let head = input.u29()?;
        let number = (head >> 1) as usize;
        if head & 1 == 1 {
            return Ok(Ok(number));
        }
        self.objects.get(number).cloned().map(Err).ok_or(Trouble::Reference(number))
    }

    fn keep(&mut self, object: PyObjectRef) -> PyObjectRef {
        self.objects.push(object.clone());
        object
    }

    fn value_inside(&mut self, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        let shapes = self.shapes;
        let kind = input.u8()?;
        let plain = match kind {
            UNDEFINED => shapes.undefined()?,
            NULL => shapes.null(),
            FALSE | TRUE => shapes.vm.ctx.new_bool(kind == TRUE).into(),
            INTEGER => {
                // The sign is the highest of 29 bits.
                let number = (input.u29()? << 3) as i32 >> 3;
                shapes.vm.ctx.new_int(number).into()
            }
            NUMBER => shapes.number(input.f64()?),
            STRING => {
                let content = self.text(input)?;
                shapes.text(&content)
            }
            _ => return self.complex(kind, input),
        };
        Ok(plain)
    }

    /// What can be referred to.
    fn complex(&mut self, kind: u8, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        let shapes = self.shapes;
        if kind == OBJECT {
            return self.object(input);
        }
        let known = matches!(
            kind,
            XML_DOCUMENT
                | XML
                | DATE
                | ARRAY
                | BYTES
                | VECTOR_INT
                | VECTOR_UINT
                | VECTOR_NUMBER
                | VECTOR_OBJECT
                | DICTIONARY
        );
        if !known {
            return Err(bad(format!("Unsupported ActionScript type 0x{kind:02x}")));
        }
        let count = match self.start(input)? {
            Ok(count) => count,
            Err(object) => return Ok(object),
        };
        match kind {
            XML_DOCUMENT | XML => {
                let source = String::from_utf8_lossy(input.bytes(count)?).into_owned();
                let made = shapes.xml(&source)?;
                Ok(self.keep(made))
            }
            DATE => {
                let made = shapes.date(input.f64()?)?;
                Ok(self.keep(made))
            }
            BYTES => {
                let made = shapes.bytes(input.bytes(count)?)?;
                Ok(self.keep(made))
            }
            ARRAY => self.array(count, input),
            DICTIONARY => {
                // Whether its keys are held weakly means nothing here.
                input.u8()?;
                let made = self.keep(shapes.object("")?);
                for _ in 0..count {
                    let key = self.value(input)?;
                    let value = self.value(input)?;
                    made.set_item(&*key, value, shapes.vm)?;
                }
                Ok(made)
            }
            _ => {
                // Whether its length is fixed means nothing here.
                input.u8()?;
                let list = self.keep(shapes.list());
                if kind == VECTOR_OBJECT {
                    self.text(input)?;
                }
                for _ in 0..count {
                    let item = match kind {
                        VECTOR_INT => shapes.vm.ctx.new_int(input.i32()?).into(),
                        VECTOR_UINT => shapes.vm.ctx.new_int(input.u32()?).into(),
                        VECTOR_NUMBER => shapes.number(input.f64()?),
                        _ => self.value(input)?,
                    };
                    shapes.append(&list, item)?;
                }
                Ok(list)
            }
        }
    }

    /// A list; with named items it becomes an array of names.
    fn array(&mut self, count: usize, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        let shapes = self.shapes;
        if count > input.left() {
            return Err(Trouble::Short);
        }
        let mut name = self.text(input)?;
        if name.is_empty() {
            let list = self.keep(shapes.list());
            for _ in 0..count {
                let item = self.value(input)?;
                shapes.append(&list, item)?;
            }
            return Ok(list);
        }
        let array = self.keep(shapes.mixed_array()?);
        while !name.is_empty() {
            let value = self.value(input)?;
            shapes.set_item(&array, &name, value)?;
            name = self.text(input)?;
        }
        for at in 0..count {
            let value = self.value(input)?;
            shapes.set_item(&array, &at.to_string(), value)?;
        }
        Ok(array)
    }

    fn object(&mut self, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        let shapes = self.shapes;
        let head = match self.start(input)? {
            Ok(head) => head,
            Err(object) => return Ok(object),
        };
        let traits = if head & 1 == 0 {
            self.traits.get(head >> 1).cloned().ok_or(Trouble::Reference(head >> 1))?
        } else {
            let class = self.text(input)?;
            let count = head >> 3;
            if count > input.left() {
                return Err(Trouble::Short);
            }
            let members = (0..count).map(|_| self.text(input)).collect::<Result<_, _>>()?;
            let traits = Rc::new(Traits { class, externalizable: head & 2 != 0, dynamic: head & 4 != 0, members });
            self.traits.push(Rc::clone(&traits));
            traits
        };
        if traits.externalizable {
            if !Shapes::is_collection(&traits.class) {
                return Err(bad(format!("the class {} writes itself in a way of its own", traits.class)));
            }
            // Its content follows; the collection itself has a number before that.
            let at = self.objects.len();
            self.objects.push(shapes.null());
            let content = self.value(input)?;
            let made = shapes.collection(&traits.class, content)?;
            if let Some(slot) = self.objects.get_mut(at) {
                slot.clone_from(&made);
            }
            return Ok(made);
        }
        let object = self.keep(shapes.object(&traits.class)?);
        for name in &traits.members {
            let value = self.value(input)?;
            shapes.set(&object, name, value)?;
        }
        if traits.dynamic {
            loop {
                let name = self.text(input)?;
                if name.is_empty() {
                    break;
                }
                let value = self.value(input)?;
                shapes.set(&object, &name, value)?;
            }
        }
        Ok(object)
    }
}

/// Writes values; what was written before is referred to.
pub struct Writer<'s, 'v> {
    shapes: &'s Shapes<'v>,
    texts: HashMap<String, u32>,
    classes: HashMap<String, u32>,
    written: Written,
    depth: Depth,
    pub out: Vec<u8>,
}

impl<'s, 'v> Writer<'s, 'v> {
    pub fn new(shapes: &'s Shapes<'v>) -> Self {
        Writer {
            shapes,
            texts: HashMap::new(),
            classes: HashMap::new(),
            written: Written::default(),
            depth: Depth::default(),
            out: Vec::new(),
        }
    }

    pub fn value(&mut self, value: &PyObject) -> Result<(), Trouble> {
        self.depth.enter()?;
        let done = self.value_inside(value);
        self.depth.leave();
        done
    }

    /// A text, or the number of one that was written before.
    pub fn text(&mut self, content: &str) -> Result<(), Trouble> {
        if content.is_empty() {
            self.out.push(1);
            return Ok(());
        }
        if let Some(number) = self.texts.get(content) {
            put_u29(&mut self.out, number << 1);
            return Ok(());
        }
        let next = self.texts.len() as u32;
        self.texts.insert(content.to_owned(), next);
        self.length(content.len())?;
        self.out.extend(content.as_bytes());
        Ok(())
    }

    fn length(&mut self, length: usize) -> Result<(), Trouble> {
        match u32::try_from(length) {
            Ok(length) if length < 1 << 28 => {
                put_u29(&mut self.out, length << 1 | 1);
                Ok(())
            }
            _ => Err(bad("too long for AMF 3")),
        }
    }

    fn referred(&mut self, value: &PyObject) -> bool {
        let number = self.written.number(value);
        if let Some(number) = number {
            put_u29(&mut self.out, number << 1);
        }
        number.is_some()
    }

    fn number(&mut self, number: f64) {
        self.out.push(NUMBER);
        self.out.extend(number.to_be_bytes());
    }

    /// The head of an object: its class, given in full the first time.
    fn class(&mut self, name: &str, dynamic: bool) -> Result<(), Trouble> {
        if let Some(number) = self.classes.get(name) {
            put_u29(&mut self.out, number << 2 | 1);
            return Ok(());
        }
        let next = self.classes.len() as u32;
        self.classes.insert(name.to_owned(), next);
        put_u29(&mut self.out, if dynamic { 0b1011 } else { 0b0111 });
        self.text(name)
    }

    fn members(&mut self, members: &[(String, PyObjectRef)]) -> Result<(), Trouble> {
        for (name, value) in members.iter().filter(|(name, _)| !name.is_empty()) {
            self.text(name)?;
            self.value(value)?;
        }
        self.text("")
    }

    fn value_inside(&mut self, value: &PyObject) -> Result<(), Trouble> {
        match self.shapes.kind(value)? {
            Kind::Undefined => self.out.push(UNDEFINED),
            Kind::Null => self.out.push(NULL),
            Kind::Bool(yes) => self.out.push(if yes { TRUE } else { FALSE }),
            Kind::Int(number) if (LEAST..=MOST).contains(&number) => {
                self.out.push(INTEGER);
                put_u29(&mut self.out, number as u32);
            }
            Kind::Int(number) => self.number(f64::from(number)),
            Kind::Number(number) => self.number(number),
            Kind::Text(content) => {
                self.out.push(STRING);
                self.text(&content)?;
            }
            Kind::Bytes(data) => {
                self.out.push(BYTES);
                if !self.referred(value) {
                    self.length(data.len())?;
                    self.out.extend(data);
                }
            }
            Kind::Xml(source) => {
                self.out.push(XML);
                if !self.referred(value) {
                    self.length(source.len())?;
                    self.out.extend(source.as_bytes());
                }
            }
            Kind::Date(seconds) => {
                self.out.push(DATE);
                if !self.referred(value) {
                    self.out.push(1);
                    self.out.extend((seconds * 1000.0).to_be_bytes());
                }
            }
            Kind::List(items) => {
                self.out.push(ARRAY);
                if !self.referred(value) {
                    self.length(items.len())?;
                    self.out.push(1);
                    items.iter().try_for_each(|item| self.value(item))?;
                }
            }
            Kind::Mixed(members) => {
                self.out.push(ARRAY);
                if !self.referred(value) {
                    // Items that are numbered from 0 on have their place behind the named ones.
                    let dense =
                        members.iter().enumerate().take_while(|(at, (name, _))| *name == at.to_string()).count();
                    let (dense, named) = members.split_at(dense);
                    self.length(dense.len())?;
                    self.members(named)?;
                    dense.iter().try_for_each(|(_, item)| self.value(item))?;
                }
            }
            Kind::Object(class, members) => {
                self.out.push(OBJECT);
                if !self.referred(value) {
                    self.class(&class, true)?;
                    self.members(&members)?;
                }
            }
            Kind::Collection(inner) => {
                self.out.push(OBJECT);
                if !self.referred(value) {
                    self.class("flex.messaging.io.ArrayCollection", false)?;
                    self.value(&inner)?;
                }
            }
        }
        Ok(())
    }
}
