//! Media, parts and streams: what their XML says beyond what the plug-in set (`spec/objects.md` §5.3, §5.4).

use std::sync::Arc;

use rustpython_vm::builtins::{PyFloat, PyInt, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::class::{Layout, modern, new_object};
use super::modern::ModernObject;
use super::quote::quote;
use super::seams::{self, Protocol};
use super::tables::Special;
use super::values;
use super::write::Writer;
use crate::sandbox::Sandbox;
use reprise_vm_glue::runtime::text;

/// The attributes that travel with the key of an indirect part, in the original's order.
const MEDIA_INFO: &[&str] = &[
    "audio_channels",
    "protocol",
    "optimized_for_streaming",
    "video_frame_rate",
    "duration",
    "height",
    "width",
    "container",
    "audio_codec",
    "aspect_ratio",
    "video_codec",
    "video_resolution",
    "bitrate",
];

/// What Info.plist says about every media object of the plug-in: a list that names one codec or container.
pub fn plist_defaults(sandbox: &Arc<Sandbox>, layout: &Layout) -> Vec<(usize, String)> {
    if layout.class.special != Special::Media {
        return Vec::new();
    }
    let info = &sandbox.plugin.bundle.info;
    let lists =
        [(&info.audio_codecs, "audio_codec"), (&info.video_codecs, "video_codec"), (&info.containers, "container")];
    let default = |(list, attribute): (&Vec<String>, &str)| match (list.as_slice(), layout.find(attribute)) {
        ([only], Some(at)) => Some((at, only.replace('.', "").to_lowercase())),
        _ => None,
    };
    lists.into_iter().filter_map(default).collect()
}

/// The attributes of a media object after everything that follows from its parts is filled in. The object itself stays
/// as it is.
struct Deduced {
    values: Vec<(&'static str, PyObjectRef)>,
}

impl Deduced {
    fn get(&self, name: &str, object: &Py<ModernObject>, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let found = self.values.iter().find(|(there, _)| *there == name).map(|(_, value)| value.clone());
        found.or_else(|| object.get(name, vm))
    }

    fn fill(&mut self, name: &'static str, value: PyObjectRef, object: &Py<ModernObject>, vm: &VirtualMachine) {
        if object.get(name, vm).is_none() {
            self.values.push((name, value));
        }
    }
}

fn deduce(object: &Py<ModernObject>, first_key: Option<&PyObject>, vm: &VirtualMachine) -> PyResult<Deduced> {
    let mut deduced = Deduced { values: Vec::new() };
    let named = |name: &str| text::native(vm, name);
    match first_key.and_then(super::urls::protocol) {
        Some(Protocol::WebKit) => deduced.fill("protocol", named("webkit"), object, vm),
        Some(Protocol::Rtmp) => deduced.fill("protocol", named("rtmp"), object, vm),
        Some(Protocol::Embed) => deduced.fill("protocol", named("embed"), object, vm),
        Some(Protocol::Hls) => {
            for (name, value) in
                [("protocol", "hls"), ("audio_codec", "aac"), ("video_codec", "h264"), ("container", "mpegts")]
            {
                deduced.fill(name, named(value), object, vm);
            }
        }
        None => {}
    }
    if let Some(resolution) = object.get("video_resolution", vm)
        && object.get("width", vm).is_none()
        && object.get("height", vm).is_none()
        && resolution.clone().try_to_bool(vm)?
    {
        let is_sd = resolution.downcast_ref::<PyStr>().is_some_and(|text| text.to_str() == Some("sd"));
        let height = if is_sd {
            360
        } else {
            let number = vm.ctx.types.int_type.as_object().to_owned().call((resolution,), vm)?;
            number.try_to_value::<i64>(vm)?
        };
        let ratio = match object.get("aspect_ratio", vm) {
            Some(ratio) => {
                let number = vm.ctx.types.float_type.as_object().to_owned().call((ratio,), vm)?;
                number.downcast_ref::<PyFloat>().map_or(0.0, |number| number.to_f64())
            }
            None => 0.0,
        };
        let ratio = if ratio > 0.0 { ratio } else { 16.0 / 9.0 };
        // Python 2 rounds halves away from zero, as `round` does here.
        let width = 8 * (height as f64 * ratio / 8.0).round() as i64;
        deduced.values.push(("height", vm.ctx.new_int(height).into()));
        deduced.values.push(("width", vm.ctx.new_int(width).into()));
    }
    Ok(deduced)
}

/// Writes a media object with its parts and streams.
pub fn write(writer: &mut Writer, object: &Py<ModernObject>) -> PyResult<()> {
    let vm = writer.vm;
    let parts = object.children(vm)?;
    let Some(first) = parts.first() else {
        return Err(vm.new_index_error("list index out of range"));
    };
    let first_key = modern(first).and_then(|first| first.get("key", vm));
    let deduced = deduce(object, first_key.as_deref(), vm)?;
    writer.xml.start(object.class.layout.class.element);
    writer.attributes(object)?;
    for (name, value) in &deduced.values {
        let at = object.class.layout.find(name);
        if let Some(xml) = at.and_then(|at| object.class.layout.xml.get(at)) {
            writer.plain(*xml, value)?;
        }
    }
    if first_key.as_deref().is_some_and(|key| seams::is_indirect(vm, key)) {
        writer.set("indirect", "1")?;
    }
    writer.mark_root();
    for part in &parts {
        let Some(part) = modern(part).filter(|part| part.class.layout.class.special == Special::Part) else {
            return Err(vm.new_attribute_error("a part of a media object must be a PartObject"));
        };
        write_part(writer, object, &deduced, part, parts.len() == 1)?;
    }
    Ok(())
}

fn write_part(
    writer: &mut Writer,
    media: &Py<ModernObject>,
    deduced: &Deduced,
    part: &Py<ModernObject>,
    alone: bool,
) -> PyResult<()> {
    let vm = writer.vm;
    let layout = part.class.layout;
    writer.xml.start(layout.class.element);
    writer.attributes(part)?;
    for name in ["container", "optimized_for_streaming", "duration"] {
        if part.get(name, vm).is_none()
            && let Some(value) = deduced.get(name, media, vm)
            && let Some(xml) = layout.find(name).and_then(|at| layout.xml.get(at))
        {
            writer.plain(*xml, &value)?;
        }
    }
    let streams = part.children(vm)?;
    if streams.is_empty()
        && let Some(key) = part.get("key", vm)
        && seams::is_indirect(vm, &key)
    {
        let text = seams::resolvable(vm, &key, values::converted(vm, &key)?);
        let joint = if text.contains('?') { '&' } else { '?' };
        let key = format!("{text}{joint}mediaInfo={}", media_info(media, deduced, vm)?);
        writer.set("key", &key)?;
    }
    writer.posted(part)?;
    if streams.is_empty() {
        write_own_streams(writer, media, deduced, alone)?;
    } else {
        write_streams(writer, &streams)?;
    }
    writer.xml.end();
    Ok(())
}

/// The streams that a part without any gets from its media object: one for the picture, one for the sound.
fn write_own_streams(writer: &mut Writer, media: &Py<ModernObject>, deduced: &Deduced, alone: bool) -> PyResult<()> {
    let vm = writer.vm;
    let bitrate = deduced.get("bitrate", media, vm);
    let high = match &bitrate {
        Some(value) => above_audio(value, vm)?,
        None => None,
    };
    let duration = deduced.get("duration", media, vm);
    let mut write = |kind: [&'static str; 2], attributes: [(&'static str, Option<PyObjectRef>); 5]| -> PyResult<()> {
        writer.xml.start("Stream");
        writer.set("index", kind[0])?;
        writer.set("selected", "1")?;
        writer.set("streamType", kind[1])?;
        for (name, value) in attributes {
            if let Some(value) = value {
                writer.plain(name, &value)?;
            }
        }
        writer.set("id", kind[1])?;
        writer.xml.end();
        Ok(())
    };
    write(
        ["0", "1"],
        [
            ("height", deduced.get("height", media, vm)),
            ("width", deduced.get("width", media, vm)),
            ("codec", deduced.get("video_codec", media, vm)),
            ("duration", duration.clone().filter(|_| alone)),
            ("bitrate", high.clone()),
        ],
    )?;
    write(
        ["1", "2"],
        [
            ("channels", deduced.get("audio_channels", media, vm)),
            ("codec", deduced.get("audio_codec", media, vm)),
            ("duration", duration),
            ("bitrate", high.map(|_| vm.ctx.new_int(256).into())),
            ("", None),
        ],
    )
}

/// What of a bit rate is left for the picture, where it is more than the sound's.
fn above_audio(bitrate: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if bitrate.downcast_ref::<PyInt>().is_none() && bitrate.downcast_ref::<PyFloat>().is_none() {
        // Texts compare as greater than any number, and cannot be subtracted from.
        let name = bitrate.class().name().to_string();
        return Err(vm.new_type_error(format!("unsupported operand type(s) for -: '{name}' and 'int'")));
    }
    let rest = vm._sub(bitrate, vm.ctx.new_int(256).as_object())?;
    let positive =
        rest.rich_compare_bool(vm.ctx.new_int(0).as_object(), rustpython_vm::types::PyComparisonOp::Gt, vm)?;
    Ok(positive.then_some(rest))
}

/// Streams that the plug-in gave: where it selected none of a kind, the first of the kind is.
fn write_streams(writer: &mut Writer, streams: &[PyObjectRef]) -> PyResult<()> {
    let vm = writer.vm;
    let is_selected =
        |stream: &Py<ModernObject>| stream.get("selected", vm).is_some_and(|value| value.is(&vm.ctx.true_value));
    let mut chosen: Vec<&'static str> = Vec::new();
    for stream in streams.iter().filter_map(|stream| modern(stream)) {
        let kind = stream.class.layout.class.name;
        if is_selected(stream) {
            if chosen.contains(&kind) {
                seams::log_warning("More than one stream of the same type is selected.");
            } else {
                chosen.push(kind);
            }
        }
    }
    for stream in streams {
        let Some(stream) = modern(stream) else { return writer.object(stream) };
        let kind = stream.class.layout.class.name;
        writer.xml.start(stream.class.layout.class.element);
        writer.attributes(stream)?;
        if !chosen.contains(&kind) {
            chosen.push(kind);
            writer.set("selected", "1")?;
        }
        writer.xml.end();
    }
    Ok(())
}

/// `mediaInfo` of an indirect key: the media object's attributes as JSON, percent-encoded.
fn media_info(media: &Py<ModernObject>, deduced: &Deduced, vm: &VirtualMachine) -> PyResult<String> {
    let mut json = String::from("{");
    for (at, name) in MEDIA_INFO.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        json.push_str(&format!("{separator}\"{name}\": "));
        match deduced.get(name, media, vm) {
            Some(value) => json.push_str(&super::json::text_of(&value, vm)?),
            None => json.push_str("null"),
        }
    }
    json.push('}');
    Ok(quote(json.as_bytes(), b"/"))
}

/// The media of an object that the service looks up when it is played.
pub fn write_deferred(writer: &mut Writer, lookup: &str) -> PyResult<()> {
    let nulls: Vec<String> = MEDIA_INFO.iter().map(|name| format!("\"{name}\": null")).collect();
    let info = quote(format!("{{{}}}", nulls.join(", ")).as_bytes(), b"/");
    writer.xml.start("Media");
    writer.set("indirect", "1")?;
    writer.xml.start("Part");
    writer.set("key", &format!("{lookup}&indirect=1&limit=1&mediaInfo={info}"))?;
    writer.set("file", "")?;
    for (index, kind) in [("0", "1"), ("1", "2")] {
        writer.xml.start("Stream");
        writer.set("index", index)?;
        writer.set("selected", "1")?;
        writer.set("streamType", kind)?;
        writer.set("id", kind)?;
        writer.xml.end();
    }
    writer.xml.end();
    writer.xml.end();
    Ok(())
}

/// A media object with one part that is a file on disk.
pub fn of_file(vm: &VirtualMachine, object: &Py<ModernObject>, file: PyObjectRef) -> PyResult {
    let sandbox = object.class.sandbox().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
    let part = new_object(vm, &sandbox, "PartObject", &[("file", file)])?;
    let parts = vm.ctx.new_list(vec![part.into()]);
    Ok(new_object(vm, &sandbox, "MediaObject", &[("parts", parts.into())])?.into())
}
