//! The module `_sre_tree`: patterns as the trees of Python 2.7's `sre_parse`, nested lists of `(operation, argument)`.

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::CodePoint;

use super::parse::{self, At, Category, Flags, Node, SetItem};
use super::raised;
use crate::modules;
use crate::runtime::text;

/// `parse(pattern, flags)`: the tree, the flags including those set in the pattern, the number of groups, and their
/// names.
fn parse_pattern(pattern: PyRef<PyStr>, flags: u32, vm: &VirtualMachine) -> PyResult {
    let points: Vec<u32> = pattern.as_wtf8().code_points().map(CodePoint::to_u32).collect();
    let unicode = text::is_unicode(pattern.as_object());
    let parsed = parse::parse(&points, Flags::from_bits_truncate(flags), unicode).map_err(|e| raised(vm, &e))?;
    let names = vm.ctx.new_dict();
    for (name, group) in &parsed.names {
        names.set_item(name.as_str(), vm.ctx.new_int(*group).into(), vm)?;
    }
    let tree = nodes(&parsed.nodes, vm);
    let (flags, groups) = (vm.ctx.new_int(parsed.flags.bits()), vm.ctx.new_int(parsed.groups + 1));
    Ok(vm.ctx.new_tuple(vec![tree, flags.into(), groups.into(), names.into()]).into())
}

fn nodes(nodes: &[Node], vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_list(nodes.iter().map(|each| node(each, vm)).collect()).into()
}

fn pair(operation: &str, argument: impl Into<PyObjectRef>, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_tuple(vec![vm.ctx.intern_str(operation).to_owned().into(), argument.into()]).into()
}

fn tuple<const N: usize>(elements: [PyObjectRef; N], vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_tuple(elements.into()).into()
}

fn node(node: &Node, vm: &VirtualMachine) -> PyObjectRef {
    let int = |number: u32| PyObjectRef::from(vm.ctx.new_int(number));
    let none = || vm.ctx.none();
    match node {
        Node::Literal(code) => pair("literal", int(*code), vm),
        Node::NotLiteral(code) => pair("not_literal", int(*code), vm),
        Node::Any => pair("any", none(), vm),
        Node::In { negate, items } => {
            let negation = negate.then(|| pair("negate", none(), vm));
            let items = items.iter().map(|each| item(each, vm));
            pair("in", vm.ctx.new_list(negation.into_iter().chain(items).collect()), vm)
        }
        Node::Branch(branches) => {
            let branches = branches.iter().map(|branch| nodes(branch, vm)).collect();
            pair("branch", tuple([none(), vm.ctx.new_list(branches).into()], vm), vm)
        }
        Node::Subpattern { group, body } => {
            pair("subpattern", tuple([group.map_or_else(none, int), nodes(body, vm)], vm), vm)
        }
        Node::Repeat { min, max, greedy, body } => {
            let operation = if *greedy { "max_repeat" } else { "min_repeat" };
            pair(operation, tuple([int(*min), int(*max), nodes(body, vm)], vm), vm)
        }
        Node::Assert { ahead, negate, body } => {
            let direction = vm.ctx.new_int(if *ahead { 1 } else { -1 }).into();
            pair(if *negate { "assert_not" } else { "assert" }, tuple([direction, nodes(body, vm)], vm), vm)
        }
        Node::At(place) => {
            let place = match place {
                At::Beginning => "at_beginning",
                At::BeginningString => "at_beginning_string",
                At::Boundary => "at_boundary",
                At::NonBoundary => "at_non_boundary",
                At::End => "at_end",
                At::EndString => "at_end_string",
            };
            pair("at", vm.ctx.new_str(place), vm)
        }
        Node::GroupRef(group) => pair("groupref", int(*group), vm),
        Node::GroupRefExists { group, yes, no } => {
            let no = no.as_ref().map_or_else(none, |no| nodes(no, vm));
            pair("groupref_exists", tuple([int(*group), nodes(yes, vm), no], vm), vm)
        }
    }
}

fn item(item: &SetItem, vm: &VirtualMachine) -> PyObjectRef {
    let int = |number: u32| PyObjectRef::from(vm.ctx.new_int(number));
    match item {
        SetItem::Literal(code) => pair("literal", int(*code), vm),
        SetItem::Range(first, last) => pair("range", tuple([int(*first), int(*last)], vm), vm),
        SetItem::Category(category) => {
            let category = match category {
                Category::Digit => "category_digit",
                Category::NotDigit => "category_not_digit",
                Category::Space => "category_space",
                Category::NotSpace => "category_not_space",
                Category::Word => "category_word",
                Category::NotWord => "category_not_word",
            };
            pair("category", vm.ctx.new_str(category), vm)
        }
    }
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_sre_tree");
    modules::set_function(vm, &module, "parse", parse_pattern);
    module
}
