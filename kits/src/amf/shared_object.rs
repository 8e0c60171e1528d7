//! Files of Flash's local storage (`.sol`): a name and values under names.

use rustpython_vm::PyObjectRef;

use super::input::{Input, Trouble, bad};
use super::shapes::Shapes;
use super::{amf0, amf3};

const MAGIC: [u8; 2] = [0x00, 0xbf];
const SIGNATURE: &[u8] = b"TCSO\x00\x04\x00\x00\x00\x00";

pub struct SharedObject {
    pub name: String,
    /// 0 or 3.
    pub version: u32,
    pub values: Vec<(String, PyObjectRef)>,
}

pub fn read(shapes: &Shapes<'_>, data: &[u8]) -> Result<SharedObject, Trouble> {
    let mut input = Input::new(data);
    if input.bytes(2)? != MAGIC {
        return Err(bad("Unknown SOL version in header"));
    }
    let length = input.u32()? as usize;
    if length != input.left() {
        return Err(bad("Inconsistent stream header length"));
    }
    if input.bytes(SIGNATURE.len())? != SIGNATURE {
        return Err(bad("Invalid signature"));
    }
    let name = input.text(false)?;
    let version = input.u32()?;
    let mut values = Vec::new();
    let (mut old, mut new) = (amf0::Reader::new(shapes), amf3::Reader::new(shapes));
    while !input.is_empty() {
        let (name, value) = match version {
            0 => (input.text(false)?, old.value(&mut input)?),
            3 => (new.text(&mut input)?, new.value(&mut input)?),
            other => return Err(bad(format!("Unknown AMF version {other}"))),
        };
        // A zero ends each value, but not every writer puts one behind the last.
        if !input.is_empty() && input.u8()? != 0 {
            return Err(bad("Missing padding byte"));
        }
        values.push((name, value));
    }
    Ok(SharedObject { name, version, values })
}

pub fn write(shapes: &Shapes<'_>, object: &SharedObject) -> Result<Vec<u8>, Trouble> {
    let mut content = amf0::Writer::new(shapes, false);
    content.out.extend(SIGNATURE);
    content.name(&object.name)?;
    content.out.extend(object.version.to_be_bytes());
    if object.version == 3 {
        let mut new = amf3::Writer::new(shapes);
        for (name, value) in &object.values {
            new.text(name)?;
            new.value(value)?;
            new.out.push(0);
        }
        content.out.append(&mut new.out);
    } else {
        for (name, value) in &object.values {
            content.name(name)?;
            content.value(value)?;
            content.out.push(0);
        }
    }
    let mut out = MAGIC.to_vec();
    out.extend((content.out.len() as u32).to_be_bytes());
    out.append(&mut content.out);
    Ok(out)
}
