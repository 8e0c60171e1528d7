//! Bytes that are read from their start on, and what can be wrong with them.

use rustpython_vm::builtins::PyBaseExceptionRef;

/// Why data are not AMF, or an exception of Python while they were read.
#[derive(Debug)]
pub enum Trouble {
    /// The data end within a value.
    Short,
    Bad(String),
    /// A reference to something that was not there.
    Reference(usize),
    TooDeep,
    Raised(PyBaseExceptionRef),
}

/// Deepest nesting of values.
const DEEPEST: usize = 200;

/// How deep the value is that is read or written.
#[derive(Debug, Default)]
pub struct Depth(usize);

impl Depth {
    pub fn enter(&mut self) -> Result<(), Trouble> {
        if self.0 > DEEPEST {
            return Err(Trouble::TooDeep);
        }
        self.0 += 1;
        Ok(())
    }

    pub fn leave(&mut self) {
        self.0 -= 1;
    }
}

impl From<PyBaseExceptionRef> for Trouble {
    fn from(error: PyBaseExceptionRef) -> Trouble {
        Trouble::Raised(error)
    }
}

pub fn bad(message: impl Into<String>) -> Trouble {
    Trouble::Bad(message.into())
}

/// Data and how far they were read.
#[derive(Debug)]
pub struct Input<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Input<'a> {
        Input { data, at: 0 }
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn is_empty(&self) -> bool {
        self.at >= self.data.len()
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.data.len() - self.at
    }

    pub fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Trouble> {
        let end = self.at.checked_add(count).ok_or(Trouble::Short)?;
        let found = self.data.get(self.at..end).ok_or(Trouble::Short)?;
        self.at = end;
        Ok(found)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        self.bytes(N)?.try_into().map_err(|_| Trouble::Short)
    }

    pub fn u8(&mut self) -> Result<u8, Trouble> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, Trouble> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub fn i16(&mut self) -> Result<i16, Trouble> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, Trouble> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub fn i32(&mut self) -> Result<i32, Trouble> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    pub fn f64(&mut self) -> Result<f64, Trouble> {
        Ok(f64::from_be_bytes(self.array()?))
    }

    /// A text with its length before it, in two or four bytes.
    pub fn text(&mut self, long: bool) -> Result<String, Trouble> {
        let length = if long { self.u32()? as usize } else { usize::from(self.u16()?) };
        Ok(String::from_utf8_lossy(self.bytes(length)?).into_owned())
    }

    /// AMF 3's number of 29 bits, in one to four bytes.
    pub fn u29(&mut self) -> Result<u32, Trouble> {
        let mut number = 0;
        for _ in 0..3 {
            let byte = self.u8()?;
            number = number << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Ok(number << 8 | u32::from(self.u8()?))
    }
}

/// Writes AMF 3's number of 29 bits.
pub fn put_u29(out: &mut Vec<u8>, number: u32) {
    let number = number & 0x1fff_ffff;
    let low = |shift: u32| (number >> shift & 0x7f) as u8;
    match number {
        0..0x80 => out.push(low(0)),
        0x80..0x4000 => out.extend([low(7) | 0x80, low(0)]),
        0x4000..0x20_0000 => out.extend([low(14) | 0x80, low(7) | 0x80, low(0)]),
        _ => out.extend([low(22) | 0x80, low(15) | 0x80, low(8) | 0x80, (number & 0xff) as u8]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_29_bits() {
        for (number, bytes) in [
            (0, &[0][..]),
            (0x7f, &[0x7f]),
            (0x80, &[0x81, 0]),
            (0x3fff, &[0xff, 0x7f]),
            (0x4000, &[0x81, 0x80, 0]),
            (0x20_0000, &[0x80, 0xc0, 0x80, 0]),
            (0x1fff_ffff, &[0xff, 0xff, 0xff, 0xff]),
        ] {
            let mut out = Vec::new();
            put_u29(&mut out, number);
            assert_eq!(out, bytes, "{number:x}");
            assert_eq!(Input::new(bytes).u29().unwrap(), number);
        }
        assert!(matches!(Input::new(&[0x80]).u29(), Err(Trouble::Short)));
        assert!(matches!(Input::new(&[0, 9, b'a']).text(false), Err(Trouble::Short)));
    }
}
