//! Models as plug-in code and the disk see them.

use std::sync::Arc;

use reprise_vm_glue::runtime::{exec, source};
use reprise_vm_glue::syntax::SourceRules;
use rustpython_vm::{PyObjectRef, VirtualMachine};

use super::{CombineRequest, combine, create, erase, id, open, save};
use crate::errors::traceback_of;
use crate::plugin::testing::with_sandbox;
use crate::sandbox::Sandbox;

const GUID: &str = "org.example.test://m?lang=en";

/// Runs Python 2 code with the names of a plug-in and a model as `metadata`.
fn run(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, model: &PyObjectRef, code: &str) {
    let run = || {
        sandbox.globals.set_item("metadata", model.clone(), vm)?;
        let code = source::compile_file(vm, "<test>", code.as_bytes(), SourceRules::Framework)?;
        exec::run(code, sandbox.globals.clone(), sandbox.globals.clone().into(), vm)
    };
    if let Err(error) = run() {
        panic!("{}", traceback_of(vm, &error));
    }
}

fn made(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: &str) -> PyObjectRef {
    create(vm, &sandbox.plugin, class, Some("m"), GUID).expect("a model")
}

fn reopened(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: &str) -> PyObjectRef {
    open(vm, &sandbox.plugin, class, GUID).expect("no error").expect("a stored model")
}

#[test]
fn what_is_written_is_read_back() {
    with_sandbox(|vm, sandbox| {
        let model = made(vm, sandbox, "Movie");
        run(
            vm,
            sandbox,
            &model,
            "
metadata.title = 'T \\xc3\\xa9'
metadata.year = 2001
metadata.rating = 7.5
metadata.genres = ['A', u'B']
metadata.originally_available_at = Datetime.ParseDate('2001-02-03')
metadata.roles.new().name = 'N'
metadata.posters['http://x/1'] = Proxy.Media('one', sort_order=2)
metadata.posters['http://x/2'] = Proxy.Preview('two', sort_order=1)
",
        );
        save(vm, &model).expect("written");
        let model = reopened(vm, sandbox, "Movie");
        assert_eq!(id(&model, vm).as_deref(), Some("m"));
        run(
            vm,
            sandbox,
            &model,
            "
assert metadata.title == u'T \\xe9', metadata.title
assert (metadata.year, metadata.rating) == (2001, 7.5)
assert list(metadata.genres) == [u'A', u'B']
assert repr(metadata.originally_available_at) == 'datetime.date(2001, 2, 3)'
assert [r.name for r in metadata.roles] == ['N'] and metadata.roles[3] is None
assert metadata.posters['http://x/1'] == 'one' and metadata.posters.hasSortOrder('http://x/2')
assert metadata.posters.keys() == ['http://x/2', 'http://x/1']
del metadata.posters['http://x/1']
metadata.title = None
",
        );
        save(vm, &model).expect("written again");
        let model = reopened(vm, sandbox, "Movie");
        run(vm, sandbox, &model, "assert metadata.title is None and metadata.posters.keys() == ['http://x/2']");
        erase(&sandbox.plugin, "Movie", GUID).expect("erased");
        assert!(open(vm, &sandbox.plugin, "Movie", GUID).expect("no error").is_none());
    });
}

#[test]
fn seasons_and_episodes_have_files_of_their_own() {
    with_sandbox(|vm, sandbox| {
        let model = made(vm, sandbox, "TV_Show");
        run(
            vm,
            sandbox,
            &model,
            "
metadata.seasons[1].episodes[2].title = 'E'
metadata.seasons[1].episodes[2].thumbs['t'] = Proxy.Media('thumb')
metadata.seasons['../x'] if False else None
",
        );
        save(vm, &model).expect("written");
        let folder = super::contents(&sandbox.plugin.folders, "TV_Show", GUID).expect("a folder");
        let folder = folder.join("org.example.test");
        assert!(folder.join("seasons/1.xml").is_file() && folder.join("seasons/1/episodes/2.xml").is_file());
        let model = reopened(vm, sandbox, "TV_Show");
        run(
            vm,
            sandbox,
            &model,
            "
assert metadata.seasons['1'].episodes['2'].title == 'E'
assert metadata.seasons['1'].episodes['2'].thumbs['t'] == 'thumb'
assert '1' in metadata.seasons and 1 not in metadata.seasons
metadata.seasons['../x'].summary = 'out'
",
        );
        assert!(save(vm, &model).is_err());
        run(vm, sandbox, &reopened(vm, sandbox, "TV_Show"), "assert metadata.seasons.keys() == ['1']");
    });
}

#[test]
fn a_text_that_xml_cannot_hold_leaves_the_old_data() {
    with_sandbox(|vm, sandbox| {
        let model = made(vm, sandbox, "Movie");
        run(vm, sandbox, &model, "metadata.title = 'old'");
        save(vm, &model).expect("written");
        run(vm, sandbox, &model, "metadata.title = 'bell \\x07'; metadata.posters['p'] = Proxy.Media('p')");
        assert!(save(vm, &model).is_err());
        run(vm, sandbox, &reopened(vm, sandbox, "Movie"), "assert metadata.title == 'old' and not metadata.posters");
    });
}

#[test]
fn albums_of_modern_artists_lie_under_hashes() {
    with_sandbox(|vm, sandbox| {
        let model = made(vm, sandbox, "ModernArtist");
        run(
            vm,
            sandbox,
            &model,
            "
album = metadata.albums['x://1']
album.title = 'Album'
album.tracks['x://t'].index = 4
album.tracks['x://t'].lyrics['l'] = Proxy.Remote('http://l', format='lrc')
",
        );
        save(vm, &model).expect("written");
        run(
            vm,
            sandbox,
            &reopened(vm, sandbox, "ModernArtist"),
            "
album = metadata.albums['x://1']
assert album.title == 'Album' and album.tracks.keys() == ['x://t']
assert album.tracks['x://t'].lyrics['l'] == 'http://l'
",
        );
    });
}

#[test]
fn agents_are_combined() {
    with_sandbox(|vm, sandbox| {
        let model = made(vm, sandbox, "TV_Show");
        run(
            vm,
            sandbox,
            &model,
            "
metadata.title = 'T'
metadata.seasons[1].episodes[1].originally_available_at = Datetime.ParseDate('2010-05-06')
metadata.seasons[1].posters['p'] = Proxy.Media('p')
",
        );
        save(vm, &model).expect("written");
        let request = CombineRequest {
            class: "TV_Show",
            config_identifier: "org.example.test",
            guid: GUID,
            ..CombineRequest::default()
        };
        let combined = combine(&sandbox.plugin.folders, &request).expect("combined");
        let season = std::fs::read_to_string(combined.folder.join("seasons/1.xml")).expect("a season");
        assert!(season.contains("key=\"1\" originally_available_at=\"2010-05-06\""), "{season}");
        let link = "seasons/1/posters/org.example.test_516b9783fca517eecbd1d064da2d165310b19759";
        assert_eq!(std::fs::read(combined.folder.join(link)).expect("the picture"), b"p");
    });
}

/// Folders of recorded cases.
fn recorded(case: &str) -> std::path::PathBuf {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/cases/v2-agents");
    std::path::Path::new(cases).join(case).join("expected/files/Metadata")
}

/// All files below a folder: XML as a tree whose children are sorted, links by their targets, the rest as bytes.
fn listing(folder: &std::path::Path) -> std::collections::BTreeMap<String, String> {
    fn sorted(mut node: super::node::Node) -> super::node::Node {
        node.attributes.sort();
        node.children = node.children.into_iter().map(sorted).collect();
        if node.children.iter().all(|child| child.tag != "item") || node.tag == "seasons" || node.tag == "episodes" {
            node.children.sort_by_key(|child| format!("{child:?}"));
        }
        node.text = node.text.filter(|text| !text.trim().is_empty());
        node
    }
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in std::fs::read_dir(&here).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            if let Ok(target) = std::fs::read_link(&path) {
                files.insert(name, target.to_string_lossy().into_owned());
            } else if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap_or_default();
                let shown = match super::node::Node::parse(&bytes) {
                    Ok(node) => format!("{:#?}", sorted(node)),
                    Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
                };
                files.insert(name, shown);
            }
        }
    }
    files
}

const PRIMARY: &str = "org.example.agents.primary";
const HELPER: &str = "org.example.agents.helper";

/// Lets two agents fill an item, combines them, and compares with what the original made of the same data.
fn compare_with_recorded(
    case: &'static str,
    class: &'static str,
    guid: &'static str,
    agents: [(&'static str, &'static str); 2],
) {
    with_sandbox(move |vm, sandbox| {
        let plugin = &sandbox.plugin;
        for (identifier, code) in agents.into_iter().filter(|(_, code)| !code.is_empty()) {
            let access = super::Access {
                identifier: identifier.to_owned(),
                ..super::Access::clone(&super::Access::own(plugin))
            };
            let template = super::template(class, vm).expect("a template");
            let model = super::ModelObject::new(&Arc::new(access), template, Some(guid));
            model.set_id(Some(vm.ctx.new_str("x").into()));
            let model = rustpython_vm::PyPayload::into_pyobject(model, vm);
            run(vm, sandbox, &model, code);
            save(vm, &model).expect("written");
        }
        let folder = plugin.folders.support.join("Metadata Combination").join(PRIMARY);
        std::fs::create_dir_all(&folder).expect("a folder");
        let directory = super::paths::directory(&super::template(class, vm).expect("a template"));
        let order = format!("<combine><sources><agent>{HELPER}</agent><agent>{PRIMARY}</agent></sources></combine>");
        std::fs::write(folder.join(format!("{directory}.xml")), order).expect("a file");
        let request = CombineRequest { class, config_identifier: PRIMARY, guid, ..CombineRequest::default() };
        let combined = combine(&plugin.folders, &request).expect("combined");
        let expected =
            recorded(case).join(super::relative_path(class, guid).expect("a path")).join("Contents/_combined");
        let (expected, got) = (listing(&expected), listing(&combined.folder));
        assert!(!expected.is_empty(), "{case} has no recorded files");
        assert_eq!(got.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (name, text) in &expected {
            assert_eq!(got.get(name), Some(text), "{name}");
        }
    });
}

#[test]
fn a_show_is_combined_as_recorded() {
    let primary = "
metadata.title = 'Primary'
metadata.summary = 'Primary summary'
metadata.genres = ['P']
metadata.posters['p'] = Proxy.Preview('p', sort_order=1)
metadata.seasons[1].summary = 'P season 1'
metadata.seasons[1].posters['ps1'] = Proxy.Media('ps1')
metadata.seasons[1].episodes[1].title = 'P 1x1'
metadata.seasons[1].episodes[1].originally_available_at = Datetime.ParseDate('2010-05-06').date()
metadata.seasons[1].episodes[1].thumbs['pe'] = Proxy.Media('pe')
metadata.seasons[1].episodes[1].directors.new().name = 'P director'
metadata.seasons[2].episodes[1].title = 'P 2x1'
trailer = TrailerObject(key='', rating_key='file:///tv/p.mp4', title='P trailer', items=[MediaObject(parts=[PartObject(file='/tv/p.mp4')])])
metadata.extras.add(trailer)
";
    let helper = "
metadata.title = 'Helper'
metadata.studio = 'Helper studio'
metadata.posters['h'] = Proxy.Media('h')
metadata.seasons[1].posters['hs1'] = Proxy.Media('hs1', sort_order=1)
metadata.seasons[1].episodes[1].summary = 'H 1x1'
metadata.seasons[1].episodes[1].thumbs['he'] = Proxy.Preview('he')
metadata.seasons[1].episodes[2].title = 'H 1x2'
metadata.seasons[3].summary = 'H season 3'
interview = InterviewObject(key='', rating_key='file:///tv/h.mp4', title='H interview', items=[MediaObject(parts=[PartObject(file='/tv/h.mp4')])])
metadata.extras.add(interview)
";
    let guid = "org.example.agents.primary://s1?lang=en";
    compare_with_recorded("combined-show", "TV_Show", guid, [(PRIMARY, primary), (HELPER, helper)]);
}

#[test]
fn a_film_is_combined_as_recorded() {
    let primary = "
metadata.title = 'Primary title'
metadata.summary = 'Primary summary'
metadata.rating = 5.0
metadata.genres = ['P1', 'P2']
metadata.directors.new().name = 'P director'
metadata.posters['http://img.example.com/p.jpg'] = Proxy.Preview('primary poster', sort_order=1)
metadata.posters['http://img.example.com/both.jpg'] = Proxy.Preview('primary both', sort_order=2)
metadata.tagline = '[]'
";
    let helper = "
metadata.title = 'Helper title'
metadata.genres = ['H1']
metadata.roles.new().name = 'H actor'
metadata.rating_image = 'x://helper'
metadata.tagline = \"other title = u'Primary title'\"
metadata.quotes = \"contributors = ['org.example.agents.primary']\"
metadata.trivia = \"id = ('p1', 'org.example.agents.primary://p1?lang=en', 'org.example.agents.helper', 'org.example.agents.primary')\"
metadata.posters['http://img.example.com/h.jpg'] = Proxy.Media('helper poster')
metadata.posters['http://img.example.com/both.jpg'] = Proxy.Media('helper both')
";
    let guid = "org.example.agents.primary://p1?lang=en";
    compare_with_recorded("contribution-combined", "Movie", guid, [(PRIMARY, primary), (HELPER, helper)]);
}

#[test]
fn a_modern_artist_is_combined_as_recorded() {
    let primary = "
metadata.title = 'Artist'
metadata.posters['p'] = Proxy.Media('p')
metadata.concerts.new().title = 'Concert'
a = metadata.albums['local://31']
a.title = 'First'
a.originally_available_at = Datetime.ParseDate('1990-01-02').date()
a.posters['ap'] = Proxy.Media('ap', sort_order=1)
for k, title, index in [('32', 'T1', 1), ('33', 'T2', 2)]:
    t = a.tracks['local://' + k]
    t.title = title
    t.index = index
    t.lyrics['http://lyrics.example.com/' + k] = Proxy.Remote('x', format='lrc')
    video = MusicVideoObject(key='', rating_key='file:///music/v.mp4', title='Video', items=[MediaObject(parts=[PartObject(file='/music/v.mp4')])])
    t.extras.add(video)
";
    let guid = "org.example.agents.primary://ar1?lang=en";
    compare_with_recorded("combined-modern-artist", "ModernArtist", guid, [(PRIMARY, primary), (HELPER, "")]);
}
