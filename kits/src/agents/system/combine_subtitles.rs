//! The subtitles that all agents found for an item's files, in one place for the server (`spec/agents.md` §8.4).

use std::path::Path;

use reprise_bundles::atomic;
use roxmltree::{Document, Node};
use rustpython_vm::{PyResult, VirtualMachine};

use crate::agents::media_types::MediaType;
use crate::agents::tree::media_bundle;
use crate::agents::{hints, subtitles, tree};
use crate::objects::xml::XmlWriter;
use crate::plugin::Plugin;

/// Rebuilds `Subtitles.xml` and `Subtitles` of every file of an item. What goes wrong with one file is logged.
pub fn combine(
    vm: &VirtualMachine,
    plugin: &Plugin,
    kind: &MediaType,
    number: &str,
    agents: &[String],
) -> PyResult<()> {
    let request = hints::tree_request(kind, number, None);
    for hash in tree::part_hashes(vm, plugin, &request)? {
        let Some(contents) = media_bundle(plugin, Some(&hash)) else { continue };
        if let Err(error) = vm.allow_threads(|| combine_part(&contents, agents)) {
            tracing::error!("The subtitles in {} cannot be combined: {error}", contents.display());
        }
    }
    Ok(())
}

/// Combines the contributions in one media bundle.
fn combine_part(contents: &Path, agents: &[String]) -> std::io::Result<()> {
    let (folder, file) = (contents.join("Subtitles"), contents.join("Subtitles.xml"));
    for removed in [std::fs::remove_dir_all(&folder), std::fs::remove_file(&file)] {
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let mut languages: Vec<(String, Vec<Vec<(String, String)>>)> = Vec::new();
    for agent in agents.iter().filter(|agent| !agent.contains(['/', '\\', '\0'])) {
        let contributions = contents.join(subtitles::FOLDER);
        let Ok(source) = std::fs::read_to_string(contributions.join(format!("{agent}.xml"))) else { continue };
        let Ok(document) = Document::parse(&source) else { continue };
        for language in document.root_element().children().filter(Node::is_element) {
            let Some(code) = language.attribute("code").filter(|code| !code.contains(['/', '.'])) else { continue };
            let mut entries = Vec::new();
            for element in language.children().filter(Node::is_element) {
                let mut attributes: Vec<(String, String)> =
                    element.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect();
                if let Some((_, media)) = attributes.iter_mut().find(|(name, _)| name == "media") {
                    if media.contains(['/', '\\']) {
                        continue;
                    }
                    let data = contributions.join(agent).join(code).join(&*media);
                    let linked = format!("{agent}_{media}");
                    std::fs::create_dir_all(folder.join(code))?;
                    link(&data, &folder.join(code).join(&linked))?;
                    *media = linked;
                }
                entries.push(attributes);
            }
            match languages.iter_mut().find(|(there, _)| there == code) {
                Some((_, there)) => there.extend(entries),
                None => languages.push((code.to_owned(), entries)),
            }
        }
    }
    let mut xml = XmlWriter::new();
    xml.start("Subtitles");
    for (code, entries) in languages {
        xml.start("Language");
        let _ = xml.set("code", &code);
        for entry in entries {
            xml.start("Subtitle");
            for (name, value) in entry {
                // It came from XML.
                let _ = xml.set(name, &value);
            }
            xml.end();
        }
        xml.end();
    }
    xml.end();
    atomic::write(&file, &xml.finish())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::hard_link(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_are_put_together_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let contents = folder.path();
        for (agent, media) in [("b.agent", "1.srt"), ("a.agent", "2.srt")] {
            let own = contents.join(subtitles::FOLDER).join(agent).join("en");
            std::fs::create_dir_all(&own).unwrap();
            std::fs::write(own.join(media), agent).unwrap();
            let xml =
                format!("<Subtitles><Language code='en'><Subtitle name='n' media='{media}'/></Language></Subtitles>");
            std::fs::write(contents.join(subtitles::FOLDER).join(format!("{agent}.xml")), xml).unwrap();
        }
        combine_part(contents, &["b.agent".to_owned(), "a.agent".to_owned(), "none".to_owned()]).unwrap();
        let xml = std::fs::read_to_string(contents.join("Subtitles.xml")).unwrap();
        let (first, second) = (xml.find("b.agent_1.srt").unwrap(), xml.find("a.agent_2.srt").unwrap());
        assert!(first < second, "{xml}");
        let linked = contents.join("Subtitles/en/a.agent_2.srt");
        assert_eq!(std::fs::read_to_string(linked).unwrap(), "a.agent");
    }
}
