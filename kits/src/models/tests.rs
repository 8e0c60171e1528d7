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
