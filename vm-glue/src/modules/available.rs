//! Which modules Python 2 code can import here, for tools that look at code without running it.

use std::collections::HashSet;
use std::sync::LazyLock;

use rustpython_vm::Context;

use super::{NOT_IN_PYTHON_2, find_everywhere};

/// The modules of CPython 2.7's own library that are no private ones.
static PYTHON_27: &[&str] = &[
    "BaseHTTPServer",
    "Bastion",
    "CGIHTTPServer",
    "ConfigParser",
    "Cookie",
    "DocXMLRPCServer",
    "FileDialog",
    "HTMLParser",
    "MimeWriter",
    "Queue",
    "SimpleHTTPServer",
    "SimpleXMLRPCServer",
    "SocketServer",
    "StringIO",
    "Tkinter",
    "UserDict",
    "UserList",
    "UserString",
    "__builtin__",
    "__future__",
    "_hashlib",
    "_io",
    "_json",
    "_random",
    "_socket",
    "_ssl",
    "_struct",
    "_winreg",
    "abc",
    "aifc",
    "anydbm",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncore",
    "atexit",
    "audiodev",
    "audioop",
    "base64",
    "bdb",
    "binascii",
    "binhex",
    "bisect",
    "bsddb",
    "bz2",
    "cPickle",
    "cProfile",
    "cStringIO",
    "calendar",
    "cgi",
    "cgitb",
    "chunk",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "commands",
    "compileall",
    "compiler",
    "contextlib",
    "cookielib",
    "copy",
    "copy_reg",
    "crypt",
    "csv",
    "ctypes",
    "curses",
    "datetime",
    "dbhash",
    "dbm",
    "decimal",
    "difflib",
    "dircache",
    "dis",
    "distutils",
    "doctest",
    "dumbdbm",
    "dummy_thread",
    "dummy_threading",
    "email",
    "encodings",
    "errno",
    "exceptions",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "formatter",
    "fpformat",
    "fractions",
    "ftplib",
    "functools",
    "future_builtins",
    "gc",
    "gdbm",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "hotshot",
    "htmlentitydefs",
    "htmllib",
    "httplib",
    "ihooks",
    "imaplib",
    "imghdr",
    "imp",
    "importlib",
    "imputil",
    "inspect",
    "io",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "linuxaudiodev",
    "locale",
    "logging",
    "macpath",
    "macurl2path",
    "mailbox",
    "mailcap",
    "markupbase",
    "marshal",
    "math",
    "md5",
    "mhlib",
    "mimetools",
    "mimetypes",
    "mimify",
    "mmap",
    "modulefinder",
    "msvcrt",
    "multifile",
    "multiprocessing",
    "mutex",
    "netrc",
    "new",
    "nis",
    "nntplib",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "os2emxpath",
    "ossaudiodev",
    "parser",
    "pdb",
    "pickle",
    "pickletools",
    "pipes",
    "pkgutil",
    "platform",
    "plistlib",
    "popen2",
    "poplib",
    "posix",
    "posixfile",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pyexpat",
    "quopri",
    "random",
    "re",
    "readline",
    "repr",
    "resource",
    "rexec",
    "rfc822",
    "rlcompleter",
    "robotparser",
    "runpy",
    "sched",
    "select",
    "sets",
    "sgmllib",
    "sha",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "smtpd",
    "smtplib",
    "sndhdr",
    "socket",
    "spwd",
    "sqlite3",
    "sre",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statvfs",
    "string",
    "stringold",
    "stringprep",
    "strop",
    "struct",
    "subprocess",
    "sunau",
    "sunaudio",
    "symbol",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "textwrap",
    "thread",
    "threading",
    "time",
    "timeit",
    "toaiff",
    "token",
    "tokenize",
    "trace",
    "traceback",
    "tty",
    "types",
    "unicodedata",
    "unittest",
    "urllib",
    "urllib2",
    "urlparse",
    "user",
    "uu",
    "uuid",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "whichdb",
    "winsound",
    "wsgiref",
    "xdrlib",
    "xml",
    "xmllib",
    "xmlrpclib",
    "zipfile",
    "zipimport",
    "zlib",
];

/// Whether CPython 2.7 has a module of this name; only the first part of a dotted name counts.
pub fn in_python_27(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    PYTHON_27.contains(&first)
}

/// The machine's own modules: those written in Rust, and its frozen library.
static MACHINE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let context = Context::genesis();
    let builtin = rustpython_vm::stdlib::builtin_module_defs(context);
    let native = rustpython_stdlib::stdlib_module_defs(context);
    let names = builtin.iter().chain(&native).map(|module| module.name.as_str());
    names.chain(rustpython_pylib::FROZEN_STDLIB.into_iter().map(|(name, _)| name)).collect()
});

/// Whether `import NAME` finds a module that this program brings along.
pub fn is_available(name: &str) -> bool {
    if find_everywhere(name).is_some() {
        return true;
    }
    let hidden = |name: &str| NOT_IN_PYTHON_2.contains(&name);
    let parts: Vec<&str> = name.split('.').collect();
    let mut prefix = String::new();
    for part in &parts {
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix.push_str(part);
        if hidden(&prefix) {
            return false;
        }
    }
    // What is made with the interpreter, and a module that is an attribute of another one.
    MACHINE.contains(name) || matches!(name, "sys" | "__builtin__" | "os.path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_modules() {
        for name in ["re", "os", "os.path", "sys", "urllib2", "json", "math", "logging", "xml.dom.minidom"] {
            assert!(is_available(name), "{name}");
        }
        for name in ["http.client", "asyncio", "nothing", "queue"] {
            assert!(!is_available(name), "{name}");
        }
        assert!(in_python_27("bsddb.db") && !in_python_27("requests"));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(PYTHON_27.is_sorted());
    }
}
