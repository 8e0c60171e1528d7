//! `String`, `E` and `D`: encodings, quoting, comparing, cleaning of texts (`spec/kits.md` §9).

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{Value, buffer_argument, method, no_attribute, optional};
use crate::objects::quote::{quote as percent_quote, quote_plus, raw_unicode_escape};
use crate::objects::signature::{Default, Parameter, Signature};
use crate::soup::decode_entities;
use crate::{string_clean, string_transforms as transforms};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[
        Entry {
            name: "String",
            visible: Visibility::All,
            doc: "Encoding, quoting and comparing of texts.",
            status: Status::Implemented,
            make: |vm, _| {
                native_class::<StringKit>(vm, "Framework.api.utilkit");
                Ok(StringKit.into_pyobject(vm))
            },
        },
        Entry {
            name: "E",
            visible: Visibility::All,
            doc: "Short for String.Encode: base64 that needs no quoting in a URL.",
            status: Status::Implemented,
            make: |vm, _| Ok(vm.new_function("Encode", |s: PyObjectRef, vm: &VirtualMachine| encode(vm, &s)).into()),
        },
        Entry {
            name: "D",
            visible: Visibility::All,
            doc: "Short for String.Decode, the reverse of E.",
            status: Status::Implemented,
            make: |vm, _| Ok(vm.new_function("Decode", |s: PyObjectRef, vm: &VirtualMachine| decode(vm, &s)).into()),
        },
    ],
};

const ONE: &[Parameter] = &[Parameter::required("s")];
const TWO: &[Parameter] = &[Parameter::required("first"), Parameter::required("second")];
const QUOTED: &[Parameter] = &[Parameter::required("s"), optional("usePlus", Default::False)];
const QUERY: &[Parameter] = &[
    Parameter::required("s"),
    optional("keep_blank_vaues", Default::True),
    optional("strict_parsing", Default::False),
];
const BASE64: &[Parameter] = &[Parameter::required("s"), optional("with_newlines", Default::False)];
const JOIN: &[Parameter] = &[Parameter::required("words"), Parameter::none("sep")];
const JOIN_URL: &[Parameter] =
    &[Parameter::required("base"), Parameter::required("url"), optional("allow_fragments", Default::True)];
const CLEAN: Signature<'_> = method(
    "Clean",
    &[
        Parameter::required("s"),
        optional("form", Default::Text("NFKD")),
        Parameter::none("lang"),
        optional("strip_diacritics", Default::False),
        optional("strip_punctuation", Default::False),
    ],
);

/// Base64 with `@`, `*` and `_` for the characters that mean something in a URL.
fn encode(vm: &VirtualMachine, value: &PyObject) -> PyResult {
    let bytes = buffer_argument(vm, "b2a_base64", value)?;
    let encoded = STANDARD.encode(bytes).replace('/', "@").replace('+', "*").replace('=', "_");
    Ok(text::native(vm, &encoded))
}

fn decode(vm: &VirtualMachine, value: &PyObject) -> PyResult {
    if !text::is_basestring(value) {
        return Err(no_attribute(vm, value, "replace"));
    }
    let mut bytes: Vec<u8> = text::str_of(vm, value)?
        .into_iter()
        .map(|byte| match byte {
            b'@' => b'/',
            b'*' => b'+',
            b'_' => b'=',
            other => other,
        })
        .collect();
    let missing = (4 - bytes.len() % 4) % 4;
    bytes.resize(bytes.len() + missing, b'=');
    from_base64(vm, &bytes)
}

fn from_base64(vm: &VirtualMachine, bytes: &[u8]) -> PyResult {
    match transforms::base64_decode(bytes) {
        Some(decoded) => Ok(text::new_str(vm, &decoded)),
        None => Err(binascii_error(vm, "Incorrect padding")),
    }
}

/// `binascii.Error`.
fn binascii_error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    let raise = || -> PyResult<PyBaseExceptionRef> {
        let class = import::module(vm, "binascii")?.get_attr("Error", vm)?;
        let error = class.call((text::native(vm, message),), vm)?;
        error.downcast().map_err(|_| vm.new_value_error(message.to_owned()))
    };
    raise().unwrap_or_else(|error| error)
}

/// The two texts of a comparison, cleaned.
fn compared(vm: &VirtualMachine, function: &'static str, args: FuncArgs) -> PyResult<[String; 2]> {
    let bound = method(function, TWO).bind(vm, args)?;
    let clean = |at: usize| PyResult::Ok(transforms::cleaned(&text::unicode_of(vm, bound.get(at))?));
    Ok([clean(0)?, clean(1)?])
}

/// `LevenshteinDistance`, of `String` and `Util`.
pub fn levenshtein_distance(vm: &VirtualMachine, args: FuncArgs) -> PyResult<usize> {
    let [first, second] = compared(vm, "LevenshteinDistance", args)?;
    Ok(transforms::distance(&first, &second))
}

/// `LongestCommonSubstring`, of `String` and `Util`.
pub fn longest_common_substring(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    let [first, second] = compared(vm, "LongestCommonSubstring", args)?;
    Ok(text::new_unicode(vm, &transforms::common_substring(&first, &second)))
}

/// Quotes or unquotes; `plus` also between blanks and `+`.
fn unquote(vm: &VirtualMachine, value: &PyObject, plus: bool) -> PyResult {
    let Some(value_text) = Value::of(vm, value)? else {
        return Err(no_attribute(vm, value, if plus { "replace" } else { "split" }));
    };
    let spaced = |bytes: &[u8]| -> Vec<u8> {
        if plus { bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect() } else { bytes.to_vec() }
    };
    Ok(match value_text {
        Value::Bytes(bytes) => text::new_str(vm, &transforms::unquote(&spaced(&bytes))),
        // Each `%XX` of a text is the character with that code.
        Value::Unicode(source) => {
            let mut out = String::new();
            for piece in source.split_inclusive(|c: char| !c.is_ascii()) {
                let ascii = piece.trim_end_matches(|c: char| !c.is_ascii());
                out.extend(transforms::unquote(&spaced(ascii.as_bytes())).into_iter().map(char::from));
                out.push_str(&piece[ascii.len()..]);
            }
            text::new_unicode(vm, &out)
        }
    })
}

/// Calls a function of a standard module.
fn library(vm: &VirtualMachine, module: &str, function: &'static str, args: Vec<PyObjectRef>) -> PyResult {
    import::module(vm, module)?.get_attr(function, vm)?.call(args, vm)
}

/// `String`.
#[pyclass(module = false, name = "StringKit")]
#[derive(Debug, PyPayload)]
pub struct StringKit;

#[pyclass(flags(HAS_DICT))]
impl StringKit {
    #[pygetset(name = "LETTERS")]
    fn letters(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }

    #[pygetset(name = "LOWERCASE")]
    fn lowercase(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "abcdefghijklmnopqrstuvwxyz")
    }

    #[pygetset(name = "UPPERCASE")]
    fn uppercase(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }

    #[pygetset(name = "DIGITS")]
    fn digits(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "0123456789")
    }

    #[pygetset(name = "HEX_DIGITS")]
    fn hex_digits(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "0123456789abcdefABCDEF")
    }

    #[pygetset(name = "OCT_DIGITS")]
    fn oct_digits(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "01234567")
    }

    #[pygetset(name = "PUNCTUATION")]
    fn punctuation(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    }

    #[pygetset(name = "PRINTABLE")]
    fn printable(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(
            vm,
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\
             !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\x0b\x0c",
        )
    }

    #[pygetset(name = "WHITESPACE")]
    fn whitespace(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "\t\n\x0b\x0c\r ")
    }

    /// Base64 that needs no quoting in a URL.
    #[pymethod(name = "Encode")]
    fn encode(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        encode(vm, method("Encode", ONE).bind(vm, args)?.get(0))
    }

    /// The reverse of `Encode`; missing padding and junk do no harm.
    #[pymethod(name = "Decode")]
    fn decode(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        decode(vm, method("Decode", ONE).bind(vm, args)?.get(0))
    }

    /// Base64, on request in lines of 76 characters.
    #[pymethod(name = "Base64Encode")]
    fn base64_encode(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("Base64Encode", BASE64).bind(vm, args)?;
        let bytes = buffer_argument(vm, "b2a_base64", bound.get(0))?;
        if !bound.get(1).to_owned().try_to_bool(vm)? {
            return Ok(text::native(vm, &STANDARD.encode(bytes)));
        }
        let lines: String = bytes.chunks(57).map(|line| STANDARD.encode(line) + "\n").collect();
        Ok(text::native(vm, &lines))
    }

    /// The bytes of base64; binascii.Error where padding is missing.
    #[pymethod(name = "Base64Decode")]
    fn base64_decode(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("Base64Decode", ONE).bind(vm, args)?;
        from_base64(vm, &buffer_argument(vm, "a2b_base64", bound.get(0))?)
    }

    /// Percent-encodes for a path; with `usePlus` for a query.
    #[pymethod(name = "Quote")]
    fn quote(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("Quote", QUOTED).bind(vm, args)?;
        let value = bound.get(0);
        let bytes = match Value::of(vm, value)? {
            Some(Value::Bytes(bytes)) => bytes,
            Some(Value::Unicode(source)) => raw_unicode_escape(&source),
            None if vm.is_none(value) => return Err(vm.new_type_error("None object cannot be quoted")),
            None if !value.to_owned().try_to_bool(vm)? => return Ok(value.to_owned()),
            None => return Err(no_attribute(vm, value, "rstrip")),
        };
        let quoted = match bound.get(1).to_owned().try_to_bool(vm)? {
            true => quote_plus(&bytes, b""),
            false => percent_quote(&bytes, b"/"),
        };
        Ok(text::native(vm, &quoted))
    }

    /// The text of any value, percent-encoded for a query.
    #[pymethod(name = "URLEncode")]
    fn url_encode(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("URLEncode", ONE).bind(vm, args)?;
        Ok(text::native(vm, &quote_plus(&text::str_of(vm, bound.get(0))?, b"")))
    }

    /// Decodes `%XX`; with `usePlus` also `+`.
    #[pymethod(name = "Unquote")]
    fn unquote(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("Unquote", QUOTED).bind(vm, args)?;
        unquote(vm, bound.get(0), bound.get(1).to_owned().try_to_bool(vm)?)
    }

    /// The words with a separator between them.
    #[pymethod(name = "Join")]
    fn join(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [words, separator] = take(method("Join", JOIN).bind(vm, args)?.into_values(), vm);
        if vm.is_none(&separator) {
            return Err(no_attribute(vm, &separator, "join"));
        }
        vm.call_method(&separator, "join", (words,))
    }

    /// A relative address resolved against a base.
    #[pymethod(name = "JoinURL")]
    fn join_url(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("JoinURL", JOIN_URL).bind(vm, args)?.into_values();
        library(vm, "urlparse", "urljoin", values)
    }

    /// Removes everything between angle brackets.
    #[pymethod(name = "StripTags")]
    fn strip_tags(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let value = Value::searched(vm, method("StripTags", ONE).bind(vm, args)?.get(0))?;
        Ok(value.like(vm, &transforms::strip_tags(value.bytes())))
    }

    /// Characters for HTML entities; tags stay, tidied.
    #[pymethod(name = "DecodeHTMLEntities")]
    fn decode_html_entities(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("DecodeHTMLEntities", ONE).bind(vm, args)?;
        let source = match Value::searched(vm, bound.get(0))? {
            Value::Unicode(source) => source,
            Value::Bytes(bytes) => crate::elements::encoding::decode_document(&bytes, true),
        };
        Ok(text::new_unicode(vm, &decode_entities(&source)))
    }

    /// A random identifier of 36 characters.
    #[pymethod(name = "UUID")]
    fn uuid(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let random = library(vm, "os", "urandom", vec![vm.ctx.new_int(16).into()])?;
        let mut bytes = text::bytes_of(&random).unwrap_or_default();
        bytes.resize(16, 0);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Ok(text::native(vm, &parts.join("-")))
    }

    /// The nearest ASCII text.
    #[pymethod(name = "StripDiacritics")]
    fn strip_diacritics(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("StripDiacritics", ONE).bind(vm, args)?;
        let source = text::unicode_of(vm, bound.get(0))?;
        if source.is_ascii() {
            return Ok(text::native(vm, &source));
        }
        let source = source.replace('\u{df}', "ss").replace('\u{1e9e}', "SS");
        let normal = string_clean::normalize(vm, text::native(vm, "NFKD"), &source)?;
        Ok(text::native(vm, &normal.chars().filter(char::is_ascii).collect::<String>()))
    }

    /// The plural of an English word.
    #[pymethod(name = "Pluralize")]
    fn pluralize(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let value = Value::searched(vm, method("Pluralize", ONE).bind(vm, args)?.get(0))?;
        Ok(value.like(vm, &transforms::pluralize(value.bytes())))
    }

    /// The number of single-letter changes between two texts, cleaned.
    #[pymethod(name = "LevenshteinDistance")]
    fn levenshtein_distance(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        levenshtein_distance(vm, args)
    }

    /// How alike two texts are, between 0 and 1.
    #[pymethod(name = "LevenshteinRatio")]
    fn levenshtein_ratio(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<f64> {
        let bound = method("LevenshteinRatio", TWO).bind(vm, args)?;
        let (first, second) = (bound.get(0).length(vm)?, bound.get(1).length(vm)?);
        if first == 0 || second == 0 {
            return Ok(0.0);
        }
        let given = vec![bound.get(0).to_owned(), bound.get(1).to_owned()];
        let distance = levenshtein_distance(vm, FuncArgs::from(given))?;
        Ok(1.0 - distance as f64 / first.max(second) as f64)
    }

    /// The longest text that is in both, cleaned.
    #[pymethod(name = "LongestCommonSubstring")]
    fn longest_common_substring(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        longest_common_substring(vm, args)
    }

    /// Each word with a capital letter, single blanks between them.
    #[pymethod(name = "CapitalizeWords")]
    fn capitalize_words(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("CapitalizeWords", ONE).bind(vm, args)?;
        Ok(match Value::of(vm, bound.get(0))? {
            None => return Err(no_attribute(vm, bound.get(0), "split")),
            Some(Value::Bytes(bytes)) => text::new_str(vm, &transforms::capitalize_bytes(&bytes)),
            Some(Value::Unicode(source)) => match transforms::capitalize_words(&source).as_str() {
                "" => text::native(vm, ""),
                words => text::new_unicode(vm, words),
            },
        })
    }

    /// The names of a query string, each with the list of its values.
    #[pymethod(name = "ParseQueryString")]
    fn parse_query_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("ParseQueryString", QUERY).bind(vm, args)?.into_values();
        library(vm, "urlparse", "parse_qs", values)
    }

    /// The names and values of a query string, in order.
    #[pymethod(name = "ParseQueryStringAsList")]
    fn parse_query_string_as_list(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("ParseQueryStringAsList", QUERY).bind(vm, args)?.into_values();
        library(vm, "urlparse", "parse_qsl", values)
    }

    /// A path without its extension, and the extension with its dot.
    #[pymethod(name = "SplitExtension")]
    fn split_extension(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("SplitExtension", ONE).bind(vm, args)?;
        let Some(value) = Value::of(vm, bound.get(0))? else {
            return Err(no_attribute(vm, bound.get(0), "rfind"));
        };
        let (before, extension) = value.bytes().split_at(transforms::extension_at(value.bytes()));
        // No extension is a str, whatever the name is.
        let extension = if extension.is_empty() { text::native(vm, "") } else { value.like(vm, extension) };
        Ok(vm.ctx.new_tuple(vec![value.like(vm, before), extension]).into())
    }

    /// Lines without the blanks that all of them begin with.
    #[pymethod(name = "Dedent")]
    fn dedent(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("Dedent", ONE).bind(vm, args)?.into_values();
        library(vm, "textwrap", "dedent", values)
    }

    /// Normalised text without control characters, on request without punctuation and diacritics.
    #[pymethod(name = "Clean")]
    fn clean(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = CLEAN.bind(vm, args)?;
        // The original's error path is broken: it raises this.
        let broken = || vm.new_name_error("global name 'Log' is not defined", vm.ctx.new_str("Log"));
        let language = text::text_of(vm, bound.get(2))?;
        let source = match Value::of(vm, bound.get(0))? {
            None => return Err(broken()),
            Some(Value::Unicode(source)) => source,
            Some(Value::Bytes(bytes)) => string_clean::decode(&bytes, language.as_deref()),
        };
        let normal = string_clean::normalize(vm, bound.get(1).to_owned(), &source).map_err(|_| broken())?;
        let strip = string_clean::Strip {
            diacritics: bound.get(3).to_owned().try_to_bool(vm)?,
            punctuation: bound.get(4).to_owned().try_to_bool(vm)?,
        };
        Ok(text::new_unicode(vm, &string_clean::strip(vm, &normal, strip)?))
    }
}

/// The first values of a call; None for those that are not there.
fn take<const N: usize>(values: Vec<PyObjectRef>, vm: &VirtualMachine) -> [PyObjectRef; N] {
    let mut values = values.into_iter();
    std::array::from_fn(|_| values.next().unwrap_or_else(|| vm.ctx.none()))
}
