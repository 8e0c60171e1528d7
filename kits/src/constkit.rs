//! Constants (`spec/environment.md` §6.3): groups of names like `AudioCodec.AAC`, and the cache times.

use std::sync::{Arc, LazyLock};

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, GetAttr, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass,
};

use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::sandbox::Sandbox;

/// Names and values of one group.
type Texts = &'static [(&'static str, &'static str)];

const CLIENT_PLATFORM: Texts = &[
    ("MacOSX", "MacOSX"),
    ("Linux", "Linux"),
    ("Windows", "Windows"),
    ("iOS", "iOS"),
    ("Android", "Android"),
    ("LGTV", "LGTV"),
    ("Roku", "Roku"),
];
const SERVER_PLATFORM: Texts = &[
    ("MacOSX_i386", "MacOSX-i386"),
    ("Linux_i386", "Linux-i386"),
    ("Linux_x86_64", "Linux-x86_64"),
    ("Linux_MIPS", "Linux-MIPS"),
    ("Linux_ARM", "Linux-ARM"),
];
const PROTOCOL: Texts = &[("DASH", "dash"), ("HTTP", "http"), ("HLS", "hls"), ("RTMP", "rtmp")];
const VIEW_TYPE: Texts = &[("Grid", "grid"), ("List", "list")];
const AUDIO_CODEC: Texts = &[
    ("AAC", "aac"),
    ("DCA", "dca"),
    ("MP3", "mp3"),
    ("WMA", "wma"),
    ("WMAP", "wmap"),
    ("VORBIS", "vorbis"),
    ("FLAC", "flac"),
];
const VIDEO_CODEC: Texts = &[
    ("H263", "h263"),
    ("H264", "h264"),
    ("VP6", "vp6"),
    ("WVC1", "wvc1"),
    ("DIVX", "divx"),
    ("DIV4", "div4"),
    ("XVID", "xvid"),
    ("THEORA", "theora"),
];
const CONTAINER: Texts = &[
    ("MKV", "mkv"),
    ("MP4", "mp4"),
    ("MPEGTS", "mpegts"),
    ("MOV", "mov"),
    ("AVI", "avi"),
    ("MP3", "mp3"),
    ("OGG", "ogg"),
    ("FLAC", "flac"),
    ("FLV", "flv"),
];
const CONTAINER_CONTENT: Texts = &[
    ("Secondary", "secondary"),
    ("Mixed", "mixed"),
    ("Genres", "genre"),
    ("Playlists", "playlist"),
    ("Albums", "album"),
    ("Tracks", "track"),
    ("GenericVideos", "video"),
    ("Episodes", "episode"),
    ("Movies", "movie"),
    ("Seasons", "season"),
    ("Shows", "show"),
    ("Artists", "artist"),
];

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Const",
    entries: &[
        entry("ClientPlatform", Visibility::Code, "Names of client platforms.", |vm, _| {
            texts(vm, "ClientPlatforms", CLIENT_PLATFORM)
        }),
        entry("ServerPlatform", Visibility::Code, "Names of server platforms.", |vm, _| {
            texts(vm, "ServerPlatforms", SERVER_PLATFORM)
        }),
        entry("Protocol", Visibility::Code, "Streaming protocols of media.", |vm, _| texts(vm, "Protocols", PROTOCOL)),
        entry("ViewType", Visibility::CodeNotModern, "Ways to show a container.", |vm, _| {
            texts(vm, "ViewTypes", VIEW_TYPE)
        }),
        entry("SummaryTextType", Visibility::CodeNotModern, "How much of a summary is shown.", summary_text_type),
        entry("AudioCodec", Visibility::Code, "Audio codecs of media.", |vm, _| texts(vm, "AudioCodecs", AUDIO_CODEC)),
        entry("VideoCodec", Visibility::Code, "Video codecs of media.", |vm, _| texts(vm, "VideoCodecs", VIDEO_CODEC)),
        entry("Container", Visibility::Code, "File formats of media.", |vm, _| texts(vm, "Containers", CONTAINER)),
        entry("ContainerContent", Visibility::Code, "What a container holds.", |vm, _| {
            texts(vm, "ContainerContents", CONTAINER_CONTENT)
        }),
        entry("CACHE_1MINUTE", Visibility::CodeNotCloud, "60 seconds.", |vm, _| Ok(vm.ctx.new_int(60).into())),
        entry("CACHE_1HOUR", Visibility::CodeNotCloud, "3600 seconds.", |vm, _| Ok(vm.ctx.new_int(3600).into())),
        entry("CACHE_1DAY", Visibility::CodeNotCloud, "86400 seconds.", |vm, _| Ok(vm.ctx.new_int(86_400).into())),
        entry("CACHE_1WEEK", Visibility::CodeNotCloud, "604800 seconds.", |vm, _| Ok(vm.ctx.new_int(604_800).into())),
        entry("CACHE_1MONTH", Visibility::CodeNotCloud, "2592000 seconds.", |vm, _| {
            Ok(vm.ctx.new_int(2_592_000).into())
        }),
    ],
};

/// Names and values of a group's members; none for other names.
pub fn members(group: &str) -> Vec<(&'static str, &'static str)> {
    let texts = match group {
        "ClientPlatform" => CLIENT_PLATFORM,
        "ServerPlatform" => SERVER_PLATFORM,
        "Protocol" => PROTOCOL,
        "ViewType" => VIEW_TYPE,
        "SummaryTextType" => &[("NoSummary", "0"), ("Short", "1"), ("Long", "2")],
        "AudioCodec" => AUDIO_CODEC,
        "VideoCodec" => VIDEO_CODEC,
        "Container" => CONTAINER,
        "ContainerContent" => CONTAINER_CONTENT,
        _ => &[],
    };
    texts.to_vec()
}

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, visible: Visibility, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible, doc, status: Status::Implemented, make }
}

fn texts(vm: &VirtualMachine, class: &'static str, list: Texts) -> PyResult {
    let values = list.iter().map(|(name, value)| (*name, text::native(vm, value)));
    group(vm, class, values)
}

fn summary_text_type(vm: &VirtualMachine, _sandbox: &Arc<Sandbox>) -> PyResult {
    let values = [("NoSummary", 0), ("Short", 1), ("Long", 2)];
    group(vm, "SummaryTextTypes", values.map(|(name, value)| (name, vm.ctx.new_int(value).into())))
}

/// Makes a group of constants that cannot be changed.
pub fn group(
    vm: &VirtualMachine,
    class: &'static str,
    values: impl IntoIterator<Item = (&'static str, PyObjectRef)>,
) -> PyResult {
    let dict = vm.ctx.new_dict();
    for (name, value) in values {
        dict.set_item(name, value, vm)?;
    }
    let class_object = ConstantGroup::make_static_type();
    Ok(PyRef::new_ref(ConstantGroup { class }, class_object, Some(dict)).into())
}

/// A group of constants.
#[pyclass(module = false, name = "ConstantGroup")]
#[derive(Debug, PyPayload)]
pub struct ConstantGroup {
    class: &'static str,
}

#[pyclass(with(AsMapping, GetAttr, SetAttr), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl ConstantGroup {
    /// Kept for old plug-ins: the groups are always locked.
    #[pymethod]
    fn lock(_zelf: &Py<Self>) {}
}

impl AsMapping for ConstantGroup {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, _key, vm| {
                let class = ConstantGroup::mapping_downcast(mapping).class;
                Err(vm.new_attribute_error(format!("type object '{class}' has no attribute '__getitem__'")))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl GetAttr for ConstantGroup {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        zelf.as_object().generic_getattr(name, vm).map_err(|error| {
            if !error.fast_isinstance(vm.ctx.exceptions.attribute_error) {
                return error;
            }
            let name = name.to_string_lossy();
            // The groups are classes in the original.
            vm.new_attribute_error(format!("type object '{}' has no attribute '{name}'", zelf.class))
        })
    }
}

impl SetAttr for ConstantGroup {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let object: &PyObject = name.as_ref();
        let name = text::text_of(vm, object)?.unwrap_or_default();
        let class = zelf.class;
        let message = format!("The '{name}' attribute of '{class}' can't be modified.");
        Err(errors::framework_exception(vm, &message))
    }
}
