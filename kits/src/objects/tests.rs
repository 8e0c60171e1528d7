//! The classes in a running machine, without the rest of a plug-in.

use std::sync::Arc;

use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::respond::{self, Rendered};
use crate::plugin::testing;
use crate::sandbox::Sandbox;

/// Runs a program of Python 3 with the kit's names; the answer is the object that it calls `result`.
fn run(program: &str) -> Rendered {
    let program = program.to_owned();
    testing::with_sandbox(move |vm, sandbox| {
        answer(vm, sandbox, &program).unwrap_or_else(|error| panic!("{}", crate::errors::traceback_of(vm, &error)))
    })
}

fn answer(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, program: &str) -> PyResult<Rendered> {
    let globals = sandbox.globals.clone();
    sandbox.enter(|| {
        globals.set_item("__builtins__", vm.builtins.clone().into(), vm)?;
        let code = vm
            .compile(program, Mode::Exec, "<test>".to_owned())
            .map_err(|error| vm.new_value_error(error.to_string()))?;
        vm.run_code_obj(code, Scope::with_builtins(None, globals.clone(), vm))?;
        let result: PyObjectRef = globals.get_item("result", vm)?;
        match respond::render(vm, &result)? {
            Some(rendered) => Ok(rendered),
            None => {
                let text = result.str(vm)?.to_string_lossy().into_owned();
                Ok(Rendered { status: 0, headers: Vec::new(), body: text.into_bytes() })
            }
        }
    })
}

fn body(program: &str) -> String {
    String::from_utf8(run(program).body).expect("UTF-8")
}

#[test]
fn a_menu_is_written() {
    let xml = body(
        "DirectoryObject.thumb = 'default.png'\n\
         oc = ObjectContainer(title1='T', no_cache=True, objects=[DirectoryObject(key='k', title='a & b')])\n\
         oc.add(VideoClipObject(key='v', rating_key='r', title='Clip', genres=['Drama', 'B'], roles=[{'name': 'N', 'role': 'R'}]))\n\
         assert len(oc) == 2 and bool(ObjectContainer())\n\
         oc.objects.reverse()\n\
         result = oc\n",
    );
    assert_eq!(
        xml,
        "<?xml version='1.0' encoding='utf-8'?>\n\
         <MediaContainer title1=\"T\" noCache=\"1\" size=\"2\" identifier=\"org.example.test\" \
         mediaTagPrefix=\"/system/bundle/media/flags/\">\n\
         \x20 <Video sourceIcon=\"http://resources-cdn.plexapp.com/image/source/org.example.test.jpg?h=None\" key=\"v\" \
         type=\"clip\" title=\"Clip\" ratingKey=\"r\">\n\
         \x20   <Genre tag=\"Drama\"/>\n\
         \x20   <Genre tag=\"B\"/>\n\
         \x20   <Role role=\"R\" name=\"N\"/>\n\
         \x20 </Video>\n\
         \x20 <Directory thumb=\"default.png\" title=\"a &amp; b\" key=\"k\"/>\n\
         </MediaContainer>\n"
    );
}

#[test]
fn wrong_attributes_are_refused() {
    let text = body(
        "out = []\n\
         def attempt(f):\n\
         \x20   try:\n\
         \x20       out.append(repr(f()))\n\
         \x20   except BaseException as e:\n\
         \x20       out.append(type(e).__name__ + ' ' + str(e))\n\
         attempt(lambda: DirectoryObject(titel='x'))\n\
         attempt(lambda: DirectoryObject('k'))\n\
         attempt(lambda: DirectoryObject().titel)\n\
         attempt(lambda: VideoClipObject(season=1))\n\
         attempt(lambda: MovieObject(year='2012'))\n\
         attempt(lambda: ObjectContainer(objects=[None]))\n\
         attempt(lambda: DirectoryObject.title)\n\
         attempt(lambda: DirectoryItem())\n\
         attempt(lambda: DirectoryItem.nosuch)\n\
         attempt(lambda: len(SeasonObject(items=[])))\n\
         result = '\\n'.join(out)\n",
    );
    assert_eq!(
        text,
        "FrameworkException Object of type '<class 'Framework.modelling.objects.DirectoryObject'>' has no attribute named 'titel'\n\
         TypeError __init__() takes exactly 1 argument (2 given)\n\
         AttributeError 'DirectoryObject' object has no attribute 'titel'\n\
         FrameworkException The 'season' attribute is inaccessible from model interfaces.\n\
         AttributeTypeMismatch (2101, \"Error setting attribute 'year': Provided content of type 'str' is not of the required type 'int'.\")\n\
         FrameworkException Object of type '<type 'NoneType'>' cannot be added to this container.\n\
         KeyError 'title'\n\
         TypeError __init__() takes at least 4 arguments (2 given)\n\
         AttributeError 'ObjectFactory' object has no attribute 'nosuch'\n\
         0"
    );
}

#[test]
fn media_objects_get_streams() {
    let xml = body(
        "m = MediaObject(video_resolution='480', bitrate=1000, parts=[PartObject(key=HTTPLiveStreamURL('http://a/b.m3u8'))])\n\
         result = m\n",
    );
    assert!(
        xml.contains("protocol=\"hls\"") && xml.contains("width=\"856\"") && xml.contains("bitrate=\"744\""),
        "{xml}"
    );
}

#[test]
fn subclasses_of_plugins_work() {
    let xml = body(
        "class Entry(DirectoryObject):\n\
         \x20   def __init__(self, name):\n\
         \x20       DirectoryObject.__init__(self, key='/' + name, title=name)\n\
         \x20   def shout(self):\n\
         \x20       return self.title.upper()\n\
         e = Entry('x')\n\
         assert e.shout() == 'X' and isinstance(e, DirectoryObject)\n\
         Entry.thumb = 'sub.png'\n\
         DirectoryObject.art = 'base.png'\n\
         result = ObjectContainer(objects=[e])\n",
    );
    assert!(xml.contains("<Directory thumb=\"sub.png\" art=\"base.png\" title=\"x\" key=\"/x\"/>"), "{xml}");
}

#[test]
fn old_containers_are_written() {
    let xml = body(
        "DirectoryItem.thumb = 'default.png'\n\
         d = MediaContainer(title1='T')\n\
         d.Append(DirectoryItem('b', 'B', one=1, no=False, lst=[1]))\n\
         d.Append(TrackItem('a', 'A', duration=5))\n\
         assert len(d) == 2 and d[0].key == 'b' and [x.key for x in d] == ['b', 'a']\n\
         d.Sort('key')\n\
         assert len(d[1:]) == 1 and repr(DirectoryItem('k', 'x')) == \"DirectoryItem(key='k', subtitle=None, thumb='default.png', title='x', summary=None, art=None, name='x')\", repr(DirectoryItem('k', 'x'))\n\
         result = d\n",
    );
    assert_eq!(
        xml,
        "<?xml version='1.0' encoding='utf-8'?>\n\
         <MediaContainer title1=\"T\" noHistory=\"0\" replaceParent=\"0\" size=\"2\" identifier=\"org.example.test\">\n\
         \x20 <Track key=\"a\" track=\"A\" totalTime=\"5\"/>\n\
         \x20 <Directory key=\"b\" title=\"B\" name=\"B\" thumb=\"default.png\" one=\"1\" no=\"0\"/>\n\
         </MediaContainer>\n"
    );
}

#[test]
fn answers_that_cannot_be_written_are_errors() {
    for program in [
        "result = ObjectContainer(objects=[VideoClipObject(title='no key')])",
        "result = ObjectContainer(view_group='nosuch')",
        "result = ObjectContainer()\nresult.objects = ['text']",
        "d = MediaContainer()\nd.Append(DirectoryObject(key='k'))\nresult = d",
    ] {
        assert_eq!(run(program).status, 500, "{program}");
    }
}

#[test]
fn items_with_a_key_get_the_context_menu() {
    let xml = body(
        "def Mark(sender, **kwargs): pass\n\
         menu = ContextMenu(title='Choose')\n\
         menu.Append(Function(DirectoryItem(Mark, 'Mark'), how='m'))\n\
         menu.Append(DirectoryItem('plain', 'no function: left out'))\n\
         dir = MediaContainer(contextMenu=menu)\n\
         dir.Append(DirectoryItem('a', 'With', contextKey='one', contextArgs={'extra': 5}))\n\
         dir.Append(DirectoryItem('b', 'Without'))\n\
         result = dir\n",
    );
    let (with, without) = xml.split_once("title=\"Without\"").expect("both items");
    assert!(with.contains("<ContextMenu title=\"Choose\">") && !without.contains("ContextMenu"), "{xml}");
    assert!(!xml.contains("plain") && !xml.contains("contextKey"), "{xml}");
    let packed = with.split("function_args=").nth(1).and_then(|rest| rest.split('"').next()).expect("a function");
    let arguments = packed.replace('_', "=").replace('*', "+").replace('@', "/");
    use base64::Engine;
    let arguments = base64::engine::general_purpose::STANDARD.decode(arguments).expect("packed arguments");
    let arguments = String::from_utf8_lossy(&arguments);
    for wanted in ["s3\nones3\nkey", "i5\ns5\nextra", "s3\nhow", "s6\nsender"] {
        assert!(arguments.contains(wanted), "{wanted} is missing in {arguments}");
    }
}

#[test]
fn media_objects_give_their_element() {
    let xml = body(
        "media = MediaObject(container='mp4', parts=[PartObject(key='k')])\n\
         element = media.to_xml()\n\
         out = [element.tag, element.get('container'), len(element[0])]\n\
         try:\n\
         \x20   ObjectContainer().to_xml()\n\
         except AttributeError as error:\n\
         \x20   out.append(str(error))\n\
         result = ' '.join(str(part) for part in out)\n",
    );
    assert_eq!(xml, "Media mp4 2 'MediaContainer' object has no attribute 'to_xml'");
}
