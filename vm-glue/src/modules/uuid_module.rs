//! The module `uuid`: universally unique identifiers.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::os_calls::os;
use super::python_function::{Body, Class, Function, Given, Home, function, object_of, publish, with_defaults};
use crate::clock;
use crate::import;
use crate::modules;
use crate::runtime::{names, numbers, text};

const MODULE: &str = "uuid";
const SELF: &[&str] = &["self"];
const NONE: Given = Given::None;
/// Kinds of identifiers, by the bits that tell them.
const VARIANTS: &[(&str, &str)] = &[
    ("RESERVED_NCS", "reserved for NCS compatibility"),
    ("RFC_4122", "specified in RFC 4122"),
    ("RESERVED_MICROSOFT", "reserved for Microsoft compatibility"),
    ("RESERVED_FUTURE", "reserved for future definition"),
];
/// Where the six fields begin in the number, and their widths.
const FIELDS: [(u32, u32); 6] = [(96, 32), (80, 16), (64, 16), (56, 8), (48, 8), (0, 48)];
/// Identifiers of namespaces: they differ in their first field.
const NAMESPACES: &[(&str, u128)] = &[
    ("NAMESPACE_DNS", 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("NAMESPACE_URL", 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("NAMESPACE_OID", 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("NAMESPACE_X500", 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8),
];
/// Hundreds of nanoseconds from the beginning of the Gregorian calendar to 1970.
const GREGORIAN: u128 = 0x01b2_1dd2_1381_4000;
/// The bit of multicast addresses: what has it is nobody's hardware address.
const MULTICAST: u64 = 0x0100_0000_0000;

static UUID: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "hex", "bytes", "bytes_le", "fields", "int", "version"],
        &[NONE, NONE, NONE, NONE, NONE, NONE],
        Body::Run(init),
    ),
    function("__cmp__", &["self", "other"], Body::Run(compare)),
    function(
        "__hash__",
        SELF,
        Body::Run(|_, values, vm| {
            let hash = number(this(values, vm)?, vm)?.hash(vm)?;
            Ok(vm.ctx.new_int(hash).into())
        }),
    ),
    function("__int__", SELF, Body::Run(|_, values, vm| number(this(values, vm)?, vm))),
    function(
        "__repr__",
        SELF,
        Body::Run(|_, values, vm| {
            let shown = text::str_of(vm, this(values, vm)?)?;
            Ok(text::new_str(vm, &[b"UUID('", shown.as_slice(), b"')"].concat()))
        }),
    ),
    function(
        "__setattr__",
        &["self", "name", "value"],
        Body::Run(|_, _, vm| Err(vm.new_type_error("UUID objects are immutable"))),
    ),
    function("__str__", SELF, Body::Run(|_, values, vm| Ok(vm.ctx.new_str(shown(bits(values, vm)?)).into()))),
];

/// The properties and the functions of before properties (`get_time`).
static PROPERTIES: &[(&str, Function)] = &[
    (
        "bytes",
        function("get_bytes", SELF, Body::Run(|_, values, vm| Ok(text::new_str(vm, &bits(values, vm)?.to_be_bytes())))),
    ),
    (
        "bytes_le",
        function(
            "get_bytes_le",
            SELF,
            Body::Run(|_, values, vm| Ok(text::new_str(vm, &swapped(bits(values, vm)?.to_be_bytes())))),
        ),
    ),
    (
        "fields",
        function(
            "get_fields",
            SELF,
            Body::Run(|_, values, vm| {
                let bits = bits(values, vm)?;
                let fields = FIELDS.map(|(shift, width)| long(vm, bits >> shift & ((1 << width) - 1)));
                Ok(vm.ctx.new_tuple(fields.to_vec()).into())
            }),
        ),
    ),
    ("time_low", function("get_time_low", SELF, Body::Run(|_, values, vm| part(values, 0, vm)))),
    ("time_mid", function("get_time_mid", SELF, Body::Run(|_, values, vm| part(values, 1, vm)))),
    ("time_hi_version", function("get_time_hi_version", SELF, Body::Run(|_, values, vm| part(values, 2, vm)))),
    (
        "clock_seq_hi_variant",
        function("get_clock_seq_hi_variant", SELF, Body::Run(|_, values, vm| part(values, 3, vm))),
    ),
    ("clock_seq_low", function("get_clock_seq_low", SELF, Body::Run(|_, values, vm| part(values, 4, vm)))),
    (
        "time",
        function(
            "get_time",
            SELF,
            Body::Run(|_, values, vm| {
                let bits = bits(values, vm)?;
                Ok(long(vm, (bits >> 64 & 0xfff) << 48 | (bits >> 80 & 0xffff) << 32 | bits >> 96))
            }),
        ),
    ),
    (
        "clock_seq",
        function("get_clock_seq", SELF, Body::Run(|_, values, vm| Ok(long(vm, bits(values, vm)? >> 48 & 0x3fff)))),
    ),
    ("node", function("get_node", SELF, Body::Run(|_, values, vm| part(values, 5, vm)))),
    (
        "hex",
        function(
            "get_hex",
            SELF,
            Body::Run(|_, values, vm| Ok(vm.ctx.new_str(format!("{:032x}", bits(values, vm)?)).into())),
        ),
    ),
    (
        "urn",
        function(
            "get_urn",
            SELF,
            Body::Run(|_, values, vm| {
                let shown = text::str_of(vm, this(values, vm)?)?;
                Ok(text::new_str(vm, &[b"urn:uuid:", shown.as_slice()].concat()))
            }),
        ),
    ),
    (
        "variant",
        function(
            "get_variant",
            SELF,
            Body::Run(|_, values, vm| {
                let kind = VARIANTS.get(variant(bits(values, vm)?)).map_or("", |(_, text)| text);
                Ok(vm.ctx.new_str(kind).into())
            }),
        ),
    ),
    (
        "version",
        function(
            "get_version",
            SELF,
            Body::Run(|_, values, vm| {
                let bits = bits(values, vm)?;
                match variant(bits) {
                    1 => Ok(vm.ctx.new_int((bits >> 76 & 15) as u32).into()),
                    _ => Ok(vm.ctx.none()),
                }
            }),
        ),
    ),
];

static FUNCTIONS: &[Function] = &[
    function(
        "_random_getnode",
        &[],
        Body::Run(|_, _, vm| {
            let random = random_bytes::<8>(vm)?;
            Ok(numbers::new_long(vm, u64::from_be_bytes(random) >> 16 | MULTICAST))
        }),
    ),
    function("getnode", &[], Body::Run(node)),
    with_defaults("uuid1", &["node", "clock_seq"], &[NONE, NONE], Body::Run(from_time)),
    function("uuid3", &["namespace", "name"], Body::Run(|home, values, vm| from_name(home, values, "md5", 3, vm))),
    function(
        "uuid4",
        &[],
        Body::Run(|home, _, vm| {
            let random = os(vm, "urandom", vec![vm.ctx.new_int(16).into()])?;
            make(home, "bytes", random, 4, vm)
        }),
    ),
    function("uuid5", &["namespace", "name"], Body::Run(|home, values, vm| from_name(home, values, "sha1", 5, vm))),
];

fn this<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("a UUID is needed"))
}

fn long(vm: &VirtualMachine, value: u128) -> PyObjectRef {
    numbers::new_long(vm, value)
}

/// The number of an identifier, as an object.
fn number(this: &PyObject, vm: &VirtualMachine) -> PyResult {
    this.get_attr("int", vm)
}

fn bits(values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<u128> {
    bits_of(&*number(this(values, vm)?, vm)?, vm)
}

/// A number with 128 bits at most.
fn bits_of(value: &PyObject, vm: &VirtualMachine) -> PyResult<u128> {
    let value = numbers::integer(value).and_then(|value| u128::try_from(value).ok());
    value.ok_or_else(|| vm.new_value_error("int is out of range (need a 128-bit value)"))
}

fn part(values: &[PyObjectRef], at: usize, vm: &VirtualMachine) -> PyResult {
    let bits = bits(values, vm)?;
    let (shift, width) = FIELDS.get(at).copied().unwrap_or_default();
    Ok(long(vm, bits >> shift & ((1 << width) - 1)))
}

fn shown(bits: u128) -> String {
    let [low, mid, high, seq, seq_low, node] = FIELDS.map(|(shift, width)| bits >> shift & ((1 << width) - 1));
    format!("{low:08x}-{mid:04x}-{high:04x}-{seq:02x}{seq_low:02x}-{node:012x}")
}

/// Which of [`VARIANTS`] it is.
fn variant(bits: u128) -> usize {
    match bits >> 61 & 7 {
        0..4 => 0,
        4 | 5 => 1,
        6 => 2,
        _ => 3,
    }
}

/// The first three fields the other way round.
fn swapped(bytes: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

/// The digits of a UUID that is written in any of the usual ways.
fn digits_of(hex: &PyObject, vm: &VirtualMachine) -> PyResult<u128> {
    let Some(string) = hex.downcast_ref::<PyStr>() else {
        let kind = names::type_name_of(hex);
        return Err(vm.new_attribute_error(format!("'{kind}' object has no attribute 'replace'")));
    };
    let whole = string.as_wtf8().to_string_lossy().replace("urn:", "").replace("uuid:", "");
    let digits = whole.trim_matches(['{', '}']).replace('-', "");
    if digits.chars().count() != 32 {
        return Err(vm.new_value_error("badly formed hexadecimal UUID string"));
    }
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        && let Ok(number) = u128::from_str_radix(&digits, 16)
    {
        return Ok(number);
    }
    // `long` knows more ways to write numbers, and what to say about others.
    let digits = if text::is_unicode(hex) { text::new_unicode(vm, &digits) } else { vm.ctx.new_str(digits).into() };
    let value = numbers::long_type(vm).as_object().call((digits, 16), vm)?;
    bits_of(&value, vm)
}

fn sixteen(bytes: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<[u8; 16]> {
    let length = bytes.length(vm)?;
    let octets = text::bytes_of(bytes).unwrap_or_default();
    match (length, <[u8; 16]>::try_from(octets)) {
        (16, Ok(octets)) => Ok(octets),
        (16, Err(_)) => Err(vm.new_type_error("bytes must be a string")),
        _ => Err(vm.new_value_error(format!("{name} is not a 16-char string"))),
    }
}

fn from_fields(fields: &PyObject, vm: &VirtualMachine) -> PyResult<u128> {
    if fields.length(vm)? != FIELDS.len() {
        return Err(vm.new_value_error("fields is not a 6-tuple"));
    }
    let fields: Vec<PyObjectRef> = vm.extract_elements_with(fields, Ok)?;
    let mut bits = 0;
    for (at, (field, (shift, width))) in fields.iter().zip(FIELDS).enumerate() {
        let value = numbers::integer(field).and_then(|value| u64::try_from(value).ok());
        let Some(value) = value.filter(|value| *value < 1 << width) else {
            let article = if width == 8 { "an" } else { "a" };
            let message = format!("field {} out of range (need {article} {width}-bit value)", at + 1);
            return Err(vm.new_value_error(message));
        };
        bits |= u128::from(value) << shift;
    }
    Ok(bits)
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, hex, bytes, bytes_le, fields, int, version] = values else { return Ok(vm.ctx.none()) };
    let given = |value: &PyObjectRef| !vm.is_none(value);
    if [hex, bytes, bytes_le, fields, int].into_iter().filter(|value| given(value)).count() != 1 {
        return Err(vm.new_type_error("need one of hex, bytes, bytes_le, fields, or int"));
    }
    let mut value = if given(hex) {
        long(vm, digits_of(hex, vm)?)
    } else if given(bytes_le) {
        long(vm, u128::from_be_bytes(swapped(sixteen(bytes_le, "bytes_le", vm)?)))
    } else if given(bytes) {
        long(vm, u128::from_be_bytes(sixteen(bytes, "bytes", vm)?))
    } else if given(fields) {
        long(vm, from_fields(fields, vm)?)
    } else {
        bits_of(int, vm)?;
        int.clone()
    };
    if given(version) {
        let number: i64 = version.clone().try_to_value(vm)?;
        let Some(number) = u128::try_from(number).ok().filter(|number| (1..6).contains(number)) else {
            return Err(vm.new_value_error("illegal version number"));
        };
        let mut bits = bits_of(&value, vm)?;
        bits = bits & !(0xc000 << 48) | 0x8000 << 48;
        bits = bits & !(0xf000 << 64) | number << 76;
        value = long(vm, bits);
    }
    match this.dict() {
        Some(dict) => dict.set_item("int", value, vm)?,
        None => return Err(vm.new_type_error("a UUID is needed")),
    }
    Ok(vm.ctx.none())
}

fn compare(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, other] = values else { return Ok(vm.ctx.none()) };
    if !other.is_instance(&*home.globals.get_item("UUID", vm)?, vm)? {
        return Ok(vm.ctx.not_implemented());
    }
    let order = bits_of(&*number(this, vm)?, vm)?.cmp(&bits_of(&*number(other, vm)?, vm)?);
    Ok(vm.ctx.new_int(order as i32).into())
}

/// A new identifier of a version.
fn make(home: &Home, from: &str, value: PyObjectRef, version: i32, vm: &VirtualMachine) -> PyResult {
    let mut args = FuncArgs::default();
    args.kwargs.insert(from.into(), value);
    args.kwargs.insert("version".into(), vm.ctx.new_int(version).into());
    home.globals.get_item("UUID", vm)?.call(args, vm)
}

fn random_bytes<const N: usize>(vm: &VirtualMachine) -> PyResult<[u8; N]> {
    let random = os(vm, "urandom", vec![vm.ctx.new_int(N).into()])?;
    let random = text::bytes_of(&random).and_then(|random| <[u8; N]>::try_from(random).ok());
    random.ok_or_else(|| vm.new_value_error("not enough random bytes"))
}

/// The hardware address of one of this machine's network interfaces.
fn interface() -> Option<u64> {
    let mut names: Vec<_> = std::fs::read_dir("/sys/class/net").ok()?.flatten().map(|entry| entry.path()).collect();
    names.sort();
    names.into_iter().find_map(|path| {
        let address = std::fs::read_to_string(path.join("address")).ok()?;
        u64::from_str_radix(&address.trim().replace(':', ""), 16).ok().filter(|address| (1..1 << 48).contains(address))
    })
}

fn node(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let known = home.globals.get_item("_node", vm)?;
    if !vm.is_none(&known) {
        return Ok(known);
    }
    let node = match interface() {
        Some(node) => numbers::new_long(vm, node),
        None => home.globals.get_item("_random_getnode", vm)?.call((), vm)?,
    };
    home.globals.set_item("_node", node.clone(), vm)?;
    Ok(node)
}

fn from_time(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [node, sequence] = values else { return Ok(vm.ctx.none()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the time is positive and small")]
    let mut time = (clock::seconds() * 1e7) as u128 + GREGORIAN;
    let last = home.globals.get_item("_last_timestamp", vm)?;
    if let Some(last) = numbers::integer(&last).and_then(|last| u128::try_from(last).ok()) {
        time = time.max(last + 1);
    }
    home.globals.set_item("_last_timestamp", long(vm, time), vm)?;
    let sequence: u64 = match vm.is_none(sequence) {
        true => u64::from(u16::from_be_bytes(random_bytes::<2>(vm)?)) & 0x3fff,
        false => sequence.clone().try_to_value(vm)?,
    };
    let node = if vm.is_none(node) { home.globals.get_item("getnode", vm)?.call((), vm)? } else { node.clone() };
    let sequence = u128::from(sequence);
    let parts = [time & 0xffff_ffff, time >> 32 & 0xffff, time >> 48 & 0xfff, sequence >> 8 & 0x3f, sequence & 0xff];
    let mut fields: Vec<PyObjectRef> = parts.into_iter().map(|part| long(vm, part)).collect();
    fields.push(node);
    make(home, "fields", vm.ctx.new_tuple(fields).into(), 1, vm)
}

fn from_name(home: &Home, values: &[PyObjectRef], hash: &'static str, version: i32, vm: &VirtualMachine) -> PyResult {
    let [namespace, name] = values else { return Ok(vm.ctx.none()) };
    let data = vm._add(&*namespace.get_attr("bytes", vm)?, name)?;
    let hash = import::module(vm, "hashlib")?.get_attr(hash, vm)?.call((data,), vm)?;
    let digest = text::bytes_of(&*vm.call_method(&hash, "digest", ())?).unwrap_or_default();
    make(home, "bytes", text::new_str(vm, digest.get(..16).unwrap_or_default()), version, vm)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    for &(name, value) in VARIANTS {
        modules::set(vm, module, name, vm.ctx.new_str(value));
    }
    let mut values = Vec::new();
    for (name, getter) in PROPERTIES {
        let getter_object = object_of(vm, getter, &home, MODULE);
        values.push((*name, vm.ctx.types.property_type.as_object().call((getter_object.clone(),), vm)?));
        values.push((getter.name, getter_object));
    }
    let class = Class {
        name: "UUID",
        module: MODULE,
        bases: vec![vm.ctx.types.object_type.to_owned().into()],
        functions: UUID,
        values,
        doc: Some("A UUID: from hexadecimal digits, 16 bytes, six fields or a number."),
    };
    let class = class.make(&home, true, vm)?;
    modules::set(vm, module, "UUID", class.clone());
    publish(vm, module, &home, FUNCTIONS, MODULE);
    for name in ["_node", "_last_timestamp"] {
        modules::set(vm, module, name, vm.ctx.none());
    }
    for &(name, bits) in NAMESPACES {
        let none = || vm.ctx.none();
        let digits = vm.ctx.new_str(shown(bits)).into();
        modules::set(vm, module, name, class.call(vec![digits, none(), none(), none(), none()], vm)?);
    }
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, MODULE);
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}

#[cfg(test)]
mod tests {
    use super::{shown, swapped, variant};

    #[test]
    fn fields_and_variants() {
        let bits = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8;
        assert_eq!(shown(bits), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        assert_eq!(variant(bits), 1);
        assert_eq!(swapped(swapped(bits.to_be_bytes())), bits.to_be_bytes());
    }
}
