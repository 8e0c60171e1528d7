//! Walking over elements: what `iter`, `itertext` and their relatives visit.

use reprise_vm_glue::runtime::text;
use rustpython_vm::class::StaticType;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use super::element::{Comment, Element, Instruction};
use super::element_path::NameTest;
use super::tree::{Kind, NodeId, Tree};

/// What `iter` and its relatives look for.
pub enum TagTest {
    Name(NameTest),
    Kind(Kind),
}

impl TagTest {
    pub fn passes(&self, tree: &Tree, id: NodeId) -> bool {
        match self {
            TagTest::Name(name) => name.matches(tree, id),
            TagTest::Kind(kind) => tree.kind(id) == *kind,
        }
    }
}

/// The name tests of the arguments of `iter` and its relatives; None if there are none.
pub fn name_tests(vm: &VirtualMachine, tags: &[PyObjectRef]) -> PyResult<Option<Vec<TagTest>>> {
    let mut tests = Vec::new();
    for tag in tags.iter().filter(|tag| !vm.is_none(tag)) {
        if let Some(tag) = text::text_of(vm, tag)? {
            tests.push(TagTest::Name(NameTest::new(&tag)));
        } else if tag.is(Comment::static_type()) {
            tests.push(TagTest::Kind(Kind::Comment));
        } else if tag.is(Instruction::static_type()) {
            tests.push(TagTest::Kind(Kind::Instruction));
        } else if tag.is(Element::static_type()) {
            tests.push(TagTest::Kind(Kind::Element));
        } else if let Ok(more) = Vec::<PyObjectRef>::try_from_object(vm, tag.clone()) {
            tests.extend(name_tests(vm, &more)?.unwrap_or_default());
        }
    }
    Ok((!tests.is_empty()).then_some(tests))
}

/// The next (or previous) sibling that is no text.
pub fn next_sibling(tree: &Tree, node: NodeId, forward: bool) -> Option<NodeId> {
    let step = |node| if forward { tree.next(node) } else { tree.prev(node) };
    let mut at = step(node);
    while let Some(node) = at {
        if tree.is_elementish(node) {
            return Some(node);
        }
        at = step(node);
    }
    None
}

/// The texts of an element and of what is below it, in order; a tail belongs to the element before it.
pub fn texts_of(tree: &Tree, top: NodeId, tests: Option<&[TagTest]>, with_tail: bool) -> Vec<String> {
    let mut texts = Vec::new();
    let passes = |owner: NodeId| match tests {
        None => tree.is_element(owner) || tree.is_elementish(owner),
        Some(tests) => tests.iter().any(|test| test.passes(tree, owner)),
    };
    let mut run: Option<(NodeId, String)> = None;
    for node in tree.descendants_or_self(top) {
        if tree.kind(node) != Kind::Text {
            texts.extend(run.take().map(|(_, text)| text));
            continue;
        }
        let owner = next_sibling(tree, node, false);
        let counts = match owner {
            // The tails of comments and instructions count whatever tags were named.
            Some(owner) => with_tail && (!tree.is_element(owner) || tail_counts(tree, owner, tests)),
            None => tree.parent(node).is_some_and(passes),
        };
        if counts {
            let text = tree.text(node);
            match &mut run {
                Some((previous, all)) if tree.node(*previous).next == node => {
                    all.push_str(text);
                    *previous = node;
                }
                _ => {
                    texts.extend(run.take().map(|(_, text)| text));
                    run = Some((node, text.to_owned()));
                }
            }
        }
    }
    texts.extend(run.map(|(_, text)| text));
    texts
}

fn tail_counts(tree: &Tree, owner: NodeId, tests: Option<&[TagTest]>) -> bool {
    tests.is_none_or(|tests| tests.iter().any(|test| test.passes(tree, owner)))
}
