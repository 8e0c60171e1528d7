//! Every root name that the original publishes, and what plug-ins get for those that no kit here has: an object that
//! raises an error with its name when it is used (`spec/environment.md` §2).

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, Callable, GetAttr, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, atomic_func, builtins::PyBaseExceptionRef, pyclass,
};

use crate::KITS;
use crate::errors;
use crate::kit::Visibility;
use crate::plugin::Plugin;
use crate::sandbox::{self, Sandbox};

/// The names that one kit of the original publishes to the same policies.
pub struct Published {
    /// The kit's name, as `PlexPluginAPIExclusions` spells it.
    pub kit: &'static str,
    pub visible: Visibility,
    /// Separated by spaces.
    pub names: &'static str,
}

const fn published(kit: &'static str, visible: Visibility, names: &'static str) -> Published {
    Published { kit, visible, names }
}

/// Every published name. (`Model` is not among them: it is there only where a bundle has models.)
pub static PUBLISHED: &[Published] = &[
    published("Core", Visibility::Elevated, "Core Framework Factory FactoryClass"),
    published("Runtime", Visibility::Code, "indirect Ex Callback Client"),
    published("Runtime", Visibility::CodeNotCloud, "deferred"),
    published("Runtime", Visibility::Bundle, "Plugin Route route"),
    published("Runtime", Visibility::BundleNotModern, "handler"),
    published("Runtime", Visibility::BundleNotCloud, "Request Response"),
    published("Runtime", Visibility::BundleOrServiceNotCloud, "Platform Prefs"),
    published("Locale", Visibility::Code, "Locale L F"),
    published("Parse", Visibility::Code, "JSON Plist RSS YAML XML HTML"),
    published("Template", Visibility::Model, "Template"),
    published("Model", Visibility::BundleNotModern, "Proxy"),
    published("Agent", Visibility::BundleNotCloud, "Agent Media Metadata"),
    published("Resource", Visibility::Code, "Resource R S"),
    published("Network", Visibility::Code, "Network HTTP XMLRPC"),
    published("Message", Visibility::BundleNotModern, "expose External event source Notify trigger"),
    published("Service", Visibility::Code, "URLService SearchService RelatedContentService SharedCodeService"),
    published("Data", Visibility::BundleNotCloud, "Data Dict Cache"),
    published("Player", Visibility::BundleNotModern, "Player"),
    published("Thread", Visibility::BundleNotCloud, "Thread thread spawn lock locks parallelize parallel task"),
    published("Helper", Visibility::Elevated, "Helper"),
    published(
        "Object",
        Visibility::Code,
        "ObjectContainer MediaObject PartObject VideoStreamObject AudioStreamObject ProviderObject DirectoryObject \
         NextPageObject PlaylistObject InputDirectoryObject SearchDirectoryObject MetadataItem SearchResult MovieObject \
         VideoClipObject EpisodeObject SeasonObject TVShowObject ArtistObject AlbumObject TrackObject PhotoObject \
         PhotoAlbumObject TrailerObject InterviewObject DeletedSceneObject BehindTheScenesObject SceneOrSampleObject \
         FeaturetteObject ShortObject OtherObject MusicVideoObject LiveMusicVideoObject LyricMusicVideoObject \
         ConcertVideoObject Redirect DataObject IndirectResponse WebVideoURL RTMPVideoURL WindowsMediaVideoURL \
         HTTPLiveStreamURL EmbedURL",
    ),
    published(
        "Object",
        Visibility::CodeNotModern,
        "PopupDirectoryObject PrefsObject XMLObject XMLContainer MediaContainer MessageContainer DirectoryItem \
         PopupDirectoryItem SearchDirectoryItem InputDirectoryItem VideoItem WebVideoItem RTMPVideoItem \
         WindowsMediaVideoItem PhotoItem TrackItem Function IndirectFunction PrefsItem ContextMenu \
         MetadataSearchResult",
    ),
    published(
        "Const",
        Visibility::Code,
        "ClientPlatform ServerPlatform Protocol AudioCodec VideoCodec Container ContainerContent",
    ),
    published("Const", Visibility::CodeNotModern, "ViewType SummaryTextType"),
    published("Const", Visibility::CodeNotCloud, "CACHE_1MINUTE CACHE_1HOUR CACHE_1DAY CACHE_1WEEK CACHE_1MONTH"),
    published("Log", Visibility::All, "Log"),
    published("Util", Visibility::All, "Util AMF Hash String Datetime Archive Regex E D"),
    published("Stream", Visibility::Elevated, "Stream"),
    published("Cloud", Visibility::CloudOrElevated, "User Session CloudObject"),
    published("Crypto", Visibility::Code, "Cipher"),
];

/// The kit of the original that publishes a name.
pub fn kit_of(name: &str) -> Option<&'static str> {
    PUBLISHED.iter().find(|group| group.names.split(' ').any(|known| known == name)).map(|group| group.kit)
}

/// The names that no kit here publishes, and the kits of the original that did.
pub fn missing() -> impl Iterator<Item = (&'static Published, &'static str)> {
    let known = |name: &str| KITS.iter().flat_map(|kit| kit.entries).any(|entry| entry.name == name);
    PUBLISHED
        .iter()
        .flat_map(|group| group.names.split(' ').map(move |name| (group, name)))
        .filter(move |(_, name)| !known(name))
}

/// Publishes the missing names that a sandbox would see.
pub fn publish(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let excluded = &sandbox.plugin.bundle.info.api_exclusions;
    let is_excluded = |name: &str| excluded.iter().any(|excluded| excluded == name);
    for (group, name) in missing() {
        if sandbox::sees(sandbox.policy, group.visible) && !is_excluded(name) && !is_excluded(group.kit) {
            sandbox.globals.set_item(name, object(vm, &sandbox.plugin, name), vm)?;
        }
    }
    Ok(())
}

/// What stands for an API that is not here.
pub fn object(vm: &VirtualMachine, plugin: &Arc<Plugin>, name: &str) -> PyObjectRef {
    let _ = Missing::make_static_type();
    Missing { name: name.to_owned(), plugin: Arc::clone(plugin) }.into_pyobject(vm)
}

/// The names whose use was logged.
#[derive(Debug, Default)]
struct Logged {
    names: Mutex<Vec<String>>,
}

/// Stands for an API that is not here. Using it says so; having it costs nothing.
#[pyclass(module = false, name = "MissingAPI")]
#[derive(PyPayload)]
pub struct Missing {
    name: String,
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Missing {
    fn error(&self, vm: &VirtualMachine, member: &str) -> PyBaseExceptionRef {
        let name = format!("{}{member}", self.name);
        let logged = self.plugin.state::<Logged>();
        let mut names = logged.names.lock();
        if !names.contains(&name) {
            tracing::error!("{name} is not available: this program does not have it yet");
            names.push(name.clone());
        }
        errors::framework_exception(vm, &format!("{name} is not available"))
    }
}

#[pyclass(with(GetAttr, SetAttr, Callable, AsMapping), flags(DISALLOW_INSTANTIATION))]
impl Missing {}

impl GetAttr for Missing {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        Err(zelf.error(vm, &format!(".{name}")))
    }
}

impl SetAttr for Missing {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(zelf.error(vm, &format!(".{name}")))
    }
}

impl Callable for Missing {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Err(zelf.error(vm, ""))
    }
}

impl AsMapping for Missing {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: atomic_func!(|mapping, _key, vm| Err(Missing::mapping_downcast(mapping).error(vm, ""))),
            ass_subscript: atomic_func!(|mapping, _key, _value, vm| {
                Err(Missing::mapping_downcast(mapping).error(vm, ""))
            }),
        };
        &METHODS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_policies::{CLOUD, ELEVATED, MODEL, SERVICE, STANDARD};

    /// The kits' own tables must give each name to the policies that the original gave it to.
    #[test]
    fn kits_agree_with_the_list() {
        for entry in KITS.iter().flat_map(|kit| kit.entries) {
            // What a bundle brings itself, and names of earlier releases, are not in the list.
            let Some(group) = PUBLISHED.iter().find(|group| group.names.split(' ').any(|name| name == entry.name))
            else {
                continue;
            };
            for policy in [&STANDARD, &ELEVATED, &CLOUD, &SERVICE, &MODEL] {
                let (ours, original) = (sandbox::sees(policy, entry.visible), sandbox::sees(policy, group.visible));
                assert_eq!(ours, original, "{} under {}", entry.name, policy.name);
            }
        }
    }

    #[test]
    fn names_are_listed_once() {
        let mut names: Vec<&str> = PUBLISHED.iter().flat_map(|group| group.names.split(' ')).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
