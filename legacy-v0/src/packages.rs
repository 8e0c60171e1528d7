//! The modules that plug-ins of frameworks 0 and 1 can import besides the standard library, sorted by name.

use reprise_bundles::FrameworkVersion;
use reprise_vm_glue::embedded::{self, Embedded};
use reprise_vm_glue::modules::{Entry, package, python};

static EMBEDDED: Embedded = reprise_vm_glue::embedded_code!();

macro_rules! module {
    ($name:literal, $file:literal) => {
        python($name, include_str!(concat!("python/", $file)))
    };
}

/// Framework 1 (`spec/legacy-v1.md` §4).
pub static V1: &[Entry] = &[
    package("PMS", include_str!("python/v1/PMS.py")),
    module!("PMS.Client", "v1/Client.py"),
    module!("PMS.Constants", "v1/Constants.py"),
    module!("PMS.Data", "v1/Data.py"),
    module!("PMS.Database", "v1/Database.py"),
    module!("PMS.Datetime", "v1/Datetime.py"),
    module!("PMS.Decorators", "v1/Decorators.py"),
    module!("PMS.Dict", "v1/Dict.py"),
    module!("PMS.HTTP", "v1/HTTP.py"),
    module!("PMS.Hash", "v1/Hash.py"),
    module!("PMS.Helper", "v1/Helper.py"),
    module!("PMS.JSON", "v1/JSON.py"),
    module!("PMS.Locale", "v1/Locale.py"),
    module!("PMS.Network", "v1/Network.py"),
    module!("PMS.Objects", "v1/Objects.py"),
    module!("PMS.Plist", "v1/Plist.py"),
    module!("PMS.Plugin", "v1/Plugin.py"),
    module!("PMS.Prefs", "v1/Prefs.py"),
    module!("PMS.RSS", "v1/RSS.py"),
    module!("PMS.Request", "v1/Request.py"),
    module!("PMS.Resource", "v1/Resource.py"),
    module!("PMS.Routes", "v1/Routes.py"),
    module!("PMS.Shortcuts", "v1/Shortcuts.py"),
    module!("PMS.String", "v1/String.py"),
    module!("PMS.Thread", "v1/Thread.py"),
    module!("PMS.XML", "v1/XML.py"),
    module!("PMS.YAML", "v1/YAML.py"),
    module!("PMS._Answer", "both/_Answer.py"),
    module!("PMS._Dispatch", "v1/_Dispatch.py"),
    module!("PMS._Files", "both/_Files.py"),
    module!("PMS._Later", "v1/_Later.py"),
    module!("PMS._Library", "both/_Library.py"),
    module!("PMS._Log", "v1/_Log.py"),
];

/// Framework 0 (`spec/legacy-v0.md` §4).
pub static V0: &[Entry] = &[
    package("PMS", include_str!("python/v0/PMS.py")),
    module!("PMS.DB", "v0/DB.py"),
    module!("PMS.FileTypes", "v0/FileTypes.py"),
    module!("PMS.HTTP", "v0/HTTP.py"),
    module!("PMS.JSON", "v0/JSON.py"),
    module!("PMS.Locale", "v0/Locale.py"),
    module!("PMS.Log", "v0/Log.py"),
    module!("PMS.MediaXML", "v0/MediaXML.py"),
    module!("PMS.Plugin", "v0/Plugin.py"),
    module!("PMS.Prefs", "v0/Prefs.py"),
    module!("PMS.RSS", "v0/RSS.py"),
    module!("PMS.Shorthand", "v0/Shorthand.py"),
    module!("PMS.Thread", "v0/Thread.py"),
    module!("PMS.Utils", "v0/Utils.py"),
    module!("PMS.XML", "v0/XML.py"),
    module!("PMS.YAML", "v0/YAML.py"),
    module!("PMS._Answer", "both/_Answer.py"),
    module!("PMS._Dispatch", "v0/_Dispatch.py"),
    module!("PMS._Files", "both/_Files.py"),
    module!("PMS._Library", "both/_Library.py"),
    module!("PMS.oauth", "v0/oauth.py"),
];

/// The modules of a framework's plug-ins.
pub fn of(framework: FrameworkVersion) -> &'static [Entry] {
    embedded::add(&EMBEDDED);
    match framework {
        FrameworkVersion::V0 => V0,
        _ => V1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [V0, V1] {
            assert!(table.is_sorted_by_key(|entry| entry.name), "modules are searched by halving");
        }
    }
}
