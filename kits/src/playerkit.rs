//! `Player`: remote control of players on other machines (`spec/environment.md` §5.12). What a player speaks stands in the
//! media server's list of clients; one that is not listed gets the event packets of old XBMC players.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reprise_vm_glue::runtime::text;
use reprise_vm_glue::web;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, GetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::objects::signature::{Bound, Default, Parameter, Signature};
use crate::plugin::Plugin;
use crate::{errors, media_server};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.playerkit";

/// The kit's published name.
pub static KIT: Kit = Kit {
    name: "Player",
    entries: &[Entry {
        name: "Player",
        visible: Visibility::BundleNotModern,
        doc: "Player[host]: commands for a player on another machine.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<PlayerKit>(vm, MODULE);
            Ok(PlayerKit { plugin: Arc::clone(&sandbox.plugin) }.into_pyobject(vm))
        },
    }],
};

/// Groups of commands: the members of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Navigation,
    Playback,
    Application,
}

static GROUPS: &[(&str, Group)] =
    &[("Navigation", Group::Navigation), ("Playback", Group::Playback), ("Application", Group::Application)];

/// One command and how players of each kind call it; an empty text where they have none.
struct Command {
    group: Group,
    name: &'static str,
    parameters: &'static [Parameter],
    /// The button of an event packet, or the command of the HTTP interface (group Application).
    xbmc: &'static str,
    /// Method and, behind a blank, parameters of the JSON interface.
    rpc: &'static str,
    /// The key of a remote control.
    roku: &'static str,
}

const fn button(
    group: Group,
    name: &'static str,
    xbmc: &'static str,
    rpc: &'static str,
    roku: &'static str,
) -> Command {
    Command { group, name, parameters: &[], xbmc, rpc, roku }
}

const fn application(
    name: &'static str,
    parameters: &'static [Parameter],
    xbmc: &'static str,
    rpc: &'static str,
) -> Command {
    Command { group: Group::Application, name, parameters, xbmc, rpc, roku: "" }
}

const fn optional(name: &'static str, value: &'static str) -> Parameter {
    Parameter { name, default: Default::Text(value) }
}

use Group::{Navigation, Playback};

static COMMANDS: &[Command] = &[
    button(Navigation, "MoveUp", "Up", "Input.Up", "Up"),
    button(Navigation, "MoveDown", "Down", "Input.Down", "Down"),
    button(Navigation, "MoveLeft", "Left", "Input.Left", "Left"),
    button(Navigation, "MoveRight", "Right", "Input.Right", "Right"),
    button(Navigation, "PageUp", "PageUp", "Input.ExecuteAction {\"action\":\"pageup\"}", "Rev"),
    button(Navigation, "PageDown", "PageDown", "Input.ExecuteAction {\"action\":\"pagedown\"}", "Fwd"),
    button(Navigation, "NextLetter", "NextLetter", "Input.ExecuteAction {\"action\":\"nextletter\"}", ""),
    button(Navigation, "PreviousLetter", "PrevLetter", "Input.ExecuteAction {\"action\":\"prevletter\"}", ""),
    button(Navigation, "Select", "Select", "Input.Select", "Select"),
    button(Navigation, "Back", "ParentDir", "Input.Back", "Back"),
    button(Navigation, "ContextMenu", "ContextMenu", "Input.ContextMenu", "Info"),
    button(Navigation, "ToggleOSD", "OSD", "Input.ShowOSD", "Info"),
    button(Playback, "Play", "Play", "Player.PlayPause {\"playerid\":1,\"play\":true}", "Play"),
    button(Playback, "Pause", "Pause", "Player.PlayPause {\"playerid\":1,\"play\":false}", "Play"),
    button(Playback, "Stop", "Stop", "Player.Stop {\"playerid\":1}", "Back"),
    button(Playback, "Rewind", "Rewind", "Player.SetSpeed {\"playerid\":1,\"speed\":\"decrement\"}", "Rev"),
    button(Playback, "FastForward", "FastForward", "Player.SetSpeed {\"playerid\":1,\"speed\":\"increment\"}", "Fwd"),
    button(Playback, "StepForward", "StepForward", "Player.Seek {\"playerid\":1,\"value\":\"smallforward\"}", "Right"),
    button(
        Playback,
        "BigStepForward",
        "BigStepForward",
        "Player.Seek {\"playerid\":1,\"value\":\"bigforward\"}",
        "Fwd",
    ),
    button(
        Playback,
        "StepBack",
        "StepBack",
        "Player.Seek {\"playerid\":1,\"value\":\"smallbackward\"}",
        "InstantReplay",
    ),
    button(Playback, "BigStepBack", "BigStepBack", "Player.Seek {\"playerid\":1,\"value\":\"bigbackward\"}", "Rev"),
    button(Playback, "SkipNext", "SkipNext", "Player.GoTo {\"playerid\":1,\"to\":\"next\"}", "Fwd"),
    button(Playback, "SkipPrevious", "SkipPrevious", "Player.GoTo {\"playerid\":1,\"to\":\"previous\"}", "Rev"),
    application(
        "PlayFile",
        &[Parameter::required("path"), Parameter::none("userAgent"), Parameter::none("httpCookies")],
        "PlayFile",
        "Player.Open",
    ),
    application(
        "PlayMedia",
        &[
            Parameter::required("path"),
            Parameter::required("key"),
            optional("userAgent", " "),
            optional("httpCookies", " "),
            optional("viewOffset", " "),
        ],
        "PlayMedia",
        "Player.Open",
    ),
    application("SetVolume", &[Parameter::required("level")], "SetVolume", "Application.SetVolume"),
    application(
        "Screenshot",
        &[optional("width", "480"), optional("height", "270"), optional("quality", "75")],
        "TakeScreenshot",
        "",
    ),
    application("SendString", &[Parameter::required("text")], "SendString", "Input.SendText"),
    application("SendKey", &[Parameter::required("code")], "SendKey", ""),
    application("SendVirtualKey", &[Parameter::required("code")], "SendVirtualKey", ""),
];

/// `Player`.
#[pyclass(module = false, name = "PlayerKit")]
#[derive(PyPayload)]
struct PlayerKit {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for PlayerKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlayerKit")
    }
}

#[pyclass(with(AsMapping), flags(DISALLOW_INSTANTIATION))]
impl PlayerKit {}

impl AsMapping for PlayerKit {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|mapping, key, vm| {
                let Some(kit) = mapping.obj.downcast_ref::<PlayerKit>() else { return Ok(vm.ctx.none()) };
                let host = text::unicode_of(vm, key)?;
                if !is_host(&host) {
                    return Err(errors::framework_exception(vm, &format!("'{host}' is no host")));
                }
                let player = vm.allow_threads(|| find(&kit.plugin, &host));
                let _ = Controller::make_static_type();
                Ok(Controller { player: Arc::new(player), group: None }.into_pyobject(vm))
            }),
            ass_subscript: None,
        };
        &METHODS
    }
}

/// Whether an object is `Player`, and what it gives for a host has a group of commands of that name.
pub fn is_group_of(object: &PyObject, name: &str) -> bool {
    let _ = PlayerKit::make_static_type();
    object.downcastable::<PlayerKit>() && GROUPS.iter().any(|(group, _)| *group == name)
}

/// Nothing in a host's name can lead to another part of an address.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

/// What a player speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Xbmc,
    XbmcJson,
    PassThrough,
    Roku,
}

static PROTOCOLS: &[(&str, Protocol)] = &[
    ("roku", Protocol::Roku),
    ("xbmcjson", Protocol::XbmcJson),
    ("passthrough", Protocol::PassThrough),
    ("plex", Protocol::PassThrough),
];

#[derive(Debug)]
struct Player {
    host: String,
    port: u16,
    protocol: Protocol,
}

/// Looks a player up in the media server's list.
fn find(plugin: &Plugin, host: &str) -> Player {
    let resolved = host.ends_with(".local").then(|| resolve(host)).flatten();
    let host = resolved.as_deref().unwrap_or(host);
    let unknown = || Player { host: host.to_owned(), port: 3000, protocol: Protocol::Xbmc };
    let list = match media_server::get(&format!("{}/clients", media_server::BASE), None) {
        Ok(list) => list,
        Err(error) => {
            tracing::warn!(
                "Unable to get the media server's list of clients for {}: {error}",
                plugin.bundle.identifier
            );
            return unknown();
        }
    };
    listed(&String::from_utf8_lossy(&list), host).unwrap_or_else(unknown)
}

/// The address of a name of the local network, which the media server knows.
fn resolve(host: &str) -> Option<String> {
    let answer = media_server::get(&format!("{}/servers/resolve?name={host}", media_server::BASE), None).ok()?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let document = roxmltree::Document::parse(&text).ok()?;
    let address = document.descendants().find_map(|node| node.attribute("address"))?;
    is_host(address).then(|| address.to_owned())
}

fn listed(list: &str, host: &str) -> Option<Player> {
    let document = roxmltree::Document::parse(list).ok()?;
    let is_meant = |node: &roxmltree::Node<'_, '_>| {
        ["host", "address", "name", "machineIdentifier"].iter().any(|name| node.attribute(*name) == Some(host))
    };
    let node = document.root_element().children().find(is_meant)?;
    let named = node.attribute("protocol").unwrap_or_default();
    let protocol = PROTOCOLS.iter().find(|(name, _)| *name == named).map_or(Protocol::Xbmc, |(_, protocol)| *protocol);
    let address = node.attribute("address").or_else(|| node.attribute("host")).filter(|address| is_host(address));
    let port = node.attribute("port").and_then(|port| port.parse().ok()).unwrap_or(3000);
    Some(Player { host: address.unwrap_or(host).to_owned(), port, protocol })
}

/// A player, or one of its groups of commands.
#[pyclass(module = "Framework.api.playerkit", name = "PlayerController")]
#[derive(Debug, PyPayload)]
struct Controller {
    player: Arc<Player>,
    group: Option<Group>,
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl Controller {}

impl GetAttr for Controller {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"_") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        let wanted = name.to_string_lossy();
        let Some(group) = zelf.group else {
            let Some((_, group)) = GROUPS.iter().find(|(name, _)| *name == wanted) else {
                return zelf.as_object().generic_getattr(name, vm);
            };
            return Ok(Controller { player: Arc::clone(&zelf.player), group: Some(*group) }.into_pyobject(vm));
        };
        let Some(command) = COMMANDS.iter().find(|command| command.group == group && command.name == wanted) else {
            return zelf.as_object().generic_getattr(name, vm);
        };
        let player = Arc::clone(&zelf.player);
        let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult { run(vm, &player, command, args) };
        Ok(vm.new_function(command.name, call).into())
    }
}

/// Binds the arguments, which need their names but for the two commands with one text, and sends the command.
fn run(vm: &VirtualMachine, player: &Player, command: &'static Command, args: FuncArgs) -> PyResult {
    let unnamed = args.args.len();
    if unnamed > 0 && !matches!(command.name, "SendString" | "SendKey") {
        let message = format!("{}() takes exactly 1 argument ({} given)", command.name, unnamed + 1);
        return Err(vm.new_type_error(message));
    }
    let signature = Signature { name: command.name, hidden: 1, parameters: command.parameters, keywords: false };
    let bound = signature.bind(vm, args)?;
    let values = values(vm, command, &bound)?;
    let sent = vm.allow_threads(|| send(player, command, &values));
    match sent {
        Ok(answer) => Ok(answer.map_or_else(|| vm.ctx.none(), |answer| text::new_str(vm, &answer))),
        Err(problem) => Err(failed(vm, player, command, &problem)),
    }
}

fn failed(vm: &VirtualMachine, player: &Player, command: &Command, problem: &str) -> PyBaseExceptionRef {
    let message = format!("{} did not work for the player {}: {problem}", command.name, player.host);
    errors::framework_exception(vm, &message)
}

/// Names and texts of the arguments; what is None is left out.
fn values(vm: &VirtualMachine, command: &Command, bound: &Bound) -> PyResult<Vec<(&'static str, String)>> {
    let mut values = Vec::new();
    for (at, parameter) in command.parameters.iter().enumerate() {
        if !vm.is_none(bound.get(at)) {
            values.push((parameter.name, text::unicode_of(vm, bound.get(at))?));
        }
    }
    Ok(values)
}

const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-');

fn quoted(value: &str) -> String {
    utf8_percent_encode(value, QUOTED).to_string()
}

/// Longest answer that is read: a picture of the screen.
const LIMIT: u64 = 16 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(20);

type Values = [(&'static str, String)];

fn send(player: &Player, command: &Command, values: &Values) -> Result<Option<Vec<u8>>, String> {
    let host = &player.host;
    match player.protocol {
        Protocol::Xbmc if command.group == Group::Application => {
            let texts: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
            let line = format!("{}({})", command.xbmc, texts.join(";"));
            let url = format!("http://{host}:3000/xbmcCmds/xbmcHttp?command={}", quoted(&line));
            http(web::Request::get(url)).map(Some)
        }
        Protocol::Xbmc => {
            let failed = |error: std::io::Error| error.to_string();
            let socket = UdpSocket::bind(("0.0.0.0", 0)).map_err(failed)?;
            socket.send_to(&packet(command.xbmc), (host.as_str(), 9777)).map_err(failed)?;
            Ok(None)
        }
        Protocol::PassThrough => http(web::Request::get(pass_through(player, command, values))).map(Some),
        Protocol::XbmcJson => {
            let body = rpc(command, values).ok_or("it has no such command")?;
            let request = web::Request::new("POST", format!("http://{host}:{}/jsonrpc", player.port));
            http(request.header("Content-Type", "application/json").body(body)).map(Some)
        }
        Protocol::Roku if command.name == "PlayMedia" => {
            let mut request = web::Request::new("POST", format!("http://{host}:{}/application/PlayMedia", player.port));
            for (name, value) in values {
                let name = name.chars().next().map(|c| c.to_ascii_uppercase()).into_iter().chain(name.chars().skip(1));
                let value: String = value.chars().filter(|c| !c.is_control()).collect();
                request = request.header(format!("X-Plex-Arg-{}", name.collect::<String>()), value.into_bytes());
            }
            http(request.body(Vec::new())).map(Some)
        }
        Protocol::Roku => {
            let key = match (command.name, values) {
                ("SendString", [(_, text), ..]) => format!("Lit_{}", quoted(text)),
                _ if command.roku.is_empty() => return Err("it has no such command".to_owned()),
                _ => command.roku.to_owned(),
            };
            http(web::Request::new("POST", format!("http://{host}:8060/keypress/{key}")).body(Vec::new())).map(Some)
        }
    }
}

fn http(request: web::Request) -> Result<Vec<u8>, String> {
    let sent = web::Client::shared().send(request.header("Connection", "close").timeout(Some(TIMEOUT)));
    let mut answer = sent.map_err(|error| error.to_string())?;
    if answer.status >= 400 {
        return Err(format!("it answered {}", answer.status));
    }
    answer.read_all(LIMIT).map_err(|error| error.to_string())
}

/// An event packet of XBMC: one button.
fn packet(command: &str) -> Vec<u8> {
    let mut payload = vec![2];
    payload.extend_from_slice(command.as_bytes());
    payload.push(0);
    let mut packet = b"XBMC\x02\x00".to_vec();
    packet.extend_from_slice(&0x000A_u16.to_be_bytes());
    packet.extend_from_slice(&1_u32.to_be_bytes());
    packet.extend_from_slice(&1_u32.to_be_bytes());
    packet.extend_from_slice(&u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
    packet.extend_from_slice(&[0x49, 0x9D, 0xFA, 0x3A]);
    packet.extend_from_slice(&[0; 10]);
    packet.extend_from_slice(&payload);
    packet
}

fn pass_through(player: &Player, command: &Command, values: &Values) -> String {
    let group = match command.group {
        Group::Navigation => "navigation",
        Group::Playback => "playback",
        Group::Application => "application",
    };
    let mut letters = command.name.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    let mut url = format!("http://{}:{}/player/{group}/{name}", player.host, player.port);
    for (at, (name, value)) in values.iter().enumerate() {
        url.push_str(&format!("{}{name}={}", if at == 0 { '?' } else { '&' }, quoted(value)));
    }
    url
}

/// The body of a call over the JSON interface.
fn rpc(command: &Command, values: &Values) -> Option<Vec<u8>> {
    let get = |name: &str| values.iter().find(|(there, _)| *there == name).map(|(_, value)| value.clone());
    let (method, fixed) = command.rpc.split_once(' ').unwrap_or((command.rpc, ""));
    let parameters = match command.name {
        "PlayFile" | "PlayMedia" => serde_json::json!({"item": {"file": get("path")?}}),
        "SetVolume" => serde_json::json!({"volume": get("level")?.parse::<i64>().ok()?}),
        "SendString" => serde_json::json!({"text": get("text")?, "done": false}),
        _ => serde_json::from_str(fixed).unwrap_or_else(|_| serde_json::json!({})),
    };
    if method.is_empty() {
        return None;
    }
    let call = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
    Some(call.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(name: &str) -> &'static Command {
        COMMANDS.iter().find(|command| command.name == name).expect("a command")
    }

    #[test]
    fn packets() {
        let packet = packet("Up");
        assert_eq!(&packet[..8], b"XBMC\x02\x00\x00\x0a");
        assert_eq!(&packet[8..18], &[0, 0, 0, 1, 0, 0, 0, 1, 0, 4]);
        assert_eq!(&packet[32..], b"\x02Up\x00");
    }

    #[test]
    fn players_are_listed() {
        let list =
            "<MediaContainer><Server name=\"TV\" host=\"10.0.0.5\" port=\"3005\" protocol=\"plex\"/></MediaContainer>";
        let player = listed(list, "10.0.0.5").expect("a player");
        assert_eq!((player.port, player.protocol), (3005, Protocol::PassThrough));
        let url = pass_through(&player, command("SetVolume"), &[("level", "5 0".to_owned())]);
        assert_eq!(url, "http://10.0.0.5:3005/player/application/setVolume?level=5%200");
        assert!(listed(list, "10.0.0.6").is_none());
        assert!(!is_host("a/b") && !is_host("a@b") && is_host("10.0.0.5"));
    }

    #[test]
    fn calls_as_json() {
        let body = rpc(command("SetVolume"), &[("level", "50".to_owned())]).expect("a body");
        assert!(String::from_utf8_lossy(&body).contains("\"params\":{\"volume\":50}"));
        assert!(rpc(command("SendKey"), &[]).is_none());
    }

    #[test]
    fn commands_want_names() {
        let code = "\
try:
    Player['127.0.0.1'].Application.SetVolume(5)
except TypeError, e:
    result = str(e)
";
        let said = crate::plugin::testing::result_of("", code, "compatible");
        assert_eq!(said.expect("a result"), "SetVolume() takes exactly 1 argument (2 given)");
    }
}
