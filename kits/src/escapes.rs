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
