//! The agent kit: `Agent`, the base classes of metadata agents, and `Media`, what they are told of the library
//! (`spec/agents.md`). What they do is in [`crate::agents`]; `Metadata` is the model kit's.

use crate::agents::{hints, registry, tree};
use crate::constkit;
use crate::kit::{Entry, Kit, Status, Visibility};

pub static KIT: Kit = Kit {
    name: "Agent",
    entries: &[
        Entry {
            name: "Agent",
            visible: Visibility::BundleNotCloud,
            doc: "Base classes of metadata agents: Agent.Movies, TV_Shows, Artist, Album, Photos. A class made from one \
                  defines search(results, media, lang) and update(metadata, media, lang), and registers at once.",
            status: Status::Implemented,
            make: |vm, _| {
                tree::prepare(vm);
                constkit::group(vm, "Agent", registry::base_classes(vm))
            },
        },
        Entry {
            name: "Media",
            visible: Visibility::BundleNotCloud,
            doc: "Classes of the media objects that searches get (Media.Movie, TV_Show, Artist, Album, PhotoAlbum, \
                  Photo), and TreeForDatabaseID(dbid), the media tree of an item of the library.",
            status: Status::Implemented,
            make: |vm, _| Ok(hints::media_class(vm)),
        },
    ],
};
