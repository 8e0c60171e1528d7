//! Documents and the Python objects that stand for their nodes: one object a node while it is in use.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rustpython_vm::builtins::PyWeak;
use rustpython_vm::{PyObjectRef, PyPayload, PyRef, VirtualMachine};

use super::element::{Comment, Element, HtmlElement, Instruction, Place};
use super::tree::{Flavour, Kind, NodeId, Tree};

/// Objects of nodes that are kept before those no longer in use are looked for.
const FIRST_SWEEP: usize = 4096;

/// A tree that elements share.
pub struct Document {
    tree: RwLock<Tree>,
    objects: Mutex<Objects>,
}

#[derive(Default)]
struct Objects {
    by_node: HashMap<NodeId, PyRef<PyWeak>>,
    sweep_at: usize,
}

impl Document {
    pub fn new(tree: Tree) -> Arc<Document> {
        Arc::new(Document { tree: RwLock::new(tree), objects: Mutex::default() })
    }

    /// Reads the tree. No Python code may run inside.
    pub fn read<R>(&self, f: impl FnOnce(&Tree) -> R) -> R {
        f(&self.tree.read())
    }

    /// Changes the tree. No Python code may run inside.
    pub fn write<R>(&self, f: impl FnOnce(&mut Tree) -> R) -> R {
        f(&mut self.tree.write())
    }

    /// The object of a node: the same one as long as somebody holds it.
    pub fn object(self: &Arc<Self>, vm: &VirtualMachine, id: NodeId) -> PyObjectRef {
        let known = self.objects.lock().by_node.get(&id).and_then(|weak| weak.upgrade());
        if let Some(object) = known {
            return object;
        }
        let (kind, flavour) = self.read(|tree| (tree.kind(id), tree.flavour));
        let element = Element::at(Place { document: Arc::clone(self), node: id });
        let object: PyObjectRef = match (kind, flavour) {
            (Kind::Comment, _) => Comment(element).into_ref(&vm.ctx).into(),
            (Kind::Instruction, _) => Instruction(element).into_ref(&vm.ctx).into(),
            (_, Flavour::Html) => HtmlElement(element).into_ref(&vm.ctx).into(),
            (_, Flavour::Xml) => element.into_ref(&vm.ctx).into(),
        };
        let Ok(weak) = object.downgrade(None, vm) else { return object };
        let mut objects = self.objects.lock();
        // Another thread may have been faster.
        if let Some(other) = objects.by_node.get(&id).and_then(|weak| weak.upgrade()) {
            return other;
        }
        objects.by_node.insert(id, weak);
        if objects.by_node.len() > objects.sweep_at.max(FIRST_SWEEP) {
            objects.by_node.retain(|_, weak| weak.upgrade().is_some());
            objects.sweep_at = objects.by_node.len() * 2;
        }
        object
    }

    /// The objects of nodes that have moved to another document follow them there.
    fn rehome(self: &Arc<Self>, to: &Arc<Document>, moved: &[(NodeId, NodeId)]) {
        let mut followed = Vec::new();
        {
            let mut objects = self.objects.lock();
            for (old, new) in moved {
                if let Some(weak) = objects.by_node.remove(old) {
                    followed.push((*new, weak));
                }
            }
        }
        for (node, weak) in &followed {
            if let Some(object) = weak.upgrade()
                && let Some(element) = Element::of(&object)
            {
                element.move_to(Place { document: Arc::clone(to), node: *node });
            }
        }
        to.objects.lock().by_node.extend(followed);
    }

    /// Brings a node (with its tail) loose into this document, taking it out of the place where it is.
    pub fn adopt(self: &Arc<Self>, place: &Place) -> Vec<NodeId> {
        if Arc::ptr_eq(self, &place.document) {
            return self.write(|tree| {
                let tail = tree.tail_nodes(place.node);
                tree.unlink(place.node);
                tail.iter().for_each(|text| tree.unlink(*text));
                std::iter::once(place.node).chain(tail).collect()
            });
        }
        // Copy first, then take out: the two trees are never locked at the same time.
        let mut copy = Tree::new(Flavour::Xml);
        let (first, tail_copies) = place.document.write(|tree| {
            let pairs = copy.import(tree, place.node);
            let tail = tree.tail_nodes(place.node);
            let copies: Vec<NodeId> =
                tail.iter().filter_map(|text| copy.import(tree, *text).first().map(|(_, new)| *new)).collect();
            tree.unlink(place.node);
            tail.iter().for_each(|text| tree.unlink(*text));
            (pairs, copies)
        });
        let (mut moved, mut loose) = (Vec::new(), Vec::new());
        self.write(|tree| {
            let top = first.first().map(|(_, new)| *new).unwrap_or_default();
            let second = tree.import(&copy, top);
            loose.extend(second.first().map(|(_, new)| *new));
            let by_middle: HashMap<NodeId, NodeId> = second.into_iter().collect();
            moved.extend(first.iter().filter_map(|(old, middle)| Some((*old, *by_middle.get(middle)?))));
            for text in tail_copies {
                loose.extend(tree.import(&copy, text).first().map(|(_, new)| *new));
            }
        });
        place.document.rehome(self, &moved);
        loose
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Document")
    }
}
