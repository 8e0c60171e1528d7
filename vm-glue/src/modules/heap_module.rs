//! The modules `bisect` and `_heapq` of Python 2.7: sorted lists and heaps.

use rustpython_vm::builtins::{PyList, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{arguments, classic, dialect};

// ---- bisect --------------------------------------------------------------------------------------------------------

/// The arguments of all functions: the list, the item, and between which places.
struct Search {
    list: PyObjectRef,
    item: PyObjectRef,
    low: usize,
    high: usize,
}

fn search(name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Search> {
    let given = args.args.len() + args.kwargs.len();
    if !(2..=4).contains(&given) {
        let (bound, wanted) = if given < 2 { ("at least", 2) } else { ("at most", 4) };
        return Err(vm.new_type_error(format!("{name}() takes {bound} {wanted} arguments ({given} given)")));
    }
    let [list, item, low, high] = arguments::bind(vm, name, ["a", "x", "lo", "hi"], 2, args)?;
    let (list, item) = (list.unwrap_or_else(|| vm.ctx.none()), item.unwrap_or_else(|| vm.ctx.none()));
    let low = low.map_or(Ok(0), |low| arguments::integer(vm, &low))?;
    let Ok(low) = usize::try_from(low) else { return Err(vm.new_value_error("lo must be non-negative")) };
    let high = high.filter(|high| !vm.is_none(high)).map_or(Ok(-1), |high| arguments::integer(vm, &high))?;
    let high = match usize::try_from(high) {
        Ok(high) => high,
        Err(_) => list.length(vm)?,
    };
    Ok(Search { list, item, low, high })
}

fn item_at(list: &PyObject, at: usize, vm: &VirtualMachine) -> PyResult {
    if let Some(list) = list.downcast_ref_if_exact::<PyList>(vm)
        && let Some(item) = list.borrow_vec().get(at)
    {
        return Ok(item.clone());
    }
    list.get_item(&at, vm)
}

/// Where the item belongs: behind equal ones, or before them.
fn place(search: &Search, behind: bool, vm: &VirtualMachine) -> PyResult<usize> {
    let (mut low, mut high) = (search.low, search.high);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = item_at(&search.list, middle, vm)?;
        let go_left = if behind {
            search.item.rich_compare_bool(&found, PyComparisonOp::Lt, vm)?
        } else {
            !found.rich_compare_bool(&search.item, PyComparisonOp::Lt, vm)?
        };
        if go_left {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

fn insert(search: Search, behind: bool, vm: &VirtualMachine) -> PyResult<()> {
    let at = place(&search, behind, vm)?;
    if let Some(list) = search.list.downcast_ref_if_exact::<PyList>(vm) {
        let mut items = list.borrow_vec_mut();
        let at = at.min(items.len());
        items.insert(at, search.item);
        return Ok(());
    }
    vm.call_method(&search.list, "insert", (at, search.item)).map(drop)
}

/// Makes the module `bisect`.
pub fn bisect(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "bisect");
    // The name, the name in messages, whether behind equal ones.
    let searches = [
        ("bisect", "bisect_right", true),
        ("bisect_right", "bisect_right", true),
        ("bisect_left", "bisect_left", false),
    ];
    for (name, shown, behind) in searches {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            place(&search(shown, args, vm)?, behind, vm)
        });
    }
    let insertions = [
        ("insort", "insort_right", true),
        ("insort_right", "insort_right", true),
        ("insort_left", "insort_left", false),
    ];
    for (name, shown, behind) in insertions {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            insert(search(shown, args, vm)?, behind, vm)
        });
    }
    module
}

// ---- heaps ---------------------------------------------------------------------------------------------------------

/// `a < b`, or `not b <= a` for objects that only know the latter.
fn less(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let native = a.class().heaptype_ext().is_none() && !classic::is_instance(a);
    if native || vm.get_attribute_opt(a, "__lt__")?.is_some() {
        return a.rich_compare_bool(b, PyComparisonOp::Lt, vm);
    }
    Ok(!b.rich_compare_bool(a, PyComparisonOp::Le, vm)?)
}

fn heap_of<'a>(heap: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyList>> {
    heap.downcast_ref::<PyList>().ok_or_else(|| vm.new_type_error("heap argument must be a list"))
}

fn at(heap: &Py<PyList>, place: usize, vm: &VirtualMachine) -> PyResult {
    heap.borrow_vec().get(place).cloned().ok_or_else(|| vm.new_index_error("index out of range"))
}

fn swap(heap: &Py<PyList>, a: usize, b: usize, vm: &VirtualMachine) -> PyResult<()> {
    let mut items = heap.borrow_vec_mut();
    if a >= items.len() || b >= items.len() {
        return Err(vm.new_runtime_error("list changed size during iteration"));
    }
    items.swap(a, b);
    Ok(())
}

/// Moves an item towards the start while it is less than its parent.
fn rise(heap: &Py<PyList>, start: usize, mut place: usize, vm: &VirtualMachine) -> PyResult<()> {
    while place > start {
        let parent = (place - 1) / 2;
        if !less(&*at(heap, place, vm)?, &*at(heap, parent, vm)?, vm)? {
            break;
        }
        swap(heap, place, parent, vm)?;
        place = parent;
    }
    Ok(())
}

/// Moves an item to a leaf along the smaller children, then back to where it belongs.
fn sink(heap: &Py<PyList>, start: usize, vm: &VirtualMachine) -> PyResult<()> {
    let end = heap.borrow_vec().len();
    let mut place = start;
    loop {
        let mut child = 2 * place + 1;
        if child >= end {
            break;
        }
        if child + 1 < end && !less(&*at(heap, child, vm)?, &*at(heap, child + 1, vm)?, vm)? {
            child += 1;
        }
        swap(heap, place, child, vm)?;
        place = child;
    }
    rise(heap, start, place, vm)
}

fn two(name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let mut args = arguments::unpacked(vm, name, args, 2, 2)?.into_iter();
    match (args.next(), args.next()) {
        (Some(heap), Some(item)) => Ok((heap, item)),
        _ => Err(vm.new_type_error("no item")),
    }
}

fn push(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let (heap, item) = two("heappush", args, vm)?;
    let heap = heap_of(&heap, vm)?;
    let place = {
        let mut items = heap.borrow_vec_mut();
        items.push(item);
        items.len() - 1
    };
    rise(heap, 0, place, vm)
}

fn pop(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let heap = arguments::only(vm, "heappop", args)?;
    let heap = heap_of(&heap, vm)?;
    let last = heap.borrow_vec_mut().pop().ok_or_else(|| vm.new_index_error("index out of range"))?;
    let first = match heap.borrow_vec_mut().first_mut() {
        Some(first) => std::mem::replace(first, last),
        None => return Ok(last),
    };
    sink(heap, 0, vm)?;
    Ok(first)
}

fn replace(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (heap, item) = two("heapreplace", args, vm)?;
    let heap = heap_of(&heap, vm)?;
    let first = match heap.borrow_vec_mut().first_mut() {
        Some(first) => std::mem::replace(first, item),
        None => return Err(vm.new_index_error("index out of range")),
    };
    sink(heap, 0, vm)?;
    Ok(first)
}

fn push_pop(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (heap, item) = two("heappushpop", args, vm)?;
    let heap = heap_of(&heap, vm)?;
    let Some(first) = heap.borrow_vec().first().cloned() else { return Ok(item) };
    if !less(&first, &item, vm)? {
        return Ok(item);
    }
    let first = match heap.borrow_vec_mut().first_mut() {
        Some(first) => std::mem::replace(first, item),
        None => return Err(vm.new_index_error("index out of range")),
    };
    sink(heap, 0, vm)?;
    Ok(first)
}

fn heapify(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let heap = arguments::only(vm, "heapify", args)?;
    let heap = heap_of(&heap, vm)?;
    let half = heap.borrow_vec().len() / 2;
    (0..half).rev().try_for_each(|place| sink(heap, place, vm))
}

/// `nlargest(n, iterable, key=None)` and `nsmallest`: the start of the sorted list.
fn extremes(name: &str, largest: bool, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    if given < 2 || args.args.len() > 3 {
        let (bound, wanted) = if given < 2 { ("at least", 2) } else { ("at most", 3) };
        return Err(vm.new_type_error(format!("{name}() takes {bound} {wanted} arguments ({given} given)")));
    }
    let [count, items, key] = arguments::bind(vm, name, ["n", "iterable", "key"], 2, args)?;
    let count = arguments::integer(vm, &count.unwrap_or_else(|| vm.ctx.none()))?;
    let count = usize::try_from(count).unwrap_or(0);
    let source = items.unwrap_or_else(|| vm.ctx.none()).get_iter(vm)?;
    let mut items = Vec::new();
    while let PyIterReturn::Return(item) = source.next(vm)? {
        items.push(item);
    }
    let mut call = FuncArgs::from(vec![PyObjectRef::from(vm.ctx.new_list(items))]);
    if let Some(key) = key.filter(|key| !vm.is_none(key)) {
        call.kwargs.insert("key".into(), key);
    }
    if largest {
        call.kwargs.insert("reverse".into(), vm.ctx.new_bool(true).into());
    }
    let sorted = dialect::get(vm, "sorted")?.call(call, vm)?;
    if let Some(list) = sorted.downcast_ref::<PyList>() {
        list.borrow_vec_mut().truncate(count);
    }
    Ok(sorted)
}

/// Makes the module `_heapq`.
pub fn heapq(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_heapq");
    modules::set_function(vm, &module, "heappush", push);
    modules::set_function(vm, &module, "heappop", pop);
    modules::set_function(vm, &module, "heapreplace", replace);
    modules::set_function(vm, &module, "heappushpop", push_pop);
    modules::set_function(vm, &module, "heapify", heapify);
    for (name, largest) in [("nlargest", true), ("nsmallest", false)] {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            extremes(name, largest, args, vm)
        });
    }
    module
}
