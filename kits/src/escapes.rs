//! Attempts of plug-in code to get at what its policy withholds, one test each.

use crate::plugin::testing::result_of;

const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

/// The last line of what stopped the code; panics if nothing did.
#[track_caller]
fn stopped(info: &'static str, code: &'static str, level: &'static str) -> String {
    match result_of(info, code, level) {
        Ok(result) => panic!("nothing stopped it: {result}"),
        Err(trace) => trace.trim_end().lines().last().unwrap_or_default().to_owned(),
    }
}

#[track_caller]
fn refused(code: &'static str, wanted: &str) {
    let said = stopped("", code, "strict");
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn hidden_builtins_have_no_names() {
    for code in ["result = open('/etc/passwd')\n", "result = eval('1')\n", "result = globals()\n", "result = vars\n"] {
        let said = stopped("", code, "compatible");
        assert!(said.starts_with("NameError"), "{said}");
    }
}

#[test]
fn underscores_cannot_be_spelled() {
    for code in ["result = ''.__class__\n", "result = __builtins__\n", "def f(): pass\nresult = f.__globals__\n"] {
        let said = stopped("", code, "compatible");
        assert!(said.starts_with("SyntaxError: Line "), "{said}");
    }
}

#[test]
fn functions_are_closed_under_every_name() {
    for name in ["func_globals", "func_code", "func_closure", "func_defaults", "func_dict"] {
        let code: &'static str = format!("def f(): pass\nresult = f.{name}\n").leak();
        let said = stopped("", code, "compatible");
        assert!(said.starts_with("RuntimeError"), "{name}: {said}");
    }
    let dunder = "def f(): pass\nresult = getattr(f, '__globals__')\n";
    assert!(stopped(ELEVATED, dunder, "compatible").starts_with("RuntimeError"));
    let method = "class K(object):\n    def m(self): pass\nresult = K().m.im_func\n";
    assert!(stopped("", method, "compatible").starts_with("RuntimeError"));
    let unbound = "class K(object):\n    def m(self): pass\nresult = K.m.im_class\n";
    assert!(stopped("", unbound, "compatible").starts_with("RuntimeError"));
}

#[test]
fn format_strings_obey_too() {
    let code = "def f(): pass\nresult = '{0.func_globals}'.format(f)\n";
    assert!(stopped("", code, "compatible").starts_with("RuntimeError"));
    let code = "def f(): pass\nresult = u'{0.__globals__}'.format(f)\n";
    assert!(stopped("", code, "compatible").starts_with("RuntimeError"));
}

#[test]
fn files_are_not_opened_through_the_builtin_module() {
    let code = "from __builtin__ import open as o\nresult = o('/etc/passwd')\n";
    let said = stopped("", code, "compatible");
    assert!(said.contains("not accessible in restricted mode"), "{said}");
}

#[test]
fn strict_refuses_modules_off_the_whitelist() {
    for code in
        ["import os\nresult = 1\n", "from subprocess import Popen\nresult = 1\n", "import urllib.request\nresult = 1\n"]
    {
        refused(code, "not allowed at the strict policy level");
    }
    refused("from __builtin__ import eval as e\nresult = e('1')\n", "not allowed at the strict policy level");
    assert_eq!(
        result_of("", "import re, string, datetime, time\nresult = re.sub('a', 'b', 'cat')\n", "strict").unwrap(),
        "cbt"
    );
}

#[test]
fn the_whitelist_can_be_extended_under_elevated_only() {
    const MORE: &str = "<key>PlexPluginModuleWhitelist</key><array><string>hashlib</string></array>";
    const ELEVATED_MORE: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>\
        <key>PlexPluginModuleWhitelist</key><array><string>hashlib</string></array>";
    let code = "import hashlib\nresult = hashlib.md5('').hexdigest()[:4]\n";
    assert_eq!(result_of(ELEVATED_MORE, code, "strict").unwrap(), "d41d");
    assert!(stopped(MORE, code, "strict").contains("strict policy level"));
}

#[test]
fn strict_closes_frames() {
    refused("result = (i for i in [1]).gi_frame.f_globals\n", "frames are not accessible");
    refused("result = '{0.gi_frame.f_builtins}'.format((i for i in [1]))\n", "frames are not accessible");
}

#[test]
fn natives_lead_nowhere() {
    for code in ["result = HTTP.Request.im_func\n", "result = Log.plugin\n", "result = Data.sandbox\n"] {
        let said = stopped("", code, "strict");
        assert!(said.starts_with("AttributeError") || said.starts_with("RuntimeError"), "{code}: {said}");
    }
}

#[test]
fn class_trees_show_no_way_up() {
    // `mro` needs no underscore; what it gives are types whose special methods cannot be spelled.
    let code = "result = [k for k in str.mro() if k is object][0].subclasses\n";
    assert!(stopped("", code, "strict").starts_with("AttributeError"));
}

#[test]
fn data_stays_in_its_folder() {
    for code in ["result = Data.Load('../../../../../../etc/passwd')\n", "Data.Save('../x', 'y')\nresult = 1\n"] {
        match result_of("", code, "compatible") {
            Ok(result) => assert_eq!(result, "None", "{code}"),
            Err(trace) => assert!(trace.contains("Error") || trace.contains("Exception"), "{trace}"),
        }
    }
}

const ELEVATED_OS: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string><key>PlexPluginModuleWhitelist</key>\
    <array><string>os</string><string>subprocess</string><string>io</string><string>posix</string><string>sys</string>\
    <string>codecs</string><string>shutil</string><string>sqlite3</string><string>ctypes</string><string>imp</string>\
    <string>threading</string></array>";

/// Runs expressions one after the other in one plug-in at the strict level; what each of them raised, or `open`.
#[track_caller]
fn tried(ways: &[&str]) -> Vec<String> {
    let mut code = "import os, io, codecs, shutil, posix, imp, subprocess, sys, threading\nsaid = []\n".to_owned();
    code.push_str("def attempt(f):\n    try:\n        f()\n        said.append('open')\n");
    code.push_str("    except Exception, e:\n        said.append(str(e))\n");
    code.push_str("def thread(f):\n    t = threading.Thread(target=attempt, args=(f,))\n    t.start()\n    t.join()\n");
    code.push_str("    raise Exception(said.pop())\n");
    code.push_str("def again():\n    del sys.modules['posix']\n    import posix\n    posix.listdir('/etc')\n");
    code.push_str("def database():\n    import sqlite3\n    sqlite3.connect('/etc/passwd')\n");
    code.push_str("def foreign():\n    import ctypes\n    ctypes.CDLL(None)\n");
    for way in ways {
        code.push_str(&format!("attempt(lambda: {way})\n"));
    }
    code.push_str("result = '\\n'.join(said)\n");
    let said = result_of(ELEVATED_OS, code.leak(), "strict").unwrap_or_else(|trace| panic!("{trace}"));
    said.split('\n').map(str::to_owned).collect()
}

/// Ways to a file that is none of the plug-in's; the strict level closes each.
#[test]
fn strict_keeps_files_to_the_plugins_own_folders() {
    let ways = [
        "Core.storage.load('/etc/passwd')",
        "Core.storage.list_dir('/etc')",
        "Core.storage.copy('/etc/passwd', Core.storage.join_path(Core.storage.data_path, 'x'))",
        "Core.storage.save('/tmp/reprise-strict', 'x')",
        "Core.storage.copy_tree('/etc/ssl', Core.storage.join_path(Core.storage.data_path, 'x'))",
        "io.open('/etc/passwd').read()",
        "io.FileIO('/etc/passwd').read()",
        "getattr(io.FileIO, '__init__')(io.FileIO('/dev/null'), '/etc/passwd')",
        "codecs.open('/etc/passwd', 'r', 'utf-8').read()",
        "os.read(os.open('/etc/passwd', os.O_RDONLY), 10)",
        "os.listdir('/etc')",
        "posix.listdir('/etc')",
        "thread(lambda: os.listdir('/etc'))",
        "again()",
        "os.symlink('/etc/passwd', os.path.join(Core.storage.data_path, 'x'))",
        "os.rename('/etc/hostname', os.path.join(Core.storage.data_path, 'x'))",
        "os.mkdir('/tmp/reprise-strict')",
        "shutil.copy('/etc/passwd', Core.storage.data_path)",
        "imp.load_source('x', '/etc/passwd')",
        "os.open(os.path.join(Core.bundle_path, 'Contents', 'Info.plist'), os.O_WRONLY)",
        "database()",
    ];
    for (way, said) in ways.iter().zip(tried(&ways)) {
        assert!(said.contains("not allowed at the strict policy level"), "{way}: {said}");
    }
    let own = "import os, io\npath = os.path.join(Core.storage.data_path, 'own')\nio.open(path, 'w').write(u'mine')\n\
               result = io.open(path).read() + str(os.path.exists('/etc')) + str(len(os.listdir(Core.bundle_path)))\n";
    assert_eq!(result_of(ELEVATED_OS, own, "strict").unwrap(), "mineTrue1");
    assert_ne!(tried(&["foreign()"]), ["open"]);
}

#[test]
fn strict_formats_no_hidden_attributes() {
    for field in ["0.func_globals", "0.__globals__", "0.im_func", "0.gi_frame", "0[x].__dict__"] {
        let code: &'static str =
            format!("import string\ndef f(): pass\nresult = string.Formatter().get_field('{field}', (f,), {{}})\n")
                .leak();
        refused(code, "strict policy level");
    }
    let fine = "import string\nresult = string.Formatter().format('{0:>3}{a.real}', 'x', a=5)\n";
    assert_eq!(result_of("", fine, "strict").unwrap(), "  x5");
}

#[test]
fn strict_starts_no_programs() {
    let ways = [
        "subprocess.Popen(['/bin/echo', 'x'])",
        "subprocess.check_output('id', shell=True)",
        "os.system('true')",
        "os.popen('id').read()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(1, 0)",
        "Helper.Run('anything')",
        "Helper.Process('anything')",
    ];
    for (way, said) in ways.iter().zip(tried(&ways)) {
        assert_eq!(said, "Starting programs is not allowed at the strict policy level", "{way}");
    }
}
