//! Containers of proxied data: posters, art, banners, themes, thumbs, lyrics (`spec/models.md` §6.6).

use std::path::PathBuf;
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};
use super::keyed::{Keyed, keyed_protocol};
use super::proxy::ProxyObject;
use super::template::{Kind, ProxyKind};
use crate::errors::framework_exception;
use crate::objects::errors::class_text;

/// Where the bytes of an item are.
#[derive(Clone, Debug)]
pub enum Data {
    Bytes(Arc<[u8]>),
    /// Stored before; read when somebody asks.
    File(PathBuf),
}

/// One item of a container.
#[pyclass(module = false, name = "ProxyItem")]
#[derive(Debug, PyPayload)]
pub struct ProxyItem {
    pub kind: ProxyKind,
    pub format: Option<PyObjectRef>,
    pub data: Data,
    sort_order: PyRwLock<Option<PyObjectRef>>,
}

impl ProxyItem {
    pub fn new(kind: ProxyKind, sort_order: Option<PyObjectRef>, format: Option<PyObjectRef>, data: Data) -> Self {
        Self { kind, format, data, sort_order: PyRwLock::new(sort_order) }
    }

    pub fn sort_order(&self) -> Option<PyObjectRef> {
        self.sort_order.read().clone()
    }

    fn set_sort_order(&self, order: PyObjectRef) {
        let old = self.sort_order.write().replace(order);
        drop(old);
    }

    fn bytes(&self, vm: &VirtualMachine) -> PyObjectRef {
        match &self.data {
            Data::Bytes(bytes) => text::new_str(vm, bytes),
            Data::File(path) => match std::fs::read(path) {
                Ok(bytes) => text::new_str(vm, &bytes),
                Err(error) => {
                    tracing::error!("Cannot read {}: {error}", path.display());
                    vm.ctx.none()
                }
            },
        }
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ProxyItem {}

/// A container of proxied data by address.
#[pyclass(module = false, name = "ProxyContainerObject")]
#[derive(Debug, PyPayload)]
pub struct ProxyContainer {
    pub place: Place,
    /// Items are [`ProxyItem`]s.
    pub items: Keyed,
}

impl ProxyContainer {
    pub fn new(place: Place, vm: &VirtualMachine) -> Self {
        Self { place, items: Keyed::new(vm) }
    }

    fn with_item<R>(
        &self,
        key: &PyObject,
        vm: &VirtualMachine,
        f: impl FnOnce(&ProxyItem) -> R,
    ) -> PyResult<Option<R>> {
        let item = self.items.get(&*text::unicode_object(vm, key)?, vm)?;
        Ok(item.and_then(|item| item.downcast_ref::<ProxyItem>().map(|item| f(item))))
    }

    fn item(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let found = self.with_item(key, vm, |item| item.bytes(vm))?;
        Ok(found.unwrap_or_else(|| vm.ctx.none()))
    }

    fn assign(&self, key: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.place.owner.check_writable(vm)?;
        let Some(proxy) = value.downcast_ref::<ProxyObject>() else {
            let class = class_text(vm, value.class());
            return Err(framework_exception(vm, &format!("Object of type '{class}' is not a proxy object.")));
        };
        let accepted = match &self.place.attribute().kind {
            Kind::Proxies(kinds) => kinds.contains(&proxy.kind),
            _ => false,
        };
        if !accepted {
            let name = proxy.kind.name();
            let message = format!("Proxy type '{name}' is not accepted by this attribute.");
            return Err(framework_exception(vm, &message));
        }
        let data = Data::Bytes(proxy.data(vm)?.into());
        let item = ProxyItem::new(proxy.kind, proxy.value("sort_order", vm), proxy.value("format", vm), data);
        self.items.insert(&*text::unicode_object(vm, key)?, item.into_pyobject(vm), vm)
    }
}

#[pyclass(with(AsSequence, AsMapping, Iterable), flags(DISALLOW_INSTANTIATION))]
impl ProxyContainer {
    #[pymethod]
    fn keys(zelf: &Py<Self>) -> Vec<PyObjectRef> {
        zelf.items.keys()
    }

    /// Removes the items whose keys are not among those given.
    #[pymethod]
    fn validate_keys(zelf: &Py<Self>, valid: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.items.validate(&valid, vm)
    }

    /// Whether there is an item with this key that has a place in the order.
    #[pymethod(name = "hasSortOrder")]
    fn has_sort_order(zelf: &Py<Self>, key: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.with_item(&key, vm, |item| item.sort_order().is_some())?.unwrap_or(false))
    }

    /// Gives the items with these keys the first places, in the order of the keys.
    #[pymethod]
    fn sort_these_keys_first(zelf: &Py<Self>, keys: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let keys: Vec<PyObjectRef> = keys.try_to_value(vm)?;
        let mut first = 1..;
        for (at, key) in keys.iter().enumerate() {
            let again = keys[..at].iter().any(|earlier| vm.bool_eq(earlier, key).unwrap_or(false));
            if again || zelf.items.get(key, vm)?.is_none() {
                continue;
            }
            let place: i32 = first.next().unwrap_or_default();
            zelf.with_item(key, vm, |item| item.set_sort_order(vm.ctx.new_int(place).into()))?;
        }
        let mut last = 10_000..;
        let listed: PyObjectRef = vm.ctx.new_list(keys).into();
        for (key, item) in zelf.items.entries() {
            if !vm._contains(&listed, &key)?
                && let Some(item) = item.downcast_ref::<ProxyItem>()
            {
                let place: i32 = last.next().unwrap_or_default();
                item.set_sort_order(vm.ctx.new_int(place).into());
            }
        }
        Ok(())
    }

    #[pymethod]
    fn setcontent(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(not_assignable(vm))
    }
}

keyed_protocol!(ProxyContainer);
