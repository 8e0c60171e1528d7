//! Standard modules under their Python 2 names.
//!
//! [`REGISTRY`] says where each comes from: written natively, written in Python 2 and embedded, or a module of the
//! machine's own library that goes by another name. A name that is not listed and exists alike in Python 3 (`os`,
//! `math`, …) is imported from the machine's library as it is, if Python 2.7 had it ([`available::is_python_27`]).

mod array;
pub mod available;
mod base64_module;
mod binascii;
mod bridge;
mod bridge_types;
mod calendar;
mod cgi_module;
mod codecs;
mod collections;
mod configparser;
mod cookielib;
mod copy_module;
mod cstringio;
mod csv;
mod datetime_module;
mod datetime_rules;
mod difflib;
mod distributions;
mod exceptions_module;
mod functools_module;
mod gzip_module;
mod hashlib;
mod headers;
mod heap_module;
mod hmac_module;
mod htmlentitydefs;
mod httplib;
mod import_module;
mod itertools;
mod json;
mod line_buffer;
mod logging;
mod markup;
mod marshal_module;
mod math_module;
mod mersenne;
mod mimetypes;
mod name_patterns;
pub mod names;
mod objects;
mod operator_getters;
mod operator_module;
mod os_calls;
mod os_native;
pub mod pickle;
mod plist;
mod posixpath;
mod processes;
pub mod python_function;
mod random_module;
mod re;
pub mod receiver;
mod robotparser;
pub mod scope;
mod select_module;
mod server_cookies;
mod shutil_module;
mod sockets;
mod string_module;
mod stringio;
mod struct_module;
pub mod syntax_tree;
pub mod sys;
mod sys_info;
mod tempfile_module;
mod thread_module;
pub mod threading;
mod time_functions;
pub mod time_module;
mod traceback_module;
mod unicodedata;
mod urllib;
mod urllib2;
mod urls;
mod uuid_module;
mod warnings;
mod weakdicts;
mod xml;
mod zip;
mod zlib_module;

use parking_lot::RwLock;
use rustpython_vm::builtins::{PyModule, PyTypeRef};
use rustpython_vm::function::IntoPyNativeFn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};

use crate::runtime::class_names::{SHOWN_AS_CLASS, qualified_name};

/// Where a module comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// Made in Rust.
    Native(fn(&VirtualMachine) -> PyRef<PyModule>),
    /// Our own Python 2 source, embedded; `package` for one that has submodules.
    Python { source: &'static str, package: bool },
    /// A module of the machine's own (Python 3) library under its Python 3 name: a copy with Python 2's names only, and
    /// our own Python 2 source run in it: what differs between the versions.
    Over { library: &'static str, source: &'static str },
}

/// One importable module.
#[derive(Debug)]
pub struct Entry {
    /// Dotted Python 2 name.
    pub name: &'static str,
    pub source: Source,
}

/// A module written in Python 2 and embedded.
pub const fn python(name: &'static str, source: &'static str) -> Entry {
    Entry { name, source: Source::Python { source, package: false } }
}

/// A package written in Python 2 and embedded.
pub const fn package(name: &'static str, source: &'static str) -> Entry {
    Entry { name, source: Source::Python { source, package: true } }
}

/// A module of the machine's library with our own Python 2 source over it.
const fn over(name: &'static str, library: &'static str, source: &'static str) -> Entry {
    Entry { name, source: Source::Over { library, source } }
}

/// A module made in Rust.
pub const fn native(name: &'static str, make: fn(&VirtualMachine) -> PyRef<PyModule>) -> Entry {
    Entry { name, source: Source::Native(make) }
}

/// The source of a module that is another one under an older name.
macro_rules! same_as {
    ($module:literal) => {
        concat!(
            "import ",
            $module,
            " as _it\nglobals().update([item for item in vars(_it).items() if item[0][:2] != '__'])\n"
        )
    };
}

/// All modules that need more than the machine's library of the same name, sorted by name.
pub static REGISTRY: &[Entry] = &[
    python("BaseHTTPServer", include_str!("python/servers/BaseHTTPServer.py")),
    python("CGIHTTPServer", include_str!("python/servers/CGIHTTPServer.py")),
    native("ConfigParser", configparser::module),
    native("Cookie", server_cookies::module),
    native("HTMLParser", markup::html_parser),
    native("Queue", threading::queue),
    python("SimpleHTTPServer", include_str!("python/servers/SimpleHTTPServer.py")),
    python("SimpleXMLRPCServer", include_str!("python/xmlrpc/server.py")),
    python("SocketServer", include_str!("python/servers/SocketServer.py")),
    python("StringIO", include_str!("python/StringIO.py")),
    python("UserDict", include_str!("python/UserDict.py")),
    python("UserList", include_str!("python/UserList.py")),
    python("UserString", include_str!("python/UserString.py")),
    native("_LWPCookieJar", cookielib::lwp_module),
    native("_MozillaCookieJar", cookielib::mozilla_module),
    python("__future__", include_str!("python/__future__.py")),
    python("_abcoll", include_str!("python/_abcoll.py")),
    python("_archives", include_str!("python/_archives.py")),
    python("_argparse_actions", include_str!("python/_argparse_actions.py")),
    python("_argparse_help", include_str!("python/_argparse_help.py")),
    python("_ast", include_str!("python/_ast.py")),
    native("_bridge", bridge::module),
    native("_cgi", cgi_module::module),
    native("_codecs", codecs::natives::make),
    native("_collections", collections::module),
    native("_csv", csv::module),
    native("_elementtree", xml::etree::module),
    python("_files", include_str!("python/_files.py")),
    python("_formfields", include_str!("python/formfields.py")),
    native("_heapq", heap_module::heapq),
    native("_import", import_module::module),
    python("_io", same_as!("io")),
    native("_json2", json::module),
    python("_literal", include_str!("python/_literal.py")),
    python("_logconfig", include_str!("python/logging/dictconfig.py")),
    python("_md5", "from md5 import new, md5 as MD5Type, digest_size\n"),
    native("_minidom", xml::minidom::module),
    native("_netbase", sockets::netbase),
    python("_netlogging", include_str!("python/logging/network.py")),
    native("_os", os_native::module),
    python("_osprocesses", include_str!("python/_osprocesses.py")),
    native("_plist", plist::module),
    python("_processes", include_str!("python/_processes.py")),
    python("_pyio", same_as!("io")),
    native("_random", random_module::module),
    python("_re_scanner", include_str!("python/_re_scanner.py")),
    python("_sha", "from sha import new, digest_size\nblocksize = 1\n"),
    python("_sha256", "from hashlib import sha224, sha256\n"),
    python("_sha512", "from hashlib import sha384, sha512\n"),
    native("_sockets", sockets::module),
    native("_sre_tree", re::tree::module),
    native("_stringio", stringio::module),
    native("_strings", string_module::module),
    python("_strptime", include_str!("python/_strptime.py")),
    native("_struct", struct_module::module),
    native("_weakdicts", weakdicts::module),
    python("_xmlrpcvalues", include_str!("python/xmlrpc/values.py")),
    over("abc", "abc", include_str!("python/abc.py")),
    python("anydbm", include_str!("python/anydbm.py")),
    python("argparse", include_str!("python/argparse.py")),
    native("array", array::module),
    python("ast", include_str!("python/ast.py")),
    python("asynchat", include_str!("python/servers/asynchat.py")),
    python("asyncore", include_str!("python/servers/asyncore.py")),
    native("base64", base64_module::module),
    native("binascii", binascii::module),
    native("bisect", heap_module::bisect),
    native("cPickle", pickle::cpickle_module),
    python("cProfile", include_str!("python/cProfile.py")),
    native("cStringIO", cstringio::module),
    native("calendar", calendar::module),
    python("cgi", include_str!("python/cgi.py")),
    python("code", include_str!("python/code.py")),
    native("codecs", codecs::module),
    python("codeop", include_str!("python/codeop.py")),
    python("collections", include_str!("python/collections.py")),
    python("commands", include_str!("python/commands.py")),
    python("contextlib", include_str!("python/contextlib.py")),
    native("cookielib", cookielib::module),
    native("copy", copy_module::module),
    python("copy_reg", include_str!("python/copy_reg.py")),
    python("csv", include_str!("python/csv.py")),
    over("ctypes", "ctypes", include_str!("python/ctypes.py")),
    native("datetime", datetime_module::module),
    over("decimal", "decimal", include_str!("python/decimal.py")),
    native("difflib", difflib::module),
    package("distutils", include_str!("python/distutils/__init__.py")),
    python("distutils.errors", include_str!("python/distutils/errors.py")),
    python("distutils.spawn", include_str!("python/distutils/spawn.py")),
    python("distutils.util", include_str!("python/distutils/util.py")),
    python("distutils.version", include_str!("python/distutils/version.py")),
    over("doctest", "doctest", include_str!("python/doctest.py")),
    python("dumbdbm", include_str!("python/dumbdbm.py")),
    python("dummy_thread", include_str!("python/dummy_thread.py")),
    package("email", include_str!("python/email/__init__.py")),
    python("email.Charset", same_as!("email.charset")),
    python("email.Encoders", same_as!("email.encoders")),
    python("email.Errors", same_as!("email.errors")),
    python("email.FeedParser", same_as!("email.feedparser")),
    python("email.Generator", same_as!("email.generator")),
    python("email.Header", same_as!("email.header")),
    python("email.Iterators", same_as!("email.iterators")),
    python("email.MIMEAudio", same_as!("email.mime.audio")),
    python("email.MIMEBase", same_as!("email.mime.base")),
    python("email.MIMEImage", same_as!("email.mime.image")),
    python("email.MIMEMessage", same_as!("email.mime.message")),
    python("email.MIMEMultipart", same_as!("email.mime.multipart")),
    python("email.MIMENonMultipart", same_as!("email.mime.nonmultipart")),
    python("email.MIMEText", same_as!("email.mime.text")),
    python("email.Message", same_as!("email.message")),
    python("email.Parser", same_as!("email.parser")),
    over("email.Utils", "email.utils", include_str!("python/email/utils.py")),
    python("email._mime", include_str!("python/email/mime_parts.py")),
    python("email.charset", include_str!("python/email/charset.py")),
    python("email.encoders", include_str!("python/email/encoders.py")),
    python("email.errors", include_str!("python/email/errors.py")),
    python("email.feedparser", include_str!("python/email/feedparser.py")),
    python("email.generator", include_str!("python/email/generator.py")),
    python("email.header", include_str!("python/email/header.py")),
    python("email.iterators", include_str!("python/email/iterators.py")),
    python("email.message", include_str!("python/email/message.py")),
    package("email.mime", "\"\"\"Parts of messages by their types.\"\"\"\n"),
    python("email.mime.application", "from email._mime import MIMEApplication\n"),
    python("email.mime.audio", "from email._mime import MIMEAudio\n"),
    python("email.mime.base", "from email._mime import MIMEBase\n"),
    python("email.mime.image", "from email._mime import MIMEImage\n"),
    python("email.mime.message", "from email._mime import MIMEMessage\n"),
    python("email.mime.multipart", "from email._mime import MIMEMultipart\n"),
    python("email.mime.nonmultipart", "from email._mime import MIMENonMultipart\n"),
    python("email.mime.text", "from email._mime import MIMEText\n"),
    python("email.parser", include_str!("python/email/parser.py")),
    over("email.utils", "email.utils", include_str!("python/email/utils.py")),
    over("encodings.idna", "encodings.idna", include_str!("python/encodings_idna.py")),
    python("encodings.utf_8", include_str!("python/encodings_utf_8.py")),
    over("errno", "errno", include_str!("python/errno.py")),
    native("exceptions", exceptions_module::module),
    over("fcntl", "fcntl", include_str!("python/fcntl.py")),
    python("fileinput", include_str!("python/fileinput.py")),
    native("fnmatch", name_patterns::fnmatch),
    python("formatter", include_str!("python/formatter.py")),
    python("fractions", include_str!("python/fractions.py")),
    native("functools", functools_module::module),
    python("future_builtins", include_str!("python/future_builtins.py")),
    over("gc", "gc", "DEBUG_INSTANCES, DEBUG_OBJECTS, DEBUG_LEAK = 8, 16, 62\n"),
    python(
        "genericpath",
        "from posixpath import commonprefix, exists, getatime, getctime, getmtime, getsize, isdir, isfile\n",
    ),
    python("getopt", include_str!("python/getopt.py")),
    python("gettext", include_str!("python/gettext.py")),
    native("glob", name_patterns::glob),
    over("grp", "grp", include_str!("python/grp.py")),
    native("gzip", gzip_module::module),
    native("hashlib", hashlib::module),
    python("heapq", include_str!("python/heapq.py")),
    native("hmac", hmac_module::module),
    native("htmlentitydefs", htmlentitydefs::module),
    python("htmllib", include_str!("python/htmllib.py")),
    native("httplib", httplib::module),
    python("imghdr", include_str!("python/imghdr.py")),
    python("imp", include_str!("python/imp.py")),
    python("importlib", include_str!("python/importlib.py")),
    python("inspect", include_str!("python/inspect.py")),
    over("io", "io", include_str!("python/io.py")),
    native("itertools", itertools::module),
    package("json", include_str!("python/json/__init__.py")),
    python("json.decoder", include_str!("python/json/decoder.py")),
    python("json.encoder", include_str!("python/json/encoder.py")),
    python("keyword", include_str!("python/keyword.py")),
    python("linecache", include_str!("python/linecache.py")),
    over("locale", "locale", include_str!("python/locale.py")),
    native("logging", logging::module),
    python("logging.config", include_str!("python/logging/config.py")),
    python("logging.handlers", include_str!("python/logging/handlers.py")),
    native("markupbase", markup::markupbase),
    native("marshal", marshal_module::module),
    native("math", math_module::module),
    native("md5", hashlib::md5_module),
    native("mimetools", headers::mimetools),
    native("mimetypes", mimetypes::module),
    over("mmap", "mmap", include_str!("python/mmap.py")),
    python("multifile", include_str!("python/multifile.py")),
    over("multiprocessing", "multiprocessing", include_str!("python/multiprocessing.py")),
    python("mutex", include_str!("python/mutex.py")),
    python("netrc", include_str!("python/netrc.py")),
    python("new", include_str!("python/new.py")),
    over("numbers", "numbers", include_str!("python/numbers.py")),
    native("operator", operator_module::module),
    over("optparse", "optparse", include_str!("python/optparse.py")),
    over("os", "posix", include_str!("python/os.py")),
    native("pickle", pickle::pickle_module),
    over("pickletools", "pickletools", include_str!("python/pickletools.py")),
    python("pipes", include_str!("python/pipes.py")),
    python("pkgutil", include_str!("python/pkgutil.py")),
    python("platform", include_str!("python/platform.py")),
    python("plistlib", include_str!("python/plistlib.py")),
    python("popen2", include_str!("python/popen2.py")),
    native("posixpath", posixpath::module),
    python("pprint", include_str!("python/pprint.py")),
    python("profile", include_str!("python/profile.py")),
    over("pstats", "pstats", include_str!("python/pstats.py")),
    native("pyexpat", xml::expat::module),
    python("quopri", include_str!("python/quopri.py")),
    python("random", include_str!("python/random.py")),
    native("re", re::module),
    python("repr", include_str!("python/repr.py")),
    native("rfc822", headers::rfc822),
    native("robotparser", robotparser::module),
    native("select", select_module::module),
    python("sets", include_str!("python/sets.py")),
    native("sgmllib", markup::sgmllib),
    native("sha", hashlib::sha_module),
    python("shelve", include_str!("python/shelve.py")),
    native("shutil", shutil_module::module),
    over("signal", "_signal", include_str!("python/signal.py")),
    native("socket", sockets::socket),
    package("sqlite3", include_str!("python/sqlite3.py")),
    python("sqlite3.dbapi2", "from sqlite3 import *\n"),
    python("sre", include_str!("python/sre.py")),
    python("sre_compile", include_str!("python/sre_compile.py")),
    python("sre_constants", include_str!("python/sre_constants.py")),
    python("sre_parse", include_str!("python/sre_parse.py")),
    python("ssl", include_str!("python/ssl.py")),
    python("statvfs", include_str!("python/statvfs.py")),
    python("string", include_str!("python/string.py")),
    python("strop", include_str!("python/strop.py")),
    python("struct", include_str!("python/struct.py")),
    native("subprocess", processes::module),
    python("symbol", include_str!("python/symbol.py")),
    over("sysconfig", "sysconfig", include_str!("python/sysconfig.py")),
    over("tarfile", "tarfile", include_str!("python/tarfile.py")),
    python("telnetlib", include_str!("python/telnetlib.py")),
    native("tempfile", tempfile_module::module),
    python("textwrap", include_str!("python/textwrap.py")),
    native("thread", thread_module::module),
    native("threading", threading::module),
    native("time", time_functions::module),
    python("timeit", include_str!("python/timeit.py")),
    python("token", include_str!("python/token.py")),
    python("tokenize", include_str!("python/tokenize.py")),
    native("traceback", traceback_module::module),
    python("types", include_str!("python/types.py")),
    native("unicodedata", unicodedata::make),
    package("unittest", include_str!("python/unittest/__init__.py")),
    python("unittest.case", include_str!("python/unittest/case.py")),
    python("unittest.loader", include_str!("python/unittest/loader.py")),
    python("unittest.main", include_str!("python/unittest/main.py")),
    python("unittest.result", include_str!("python/unittest/result.py")),
    python("unittest.runner", include_str!("python/unittest/runner.py")),
    python("unittest.signals", include_str!("python/unittest/signals.py")),
    python("unittest.suite", include_str!("python/unittest/suite.py")),
    python("unittest.util", include_str!("python/unittest/util.py")),
    native("urllib", urllib::module),
    native("urllib2", urllib2::module),
    native("urlparse", urls::module),
    python("uu", include_str!("python/uu.py")),
    native("uuid", uuid_module::module),
    native("warnings", warnings::module),
    over("weakref", "_weakref", include_str!("python/weakref.py")),
    python("whichdb", include_str!("python/whichdb.py")),
    package("xml.dom", include_str!("python/xml/dom/__init__.py")),
    python("xml.dom._copies", include_str!("python/xml/dom/_copies.py")),
    python("xml.dom._elements", include_str!("python/xml/dom/_elements.py")),
    python("xml.dom._nodes", include_str!("python/xml/dom/_nodes.py")),
    python("xml.dom._texts", include_str!("python/xml/dom/_texts.py")),
    python("xml.dom.domreg", include_str!("python/xml/dom/domreg.py")),
    python("xml.dom.minicompat", include_str!("python/xml/dom/minicompat.py")),
    python("xml.dom.minidom", include_str!("python/xml/dom/minidom.py")),
    python("xml.dom.pulldom", include_str!("python/xml/dom/pulldom.py")),
    python("xml.etree.ElementInclude", include_str!("python/xml/etree/ElementInclude.py")),
    python("xml.etree.ElementPath", include_str!("python/xml/etree/ElementPath.py")),
    python("xml.etree.ElementTree", include_str!("python/xml/etree/ElementTree.py")),
    python("xml.etree.cElementTree", include_str!("python/xml/etree/cElementTree.py")),
    python("xml.parsers.expat", include_str!("python/xml/expat.py")),
    package("xml.sax", include_str!("python/xml/sax/__init__.py")),
    python("xml.sax._exceptions", include_str!("python/xml/sax/_exceptions.py")),
    python("xml.sax.expatreader", include_str!("python/xml/sax/expatreader.py")),
    python("xml.sax.handler", include_str!("python/xml/sax/handler.py")),
    python("xml.sax.saxutils", include_str!("python/xml/sax/saxutils.py")),
    python("xml.sax.xmlreader", include_str!("python/xml/sax/xmlreader.py")),
    python("xmlrpclib", include_str!("python/xmlrpc/client.py")),
    native("zipfile", zip::module),
    python("zipimport", include_str!("python/zipimport.py")),
    native("zlib", zlib_module::module),
];

/// Modules of Python 2.7 that do not exist here: importing them raises ImportError, and a plug-in that does can be told
/// so before it runs. Sorted.
pub static MISSING: &[&str] = &[
    "Bastion",
    "DocXMLRPCServer",
    "MimeWriter",
    "Tkinter",
    "_bsddb",
    "_ctypes_test",
    "_curses",
    "_curses_panel",
    "_hotshot",
    "_lsprof",
    "_testcapi",
    "_tkinter",
    "aifc",
    "antigravity",
    "audiodev",
    "audioop",
    "binhex",
    "bsddb",
    "cgitb",
    "chunk",
    "compiler",
    "crypt",
    "curses",
    "dbhash",
    "dbm",
    "dircache",
    "ensurepip",
    "fpformat",
    "gdbm",
    "hotshot",
    "idlelib",
    "ihooks",
    "imputil",
    "lib2to3",
    "linuxaudiodev",
    "macpath",
    "macurl2path",
    "mailcap",
    "mhlib",
    "mimify",
    "msilib",
    "nis",
    "nntplib",
    "os2emxpath",
    "ossaudiodev",
    "parser",
    "posixfile",
    "pydoc_data",
    "readline",
    "rexec",
    "rlcompleter",
    "smtpd",
    "sndhdr",
    "spwd",
    "stringold",
    "sunau",
    "sunaudio",
    "this",
    "tkinter",
    "toaiff",
    "turtle",
    "user",
    "xdrlib",
    "xmllib",
    "xxsubtype",
];

/// Whether the module, or the package that it is in, is one of [`MISSING`].
pub fn is_missing(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    MISSING.binary_search(&first).is_ok()
}

/// Tables of modules that an embedding program adds for every interpreter.
static ADDED: RwLock<Vec<&'static [Entry]>> = RwLock::new(Vec::new());
/// Tables that it adds for one interpreter, by its number.
static ADDED_TO: RwLock<Vec<(i64, &'static [Entry])>> = RwLock::new(Vec::new());

/// Makes further modules importable. The names of this table come first.
pub fn register(entries: &'static [Entry]) {
    let mut added = ADDED.write();
    if !added.iter().any(|known| std::ptr::eq(*known, entries)) {
        added.push(entries);
    }
}

/// Makes further modules importable in one interpreter.
pub fn register_in(interpreter: i64, entries: &'static [Entry]) {
    if !entries.is_empty() {
        ADDED_TO.write().push((interpreter, entries));
    }
}

/// A fresh, empty native module.
pub fn new(vm: &VirtualMachine, name: &str) -> PyRef<PyModule> {
    let module = vm.new_module(name, vm.ctx.new_dict(), None);
    for name in ["__spec__", "__loader__"] {
        // Python 2's modules do not have them.
        let _ = module.dict().del_item(name, vm);
    }
    module
}

/// Sets a name of a fresh module.
pub fn set(vm: &VirtualMachine, module: &Py<PyModule>, name: &'static str, value: impl Into<PyObjectRef>) {
    let value: PyObjectRef = value.into();
    if value.class().is(vm.ctx.types.builtin_function_or_method_type)
        && let Ok(Some(module_name)) = module.dict().get_item_opt("__name__", vm)
        && value.get_attr("__module__", vm).is_ok_and(|known| vm.is_none(&known))
    {
        // What a function of CPython's extension modules shows; a function without it works all the same.
        let _ = value.set_attr("__module__", module_name, vm);
    }
    // A plain dictionary accepts every name: nothing can fail.
    let _ = module.dict().set_item(name, value, vm);
}

/// Sets a function of a fresh module.
pub fn set_function<F, Kind>(vm: &VirtualMachine, module: &Py<PyModule>, name: &'static str, function: F)
where
    F: IntoPyNativeFn<Kind>,
{
    set(vm, module, name, vm.new_function(name, function));
}

/// Adds a native class that was written in Python in Python 2.7: it is shown as one.
pub fn set_class(vm: &VirtualMachine, module: &Py<PyModule>, name: &'static str, class: PyTypeRef, home: &'static str) {
    class.set_attr(vm.ctx.intern_str(SHOWN_AS_CLASS), vm.ctx.true_value.clone().into());
    class.set_attr(vm.ctx.intern_str("__module__"), vm.ctx.new_str(home).into());
    set(vm, module, name, class);
}

/// The repr of objects of such a class, and of classes derived from it: the class with its module, and the address.
pub fn plain_repr(object: &PyObject, vm: &VirtualMachine) -> String {
    format!("<{} object at {:#x}>", qualified_name(object.class(), vm), object.get_id())
}

/// The entry of a module that every interpreter has, by its dotted Python 2 name.
pub fn find_everywhere(name: &str) -> Option<&'static Entry> {
    if let Ok(at) = REGISTRY.binary_search_by(|entry| entry.name.cmp(name)) {
        return REGISTRY.get(at);
    }
    ADDED.read().iter().flat_map(|entries| entries.iter()).find(|entry| entry.name == name)
}

/// The entry of a module, by its dotted Python 2 name.
pub fn find(vm: &VirtualMachine, name: &str) -> Option<&'static Entry> {
    if let Ok(at) = REGISTRY.binary_search_by(|entry| entry.name.cmp(name)) {
        return REGISTRY.get(at);
    }
    let interpreter = vm.state.interpreter_id;
    let (all, own) = (ADDED.read(), ADDED_TO.read());
    let own = own.iter().filter(|(id, _)| *id == interpreter).map(|(_, entries)| *entries);
    own.chain(all.iter().copied()).flatten().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted() {
        assert!(MISSING.is_sorted());
        assert!(REGISTRY.is_sorted_by_key(|entry| entry.name), "find() searches by halving");
    }
}
