//! What elements of HTML documents can do besides (`spec/kits.md` §4.3), and fragments.

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine, pyclass};

use super::element::{Element, HtmlElement};
use super::html_parser::parse_html;
use super::html_rules::is_block;
use super::links;
use super::tree::{Flavour, Kind, Name, NodeId, ROOT, Tree};
use super::values::xml_text;

/// Parses a document or a fragment: what starts like a whole document gives its `html` element, other text the one
/// element in it or a wrapper around several.
pub fn parse_fragment(source: &str) -> (Tree, NodeId) {
    let mut tree = parse_html(source);
    let start = source.trim_start();
    let starts = |word: &str| start.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let Some(top) = tree.top_element(ROOT) else { return (tree_with_html(), 1) };
    if starts("<html") || starts("<!doctype") {
        return (tree, top);
    }
    let named = |tree: &Tree, name: &str| -> Vec<NodeId> {
        tree.children(top).filter(|c| tree.is_element(*c) && tree.local_name(*c) == name).collect()
    };
    if !named(&tree, "head").is_empty() {
        return (tree, top);
    }
    let bodies = named(&tree, "body");
    let Some((&body, others)) = bodies.split_first() else { return (tree, top) };
    for other in others {
        let children: Vec<NodeId> = tree.children(*other).collect();
        for child in children {
            tree.unlink(child);
            if tree.kind(child) == Kind::Text {
                let more = tree.text(child).to_owned();
                tree.append_text(body, &more);
            } else {
                tree.link_last(body, child);
            }
        }
        tree.unlink(*other);
    }
    let elements: Vec<NodeId> = tree.element_children(body).collect();
    let blank = |text: Option<String>| text.is_none_or(|t| t.trim().is_empty());
    if let [only] = elements.as_slice()
        && blank(tree.leading_text(body))
        && blank(tree.tail(*only))
    {
        return (tree, *only);
    }
    let has_block = tree.descendants_or_self(body).any(|n| tree.is_element(n) && is_block(tree.local_name(n)));
    let local = tree.atom(if has_block { "div" } else { "span" });
    tree.set_name(body, Name { local, ..Name::default() });
    (tree, body)
}

/// A document with an empty `html` element.
fn tree_with_html() -> Tree {
    let mut tree = Tree::new(Flavour::Html);
    let local = tree.atom("html");
    let node = tree.create_element(Name { local, ..Name::default() }, 0);
    tree.link_last(ROOT, node);
    tree
}

impl HtmlElement {
    fn first_named(zelf: &Py<Self>, vm: &VirtualMachine, name: &str) -> PyObjectRef {
        let place = zelf.0.place();
        let found = place.document.read(|tree| {
            tree.descendants_or_self(tree.root_of(place.node))
                .find(|n| tree.is_element(*n) && tree.local_name(*n) == name)
        });
        found.map_or_else(|| vm.ctx.none(), |node| place.document.object(vm, node))
    }

    fn all_where(zelf: &Py<Self>, vm: &VirtualMachine, test: impl Fn(&Tree, NodeId) -> bool) -> PyObjectRef {
        let place = zelf.0.place();
        let found: Vec<NodeId> = place.document.read(|tree| {
            tree.descendants_or_self(place.node).filter(|n| tree.is_element(*n) && test(tree, *n)).collect()
        });
        let objects = found.into_iter().map(|node| place.document.object(vm, node)).collect();
        vm.ctx.new_list(objects).into()
    }
}

#[pyclass(flags(BASETYPE, HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl HtmlElement {
    /// The text of the element and everything below it.
    #[pymethod]
    fn text_content(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let place = zelf.0.place();
        text::native(vm, &place.document.read(|tree| tree.string_value(place.node)))
    }

    #[pygetset]
    fn body(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::first_named(zelf, vm, "body")
    }

    #[pygetset]
    fn head(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::first_named(zelf, vm, "head")
    }

    #[pygetset]
    fn base_url(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let url = zelf.0.place().document.read(|tree| tree.base_url.clone());
        url.map_or_else(|| vm.ctx.none(), |url| text::new_unicode(vm, &url))
    }

    #[pygetset]
    fn forms(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::all_where(zelf, vm, |tree, node| tree.local_name(node) == "form")
    }

    #[pymethod]
    fn find_class(zelf: &Py<Self>, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let name = xml_text(vm, &name)?;
        Ok(Self::all_where(zelf, vm, |tree, node| {
            tree.plain_attr(node, "class").is_some_and(|c| c.split_ascii_whitespace().any(|word| word == name))
        }))
    }

    #[pymethod]
    fn find_rel_links(zelf: &Py<Self>, rel: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let rel = xml_text(vm, &rel)?.to_lowercase();
        Ok(Self::all_where(zelf, vm, |tree, node| {
            tree.local_name(node) == "a"
                && tree.plain_attr(node, "rel").is_some_and(|found| found.to_lowercase() == rel)
        }))
    }

    #[pymethod]
    fn get_element_by_id(
        zelf: &Py<Self>,
        id: PyObjectRef,
        default: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let wanted = xml_text(vm, &id)?;
        let place = zelf.0.place();
        let found = place.document.read(|tree| {
            tree.descendants_or_self(place.node)
                .find(|n| tree.is_element(*n) && tree.plain_attr(*n, "id") == Some(&wanted))
        });
        match (found, default) {
            (Some(node), _) => Ok(place.document.object(vm, node)),
            (None, OptionalArg::Present(default)) => Ok(default),
            (None, OptionalArg::Missing) => Err(vm.new_key_error(id)),
        }
    }

    /// Removes the element with what is below it; its tail stays.
    #[pymethod]
    fn drop_tree(zelf: &Py<Self>) {
        let place = zelf.0.place();
        place.document.write(|tree| {
            if tree.parent_element(place.node).is_some() {
                tree.unlink(place.node);
                let root = tree.create(Kind::Root);
                tree.link_last(root, place.node);
            }
        });
    }

    /// Removes the tag; text and children stay.
    #[pymethod]
    fn drop_tag(zelf: &Py<Self>) {
        let place = zelf.0.place();
        place.document.write(|tree| {
            let Some(parent) = tree.parent_element(place.node) else { return };
            let children: Vec<NodeId> = tree.children(place.node).collect();
            for child in children {
                tree.unlink(child);
                tree.link_before(parent, child, Some(place.node));
            }
            tree.unlink(place.node);
            let root = tree.create(Kind::Root);
            tree.link_last(root, place.node);
        });
    }

    /// Makes the addresses in attributes absolute.
    #[pymethod]
    fn make_links_absolute(
        zelf: &Py<Self>,
        base: OptionalArg<PyObjectRef>,
        _resolve: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let place = zelf.0.place();
        let base = match base.into_option().filter(|b| !vm.is_none(b)) {
            Some(base) => xml_text(vm, &base)?,
            None => match place.document.read(|tree| tree.base_url.clone()) {
                Some(base) => base,
                None => {
                    let message = "No base_url given, and the document has no base_url";
                    return Err(vm.new_type_error(message));
                }
            },
        };
        let Ok(base) = url::Url::parse(&base) else { return Ok(()) };
        links::rewrite(&place, |link| joined(&base, link));
        Ok(())
    }

    /// Resolves all addresses against the `base` element of the document, which goes.
    #[pymethod]
    fn resolve_base_href(zelf: &Py<Self>, _args: FuncArgs) {
        let place = zelf.0.place();
        let bases: Vec<(NodeId, Option<String>)> = place.document.read(|tree| {
            tree.descendants_or_self(place.node)
                .filter(|node| tree.is_element(*node) && tree.local_name(*node) == "base")
                .map(|node| (node, tree.plain_attr(node, "href").map(str::to_owned)))
                .collect()
        });
        let found =
            bases.iter().rev().find_map(|(_, href)| href.as_deref().and_then(|href| url::Url::parse(href).ok()));
        place.document.write(|tree| bases.iter().for_each(|(node, _)| tree.detach(*node)));
        if let Some(base) = found {
            links::rewrite(&place, |link| joined(&base, link));
        }
    }

    /// Changes every address by a function; one for which it gives None goes.
    #[pymethod]
    fn rewrite_links(zelf: &Py<Self>, function: PyObjectRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        links::rewrite_by(vm, &zelf.0.place(), &function)
    }

    /// The addresses: (element, attribute, link, place). Those in the text of an element have no attribute.
    #[pymethod]
    fn iterlinks(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let place = zelf.0.place();
        let items = links::links(&place)
            .into_iter()
            .map(|link| {
                let attribute = link.attribute.as_deref().map_or_else(|| vm.ctx.none(), |name| text::native(vm, name));
                let parts = vec![
                    place.document.object(vm, link.node),
                    attribute,
                    text::native(vm, link.address()),
                    vm.ctx.new_int(link.place()).into(),
                ];
                vm.ctx.new_tuple(parts).into()
            })
            .collect();
        vm.ctx.new_list(items).into()
    }
}

/// An address resolved against another.
fn joined(base: &url::Url, link: &str) -> String {
    base.join(link.trim()).map(String::from).unwrap_or_else(|_| link.to_owned())
}

/// The element of an object as HTML, for callers that have only the object.
pub fn is_html(element: &Element) -> bool {
    element.place().document.read(|tree| tree.flavour == Flavour::Html)
}
