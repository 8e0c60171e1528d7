//! What plug-in code names: `Metadata.Movie`, `Model.Thing`, and the access points themselves
//! (`spec/models.md` §6.1, `spec/agents.md` §6.5).

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, Callable, GetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::directory::DirectoryObject;
use super::instance::{ModelObject, ValueAttribute};
use super::map::MapObject;
use super::owner::Access;
use super::proxies::{ProxyContainer, ProxyItem};
use super::record::StoredRecord;
use super::set::SetObject;
use super::template::Template;
use crate::errors::framework_exception;
use crate::objects::signature::{Parameter, Signature};

/// One model class of an access point.
#[pyclass(module = "Framework.modelling", name = "ModelClass")]
#[derive(Debug, PyPayload)]
pub struct ModelClass {
    pub access: Arc<Access>,
    pub template: Arc<Template>,
}

/// Named values of a guid, in the order given.
type GuidArguments = Vec<(String, PyObjectRef)>;

impl ModelClass {
    fn instance(&self, guid: Option<&str>, vm: &VirtualMachine) -> PyObjectRef {
        ModelObject::read(&self.access, Arc::clone(&self.template), guid, vm)
    }

    /// `<identifier>://<id>?<arguments>`.
    fn guid_of(&self, id: &PyObject, arguments: GuidArguments, vm: &VirtualMachine) -> PyResult<String> {
        let name = &self.template.name;
        let wanted = &self.template.guid_args;
        for argument in wanted {
            if !arguments.iter().any(|(given, _)| given == argument) {
                let message = format!("Missing GUID argument '{argument}' for model {name}");
                return Err(framework_exception(vm, &message));
            }
        }
        if let Some((given, _)) = arguments.iter().find(|(given, _)| !wanted.iter().any(|there| there == given)) {
            let message = format!("Invalid GUID argument '{given}' for model {name}");
            return Err(framework_exception(vm, &message));
        }
        self.plain_guid(id, arguments, vm)
    }

    fn plain_guid(&self, id: &PyObject, arguments: GuidArguments, vm: &VirtualMachine) -> PyResult<String> {
        let mut guid = format!("{}://{}", self.access.identifier, text::unicode_of(vm, id)?);
        for (at, (name, value)) in arguments.iter().enumerate() {
            guid.push(if at == 0 { '?' } else { '&' });
            let value = text::unicode_of(vm, value)?;
            guid.extend(
                url::form_urlencoded::Serializer::new(String::new()).append_pair(name, &value).finish().chars(),
            );
        }
        Ok(guid)
    }

    /// The arguments `id, **keywords`.
    fn id_and_keywords(
        function: &'static str,
        args: FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult<(PyObjectRef, GuidArguments)> {
        let parameters = [Parameter::required("id")];
        let signature = Signature { name: function, hidden: 1, parameters: &parameters, keywords: true };
        let mut bound = signature.bind(vm, args)?;
        let keywords = std::mem::take(&mut bound.keywords);
        Ok((bound.get(0).to_owned(), keywords))
    }
}

#[pyclass(with(Callable, AsMapping), flags(DISALLOW_INSTANTIATION))]
impl ModelClass {
    #[pygetset]
    fn __name__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, &zelf.template.name)
    }

    /// The guid of an item with this id; `lang` must be named.
    #[pymethod]
    fn make_guid(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (id, arguments) = Self::id_and_keywords("make_guid", args, vm)?;
        Ok(text::native(vm, &zelf.guid_of(&id, arguments, vm)?))
    }

    /// Whether any agent stored data for the item with this id; `lang` must be named.
    #[pymethod]
    fn exists(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let (id, arguments) = Self::id_and_keywords("exists", args, vm)?;
        let guid = zelf.guid_of(&id, arguments, vm)?;
        Ok(zelf.access.contents(&zelf.template, &guid).is_dir())
    }

    /// Whether any agent stored data for this guid.
    #[pymethod]
    fn guid_exists(zelf: &Py<Self>, guid: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        let guid = text::unicode_of(vm, &guid)?;
        Ok(zelf.access.contents(&zelf.template, &guid).is_dir())
    }

    /// Removes this agent's data of an item.
    #[pymethod]
    fn erase(zelf: &Py<Self>, guid: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.access.read_only {
            let message = format!("Data provided by {} can't be modified", zelf.access.identifier);
            return Err(framework_exception(vm, &message));
        }
        let guid = text::unicode_of(vm, &guid)?;
        let folder = zelf.access.contents(&zelf.template, &guid).join(&zelf.access.identifier);
        super::commit::remove(&folder).map_err(|error| vm.new_os_error(error.to_string()))
    }
}

impl Callable for ModelClass {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let parameters = [Parameter::none("id"), Parameter::none("lang")];
        let signature = Signature { name: "__init__", hidden: 1, parameters: &parameters, keywords: false };
        let bound = signature.bind(vm, args)?;
        let (id, lang) = (bound.get(0), bound.get(1));
        if vm.is_none(id) || vm.is_none(lang) {
            return Ok(ModelObject::new(&zelf.access, Arc::clone(&zelf.template), None).into_pyobject(vm));
        }
        let guid = zelf.plain_guid(id, vec![("lang".to_owned(), lang.to_owned())], vm)?;
        let made = zelf.instance(Some(&guid), vm);
        if let Some(model) = made.downcast_ref::<ModelObject>()
            && model.id().is_none()
        {
            model.set_id(Some(id.to_owned()));
        }
        Ok(made)
    }
}

impl AsMapping for ModelClass {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            subscript: Some(|mapping, guid, vm| {
                let guid = text::unicode_of(vm, guid)?;
                Ok(ModelClass::mapping_downcast(mapping).instance(Some(&guid), vm))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// A way to all models of a namespace: `Metadata`, `Model`, `Metadata['other.agent']`.
#[pyclass(module = "Framework.modelling", name = "ModelAccessPoint")]
#[derive(Debug, PyPayload)]
pub struct ModelAccessPoint {
    pub access: Arc<Access>,
}

#[pyclass(with(GetAttr, AsMapping), flags(DISALLOW_INSTANTIATION))]
impl ModelAccessPoint {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let names = zelf.access.namespace.names().iter().map(|name| text::native(vm, name)).collect();
        vm.ctx.new_list(names).into()
    }
}

impl GetAttr for ModelAccessPoint {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let wanted = name.to_str().unwrap_or_default();
        if let Some(template) = zelf.access.namespace.model(wanted) {
            return Ok(ModelClass { access: Arc::clone(&zelf.access), template }.into_pyobject(vm));
        }
        match zelf.as_object().generic_getattr_opt(name, None, vm)? {
            Some(found) => Ok(found),
            None => {
                let message = format!("'ModelAccessPoint' object has no attribute '{wanted}'");
                Err(vm.new_attribute_error(message))
            }
        }
    }
}

impl AsMapping for ModelAccessPoint {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            subscript: Some(|mapping, identifier, vm| {
                let access = &ModelAccessPoint::mapping_downcast(mapping).access;
                let identifier = text::unicode_of(vm, identifier)?;
                let identifier = expanded(&identifier, &access.plugin.bundle.identifier);
                Ok(ModelAccessPoint { access: access.of_other(&identifier) }.into_pyobject(vm))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// An identifier that may be short: `..system` is `com.plexapp.system`, `.other` is a sibling of `own`
/// (`spec/agents.md` §5.1).
pub fn expanded(identifier: &str, own: &str) -> String {
    if let Some(rest) = identifier.strip_prefix("..") {
        return format!("com.plexapp.{rest}");
    }
    match (identifier.strip_prefix('.'), own.rsplit_once('.')) {
        (Some(rest), Some((family, _))) => format!("{family}.{rest}"),
        _ => identifier.to_owned(),
    }
}

/// Makes the types of the models known to the machine.
pub fn prepare() {
    let _types = [
        ModelClass::make_static_type(),
        ModelAccessPoint::make_static_type(),
        ModelObject::make_static_type(),
        ValueAttribute::make_static_type(),
        StoredRecord::make_static_type(),
        SetObject::make_static_type(),
        MapObject::make_static_type(),
        ProxyContainer::make_static_type(),
        ProxyItem::make_static_type(),
        DirectoryObject::make_static_type(),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_expanded() {
        for (short, long) in
            [("..system", "com.plexapp.system"), (".b", "org.example.b"), ("org.other.c", "org.other.c")]
        {
            assert_eq!(expanded(short, "org.example.a"), long);
        }
    }
}
