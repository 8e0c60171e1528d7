//! The packets of Flash Remoting: headers and calls, or answers, in one message (AMF 0, "NetConnection and AMF").

use rustpython_vm::PyObjectRef;

use super::amf0::{Reader, Writer};
use super::input::{Input, Trouble};
use super::shapes::Shapes;

/// A length that was not known when it was written.
const UNKNOWN: u32 = u32::MAX;

pub struct Header {
    pub name: String,
    pub required: bool,
    pub value: PyObjectRef,
}

pub struct Body {
    /// What is called; in an answer the number of the call and how it went.
    pub target: String,
    /// The number of the call.
    pub response: String,
    pub value: PyObjectRef,
}

pub struct Envelope {
    /// 0 or 3.
    pub version: u16,
    pub headers: Vec<Header>,
    pub bodies: Vec<Body>,
}

pub fn read(shapes: &Shapes<'_>, data: &[u8]) -> Result<Envelope, Trouble> {
    let mut input = Input::new(data);
    let version = input.u16()?;
    if !matches!(version & 0xff, 0 | 1 | 3) || version > 0xff {
        return Err(super::input::bad(format!("Malformed stream (amfVersion={version})")));
    }
    let mut headers = Vec::new();
    for _ in 0..input.u16()? {
        let name = input.text(false)?;
        let required = input.u8()? != 0;
        let value = value(shapes, &mut input)?;
        headers.push(Header { name, required, value });
    }
    let mut bodies = Vec::new();
    for _ in 0..input.u16()? {
        let (target, response) = (input.text(false)?, input.text(false)?);
        let value = value(shapes, &mut input)?;
        bodies.push(Body { target, response, value });
    }
    Ok(Envelope { version, headers, bodies })
}

/// A value with its length before it. References do not reach beyond it.
fn value(shapes: &Shapes<'_>, input: &mut Input<'_>) -> Result<PyObjectRef, Trouble> {
    let length = input.u32()?;
    let start = input.position();
    let value = Reader::new(shapes).value(input)?;
    let used = input.position() - start;
    // Servers write lengths that are wrong; what stands after a shorter value is left out, as its length says.
    if length != UNKNOWN && (length as usize) > used && (length as usize) - used <= input.left() && length != 0 {
        input.bytes(length as usize - used)?;
    }
    Ok(value)
}

/// Writes a packet. The value of a body that is a call is the list of its arguments.
pub fn write(
    shapes: &Shapes<'_>,
    envelope: &Envelope,
    arguments: impl Fn(&PyObjectRef) -> Option<Vec<PyObjectRef>>,
) -> Result<Vec<u8>, Trouble> {
    let mut out = Writer::new(shapes, false);
    out.out.extend(envelope.version.to_be_bytes());
    out.out.extend((envelope.headers.len() as u16).to_be_bytes());
    for header in &envelope.headers {
        out.name(&header.name)?;
        out.out.push(u8::from(header.required));
        let mut content = Writer::new(shapes, false);
        content.value(&header.value)?;
        out.out.extend((content.out.len() as u32).to_be_bytes());
        out.out.append(&mut content.out);
    }
    out.out.extend((envelope.bodies.len() as u16).to_be_bytes());
    for body in &envelope.bodies {
        out.name(&body.target)?;
        out.name(&body.response)?;
        let mut content = Writer::new(shapes, envelope.version == 3);
        match arguments(&body.value) {
            Some(arguments) => content.arguments(&arguments)?,
            None => content.value(&body.value)?,
        }
        out.out.extend((content.out.len() as u32).to_be_bytes());
        out.out.append(&mut content.out);
    }
    Ok(out.out)
}
