//! AMF 0 (Adobe, "Action Message Format -- AMF 0").

use rustpython_vm::{PyObject, PyObjectRef};

use super::amf3;
use super::input::{Depth, Input, Trouble, bad};
use super::shapes::{Kind, Shapes, Written};

const NUMBER: u8 = 0x00;
const BOOLEAN: u8 = 0x01;
const STRING: u8 = 0x02;
const OBJECT: u8 = 0x03;
const MOVIE_CLIP: u8 = 0x04;
const NULL: u8 = 0x05;
const UNDEFINED: u8 = 0x06;
const REFERENCE: u8 = 0x07;
const MIXED_ARRAY: u8 = 0x08;
const OBJECT_END: u8 = 0x09;
const ARRAY: u8 = 0x0a;
const DATE: u8 = 0x0b;
const LONG_STRING: u8 = 0x0c;
const UNSUPPORTED: u8 = 0x0d;
const RECORD_SET: u8 = 0x0e;
const XML: u8 = 0x0f;
const TYPED_OBJECT: u8 = 0x10;
const AMF3: u8 = 0x11;

/// Reads values that may refer to each other.
pub struct Reader<'s, 'v> {
    shapes: &'s Shapes<'v>,
    objects: Vec<PyObjectRef>,
    /// The rest of AMF 3 in this message.
    newer: amf3::Reader<'s, 'v>,
    depth: Depth,
}

impl<'s, 'v> Reader<'s, 'v> {
    pub fn new(shapes: &'s Shapes<'v>) -> Self {
        Reader { shapes, objects: Vec::new(), newer: amf3::Reader::new(shapes), depth: Depth::default() }
    }

    pub fn value(&mut self, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        self.depth.enter()?;
        let value = self.value_inside(input);
        self.depth.leave();
        value
    }

    fn value_inside(&mut self, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
        let shapes = self.shapes;
        Ok(match input.u8()? {
            NUMBER => shapes.number(input.f64()?),
            BOOLEAN => shapes.vm.ctx.new_bool(input.u8()? != 0).into(),
            STRING => shapes.text(&input.text(false)?),
            LONG_STRING => shapes.text(&input.text(true)?),
            XML => shapes.xml(&input.text(true)?)?,
            NULL => shapes.null(),
            UNDEFINED | UNSUPPORTED => shapes.undefined()?,
            REFERENCE => {
                let number = usize::from(input.u16()?);
                self.objects.get(number).cloned().ok_or(Trouble::Reference(number))?
            }
            OBJECT => self.object(input, "")?,
            TYPED_OBJECT => {
                let class = input.text(false)?;
                self.object(input, &class)?
            }
            MIXED_ARRAY => {
                // The length is the highest index or nothing at all; it is not needed.
                input.u32()?;
                let array = shapes.mixed_array()?;
                self.objects.push(array.clone());
                while let Some(name) = self.name(input)? {
                    let value = self.value(input)?;
                    shapes.set_item(&array, &name, value)?;
                }
                array
            }
            ARRAY => {
                let count = input.u32()? as usize;
                // Each item has a byte at least.
                if count > input.left() {
                    return Err(Trouble::Short);
                }
                let list = shapes.list();
                self.objects.push(list.clone());
                for _ in 0..count {
                    let value = self.value(input)?;
                    shapes.append(&list, value)?;
                }
                list
            }
            DATE => {
                let milliseconds = input.f64()?;
                // The time zone is reserved and counts for nothing.
                input.i16()?;
                shapes.date(milliseconds)?
            }
            AMF3 => self.newer.value(input)?,
            kind @ (MOVIE_CLIP | RECORD_SET) => return Err(bad(format!("AMF0 type 0x{kind:02x} is not supported"))),
            kind => return Err(bad(format!("Unsupported ActionScript type 0x{kind:02x}"))),
        })
    }

    /// The name of the next member; None at the end of the object.
    fn name(&mut self, input: &mut Input<'_>) -> Result<Option<String>, Trouble> {
        let name = input.text(false)?;
        if name.is_empty() && input.peek() == Some(OBJECT_END) {
            input.u8()?;
            return Ok(None);
        }
        Ok(Some(name))
    }

    fn object(&mut self, input: &mut Input<'_>, class: &str) -> Result<PyObjectRef, Trouble> {
        let object = self.shapes.object(class)?;
        self.objects.push(object.clone());
        while let Some(name) = self.name(input)? {
            let value = self.value(input)?;
            self.shapes.set(&object, &name, value)?;
        }
        Ok(object)
    }
}

/// Writes values; what was written before is referred to.
pub struct Writer<'s, 'v> {
    shapes: &'s Shapes<'v>,
    written: Written,
    newer: Option<amf3::Writer<'s, 'v>>,
    depth: Depth,
    pub out: Vec<u8>,
}

impl<'s, 'v> Writer<'s, 'v> {
    /// `newer`: values are written as AMF 3, each with a mark that says so.
    pub fn new(shapes: &'s Shapes<'v>, newer: bool) -> Self {
        let newer = newer.then(|| amf3::Writer::new(shapes));
        Writer { shapes, written: Written::default(), newer, depth: Depth::default(), out: Vec::new() }
    }

    /// The arguments of a call: a list whose items are written each for itself.
    pub fn arguments(&mut self, items: &[PyObjectRef]) -> Result<(), Trouble> {
        self.out.push(ARRAY);
        self.out.extend((items.len() as u32).to_be_bytes());
        items.iter().try_for_each(|item| self.value(item))
    }

    pub fn value(&mut self, value: &PyObject) -> Result<(), Trouble> {
        if let Some(newer) = &mut self.newer {
            self.out.push(AMF3);
            newer.value(value)?;
            self.out.append(&mut newer.out);
            return Ok(());
        }
        self.depth.enter()?;
        let done = self.value_inside(value);
        self.depth.leave();
        done
    }

    /// A text with its length in two bytes.
    pub fn name(&mut self, name: &str) -> Result<(), Trouble> {
        let length = u16::try_from(name.len()).map_err(|_| bad("a name is longer than 65535 bytes"))?;
        self.out.extend(length.to_be_bytes());
        self.out.extend(name.as_bytes());
        Ok(())
    }

    fn number(&mut self, number: f64) {
        self.out.push(NUMBER);
        self.out.extend(number.to_be_bytes());
    }

    /// Whether the object was written before; then a reference to it is all that is needed.
    fn referred(&mut self, value: &PyObject) -> bool {
        match self.written.number(value).map(u16::try_from) {
            Some(Ok(number)) => {
                self.out.push(REFERENCE);
                self.out.extend(number.to_be_bytes());
                true
            }
            _ => false,
        }
    }

    fn members(&mut self, members: &[(String, PyObjectRef)]) -> Result<(), Trouble> {
        for (name, value) in members {
            self.name(name)?;
            self.value(value)?;
        }
        self.out.extend([0, 0, OBJECT_END]);
        Ok(())
    }

    fn value_inside(&mut self, value: &PyObject) -> Result<(), Trouble> {
        match self.shapes.kind(value)? {
            Kind::Undefined => self.out.push(UNDEFINED),
            Kind::Null => self.out.push(NULL),
            Kind::Bool(yes) => self.out.extend([BOOLEAN, u8::from(yes)]),
            Kind::Int(number) => self.number(f64::from(number)),
            Kind::Number(number) => self.number(number),
            Kind::Text(content) if content.len() <= usize::from(u16::MAX) => {
                self.out.push(STRING);
                self.name(&content)?;
            }
            Kind::Text(content) => self.long(LONG_STRING, content.as_bytes()),
            // AMF 0 has no bytes: they go out as a text, whatever they are.
            Kind::Bytes(data) => self.long(LONG_STRING, &data),
            Kind::Xml(source) => self.long(XML, source.as_bytes()),
            Kind::Date(seconds) => {
                self.out.push(DATE);
                self.out.extend((seconds * 1000.0).to_be_bytes());
                self.out.extend([0, 0]);
            }
            Kind::List(items) => {
                if !self.referred(value) {
                    self.arguments(&items)?;
                }
            }
            Kind::Collection(inner) => self.value(&inner)?,
            Kind::Mixed(members) => {
                if !self.referred(value) {
                    let length = members.iter().filter_map(|(name, _)| name.parse::<u32>().ok()).max().unwrap_or(0);
                    self.out.push(MIXED_ARRAY);
                    self.out.extend(length.to_be_bytes());
                    self.members(&members)?;
                }
            }
            Kind::Object(class, members) => {
                if !self.referred(value) {
                    if class.is_empty() {
                        self.out.push(OBJECT);
                    } else {
                        self.out.push(TYPED_OBJECT);
                        self.name(&class)?;
                    }
                    self.members(&members)?;
                }
            }
        }
        Ok(())
    }

    fn long(&mut self, kind: u8, content: &[u8]) {
        self.out.push(kind);
        self.out.extend((content.len() as u32).to_be_bytes());
        self.out.extend(content);
    }
}
