//! `Core.data`: JSON, XML, pickles, archives and digests, over the kits of the same purpose.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::component::{Table, call_kit, component, function, open, value};
use crate::objects::signature::{Bound, Default, Parameter};
use crate::pickle;
use crate::sandbox::Sandbox;

/// `Core.data`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &DATA))
}

static DATA: Table = Table {
    path: "Framework.components.data.Data",
    members: &[
        value("json", |vm, sandbox| Ok(component(vm, sandbox, &JSON))),
        value("xml", |vm, sandbox| Ok(component(vm, sandbox, &XML))),
        value("pickle", |vm, sandbox| Ok(component(vm, sandbox, &PICKLE))),
        value("archiving", |vm, sandbox| Ok(component(vm, sandbox, &ARCHIVING))),
        value("hashing", |vm, sandbox| Ok(component(vm, sandbox, &HASHING))),
    ],
};

const STRING: &[Parameter] = &[Parameter::required("string"), Parameter::none("encoding")];
const OBJECT: &[Parameter] = &[Parameter::required("obj")];
const ELEMENT_TEXT: &[Parameter] = &[
    Parameter::required("el"),
    Parameter { name: "encoding", default: Default::Text("utf-8") },
    Parameter::none("method"),
];
const XML_STRING: &[Parameter] = &[
    Parameter::required("string"),
    Parameter { name: "isHTML", default: Default::False },
    Parameter::none("encoding"),
    Parameter { name: "remove_blank_text", default: Default::False },
];

static JSON: Table = Table {
    path: "Framework.components.data.JSON",
    members: &[
        function("from_string", STRING, |vm, sandbox, bound| {
            let mut args = vec![bound.get(0).to_owned()];
            args.extend(Some(bound.get(1).to_owned()).filter(|encoding| !vm.is_none(encoding)));
            call_kit(vm, sandbox, "JSON", "ObjectFromString", args)
        }),
        function("to_string", OBJECT, |vm, sandbox, bound| {
            call_kit(vm, sandbox, "JSON", "StringFromObject", vec![bound.get(0).to_owned()])
        }),
    ],
};

static XML: Table = Table {
    path: "Framework.components.data.XML",
    members: &[
        open("element", |vm, sandbox, args| call_kit(vm, sandbox, "XML", "Element", args)),
        open("html_element", |vm, sandbox, args| call_kit(vm, sandbox, "HTML", "Element", args)),
        function("to_string", ELEMENT_TEXT, |vm, sandbox, bound| {
            let kit = match text::text_of(vm, bound.get(2))?.as_deref() {
                Some("html") => "HTML",
                _ => "XML",
            };
            call_kit(vm, sandbox, kit, "StringFromElement", vec![bound.get(0).to_owned(), bound.get(1).to_owned()])
        }),
        function("from_string", XML_STRING, from_string),
        open("object_from_string", |vm, sandbox, args| call_kit(vm, sandbox, "XML", "ObjectFromString", args)),
        open("object_to_string", |vm, sandbox, args| call_kit(vm, sandbox, "XML", "StringFromObject", args)),
    ],
};

static PICKLE: Table = Table {
    path: "Framework.components.data.Pickle",
    members: &[
        function("load", &[Parameter::required("string")], |vm, sandbox, bound| {
            pickle::load(vm, sandbox, &text::str_of(vm, bound.get(0))?)
        }),
        function("dump", OBJECT, |vm, _, bound| Ok(text::new_str(vm, &pickle::dump(vm, bound.get(0))?))),
    ],
};

static ARCHIVING: Table = Table {
    path: "Framework.components.data.Archiving",
    members: &[
        open("zip_archive", |vm, sandbox, args| call_kit(vm, sandbox, "Archive", "Zip", args)),
        open("gzip_compress", |vm, sandbox, args| call_kit(vm, sandbox, "Archive", "GzipCompress", args)),
        open("gzip_decompress", |vm, sandbox, args| call_kit(vm, sandbox, "Archive", "GzipDecompress", args)),
    ],
};

static HASHING: Table = Table {
    path: "Framework.components.data.Hashing",
    members: &[
        open("md5", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "MD5", args)),
        open("sha1", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "SHA1", args)),
        open("sha224", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "SHA224", args)),
        open("sha256", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "SHA256", args)),
        open("sha384", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "SHA384", args)),
        open("sha512", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "SHA512", args)),
        open("crc32", |vm, sandbox, args| call_kit(vm, sandbox, "Hash", "CRC32", args)),
    ],
};

fn from_string(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let source = bound.get(0).to_owned();
    let root = if bound.get(1).to_owned().try_to_bool(vm)? {
        call_kit(vm, sandbox, "HTML", "ElementFromString", vec![source])?
    } else {
        let mut args = FuncArgs::from(vec![source]);
        args.args.extend(Some(bound.get(2).to_owned()).filter(|encoding| !vm.is_none(encoding)));
        call_kit(vm, sandbox, "XML", "ElementFromString", args)?
    };
    if bound.get(3).to_owned().try_to_bool(vm)? {
        drop_blank_texts(vm, &root)?;
    }
    Ok(root)
}

/// Removes the texts between elements that are nothing but white space.
fn drop_blank_texts(vm: &VirtualMachine, root: &PyObject) -> PyResult<()> {
    let all: Vec<PyObjectRef> = vm.extract_elements_with(&*vm.call_method(root, "iter", ())?, Ok)?;
    let is_blank = |element: &PyObject, name: &'static str| -> PyResult<bool> {
        let value = element.get_attr(name, vm)?;
        Ok(text::text_of(vm, &value)?.is_some_and(|text| text.trim_ascii().is_empty()))
    };
    for element in all {
        if element.length(vm)? > 0 && is_blank(&element, "text")? {
            element.set_attr("text", vm.ctx.none(), vm)?;
        }
        if is_blank(&element, "tail")? {
            element.set_attr("tail", vm.ctx.none(), vm)?;
        }
    }
    Ok(())
}
