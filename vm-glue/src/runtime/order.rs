//! The order in which CPython 2.7 shows dicts and sets whose keys are small integers: that of its hash table.
//!
//! The machine's dicts keep the order of insertion. Programs can rely on neither, except that people see small integer
//! keys come out sorted; so the table is played through for those.

use rustpython_vm::builtins::{PyDict, PyFrozenSet, PyInt, PySet};
use rustpython_vm::{Py, PyObject, PyObjectRef, VirtualMachine};

/// Larger collections are left as they are.
const MAX_KEYS: usize = 10_000;

/// The keys as hashes, if all of them are plain ints that are not in ascending order already.
fn hashes(keys: &[PyObjectRef], vm: &VirtualMachine) -> Option<Vec<i64>> {
    if keys.len() < 2 || keys.len() > MAX_KEYS {
        return None;
    }
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        let value = i64::try_from(key.downcast_ref_if_exact::<PyInt>(vm)?.as_bigint()).ok()?;
        values.push(if value == -1 { -2 } else { value });
    }
    Some(values)
}

/// Puts hashes into a table of CPython 2.7 one after another; returns the indices of the keys in the table's order.
fn table_order(hashes: &[i64]) -> Vec<usize> {
    let mut table: Vec<Option<usize>> = vec![None; 8];
    for index in 0..hashes.len() {
        insert(&mut table, hashes, index);
        let used = index + 1;
        if used * 3 >= table.len() * 2 {
            let wanted = used * if used > 50_000 { 2 } else { 4 };
            let mut size = 8;
            while size <= wanted {
                size *= 2;
            }
            let old = std::mem::replace(&mut table, vec![None; size]);
            for index in old.into_iter().flatten() {
                insert(&mut table, hashes, index);
            }
        }
    }
    table.into_iter().flatten().collect()
}

fn insert(table: &mut [Option<usize>], hashes: &[i64], index: usize) {
    let Some(hash) = hashes.get(index).copied() else { return };
    let mask = table.len() - 1;
    let mut slot = hash as usize;
    let mut perturb = hash as usize;
    while let Some(place) = table.get_mut(slot & mask) {
        if place.is_none() {
            *place = Some(index);
            return;
        }
        slot = slot.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1);
        perturb >>= 5;
    }
}

/// Are these ascending numbers from 0 that all fit into the table? Then they lie in it as they are.
fn is_in_order(keys: &[PyObjectRef], vm: &VirtualMachine) -> bool {
    let room = i64::try_from(keys.len().max(8)).unwrap_or(i64::MAX);
    let mut last = -1;
    keys.iter().all(|key| {
        let value = key.downcast_ref_if_exact::<PyInt>(vm).and_then(|key| i64::try_from(key.as_bigint()).ok());
        let ascends = value.is_some_and(|value| value > last && value < room);
        last = value.unwrap_or_default();
        ascends
    })
}

/// The order in which to show keys; None: as they are.
fn order(keys: &[PyObjectRef], vm: &VirtualMachine) -> Option<Vec<usize>> {
    if is_in_order(keys, vm) {
        return None;
    }
    let order = table_order(&hashes(keys, vm)?);
    let as_is = order.iter().enumerate().all(|(position, index)| position == *index);
    (!as_is).then_some(order)
}

fn rearranged(items: Vec<PyObjectRef>, order: &[usize]) -> Vec<PyObjectRef> {
    order.iter().filter_map(|index| items.get(*index).cloned()).collect()
}

/// The entries of a dict in Python 2's order; None: the machine's order is right.
pub fn dict_entries(dict: &Py<PyDict>, vm: &VirtualMachine) -> Option<Vec<(PyObjectRef, PyObjectRef)>> {
    // Most dicts have other keys: one look at the first one decides.
    let (_, first, _) = dict.next_entry(0)?;
    first.downcast_ref_if_exact::<PyInt>(vm)?;
    let entries = dict.items_vec();
    let keys: Vec<PyObjectRef> = entries.iter().map(|(key, _)| key.clone()).collect();
    let order = order(&keys, vm)?;
    Some(order.iter().filter_map(|index| entries.get(*index).cloned()).collect())
}

/// The elements of a set in Python 2's order.
pub fn set_elements(set: &PyObject, vm: &VirtualMachine) -> Option<Vec<PyObjectRef>> {
    let elements = match (set.downcast_ref::<PySet>(), set.downcast_ref::<PyFrozenSet>()) {
        (Some(set), _) => set.elements(),
        (_, Some(set)) => set.elements(),
        _ => return None,
    };
    let order = order(&elements, vm)?;
    Some(rearranged(elements, &order))
}

#[cfg(test)]
mod tests {
    use super::table_order;

    #[test]
    fn small_integers_come_sorted() {
        assert_eq!(table_order(&[3, 1, 2]), [1, 2, 0]);
        // 10 lies in slot 2 of 8, before 3.
        assert_eq!(table_order(&[3, 10]), [1, 0]);
    }
}
