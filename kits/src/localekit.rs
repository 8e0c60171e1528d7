//! `Locale`, `L` and `F` (`spec/storage.md` §11): localised texts, languages and countries.

use std::sync::Arc;
use std::time::Duration;

use reprise_bundles::strings::Localised;
use reprise_vm_glue::runtime::text;
use reprise_vm_glue::web;
use rustpython_vm::builtins::{PyStr, PyStrRef, PyTuple};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::PyNumberMethods;
use rustpython_vm::types::{AsNumber, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::constkit;
use crate::context;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::locale_tables::{COUNTRIES, LANGUAGES, THREE_LETTER_CODES};
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Locale",
    entries: &[
        Entry {
            name: "Locale",
            visible: Visibility::Code,
            doc: "Languages, countries and localised texts.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                native_class::<LocaleKit>(vm, "Framework.api.localekit");
                let _ = LocalString::make_static_type();
                let languages = languages(vm)?;
                let countries = countries(vm)?;
                Ok(LocaleKit { sandbox: Arc::clone(sandbox), languages, countries }.into_pyobject(vm))
            },
        },
        Entry {
            name: "L",
            visible: Visibility::Code,
            doc: "The localised text for a key; looked up when it is shown.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let plugin = Arc::clone(&sandbox.plugin);
                let make = move |key: PyObjectRef, vm: &VirtualMachine| lazy(vm, &plugin, Content::Key(key));
                Ok(vm.new_function("LocalString", make).into())
            },
        },
        Entry {
            name: "F",
            visible: Visibility::Code,
            doc: "The localised text for a key, formatted with arguments when it is shown.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let plugin = Arc::clone(&sandbox.plugin);
                let make = move |args: FuncArgs, vm: &VirtualMachine| formatted(vm, &plugin, args);
                Ok(vm.new_function("LocalStringWithFormat", make).into())
            },
        },
    ],
};

/// The text for a key in the language of the running request.
pub fn localise(_vm: &VirtualMachine, plugin: &Plugin, key: &str) -> PyResult<String> {
    let locale = context::with(|context| context.locale.clone());
    Ok(plugin.strings.localise(key, locale.as_deref()))
}

/// The class of lazy texts.
pub fn class(_vm: &VirtualMachine) -> rustpython_vm::builtins::PyTypeRef {
    LocalString::make_static_type().to_owned()
}

fn lazy(vm: &VirtualMachine, plugin: &Arc<Plugin>, content: Content) -> PyObjectRef {
    let locale = context::with(|context| context.locale.clone());
    LocalString { plugin: Arc::clone(plugin), locale, content }.into_pyobject(vm)
}

fn formatted(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let Some((key, rest)) = args.args.split_first() else {
        return Err(vm.new_type_error("LocalStringWithFormat() takes at least 2 arguments (1 given)"));
    };
    Ok(lazy(vm, plugin, Content::Format(key.clone(), rest.to_vec())))
}

/// What a lazy string becomes.
#[derive(Clone, Debug)]
enum Content {
    Key(PyObjectRef),
    Format(PyObjectRef, Vec<PyObjectRef>),
    /// Two texts one after the other.
    Pair(PyObjectRef, PyObjectRef),
}

/// A text that is looked up when it is shown, in the language of the request that made it.
#[pyclass(module = false, name = "LocalString")]
#[derive(PyPayload)]
pub struct LocalString {
    plugin: Arc<Plugin>,
    locale: Option<String>,
    content: Content,
}

impl std::fmt::Debug for LocalString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalString").field("content", &self.content).finish_non_exhaustive()
    }
}

#[pyclass(with(AsNumber, Representable), flags(DISALLOW_INSTANTIATION))]
impl LocalString {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(lazy) = zelf.downcast_ref::<LocalString>() else { return zelf.repr(vm) };
        let shown = lazy.shown(vm)?;
        let value = match shown.is_unicode {
            true => text::new_unicode(vm, &shown.text),
            false => text::new_str(vm, shown.text.as_bytes()),
        };
        value.downcast::<PyStr>().map_err(|_| vm.new_type_error("__str__ returned non-string"))
    }

    #[pymethod]
    fn __unicode__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        if let Content::Key(key) = &zelf.content
            && text::text_of(vm, key)?.is_none()
        {
            // A key that is no text is shown as it is: `unicode(L(None))` is `None`.
            return Ok(text::new_unicode(vm, &text::unicode_of(vm, key)?));
        }
        Ok(text::new_unicode(vm, &zelf.text(vm)?))
    }

    /// The text itself.
    pub fn text(&self, vm: &VirtualMachine) -> PyResult<String> {
        Ok(self.shown(vm)?.text)
    }

    /// The text and whether `__str__` gives it as unicode, as it does where the file's reader did.
    fn shown(&self, vm: &VirtualMachine) -> PyResult<Localised> {
        match &self.content {
            Content::Key(key) => self.look_up(vm, key),
            Content::Format(key, args) => {
                let format = self.look_up(vm, key)?;
                let args = PyTuple::new_ref(args.clone(), &vm.ctx);
                let result = vm._mod(&text::native(vm, &format.text), args.as_object())?;
                Ok(Localised { text: text::unicode_of(vm, &result)?, ..format })
            }
            Content::Pair(first, second) => {
                let text = text::unicode_of(vm, first)? + &text::unicode_of(vm, second)?;
                Ok(Localised { text, is_unicode: false })
            }
        }
    }

    fn look_up(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<Localised> {
        let Some(key) = text::text_of(vm, key)? else {
            let class = reprise_vm_glue::runtime::names::type_name_of(key);
            return Err(vm.new_type_error(format!("__str__ returned non-string (type {class})")));
        };
        // One that was made outside a request takes the language of the request that shows it.
        let locale = self.locale.clone().or_else(|| context::with(|context| context.locale.clone()));
        let found = self.plugin.strings.lookup(&key, locale.as_deref());
        Ok(found.unwrap_or(Localised { text: key, is_unicode: false }))
    }
}

impl Representable for LocalString {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let shown = |value: &PyObject| -> PyResult<String> {
            Ok(String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned())
        };
        let (name, values) = match &zelf.content {
            Content::Key(key) => ("LocalString", shown(key)?),
            Content::Format(key, args) => {
                let args = PyTuple::new_ref(args.clone(), &vm.ctx);
                ("LocalStringFormatter", format!("{}, {}", shown(key)?, shown(args.as_object())?))
            }
            Content::Pair(first, second) => ("LocalStringPair", format!("{}, {}", shown(first)?, shown(second)?)),
        };
        Ok(format!("Framework.components.localization.{name}({values})"))
    }
}

impl AsNumber for LocalString {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            add: Some(|a, b, vm| {
                let plugin = [a, b].iter().find_map(|side| side.downcast_ref::<LocalString>());
                match plugin {
                    Some(lazy) => {
                        let content = Content::Pair(a.to_owned(), b.to_owned());
                        let pair =
                            LocalString { plugin: Arc::clone(&lazy.plugin), locale: lazy.locale.clone(), content };
                        Ok(pair.into_pyobject(vm))
                    }
                    None => Ok(vm.ctx.not_implemented()),
                }
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// `Locale`.
#[pyclass(module = false, name = "LocaleKit")]
#[derive(PyPayload)]
pub struct LocaleKit {
    sandbox: Arc<Sandbox>,
    languages: PyObjectRef,
    countries: PyObjectRef,
}

impl std::fmt::Debug for LocaleKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocaleKit")
    }
}

/// Where the country of the machine's address is asked for.
const GEOLOCATION: &str = "http://geo.plexapp.com/geolocate.php";

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl LocaleKit {
    #[pygetset(name = "DefaultLocale")]
    fn default_locale(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, &zelf.sandbox.plugin.strings.default_locale())
    }

    #[pygetset(name = "DefaultLocale", setter)]
    fn set_default_locale(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => {
                zelf.sandbox.plugin.strings.set_default_locale(&text::unicode_of(vm, &value)?);
                Ok(())
            }
            PySetterValue::Delete => Err(vm.new_attribute_error("can't delete attribute")),
        }
    }

    #[pygetset(name = "CurrentLocale")]
    fn current_locale(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match context::with(|context| context.locale.clone()) {
            Some(locale) => text::native(vm, &locale),
            None => vm.ctx.none(),
        }
    }

    #[pygetset(name = "Geolocation")]
    fn geolocation(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let client = zelf.sandbox.plugin.web();
        let request = web::Request::get(GEOLOCATION).timeout(Some(Duration::from_secs(20)));
        let body = vm.allow_threads(|| client.send(request).and_then(|mut response| response.read_all(4096)));
        match body {
            Ok(bytes) => Ok(text::new_str(vm, &bytes)),
            Err(error) => Err(vm.new_os_error(error.to_string())),
        }
    }

    #[pygetset(name = "Language")]
    fn language(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyObjectRef {
        zelf.languages.clone()
    }

    #[pygetset(name = "CountryCodes")]
    fn country_codes(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyObjectRef {
        zelf.countries.clone()
    }

    #[pymethod(name = "LocalString")]
    fn local_string(zelf: &Py<Self>, key: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        lazy(vm, &zelf.sandbox.plugin, Content::Key(key))
    }

    #[pymethod(name = "LocalStringWithFormat")]
    fn local_string_with_format(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        formatted(vm, &zelf.sandbox.plugin, args)
    }
}

/// Code of a language that is not known.
const UNKNOWN_LANGUAGE: &str = "xx";
/// Code of a country that is not known.
const UNKNOWN_COUNTRY: &str = "ZZ";

fn languages(vm: &VirtualMachine) -> PyResult {
    let codes = LANGUAGES.iter().map(|(name, code)| (*name, text::native(vm, code)));
    let all = |vm: &VirtualMachine| -> PyObjectRef {
        let codes = LANGUAGES.iter().filter(|(_, code)| *code != UNKNOWN_LANGUAGE);
        vm.ctx.new_list(codes.map(|(_, code)| text::native(vm, code)).collect()).into()
    };
    let find = |wanted: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match text::text_of(vm, &wanted)? {
            Some(wanted) => Ok(text::native(vm, match_language(&wanted))),
            None => wanted.get_attr("lower", vm),
        }
    };
    let functions = [("All", vm.new_function("All", all).into()), ("Match", vm.new_function("Match", find).into())];
    constkit::group(vm, "Language", codes.chain(functions))
}

/// The code for a three-letter code, a name or a two-letter code.
pub fn match_language(wanted: &str) -> &'static str {
    let lower = wanted.to_lowercase();
    let three = THREE_LETTER_CODES.iter().find(|(three, _)| *three == lower).map(|(_, code)| *code);
    let by_name =
        || LANGUAGES.iter().find(|(name, code)| name.to_lowercase() == lower || *code == lower).map(|(_, code)| *code);
    three.or_else(by_name).unwrap_or(UNKNOWN_LANGUAGE)
}

fn countries(vm: &VirtualMachine) -> PyResult {
    let names = COUNTRIES.iter().map(|(code, name)| (*code, text::native(vm, name)));
    let all = |vm: &VirtualMachine| -> PyObjectRef {
        vm.ctx.new_list(COUNTRIES.iter().map(|(_, name)| text::native(vm, name)).collect()).into()
    };
    let code = |wanted: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match text::text_of(vm, &wanted)? {
            Some(wanted) => Ok(text::native(vm, match_country(&wanted).0)),
            None => wanted.get_attr("lower", vm),
        }
    };
    let country = |wanted: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match text::text_of(vm, &wanted)? {
            Some(wanted) => Ok(text::native(vm, match_country(&wanted).1)),
            None => wanted.get_attr("lower", vm),
        }
    };
    let functions = [
        ("All", vm.new_function("All", all).into()),
        ("MatchToCode", vm.new_function("MatchToCode", code).into()),
        ("MatchToCountry", vm.new_function("MatchToCountry", country).into()),
    ];
    constkit::group(vm, "CountryCodes", names.chain(functions))
}

/// Code and name of the country with a code or name.
fn match_country(wanted: &str) -> (&'static str, &'static str) {
    let lower = wanted.to_lowercase();
    let found = COUNTRIES.iter().find(|(code, name)| code.to_lowercase() == lower || name.to_lowercase() == lower);
    let unknown = || COUNTRIES.iter().find(|(code, _)| *code == UNKNOWN_COUNTRY);
    found.or_else(unknown).copied().unwrap_or((UNKNOWN_COUNTRY, "Unknown or Invalid Region"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        assert_eq!(match_language("ger"), "de");
        assert_eq!(match_language("German"), "de");
        assert_eq!(match_language("DE"), "de");
        assert_eq!(match_language("klingon"), "xx");
        assert_eq!(match_country("germany").0, "DE");
        assert_eq!(match_country("nowhere"), ("ZZ", "Unknown or Invalid Region"));
    }
}
