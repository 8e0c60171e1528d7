//! `Framework.modelling.attributes`: the classes of what `metadata.attrs` holds. Agents that copy or clear all attributes
//! compare types with them (`spec/models.md` §8).

use std::sync::OnceLock;

use rustpython_vm::builtins::PyTypeRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::types::{AtomicPyTypeFlags, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{PyObjectRef, VirtualMachine};

use super::directory::DirectoryObject;
use super::instance::ValueAttribute;
use super::map::MapObject;
use super::proxies::ProxyContainer;
use super::record::StoredRecord;
use super::set::SetObject;
use super::template::{Kind, ValueType};

const MODULE: &str = "Framework.modelling.attributes";

/// The classes of value attributes.
static VALUES: &[(&str, Option<ValueType>)] = &[
    ("StringObject", Some(ValueType::String)),
    ("IntegerObject", Some(ValueType::Integer)),
    ("FloatObject", Some(ValueType::Float)),
    ("BooleanObject", Some(ValueType::Boolean)),
    ("DateObject", Some(ValueType::Date)),
    ("TimeObject", Some(ValueType::Time)),
    ("DatetimeObject", Some(ValueType::Datetime)),
    ("DataObject", Some(ValueType::Data)),
    ("LinkObject", None),
];

/// The classes of value attributes, in the order of [`VALUES`]; all plug-ins of the process share them.
fn value_classes(vm: &VirtualMachine) -> &'static [PyTypeRef] {
    static CLASSES: OnceLock<Vec<PyTypeRef>> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let base = ValueAttribute::make_static_type();
        let make = |(name, _): &(&'static str, Option<ValueType>)| {
            let mut slots = PyTypeSlots::heap_default();
            slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
            vm.ctx.new_class(Some(MODULE), name, base.clone(), slots)
        };
        VALUES.iter().map(make).collect()
    })
}

/// The class of a value attribute of a kind.
pub fn of_value(vm: &VirtualMachine, kind: &Kind) -> PyTypeRef {
    let wanted = match kind {
        Kind::Value(value) => Some(*value),
        _ => None,
    };
    let at = VALUES.iter().position(|(_, value)| *value == wanted);
    let class = at.and_then(|at| value_classes(vm).get(at));
    class.cloned().unwrap_or_else(ValueAttribute::make_static_type)
}

/// All classes by name.
pub fn members(vm: &VirtualMachine) -> Vec<(String, PyObjectRef)> {
    let values =
        VALUES.iter().zip(value_classes(vm)).map(|((name, _), class)| ((*name).to_owned(), class.clone().into()));
    let mut all: Vec<(String, PyObjectRef)> = values.collect();
    for (name, class) in [
        ("SetObject", SetObject::make_static_type()),
        ("MapObject", MapObject::make_static_type()),
        ("ProxyContainerObject", ProxyContainer::make_static_type()),
        ("DirectoryObject", DirectoryObject::make_static_type()),
        ("RecordObject", StoredRecord::make_static_type()),
    ] {
        all.push((name.to_owned(), class.into()));
    }
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_of_attributes_can_be_compared() {
        let code = "\
classes = Framework.modelling.attributes
attrs = Metadata.Movie('1', 'en').attrs
named = [('title', 'String'), ('year', 'Integer'), ('rating', 'Float'), ('originally_available_at', 'Date'),
         ('genres', 'Set'), ('posters', 'ProxyContainer')]
result = str([type(attrs[name]) == getattr(classes, kind + 'Object') for name, kind in named])
attrs['title'].setcontent('x')
result += attrs['title'].content
";
        let info = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";
        let said = crate::plugin::testing::result_of(info, code, "compatible").unwrap();
        assert_eq!(said, "[True, True, True, True, True, True]x");
    }
}
