//! The object kit: the classes that menus are built of, the functions that make typed URLs, redirects and data
//! (`spec/environment.md` §4, `spec/objects.md`). What they do is in [`crate::objects`].

use std::sync::Arc;

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::kit::{Entry, Kit, Status, Visibility};
use crate::objects::class::{make, new_object};
use crate::objects::legacy::factory;
use crate::objects::signature::{Default, Parameter, Signature};
use crate::objects::urls;
use crate::sandbox::Sandbox;

pub static KIT: Kit = Kit { name: "Object", entries: ENTRIES };

/// A class of [`crate::objects::tables`].
macro_rules! class {
    ($name:literal, $visible:ident, $doc:literal) => {
        entry!($name, $visible, |vm, sandbox| make(vm, sandbox, $name), $doc)
    };
}

/// A class of [`crate::objects::legacy_tables`], published as a factory.
macro_rules! old {
    ($name:literal, $visible:ident, $doc:literal) => {
        entry!($name, $visible, |vm, sandbox| factory(vm, sandbox, $name), $doc)
    };
}

/// A function that knows its sandbox.
macro_rules! function {
    ($name:literal, $visible:ident, $function:path, $doc:literal) => {
        entry!(
            $name,
            $visible,
            |vm, sandbox| {
                let sandbox = Arc::downgrade(sandbox);
                let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                    let sandbox = sandbox.upgrade().or_else(crate::sandbox::current);
                    let sandbox = sandbox.ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
                    $function(vm, &sandbox, args)
                };
                Ok(vm.new_function($name, call).into())
            },
            $doc
        )
    };
}

macro_rules! entry {
    ($name:literal, $visible:ident, $make:expr, $doc:literal) => {
        Entry { name: $name, visible: Visibility::$visible, doc: $doc, status: Status::Implemented, make: $make }
    };
}

static ENTRIES: &[Entry] = &[
    class!("ObjectContainer", Code, "A list of objects with a title and a view: what a menu returns."),
    class!("MediaObject", Code, "One version of a video, song or photo: codecs, resolution, bit rate, and its parts."),
    class!("PartObject", Code, "One file or stream of a media object."),
    class!("VideoStreamObject", Code, "The picture in a part."),
    class!("AudioStreamObject", Code, "The sound in a part."),
    class!("ProviderObject", Code, "A provider of media on another machine."),
    class!("DirectoryObject", Code, "An entry that leads to another menu."),
    class!("PopupDirectoryObject", BundleNotModern, "An entry that opens a small menu."),
    class!("NextPageObject", Code, "The entry that leads to the next page of a long menu."),
    class!("PlaylistObject", Code, "An entry that is a playlist."),
    class!("InputDirectoryObject", Code, "An entry that asks the user for a text."),
    class!("SearchDirectoryObject", Code, "An entry that asks for a text and gives it to a search service."),
    class!("PrefsObject", BundleNotModern, "The entry that opens the plug-in's preferences."),
    class!("MetadataItem", Code, "A match that an agent offers, with its children."),
    class!("SearchResult", Code, "A result that an agent's search offers."),
    class!("MovieObject", Code, "A film."),
    class!("VideoClipObject", Code, "A video clip."),
    class!("EpisodeObject", Code, "An episode of a show."),
    class!("SeasonObject", Code, "A season of a show."),
    class!("TVShowObject", Code, "A show."),
    class!("ArtistObject", Code, "A musician or a band."),
    class!("AlbumObject", Code, "An album."),
    class!("TrackObject", Code, "A song."),
    class!("PhotoObject", Code, "A photo."),
    class!("PhotoAlbumObject", Code, "An album of photos."),
    class!("TrailerObject", Code, "A trailer of a film."),
    class!("DeletedSceneObject", Code, "A scene that did not make it into the film."),
    class!("BehindTheScenesObject", Code, "A film about the making of the film."),
    class!("InterviewObject", Code, "An interview."),
    class!("SceneOrSampleObject", Code, "A scene of the film."),
    class!("FeaturetteObject", Code, "A short film about the film."),
    class!("ShortObject", Code, "A short film that came with the film."),
    class!("OtherObject", Code, "Any other extra of a film."),
    class!("MusicVideoObject", Code, "A music video."),
    class!("LiveMusicVideoObject", Code, "A live recording of a song."),
    class!("LyricMusicVideoObject", Code, "A music video that shows the lyrics."),
    class!("ConcertVideoObject", Code, "A recording of a concert."),
    old!("XMLObject", BundleNotModern, "An XML element with any attributes."),
    old!("XMLContainer", BundleNotModern, "An XML element with any attributes and children."),
    old!("MediaContainer", BundleNotModern, "What menus of old plug-ins return; see ObjectContainer."),
    old!("MessageContainer", BundleNotModern, "A message for the user."),
    old!("DirectoryItem", BundleNotModern, "An entry that leads to another menu; see DirectoryObject."),
    old!("PopupDirectoryItem", BundleNotModern, "An entry that opens a small menu."),
    old!("SearchDirectoryItem", BundleNotModern, "An entry that asks for a text; see InputDirectoryItem."),
    old!("InputDirectoryItem", BundleNotModern, "An entry that asks the user for a text."),
    old!("VideoItem", BundleNotModern, "A video; see VideoClipObject."),
    old!("WebVideoItem", BundleNotModern, "A page that plays a video."),
    old!("RTMPVideoItem", BundleNotModern, "A video over RTMP."),
    old!("WindowsMediaVideoItem", BundleNotModern, "A video for Windows Media."),
    old!("PhotoItem", BundleNotModern, "A photo; see PhotoObject."),
    old!("TrackItem", BundleNotModern, "A song; see TrackObject."),
    old!("Function", BundleNotModern, "Makes an item lead to a function of the plug-in; see Callback."),
    old!("IndirectFunction", BundleNotModern, "A function that finds the place of a video when it is played."),
    old!("PrefsItem", BundleNotModern, "The entry that opens the plug-in's preferences."),
    old!("ContextMenu", BundleNotModern, "The menu of an item."),
    old!("MetadataSearchResult", BundleNotModern, "A result that an agent's search offers."),
    old!("Redirect", Code, "Sends the client to another address."),
    old!("DataObject", Code, "Any bytes with their content type."),
    function!("IndirectResponse", Code, indirect_response, "What a function that finds the place of a video returns."),
    function!("WebVideoURL", Code, urls::web_video_url, "A page that plays a video."),
    function!("WindowsMediaVideoURL", Code, urls::windows_media_video_url, "A video for Windows Media."),
    function!("RTMPVideoURL", Code, urls::rtmp_video_url, "A video over RTMP."),
    function!("HTTPLiveStreamURL", Code, urls::http_live_stream_url, "A video in pieces with a list."),
    function!("EmbedURL", Code, urls::embed_url, "A page with an embedded player."),
];

/// `IndirectResponse(cls, key, …)`: a container with one object whose only part is `key`.
fn indirect_response(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    const PARAMETERS: &[Parameter] = &[
        Parameter::required("cls"),
        Parameter::required("key"),
        Parameter::none("url"),
        Parameter::none("metadata_key"),
        Parameter::none("rating_key"),
        Parameter { name: "metadata_kwargs", default: Default::Dict },
    ];
    let signature = Signature { name: "_indirect_response", hidden: 0, parameters: PARAMETERS, keywords: true };
    let bound = signature.bind(vm, args)?;
    let list = |object: PyObjectRef| -> PyObjectRef { vm.ctx.new_list(vec![object]).into() };
    let part = new_object(vm, sandbox, "PartObject", &[("key", bound.get(1).to_owned())])?;
    let media = new_object(vm, sandbox, "MediaObject", &[("parts", list(part.into()))])?;
    let mut object = FuncArgs::default();
    for (name, value) in [
        ("url", bound.get(2).to_owned()),
        ("rating_key", bound.get(4).to_owned()),
        ("key", bound.get(3).to_owned()),
        ("items", list(media.into())),
    ] {
        object.kwargs.insert(name.into(), value);
    }
    if let Some(more) = bound.get(5).downcast_ref::<rustpython_vm::builtins::PyDict>() {
        for (name, value) in more.to_owned() {
            let name = reprise_vm_glue::runtime::text::unicode_of(vm, &name)?;
            object.kwargs.insert(name.into(), value);
        }
    }
    let object = bound.get(0).call(object, vm)?;
    let mut attributes: Vec<(&str, PyObjectRef)> = vec![("objects", list(object))];
    attributes.extend(bound.keywords.iter().map(|(name, value)| (name.as_str(), value.clone())));
    Ok(new_object(vm, sandbox, "ObjectContainer", &attributes)?.into())
}
