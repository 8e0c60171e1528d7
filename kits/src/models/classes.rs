//! What plug-in code names: `Metadata.Movie`, `Model.Thing`, and the access points themselves
//! (`spec/models.md` §6.1, `spec/agents.md` §6.5).

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::{PyClassImpl, StaticType};
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
use crate::agents::media_types;
use crate::errors::framework_exception;
use crate::kit::native_class;
use crate::messaging;
use crate::objects::signature::{Parameter, Signature};

/// One model class of an access point.
#[pyclass(module = false, name = "ModelClass")]
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
            let mut pair = url::form_urlencoded::Serializer::new(String::new());
            guid.push_str(&pair.append_pair(name, &value).finish());
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

    /// Searches with the agent of this access point, through the system: what the server would get. None for models
    /// that no agent is asked for.
    #[pymethod]
    fn search(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let parameters = [Parameter::required("lang")];
        let signature = Signature { name: "search", hidden: 1, parameters: &parameters, keywords: true };
        let bound = signature.bind(vm, args)?;
        let Some(kind) = media_types::by_name(&zelf.template.name) else { return Ok(vm.ctx.none()) };
        let kwargs = vm.ctx.new_dict();
        kwargs.set_item("identifier", text::native(vm, &zelf.access.identifier), vm)?;
        kwargs.set_item("mediaType", vm.ctx.new_int(kind.number).into(), vm)?;
        kwargs.set_item("lang", bound.get(0).to_owned(), vm)?;
        for (name, value) in &bound.keywords {
            kwargs.set_item(&*text::native(vm, name), value.clone(), vm)?;
        }
        let args = vm.ctx.new_list(Vec::new());
        let (args, kwargs) = (args.as_object(), kwargs.as_object());
        messaging::call(vm, &zelf.access.plugin, "com.plexapp.system", "_AgentService:Search", args, kwargs)
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
#[pyclass(module = false, name = "ModelAccessPoint")]
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
                let identifier = messaging::expand(&access.plugin, &identifier);
                Ok(ModelAccessPoint { access: access.of_other(&identifier) }.into_pyobject(vm))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// Makes the types of the models known to the machine.
pub fn prepare(vm: &VirtualMachine) {
    const MODELLING: &str = "Framework.modelling";
    const ATTRIBUTES: &str = "Framework.modelling.attributes";
    native_class::<ModelClass>(vm, MODELLING);
    native_class::<ModelAccessPoint>(vm, MODELLING);
    own_writer::<ModelObject>(vm, MODELLING);
    native_class::<ValueAttribute>(vm, ATTRIBUTES);
    own_writer::<StoredRecord>(vm, ATTRIBUTES);
    native_class::<SetObject>(vm, ATTRIBUTES);
    native_class::<MapObject>(vm, ATTRIBUTES);
    native_class::<ProxyContainer>(vm, ATTRIBUTES);
    native_class::<ProxyItem>(vm, ATTRIBUTES);
    native_class::<DirectoryObject>(vm, ATTRIBUTES);
}

/// A native class, as [`native_class`] makes it, that says itself what assigning to an attribute does.
fn own_writer<T: PyClassImpl + StaticType>(vm: &VirtualMachine, module: &'static str) {
    let class = T::make_static_type();
    class.set_attr(vm.ctx.intern_str("__module__"), vm.ctx.new_str(module).into());
}
