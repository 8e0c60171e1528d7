//! The items of an array: what their letters mean, and their bytes.

use rustpython_vm::builtins::{PyFloat, PyInt, PyStr};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::runtime::{arguments, numbers, text};

/// A kind of items by its letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub u8);

/// Bytes of one item; only so many of them count as the kind has.
pub type Bytes = [u8; 8];

/// Kinds whose ints are checked as one C type: the letter, the bounds, what the messages call it.
const SMALL: &[(u8, i64, i64, &str, &str)] = &[
    (b'b', i8::MIN as i64, i8::MAX as i64, "signed char is less than minimum", "signed char is greater than maximum"),
    (
        b'B',
        0,
        u8::MAX as i64,
        "unsigned byte integer is less than minimum",
        "unsigned byte integer is greater than maximum",
    ),
    (
        b'h',
        i16::MIN as i64,
        i16::MAX as i64,
        "signed short integer is less than minimum",
        "signed short integer is greater than maximum",
    ),
    (b'H', 0, u16::MAX as i64, "unsigned short is less than minimum", "unsigned short is greater than maximum"),
    (
        b'i',
        i32::MIN as i64,
        i32::MAX as i64,
        "signed integer is less than minimum",
        "signed integer is greater than maximum",
    ),
];

impl Kind {
    /// The kind of a letter, if there is one.
    pub fn of(letter: u8) -> Option<Self> {
        b"cbBuhHiIlLfd".contains(&letter).then_some(Self(letter))
    }

    /// Bytes of an item.
    pub fn size(self) -> usize {
        match self.0 {
            b'c' | b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'l' | b'L' | b'd' => 8,
            _ => 4,
        }
    }

    /// The item that these bytes are.
    pub fn object(self, bytes: &[u8], vm: &VirtualMachine) -> PyObjectRef {
        let mut all: Bytes = [0; 8];
        for (slot, byte) in all.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        let [first, second, third, fourth, ..] = all;
        let four = [first, second, third, fourth];
        match self.0 {
            b'c' => text::new_str(vm, &[first]),
            b'b' => vm.ctx.new_int(first as i8).into(),
            b'B' => vm.ctx.new_int(first).into(),
            b'h' => vm.ctx.new_int(i16::from_ne_bytes([first, second])).into(),
            b'H' => vm.ctx.new_int(u16::from_ne_bytes([first, second])).into(),
            b'i' => vm.ctx.new_int(i32::from_ne_bytes(four)).into(),
            b'I' => numbers::new_long(vm, u32::from_ne_bytes(four)),
            b'l' => vm.ctx.new_int(i64::from_ne_bytes(all)).into(),
            b'L' => numbers::new_long(vm, u64::from_ne_bytes(all)),
            b'f' => vm.ctx.new_float(f64::from(f32::from_ne_bytes(four))).into(),
            b'd' => vm.ctx.new_float(f64::from_ne_bytes(all)).into(),
            _ => {
                let c = char::from_u32(u32::from_ne_bytes(four)).unwrap_or(char::REPLACEMENT_CHARACTER);
                text::new_unicode(vm, c.encode_utf8(&mut [0; 4]))
            }
        }
    }

    /// The bytes of an item.
    pub fn bytes(self, item: &PyObject, vm: &VirtualMachine) -> PyResult<Bytes> {
        match self.0 {
            b'c' => match text::bytes_of(item).as_deref() {
                Some([byte]) => Ok(padded(&[*byte])),
                _ => Err(vm.new_type_error("array item must be char")),
            },
            b'u' => {
                let string = item.downcast_ref::<PyStr>().filter(|_| text::is_unicode(item));
                let mut points = string.into_iter().flat_map(|string| string.as_wtf8().code_points());
                match (points.next(), points.next()) {
                    (Some(c), None) => Ok(padded(&c.to_u32().to_ne_bytes())),
                    _ => Err(vm.new_type_error("array item must be unicode character")),
                }
            }
            b'f' | b'd' => {
                let value = match item.downcast_ref::<PyFloat>() {
                    Some(float) => float.to_f64(),
                    None if text::is_basestring(item) => return Err(vm.new_type_error("a float is required")),
                    None => {
                        let converted =
                            item.try_float_opt(vm).unwrap_or_else(|| Err(vm.new_type_error("a float is required")));
                        converted?.to_f64()
                    }
                };
                Ok(if self.0 == b'f' { padded(&(value as f32).to_ne_bytes()) } else { value.to_ne_bytes() })
            }
            b'I' | b'L' => self.unsigned(item, vm),
            b'l' => Ok((arguments::c_long(vm, item)? as i64).to_ne_bytes()),
            _ => self.small(item, vm),
        }
    }

    /// An item of the kinds that CPython reads with one C type and checks.
    fn small(self, item: &PyObject, vm: &VirtualMachine) -> PyResult<Bytes> {
        let value = arguments::c_long(vm, item)? as i64;
        let checked = |letter: u8| -> PyResult<()> {
            match SMALL.iter().find(|(known, ..)| *known == letter) {
                Some((_, least, _, low, _)) if value < *least => Err(vm.new_overflow_error(*low)),
                Some((_, _, most, _, high)) if value > *most => Err(vm.new_overflow_error(*high)),
                _ => Ok(()),
            }
        };
        // Read as a wider type first.
        match self.0 {
            b'b' => checked(b'h')?,
            b'H' => checked(b'i')?,
            _ => {}
        }
        checked(self.0)?;
        Ok(value.to_le_bytes())
            .map(|bytes: Bytes| if cfg!(target_endian = "big") { swapped(bytes, self.size()) } else { bytes })
    }

    fn unsigned(self, item: &PyObject, vm: &VirtualMachine) -> PyResult<Bytes> {
        let name = if self.0 == b'I' { "unsigned int" } else { "unsigned long" };
        let Some(value) = item.downcast_ref::<PyInt>().map(|int| int.as_bigint()) else {
            // Whatever converts itself, with the same complaints.
            let value = arguments::c_long(vm, item)?;
            let value =
                u64::try_from(value).map_err(|_| vm.new_overflow_error(format!("{name} is less than minimum")))?;
            return self.unsigned_bytes(value, name, vm);
        };
        match (u64::try_from(value), i64::try_from(value)) {
            (Ok(value), _) => self.unsigned_bytes(value, name, vm),
            (_, Ok(_)) => Err(vm.new_overflow_error(format!("{name} is less than minimum"))),
            _ if value.sign() == malachite_bigint::Sign::Minus => {
                Err(vm.new_overflow_error("can't convert negative value to unsigned long"))
            }
            _ => Err(vm.new_overflow_error("long int too large to convert")),
        }
    }

    fn unsigned_bytes(self, value: u64, name: &str, vm: &VirtualMachine) -> PyResult<Bytes> {
        if self.0 == b'L' {
            return Ok(value.to_ne_bytes());
        }
        match u32::try_from(value) {
            Ok(value) => Ok(padded(&value.to_ne_bytes())),
            Err(_) => Err(vm.new_overflow_error(format!("{name} is greater than maximum"))),
        }
    }
}

fn padded(bytes: &[u8]) -> Bytes {
    let mut all: Bytes = [0; 8];
    for (slot, byte) in all.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    all
}

/// The lowest bytes in the other order.
fn swapped(bytes: Bytes, size: usize) -> Bytes {
    let low: Vec<u8> = bytes.iter().take(size).rev().copied().collect();
    padded(&low)
}
