//! Values there and back, and the bytes in between, as plug-ins see them.

use crate::plugin::testing::result_of;

const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

/// What the code calls `result`, as text.
#[track_caller]
fn result(code: &'static str) -> String {
    result_of(ELEVATED, code, "compatible").unwrap_or_else(|trace| panic!("{trace}"))
}

#[test]
fn values_and_bytes() {
    for (value, version, bytes) in [
        ("1", 0, r"\x00?\xf0\x00\x00\x00\x00\x00\x00"),
        ("True", 0, r"\x01\x01"),
        ("None", 0, r"\x05"),
        ("u'caf\\xe9'", 0, r"\x02\x00\x05caf\xc3\xa9"),
        ("{'a': None}", 0, r"\x03\x00\x01a\x05\x00\x00\t"),
        ("[True, False]", 0, r"\n\x00\x00\x00\x02\x01\x01\x01\x00"),
        ("-1", 3, r"\x04\xff\xff\xff\xff"),
        ("2 ** 28", 3, r"\x05A\xb0\x00\x00\x00\x00\x00\x00"),
        ("['ab', 'ab']", 3, r"\t\x05\x01\x06\x05ab\x06\x00"),
        ("{'a': 1}", 3, r"\n\x0b\x01\x03a\x04\x01\x01"),
        ("pyamf.MixedArray({0: 'x', 'k': True})", 3, r"\t\x03\x03k\x03\x01\x06\x03x"),
    ] {
        let code: &'static str = format!(
            "import pyamf\nv = {value}\nd = pyamf.encode(v, encoding={version}).getvalue()\n\
             result = '%r %s' % (d, list(pyamf.decode(d, {version})) == [v])\n"
        )
        .leak();
        assert_eq!(result(code), format!("'{bytes}' True"), "{value}");
    }
}

#[test]
fn objects_keep_their_identity_and_class() {
    let code = "import pyamf\nclass P(object):\n    pass\npyamf.register_class(P, 'org.example.P')\n\
                p = P()\np.x = 1\nfound = []\n\
                for version in (0, 3):\n    \
                loop = [p, p]\n    loop.append(loop)\n    \
                back = list(pyamf.decode(pyamf.encode(loop, encoding=version).getvalue(), version))[0]\n    \
                found.append((back[0] is back[1], back[2] is back, type(back[0]) is P, back[0].x))\n\
                result = repr(found)\n";
    assert_eq!(result(code), "[(True, True, True, 1), (True, True, True, 1)]");
}

#[test]
fn packets_and_shared_objects() {
    let code = "from pyamf import remoting, sol\ne = remoting.Envelope(amfVersion=3)\n\
                e['/1'] = remoting.Request('s.m', body=['x', 1])\nd = remoting.encode(e).read()\n\
                b = remoting.decode(d)['/1']\ns = sol.encode('n', {'k': [1]}, encoding=3).getvalue()\n\
                result = '%r %s %r %r' % (d, b.target, b.body, sol.decode(s))\n";
    let packet =
        r"'\x00\x03\x00\x00\x00\x01\x00\x03s.m\x00\x02/1\x00\x00\x00\x0c\n\x00\x00\x00\x02\x11\x06\x03x\x11\x04\x01'";
    assert_eq!(result(code), format!("{packet} s.m [u'x', 1] ('n', {{'k': [1]}})"));
}

#[test]
fn hostile_data_end_in_errors() {
    for (data, version) in [
        (r"'\x0a\xff\xff\xff\xff'", 0),
        (r"'\x03\x00'", 0),
        (r"'\x07\x00\x05'", 0),
        (r"'\x11'", 0),
        (r"'\x0a\x00\x00\x00\x01' * 5000", 0),
        (r"'\x09\x03\x01' * 5000", 3),
        (r"'\x0a\xff\xff\xff\xff\x01'", 3),
        (r"'\x0c\xff\xff\xff\xff'", 3),
        (r"'\x06\x08'", 3),
        (r"'\x7f'", 3),
    ] {
        let code: &'static str = format!(
            "import pyamf\ntry:\n    list(pyamf.decode({data}, {version}))\n    result = 'read'\n\
             except pyamf.BaseError:\n    result = 'refused'\n"
        )
        .leak();
        assert_eq!(result(code), "refused", "{data}");
    }
}

#[test]
fn shared_objects_stay_in_their_folder() {
    let code =
        "try:\n    AMF.SOL('..', 'x')\n    result = 'opened'\nexcept FrameworkException:\n    result = 'refused'\n";
    assert_eq!(result(code), "refused");
}
