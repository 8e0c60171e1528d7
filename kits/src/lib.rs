//! Framework 2: one file a kit, named after it, over the Python 2 virtual machine of `vm-glue`.
//!
//! May depend on `vm-glue`, `policies` and `bundles`; knows nothing of sockets, pipes and command lines (`src/`).
//!
//! * [`plugin`]: one running plug-in: bundle, folders, policy, and the state that each kit keeps for it
//! * [`sandbox`]: one environment for restricted code: published names, imports, calls by name
//! * [`sources`], [`importer`], [`guards`]: compiling and importing restricted code; [`logging`]: the log file
//! * [`kit`]: the tables that publish names into sandboxes
//! * [`context`]: what belongs to the request that the current thread serves
//! * [`dispatch`]: from a request to its answer; [`routes`] and [`query`] are its parts without the virtual machine,
//!   [`builtin`] the routes of the framework itself, [`router`] those of the plug-in
//! * [`models`]: metadata of agents; [`nfo`]: the same as files for other programs
//! * [`arguments`], [`callback`], [`pack`]: values on their way through URLs
//! * [`services`]: URL, search and related-content services
//! * [`check`]: looks at a bundle without running it; [`reference`]: the API reference from the tables

pub mod agentkit;
pub mod agents;
pub mod amf;
pub mod amfkit;
pub mod archive;
pub mod archivekit;
pub mod arguments;
pub mod base;
pub mod beautifulsoup;
pub mod builtin;
pub mod cachekit;
pub mod call_arguments;
pub mod callback;
pub mod cereal;
pub mod cerealizer;
pub mod check;
pub mod cloudkit;
pub mod constkit;
pub mod context;
pub mod core_parts;
pub mod corekit;
pub mod cryptokit;
pub mod datakit;
pub mod date_text;
pub mod datetimekit;
pub mod dispatch;
pub mod elements;
pub mod errors;
#[cfg(test)]
mod escapes;
pub mod feed;
pub mod feedkit;
pub mod functions;
pub mod guards;
pub mod hashkit;
mod helper_process;
pub mod helperkit;
pub mod http_body;
mod http_cache;
pub mod http_cookies;
pub mod http_cookies_lwp;
pub mod http_objects;
pub mod http_options;
pub mod http_request;
pub mod importer;
pub mod json_lenient;
pub mod json_reader;
mod json_script;
pub mod json_text;
pub mod kit;
pub mod kit_call;
pub mod libraries;
pub mod limits;
pub mod locale_tables;
pub mod localekit;
pub mod logging;
pub mod logkit;
pub mod lxml;
pub mod media_server;
pub mod message;
pub mod messagekit;
pub mod messaging;
pub mod missing;
pub mod modelkit;
pub mod models;
pub mod names_in_code;
pub mod network_errors;
pub mod networkkit;
pub mod nfo;
pub mod objectkit;
pub mod objects;
pub mod older_objects;
pub mod pack;
pub mod parsekit;
pub mod pickle;
pub mod platform;
pub mod playerkit;
pub mod plistkit;
pub mod plugin;
pub mod prefix_call;
pub mod prefixes;
pub mod prefskit;
pub mod query;
pub mod reference;
pub mod request_headers;
pub mod requestkit;
pub mod resourcekit;
pub mod response;
pub mod rijndael;
pub mod router;
pub mod routes;
pub mod runtimekit;
pub mod sandbox;
pub mod sax;
pub mod server_request;
pub mod servicekit;
pub mod services;
pub mod soup;
pub mod sources;
pub mod startup;
pub mod strict_format;
pub mod string_clean;
pub mod string_transforms;
pub mod stringkit;
pub mod thread_objects;
pub mod thread_stacks;
pub mod threadkit;
pub mod user_state;
pub mod utilkit;
pub mod xmlrpc;
pub mod xmlrpckit;
mod yaml_reader;
pub mod yaml_scalars;
pub mod yamlkit;
mod zone_files;

/// Every kit, in the order of publication. A new kit is one line here.
pub static KITS: &[&kit::Kit] = &[
    &corekit::KIT,
    &runtimekit::KIT,
    &prefskit::KIT,
    &localekit::KIT,
    &resourcekit::KIT,
    &parsekit::KIT,
    &plistkit::KIT,
    &feedkit::KIT,
    &yamlkit::KIT,
    &networkkit::KIT,
    &xmlrpckit::KIT,
    &servicekit::KIT,
    &datakit::KIT,
    &cachekit::KIT,
    &threadkit::KIT,
    &objectkit::KIT,
    &modelkit::KIT,
    &modelkit::METADATA_KIT,
    &modelkit::TEMPLATE_KIT,
    &messagekit::KIT,
    &agentkit::KIT,
    &constkit::KIT,
    &logkit::KIT,
    &cloudkit::KIT,
    &playerkit::KIT,
    &helperkit::HELPER,
    &helperkit::STREAM,
    &datetimekit::KIT,
    &utilkit::KIT,
    &stringkit::KIT,
    &hashkit::KIT,
    &archivekit::KIT,
    &amfkit::KIT,
    &cryptokit::KIT,
];
