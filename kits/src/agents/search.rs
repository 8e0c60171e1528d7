//! `_AgentKit:Search`: the server looks for an item (`spec/agents.md` §2, §5.3).

use std::sync::Arc;

use rustpython_vm::builtins::PyInt;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::media_types::{self, MediaType};
use super::registry::{Agent, Agents};
use super::{hints, signature, tree};
use crate::objects::class::{modern, new_object};
use crate::objects::respond::to_xml;
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::objects::{legacy, seams};
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

const SEARCH: Signature = Signature {
    name: "search",
    hidden: 1,
    parameters: &[
        Parameter::required("media_type"),
        Parameter::required("lang"),
        Parameter::required("manual"),
        Parameter::required("kwargs"),
        Parameter { name: "version", default: Preset::Zero },
        Parameter { name: "primary", default: Preset::True },
    ],
    keywords: false,
};

/// What the server asks.
struct Question<'a> {
    kind: &'static MediaType,
    lang: &'a PyObject,
    manual: &'a PyObject,
    hints: &'a PyObject,
    modern: bool,
    primary: &'a PyObject,
}

/// Answers with the results of the first agent of that kind and version that does not fail: a legacy container, or XML
/// text; None where there is none.
pub fn answer(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let bound = SEARCH.bind(vm, args)?;
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(vm.ctx.none()) };
    let kind = text::text_of(vm, bound.get(0))?.and_then(|name| media_types::by_name(&name));
    let Some(kind) = kind else { return Ok(vm.ctx.none()) };
    let version = bound.get(4);
    let question = Question {
        kind,
        lang: bound.get(1),
        manual: bound.get(2),
        hints: bound.get(3),
        modern: is_modern(vm, version),
        primary: bound.get(5),
    };
    for agent in plugin.state::<Agents>().all() {
        if !agent.handles(vm, kind) || !agent.has_version(vm, version) {
            continue;
        }
        let shown = String::from_utf8_lossy(&text::repr_of(vm, question.hints)?).into_owned();
        tracing::info!("Searching for matches for {shown}");
        match search(vm, &sandbox, &agent, &question) {
            Ok(result) => return Ok(result),
            Err(exception) => {
                let what = format!(
                    "Exception in the search function of agent named '{}', called with hints {shown}",
                    agent.name(vm)
                );
                seams::log_exception(vm, &what, &exception);
            }
        }
    }
    Ok(vm.ctx.none())
}

/// Whether a version means the newer agents.
pub fn is_modern(vm: &VirtualMachine, version: &PyObject) -> bool {
    version.to_owned().try_into_value::<i64>(vm).is_ok_and(|version| version > 0)
}

fn search(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, agent: &Agent, question: &Question) -> PyResult {
    let plugin = &sandbox.plugin;
    let values = hints::values_of(vm, question.hints)?;
    let sent = |name: &str| values.iter().find(|(there, _)| there == name).map(|(_, value)| value.clone());
    let (id, parent) = (sent("id"), sent("parentID"));
    let media = hints::new(vm, plugin, question.kind, values.clone().into_iter(), question.modern)?;
    let method = agent.object.get_attr("search", vm)?;
    let takes = |name: &str| signature::has_parameter(vm, &method, name);
    let mut named: Vec<(String, PyObjectRef)> = Vec::new();
    if takes("manual") {
        named.push(("manual".to_owned(), question.manual.to_owned()));
    }
    if takes("primary") {
        named.push(("primary".to_owned(), question.primary.to_owned()));
    }
    let lang = question.lang.to_owned();
    let load_tree = || -> PyResult {
        let id = id.clone().ok_or_else(|| vm.new_key_error(vm.ctx.new_str("id").into()))?;
        let parent = parent.as_ref().filter(|parent| !vm.is_none(parent));
        let parent = parent.map(|parent| text::unicode_of(vm, parent)).transpose()?;
        let request = hints::tree_request(question.kind, &text::unicode_of(vm, &id)?, parent);
        tree::load(vm, plugin, &request)
    };
    if question.modern {
        if takes("partial") {
            named.push(("partial".to_owned(), vm.ctx.new_bool(parent.is_some()).into()));
        }
        let tree = load_tree()?;
        let results: PyObjectRef = new_object(vm, sandbox, "ObjectContainer", &[])?.into();
        call(vm, &method, vec![results.clone(), tree, media, lang], named)?;
        sort_by_score(vm, &results)?;
        return xml(vm, &results);
    }
    if takes("tree") {
        named.push(("tree".to_owned(), load_tree()?));
        let results: PyObjectRef = new_object(vm, sandbox, "ObjectContainer", &[])?.into();
        call(vm, &method, vec![results.clone(), media, lang], named)?;
        return xml(vm, &results);
    }
    let results = media_container(vm, sandbox)?;
    call(vm, &method, vec![results.clone(), media, lang], named)?;
    vm.call_method(&results, "Sort", (vm.ctx.new_str("year"),))?;
    let descending: KwArgs = [("descending".to_owned(), vm.ctx.new_bool(true).into())].into_iter().collect();
    let sort = results.get_attr("Sort", vm)?;
    sort.call(FuncArgs::new(vec![vm.ctx.new_str("score").into()], descending), vm)?;
    Ok(results)
}

fn call(
    vm: &VirtualMachine,
    method: &PyObject,
    positional: Vec<PyObjectRef>,
    named: Vec<(String, PyObjectRef)>,
) -> PyResult {
    method.call(FuncArgs::new(positional, named.into_iter().collect::<KwArgs>()), vm)
}

/// An empty container of the first generation.
fn media_container(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    legacy::factory(vm, sandbox, "MediaContainer")?.call((), vm)
}

/// Sorts the results of a newer agent, the best first. They are compared by the difference of their scores, which only
/// whole numbers have: all others, and None, are a TypeError as soon as there are two results.
fn sort_by_score(vm: &VirtualMachine, results: &PyObject) -> PyResult<()> {
    let Some(container) = modern(results) else { return Ok(()) };
    let objects = container.children(vm)?;
    if objects.len() < 2 {
        return Ok(());
    }
    let mut scored = Vec::with_capacity(objects.len());
    for object in objects {
        let score = object.get_attr("score", vm)?;
        let Some(score) = score.downcast_ref::<PyInt>() else {
            let class = score.class().name().to_string();
            return Err(vm.new_type_error(format!("scores of results must be integers, not '{class}'")));
        };
        scored.push((score.as_bigint().clone(), object));
    }
    scored.sort_by(|(a, _), (b, _)| b.cmp(a));
    let sorted = scored.into_iter().map(|(_, object)| object).collect();
    container.replace_children(vm.ctx.new_list(sorted).into());
    Ok(())
}

fn xml(vm: &VirtualMachine, results: &PyObject) -> PyResult {
    Ok(text::new_str(vm, &to_xml(vm, results)?))
}
