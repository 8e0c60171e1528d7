//! Builds Python objects from YAML 1.1, as PyYAML does: plain words by [`yaml_scalars`](crate::yaml_scalars), the standard
//! tags, merged mappings, and aliases that are the very object they name.

use std::collections::HashMap;

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyList};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use crate::elements::values::class_name;
use crate::yaml_scalars::{self, Plain};

/// Most objects that are made of one text.
const MOST_OBJECTS: usize = 1_000_000;
/// Deepest nesting.
const DEEPEST: usize = 200;
/// What `!!` in front of a tag stands for.
const CORE: &str = "tag:yaml.org,2002:";

/// The object of the first document of a text; None for an empty text.
pub fn read(vm: &VirtualMachine, source: &str) -> PyResult {
    // The parser reads collections in brackets by recursion: what is nested too deep is refused before that.
    let mut depth = 0_usize;
    for byte in source.bytes() {
        depth = match byte {
            b'[' | b'{' => depth + 1,
            b']' | b'}' => depth.saturating_sub(1),
            _ => depth,
        };
        if depth > DEEPEST {
            return Err(vm.new_value_error("The YAML text is nested too deep".to_owned()));
        }
    }
    let mut reader = Reader { vm, parser: Parser::new_from_str(source), anchors: HashMap::new(), left: MOST_OBJECTS };
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(vm.ctx.none()),
            Event::DocumentStart(_) => break,
            _ => {}
        }
    }
    let first = reader.next()?;
    let object = reader.node(first, 0)?;
    // What follows has to be YAML too.
    while !matches!(reader.next()?, Event::StreamEnd) {}
    Ok(object)
}

struct Reader<'vm, 's> {
    vm: &'vm VirtualMachine,
    parser: Parser<'s, StrInput<'s>>,
    /// What has a name, by the parser's numbers.
    anchors: HashMap<usize, PyObjectRef>,
    /// Objects that may still be made.
    left: usize,
}

/// The tag of a node as it is written out; None for none and for the one that says nothing.
fn tag_name(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    let name = format!("{}{}", tag.handle, tag.suffix);
    (!name.is_empty()).then_some(name)
}

impl<'s> Reader<'_, 's> {
    fn error(&self, message: String) -> PyBaseExceptionRef {
        self.vm.new_value_error(message)
    }

    fn next(&mut self) -> PyResult<Event<'s>> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(self.error(error.to_string())),
            None => Ok(Event::StreamEnd),
        }
    }

    fn unknown_tag<T>(&self, name: &str) -> PyResult<T> {
        Err(self.error(format!("could not determine a constructor for the tag '{name}'")))
    }

    fn name(&mut self, anchor: usize, object: &PyObjectRef) {
        if anchor > 0 {
            self.anchors.insert(anchor, object.clone());
        }
    }

    fn node(&mut self, event: Event<'s>, depth: usize) -> PyResult {
        let vm = self.vm;
        if self.left == 0 || depth > DEEPEST {
            return Err(self.error("The YAML text stands for too many objects".to_owned()));
        }
        self.left -= 1;
        match event {
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(object) => Ok(object.clone()),
                None => Err(self.error("found undefined alias".to_owned())),
            },
            Event::Scalar(word, style, anchor, tag) => {
                let object = self.scalar(&word, style, tag_name(tag.as_deref()))?;
                self.name(anchor, &object);
                Ok(object)
            }
            Event::SequenceStart(anchor, tag) => {
                let list = vm.ctx.new_list(Vec::new());
                self.name(anchor, &list.clone().into());
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => {
                            let item = self.node(event, depth + 1)?;
                            list.borrow_vec_mut().push(item);
                        }
                    }
                }
                let tag = tag_name(tag.as_deref());
                match tag.as_deref().map(|tag| tag.strip_prefix(CORE).ok_or(tag)) {
                    None | Some(Ok("seq")) => Ok(list.into()),
                    Some(Ok("omap" | "pairs")) => self.pairs(&list),
                    Some(Ok("python/tuple")) => Ok(vm.ctx.new_tuple(list.borrow_vec().to_vec()).into()),
                    _ => self.unknown_tag(&tag.unwrap_or_default()),
                }
            }
            Event::MappingStart(anchor, tag) => {
                let dict = vm.ctx.new_dict();
                self.name(anchor, &dict.clone().into());
                self.mapping(&dict, depth + 1)?;
                let tag = tag_name(tag.as_deref());
                match tag.as_deref().map(|tag| tag.strip_prefix(CORE).ok_or(tag)) {
                    None | Some(Ok("map")) => Ok(dict.into()),
                    Some(Ok("set")) => {
                        let set = vm.ctx.types.set_type.to_owned();
                        PyObjectRef::from(set).call((dict,), vm)
                    }
                    _ => self.unknown_tag(&tag.unwrap_or_default()),
                }
            }
            _ => Ok(vm.ctx.none()),
        }
    }

    /// `[{a: 1}, {b: 2}]` as pairs.
    fn pairs(&self, list: &PyList) -> PyResult {
        let vm = self.vm;
        let mut pairs = Vec::new();
        for item in list.borrow_vec().iter() {
            let entry = item.downcast_ref::<PyDict>().filter(|dict| dict.__len__() == 1);
            let Some((key, value)) = entry.and_then(|dict| dict.into_iter().next()) else {
                return Err(self.error("expected a mapping of length 1".to_owned()));
            };
            pairs.push(vm.ctx.new_tuple(vec![key, value]).into());
        }
        Ok(vm.ctx.new_list(pairs).into())
    }

    fn mapping(&mut self, dict: &Py<PyDict>, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        // What is merged in does not replace the mapping's own entries, nor what was merged in before.
        let mut merged: Vec<PyObjectRef> = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::Scalar(word, ScalarStyle::Plain, _, None) if word == "<<" => {
                    let event = self.next()?;
                    let value = self.node(event, depth)?;
                    match value.downcast_ref::<PyList>() {
                        Some(list) => merged.extend(list.borrow_vec().iter().cloned()),
                        None => merged.push(value),
                    }
                    continue;
                }
                event => self.node(event, depth)?,
            };
            if key.hash(vm).is_err() {
                let class = class_name(vm, &key);
                return Err(self.error(format!(
                    "while constructing a mapping found unacceptable key (unhashable type: '{class}')"
                )));
            }
            let event = self.next()?;
            let value = self.node(event, depth)?;
            dict.set_item(&*key, value, vm)?;
        }
        for other in merged {
            let Some(other) = other.downcast_ref::<PyDict>() else {
                return Err(self.error("expected a mapping or list of mappings for merging".to_owned()));
            };
            for (key, value) in other {
                if !dict.contains_key(&*key, vm) {
                    dict.set_item(&*key, value, vm)?;
                }
            }
        }
        Ok(())
    }

    fn scalar(&self, word: &str, style: ScalarStyle, tag: Option<String>) -> PyResult {
        let vm = self.vm;
        let Some(tag) = tag else {
            if style == ScalarStyle::Plain
                && let Some(object) = self.plain(yaml_scalars::resolve(word))?
            {
                return Ok(object);
            }
            return Ok(text::native(vm, word));
        };
        let number = |word: &str| match yaml_scalars::resolve(word) {
            Plain::Integer(number) => Some(PyObjectRef::from(vm.ctx.new_bigint(&number))),
            Plain::Number(number) => Some(vm.ctx.new_float(number).into()),
            _ => None,
        };
        let refused = |kind: &str| Err(self.error(format!("invalid literal for !!{kind}: {word:?}")));
        match tag.strip_prefix(CORE) {
            Some("str" | "python/str" | "python/unicode") => Ok(text::native(vm, word)),
            Some("null" | "python/none") => Ok(vm.ctx.none()),
            Some("int" | "python/int" | "python/long") => {
                let builtin: PyObjectRef = vm.ctx.types.int_type.to_owned().into();
                number(word).map_or_else(|| refused("int"), |number| builtin.call((number,), vm))
            }
            Some("float" | "python/float") => {
                let builtin: PyObjectRef = vm.ctx.types.float_type.to_owned().into();
                match number(word) {
                    Some(number) => builtin.call((number,), vm),
                    None => builtin.call((text::native(vm, word),), vm).or_else(|_| refused("float")),
                }
            }
            Some("bool" | "python/bool") => match yaml_scalars::resolve(word) {
                Plain::Truth(truth) => Ok(vm.ctx.new_bool(truth).into()),
                _ => refused("bool"),
            },
            Some("binary") => vm.call_method(&text::native(vm, word), "decode", (text::native(vm, "base64"),)),
            Some("timestamp") => match yaml_scalars::resolve(word) {
                moment @ (Plain::Date(_) | Plain::Time(..)) => Ok(self.plain(moment)?.unwrap_or_else(|| vm.ctx.none())),
                _ => refused("timestamp"),
            },
            None if tag == "!" => Ok(text::native(vm, word)),
            _ => self.unknown_tag(&tag),
        }
    }

    /// The object of a plain word; None where it is a text.
    fn plain(&self, word: Plain) -> PyResult<Option<PyObjectRef>> {
        let vm = self.vm;
        let made = |class: &'static str, parts: &[i32]| -> PyResult {
            let parts: Vec<PyObjectRef> = parts.iter().map(|part| vm.ctx.new_int(*part).into()).collect();
            import::module(vm, "datetime")?.get_attr(class, vm)?.call(parts, vm)
        };
        Ok(Some(match word {
            Plain::Text => return Ok(None),
            Plain::Null => vm.ctx.none(),
            Plain::Truth(truth) => vm.ctx.new_bool(truth).into(),
            Plain::Integer(number) => vm.ctx.new_bigint(&number).into(),
            Plain::Number(number) => vm.ctx.new_float(number).into(),
            Plain::Date(parts) => made("date", &parts)?,
            Plain::Time([year, month, day, hour, minute, second], fraction, zone) => {
                let moment = made("datetime", &[year, month, day, hour, minute, second, fraction])?;
                match zone {
                    // Times with a zone become those of UTC.
                    Some(ahead) if ahead != 0 => {
                        let ahead = made("timedelta", &[0, ahead])?;
                        vm._sub(&moment, &ahead)?
                    }
                    _ => moment,
                }
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    #[test]
    fn tags_aliases_and_merges() {
        let code = "text = 'a: &x {k: 1}\\nb: *x\\nc: {<<: *x, k: 2}\\nd: [!!int \"5\", !!str 5, !!bool \"yes\", !!float 5]\\nd2: 1\\nd2: 2\\n'\n\
                    v = YAML.ObjectFromString(text)\n\
                    result = repr((v['a'] is v['b'], v['c'], v['d'], v['d2']))\n";
        assert_eq!(result_of("", code, "compatible").unwrap(), "(True, {'k': 2}, [5, '5', True, 5.0], 2)");
        let code = "try:\n    YAML.ObjectFromString('a: !thing 5')\nexcept ValueError, e:\n    result = str(e)\n";
        assert_eq!(
            result_of("", code, "compatible").unwrap(),
            "could not determine a constructor for the tag '!thing'"
        );
    }
}
