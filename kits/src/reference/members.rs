//! The members of the framework's objects, and the parameters of its functions: what the original has
//! (`spec/environment.md` §4, §5, §8). Which of them exist here is found out by [`super::measure`].

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub name: &'static str,
    /// With parentheses; empty for values.
    pub signature: &'static str,
    pub text: &'static str,
}

/// A function.
const fn f(name: &'static str, signature: &'static str, text: &'static str) -> Member {
    Member { name, signature, text }
}

/// A value.
const fn v(name: &'static str, text: &'static str) -> Member {
    Member { name, signature: "", text }
}

const URL: &str = "(url, values=None, headers={}, cacheTime=None, encoding=None, errors=None, timeout=…, sleep=0, \
                   follow_redirects=True, method=None, max_size=None)";
const PLAYER: &str = "(**kwargs)";

/// The members of each object that has some.
pub static MEMBERS: &[(&str, &[Member])] = &[
    (
        "Plugin",
        &[
            v("Identifier", "CFBundleIdentifier."),
            f(
                "AddPrefixHandler",
                "(prefix, handler, name, thumb=None, art=None, titleBar=None, share=False)",
                "Registers the function that answers a prefix.",
            ),
            f(
                "AddViewGroup",
                "(name, viewMode='List', mediaType='items', type=None, menu=None, cols=None, rows=None, thumb=None, summary=None)",
                "Registers a way to show containers, for their view_group.",
            ),
            v("Prefixes", "The registered prefixes."),
            v("ViewGroups", "The registered view groups by name."),
            f("Traceback", "(msg='Traceback')", "The current exception as text."),
            f("Nice", "(value)", "Asks for a lower priority of the process."),
        ],
    ),
    (
        "Client",
        &[
            v("Platform", "X-Plex-Platform of the request, or None."),
            v("Product", "X-Plex-Product of the request, or None."),
            v("Version", "X-Plex-Version of the request."),
            v("Protocols", "An empty list; no longer filled by clients."),
        ],
    ),
    (
        "Platform",
        &[
            v("OS", "MacOSX, Linux, Windows, FreeBSD or SunOS."),
            v("CPU", "The processor, as folders of libraries are named."),
            v("OSVersion", "The server's version of the system."),
            v("MachineIdentifier", "The server's identifier."),
            v("ServerVersion", "The server's version."),
            v("HasWebKit", "Whether the server can show pages."),
            v("HasFlash", "False."),
            v("HasSilverlight", "False."),
        ],
    ),
    (
        "Request",
        &[
            v("Headers", "The request's headers."),
            v("Body", "The request's body."),
            v("Method", "The request's method."),
        ],
    ),
    (
        "Response",
        &[v("Headers", "Headers to add to the answer."), v("Status", "The status of the answer, where it is set.")],
    ),
    (
        "Route",
        &[f("Connect", "(path, f, method=['GET'], allow_sync=False, **kwargs)", "Connects a path to a function.")],
    ),
    (
        "Locale",
        &[
            v("DefaultLocale", "The language of texts where the client names none."),
            v("CurrentLocale", "The client's language, or None."),
            v("Geolocation", "The country of the server, from a service on the web."),
            f("LocalString", "(key)", "A localised text; also L."),
            f("LocalStringWithFormat", "(key, *args)", "A localised text with values in it; also F."),
            v("Language", "Codes of languages by name; All(), Match(text)."),
            v("CountryCodes", "Names of countries by code; All(), MatchToCode(name), MatchToCountry(name)."),
        ],
    ),
    (
        "HTTP",
        &[
            f(
                "Request",
                "(url, values=None, headers={}, cacheTime=None, encoding=None, errors=None, timeout=…, immediate=False, sleep=0, data=None, follow_redirects=True, method=None)",
                "A request that is sent when its content, headers or text are asked for.",
            ),
            v("CacheTime", "Seconds for which answers are kept where a call does not say."),
            v("Headers", "Headers of all requests of this sandbox."),
            f("CookiesForURL", "(url)", "The Cookie header for an address, or None."),
            f("GetCookiesForURL", "(url)", "Deprecated form of CookiesForURL."),
            v("Cookies", "The plug-in's cookies."),
            f("ClearCookies", "()", "Drops all cookies."),
            f("ClearCache", "()", "Drops all kept answers."),
            f("SetPassword", "(url, username, password, realm=None)", "Credentials for basic authentication."),
            f(
                "PreCache",
                "(url, values=None, headers={}, cacheTime=None, encoding=None, errors=None)",
                "Fetches in the background.",
            ),
            f("SetCacheTime", "(cacheTime)", "Deprecated; not in services."),
            f("SetHeader", "(header, value)", "Deprecated; not in services."),
            f("SetTimeout", "(timeout)", "Deprecated; not in services."),
            f("RandomizeUserAgent", "(browser=None)", "Does nothing."),
        ],
    ),
    ("XMLRPC", &[f("Proxy", "(url, encoding=None)", "A remote server whose methods can be called.")]),
    (
        "Network",
        &[
            v("Timeout", "Seconds that a request may take."),
            v("Address", "The server's address in its network."),
            v("PublicAddress", "The server's address on the Internet, from a service on the web."),
            v("Hostname", "The server's name."),
            f("Socket", "()", "A new socket."),
        ],
    ),
    (
        "JSON",
        &[
            f("ObjectFromString", "(string, encoding=None, max_size=None)", "Reads JSON; also JSON with small faults."),
            f("ObjectFromURL", URL, "Fetches and reads JSON."),
            f("StringFromObject", "(obj)", "Writes JSON."),
        ],
    ),
    (
        "XML",
        &[
            f("Element", "(name, text=None, **attrs)", "A new element."),
            f("StringFromElement", "(el, encoding='utf8')", "Writes an element."),
            f("ElementFromString", "(string, encoding=None, max_size=None)", "Reads XML."),
            f("ElementFromURL", URL, "Fetches and reads XML."),
            f(
                "ObjectFromString",
                "(string, max_size=None)",
                "Reads XML as an object whose attributes are the children.",
            ),
            f("StringFromObject", "(obj, encoding='utf-8')", "Writes such an object."),
            f("ObjectFromURL", URL, "Fetches and reads such an object."),
        ],
    ),
    (
        "HTML",
        &[
            f("Element", "(name, text=None, **attrs)", "A new element."),
            f("StringFromElement", "(el, encoding='utf8')", "Writes an element."),
            f("ElementFromString", "(string, max_size=None)", "Reads HTML, however faulty."),
            f("ElementFromURL", URL, "Fetches and reads HTML."),
        ],
    ),
    (
        "RSS",
        &[
            f("FeedFromString", "(string, max_size=None)", "Reads a feed: feed, entries."),
            f("FeedFromURL", URL, "Fetches and reads a feed."),
        ],
    ),
    (
        "YAML",
        &[
            f("ObjectFromString", "(string, max_size=None)", "Reads YAML."),
            f("ObjectFromURL", URL, "Fetches and reads YAML."),
        ],
    ),
    (
        "Plist",
        &[
            f("ObjectFromString", "(string, max_size=None)", "Reads a property list."),
            f("ObjectFromURL", URL, "Fetches and reads a property list."),
            f("StringFromObject", "(obj)", "Writes a property list."),
        ],
    ),
    (
        "Data",
        &[
            f("Load", "(item)", "The bytes of an item, or None."),
            f("LoadObject", "(item)", "The value of an item, or None."),
            f("Save", "(item, data)", "Stores bytes."),
            f("SaveObject", "(item, obj)", "Stores a value."),
            f("Exists", "(item)", "Whether there is such an item."),
            f("Remove", "(item)", "Removes an item."),
        ],
    ),
    ("Dict", &[f("Save", "()", "Stores the dictionary now."), f("Reset", "()", "Empties the dictionary.")]),
    (
        "Resource",
        &[
            f("ExternalPath", "(itemname)", "The path of a file for clients; also R."),
            f("SharedExternalPath", "(itemname)", "Deprecated; also S."),
            f("Load", "(itemname, binary=True)", "The bytes of a file, or None."),
            f("LoadShared", "(itemname, binary=True)", "Deprecated."),
            f("GuessMimeType", "(path)", "The content type for a file name."),
            f("AddMimeType", "(mimetype, extension)", "Adds to the table of content types; not in services."),
            f(
                "ContentsOfURLWithFallback",
                "(url, fallback=None, hosted_fallback=None)",
                "A path that leads to the first address that works.",
            ),
            f(
                "Hosted",
                "(type, group, identifier=None, ext=None)",
                "A picture or page on the framework's own web server.",
            ),
        ],
    ),
    (
        "Thread",
        &[
            f("Create", "(f, globalize=True, *args, **kwargs)", "Runs a function in a thread."),
            f("CreateTimer", "(interval, f, globalize=True, *args, **kwargs)", "Runs a function in a thread, later."),
            f("Sleep", "(interval)", "Waits."),
            f("Lock", "(key=None)", "A lock, by name or new."),
            f("AcquireLock", "(key)", "Takes a named lock."),
            f("ReleaseLock", "(key)", "Gives a named lock back."),
            f("Block", "(key)", "Clears a named event: who waits for it is blocked."),
            f("Unblock", "(key)", "Sets a named event."),
            f("Wait", "(key, timeout=None)", "Waits for a named event."),
            f("Event", "(key=None)", "An event, by name or new."),
            f("Semaphore", "(key=None, limit=1)", "A semaphore, by name or new."),
            v("Queue", "The class of queues between threads."),
        ],
    ),
    (
        "Log",
        &[
            f("Debug", "(fmt, *args, **kwargs)", "A line of the level Debug."),
            f("Info", "(fmt, *args, **kwargs)", "A line of the level Info, as calling Log itself."),
            f("Warn", "(fmt, *args, **kwargs)", "A line of the level Warning."),
            f("Error", "(fmt, *args, **kwargs)", "A line of the level Error."),
            f("Critical", "(fmt, *args, **kwargs)", "A line of the level Critical."),
            f("Exception", "(fmt, *args, **kwargs)", "A line with the current exception's traceback."),
            f("Stack", "()", "The current stack."),
        ],
    ),
    (
        "String",
        &[
            v("LETTERS", "All letters."),
            v("LOWERCASE", "Lower-case letters."),
            v("UPPERCASE", "Upper-case letters."),
            v("DIGITS", "0 to 9."),
            v("HEX_DIGITS", "Hexadecimal digits."),
            v("OCT_DIGITS", "Octal digits."),
            v("PUNCTUATION", "Punctuation of ASCII."),
            v("PRINTABLE", "All printable characters of ASCII."),
            v("WHITESPACE", "White space of ASCII."),
            f("Encode", "(s)", "Base64 that is safe in addresses; also E."),
            f("Decode", "(s)", "Undoes Encode; also D."),
            f("Base64Encode", "(s, with_newlines=False)", "Base64."),
            f("Base64Decode", "(s)", "Undoes Base64Encode."),
            f("Quote", "(s, usePlus=False)", "Percent-encodes."),
            f("Unquote", "(s, usePlus=False)", "Undoes Quote."),
            f("URLEncode", "(s)", "Percent-encodes a value of a query."),
            f("Join", "(words, sep=None)", "Joins texts."),
            f("JoinURL", "(base, url, allow_fragments=True)", "Makes an address absolute."),
            f("StripTags", "(s)", "Removes everything in angle brackets."),
            f("DecodeHTMLEntities", "(s)", "Characters for named and decimal references."),
            f("UUID", "()", "A random identifier."),
            f("StripDiacritics", "(s)", "ASCII letters without their marks."),
            f("Pluralize", "(s)", "The plural of an English word."),
            f("LevenshteinDistance", "(a, b)", "How many letters differ."),
            f("LevenshteinRatio", "(a, b)", "How alike two texts are, 0 to 1."),
            f("LongestCommonSubstring", "(a, b)", "The longest text that is in both."),
            f("CapitalizeWords", "(s)", "Each word with a capital letter."),
            f(
                "ParseQueryString",
                "(s, keep_blank_vaues=True, strict_parsing=False)",
                "A query as a dictionary of lists.",
            ),
            f(
                "ParseQueryStringAsList",
                "(s, keep_blank_vaues=True, strict_parsing=False)",
                "A query as a list of pairs.",
            ),
            f("SplitExtension", "(s)", "A file name and its extension."),
            f("Dedent", "(s)", "Without common white space before the lines."),
            f(
                "Clean",
                "(s, form='NFKD', lang=None, strip_diacritics=False, strip_punctuation=False)",
                "Normalised unicode.",
            ),
        ],
    ),
    (
        "Hash",
        &[
            f("MD5", "(data, digest=False)", "A digest."),
            f("SHA1", "(data, digest=False)", "A digest."),
            f("SHA224", "(data, digest=False)", "A digest."),
            f("SHA256", "(data, digest=False)", "A digest."),
            f("SHA384", "(data, digest=False)", "A digest."),
            f("SHA512", "(data, digest=False)", "A digest."),
            f("CRC32", "(data)", "A checksum, as eight digits."),
        ],
    ),
    (
        "Datetime",
        &[
            f("Now", "()", "Local date and time."),
            f("UTCNow", "()", "Date and time in UTC."),
            f("ParseDate", "(date, fmt=None)", "Reads nearly any date."),
            f("Delta", "(**kwargs)", "A span of time."),
            f("TimestampFromDatetime", "(dt)", "Seconds since 1970."),
            f("FromTimestamp", "(ts)", "A date from seconds since 1970."),
            f("MillisecondsFromString", "(s)", "Milliseconds of `h:m:s`."),
        ],
    ),
    ("Regex", &[v("IGNORECASE", "A flag."), v("MULTILINE", "A flag."), v("DOTALL", "A flag.")]),
    (
        "Util",
        &[
            f("Floor", "(x)", "Rounds down."),
            f("Ceiling", "(x)", "Rounds up."),
            f("VersionAtLeast", "(version_string, *components)", "Compares versions."),
            f("ListSortedByKey", "(l, key)", "A sorted copy, by an entry of its dictionaries."),
            f("ListSortedByAttr", "(l, attr)", "A sorted copy, by an attribute of its objects."),
            f("SortListByKey", "(l, key)", "Sorts in place."),
            f("SortListByAttr", "(l, attr)", "Sorts in place."),
            f("LevenshteinDistance", "(a, b)", "As in String."),
            f("LongestCommonSubstring", "(a, b)", "As in String."),
            f("Random", "()", "A random number below 1."),
            f("RandomInt", "(a, b)", "A random whole number."),
            f("RandomItemFromList", "(l)", "A random item."),
            f("RandomChoice", "(l)", "A random item."),
            f("RandomSample", "(l, count)", "Some random items."),
        ],
    ),
    (
        "Archive",
        &[
            f("Zip", "(data=None)", "A Zip archive, read or new."),
            f(
                "ZipFromURL",
                "(url, values=None, headers={}, cacheTime=None, encoding=None, errors=None, sleep=0)",
                "Fetches a Zip archive.",
            ),
            f("GzipCompress", "(data)", "Packs."),
            f("GzipDecompress", "(data)", "Unpacks."),
        ],
    ),
    (
        "AMF",
        &[
            f("RemotingService", "(*args, **kwargs)", "A client for Flash Remoting."),
            v("RegisterClass", "Registers a class for transport."),
            f("SOL", "(*args)", "A shared object of Flash."),
        ],
    ),
    (
        "Cipher",
        &[
            v("CBC", "Chained blocks."),
            v("Rijndael", "The AES cipher."),
            v("PadWithPadLen", "Padding."),
            f("Crypt", "(password, salt)", "The password hash of Unix."),
        ],
    ),
    (
        "Agent",
        &[
            v("Movies", "Base class of agents for films."),
            v("TV_Shows", "Base class of agents for shows."),
            v("Artist", "Base class of agents for musicians."),
            v("Album", "Base class of agents for albums."),
            v("Photos", "Base class of agents for photos."),
        ],
    ),
    (
        "Media",
        &[
            v("Movie", "What is known of a film's files."),
            v("TV_Show", "What is known of a show's files."),
            v("Artist", "What is known of a musician's files."),
            v("Album", "What is known of an album's files."),
            v("PhotoAlbum", "What is known of an album of photos."),
            v("Photo", "What is known of a photo."),
            f(
                "TreeForDatabaseID",
                "(dbid, level_names=[], host='127.0.0.1', parent_id=None, level_attribute_keys=[])",
                "Media of an item of the library, from the server.",
            ),
        ],
    ),
    (
        "Proxy",
        &[
            f("Preview", "(data, sort_order=None, ext=None, …)", "A small version of a picture."),
            f("Media", "(data, sort_order=None, ext=None, …)", "A file's bytes."),
            f("LocalFile", "(data, sort_order=None, ext=None, …)", "A file on this machine."),
            f("Remote", "(data, sort_order=None, ext=None, …)", "An address."),
        ],
    ),
    (
        "URLService",
        &[
            f(
                "MetadataObjectForURL",
                "(url, add_items_automatically=True, allow_deferred=True, in_container=False, do_normalization=True)",
                "The metadata object of a page, or None.",
            ),
            f(
                "MediaObjectsForURL",
                "(url, allow_deferred=True, do_normalization=True)",
                "The media objects of a page, or None.",
            ),
            f("LookupURLForMediaURL", "(url)", "The path under which clients look a page up."),
            f("NormalizeURL", "(url)", "The normal form of an address."),
            f("ServiceIdentifierForURL", "(url)", "The identifier of the service for a page, or None."),
            v("AllPatterns", "The patterns of all services."),
        ],
    ),
    (
        "SearchService",
        &[
            f("Query", "(query, identifier, name)", "What a search service finds."),
            f("List", "(identifier)", "The names of an identifier's search services."),
        ],
    ),
    (
        "RelatedContentService",
        &[f("RelatedContentForMetadata", "(metadata, identifier, name)", "What belongs to an object.")],
    ),
    (
        "Helper",
        &[
            f("Run", "(helper, *args)", "Runs a program of the bundle; what it prints."),
            f("Process", "(helper, *args, stderr=False)", "Starts a program of the bundle."),
        ],
    ),
    ("Stream", &[f("LocalFile", "(path, size=None)", "An address under which clients get a file.")]),
    (
        "Session",
        &[
            f("get", "(name, default=None)", "A value of the client's session."),
            f("setdefault", "(name, default=None)", "A value, stored if there is none."),
            f("clear", "()", "Empties the session."),
        ],
    ),
    (
        "Player",
        &[
            f("Navigation", PLAYER, "Player[host].Navigation: moves in the player's menus."),
            f("Playback", PLAYER, "Player[host].Playback: plays, pauses, seeks."),
            f("Application", PLAYER, "Player[host].Application: plays files, sends texts and keys."),
        ],
    ),
    (
        "Template",
        &[
            v("Abstract", "A base that is no model itself."),
            v("Model", "A stored model."),
            v("Record", "A part of a model."),
            v("Link", "A reference to another model."),
            v("Set", "Several values."),
            v("Map", "Values by key."),
            v("Directory", "Files by key."),
            v("ProxyContainer", "Pictures and the like, by address."),
            v("String", "A text."),
            v("Integer", "A whole number."),
            v("Float", "A number."),
            v("Boolean", "True or false."),
            v("Date", "A date."),
            v("Time", "A time of day."),
            v("Datetime", "A date and time."),
            v("Data", "Bytes."),
            v("ObjectContainer", "Objects."),
            v("Proxy", "Classes of proxies."),
        ],
    ),
    (
        "Core",
        &[
            v("identifier", "CFBundleIdentifier."),
            v("title", "The plug-in's title."),
            v("bundle_path", "The bundle's folder."),
            v("code_path", "Contents/Code."),
            v("init_path", "The main file."),
            v("app_support_path", "The media server's folder."),
            v("plugin_support_path", "Plug-in Support."),
            v("framework_path", "The framework's folder."),
            v("bundled_plugins_path", "The folder of bundles."),
            v("plist_path", "Info.plist."),
            v("version", "The framework's version."),
            v("build_info", "The framework's build."),
            v("plugin_class", "PlexPluginClass."),
            v("policy", "The code policy."),
            v("flags", "PlexFrameworkFlags."),
            v("api_exclusions", "PlexPluginAPIExclusions."),
            v("config", "The configuration."),
            v("log", "The log."),
            v("sandbox", "The plug-in's sandbox."),
            v("host", "Another name of sandbox."),
            v("loader", "What loads code."),
            v("storage", "Files: load, save, join_path, list_dir …"),
            v("runtime", "Threads, locks, platform, view groups."),
            v("caching", "Caches."),
            v("data", "JSON, XML, pickles, archives, digests."),
            v("networking", "http_request and settings."),
            v("localization", "Texts."),
            v("messaging", "Calls and events between plug-ins."),
            v("debugging", "Help for debugging."),
            v("services", "The services."),
            v("notifications", "Notifications."),
            f("log_exception", "(fmt, *args)", "A line with the current exception's traceback."),
            f("log_except", "(txn_id, fmt, *args)", "The same, with a transaction."),
            f("log_stack", "()", "The current stack."),
            f("traceback", "(msg='Traceback')", "The current exception as text."),
            f("get_server_attribute", "(name, default=None)", "An attribute of the server's root."),
            f("server_version_at_least", "(*args)", "Compares the server's version."),
            f("get_value", "(key, default=None)", "A stored value."),
            f("set_value", "(key, value)", "Stores a value."),
        ],
    ),
    (
        "Ex",
        &[
            v("FrameworkException", "What the framework raises."),
            v("UnauthorizedException", "Answers 401."),
            v("BadRequestException", "Answers 400."),
            v("AttributeException", "A wrong attribute of an object."),
            v("RedirectError", "A redirect that was not to be followed: code, headers, location."),
            v("PlexError", "An error with a code and a text for clients."),
            v("PlexNonCriticalError", "The same, not reported."),
            v("MediaNotAvailable", "2001."),
            v("MediaExpired", "2002."),
            v("LiveMediaNotStarted", "2003."),
            v("MediaNotAuthorized", "2004."),
            v("MediaGeoblocked", "2005."),
            v("StreamLimitExceeded", "2006."),
            v("AttributeTypeMismatch", "2101."),
            v("ContextException", "2102."),
            v("APIException", "2103."),
            v("NonCriticalArgumentException", "2104."),
            v("IncompleteRead", "An answer that ended early."),
            v("SocketTimeout", "A socket's timeout."),
            v("SocketError", "A socket's error."),
            v("URLError", "An address that cannot be reached."),
            v("HTTPError", "An answer that is an error; .code, .content."),
        ],
    ),
];

/// The parameters of published functions.
pub static SIGNATURES: &[(&str, &str)] = &[
    ("L", "(key)"),
    ("F", "(key, *args)"),
    ("E", "(s)"),
    ("D", "(s)"),
    ("R", "(itemname)"),
    ("S", "(itemname)"),
    ("Callback", "(f, ext=None, post_url=None, post_headers={}, **kwargs)"),
    ("indirect", "@indirect"),
    ("deferred", "@deferred"),
    ("handler", "@handler(prefix, name, thumb=None, art=None, titleBar=None, share=False, allow_sync=False)"),
    ("route", "@route(path, method='GET', allow_sync=False, **kwargs)"),
    ("Route", "(f, method='GET', **kwargs)"),
    ("thread", "@thread"),
    ("spawn", "@spawn"),
    ("lock", "@lock(key, *keys)"),
    ("locks", "@locks, @locks(key, *keys)"),
    ("parallelize", "@parallelize"),
    ("parallel", "@parallel"),
    ("task", "@task"),
    ("expose", "@expose"),
    ("event", "@event.Name"),
    ("source", "@source(identifier)"),
    ("trigger", "@trigger.onCall.Name(*args, **kwargs)"),
    ("Notify", "Notify.Name(*args, **kwargs)"),
    ("External", "External[identifier].Name(*args, **kwargs)"),
    ("Redirect", "(url, temporary=True)"),
    ("DataObject", "(data, contentType)"),
    ("IndirectResponse", "(cls, key, url=None, metadata_key=None, rating_key=None, metadata_kwargs={}, **kwargs)"),
    ("WebVideoURL", "(url)"),
    ("WindowsMediaVideoURL", "(url, width=None, height=None)"),
    (
        "RTMPVideoURL",
        "(url, clip=None, clips=None, width=None, height=None, live=False, swf_url=None, app=None, args=None, **kwargs)",
    ),
    ("HTTPLiveStreamURL", "(url)"),
    ("EmbedURL", "(url)"),
    ("Regex", "(pattern, flags=0)"),
    ("Log", "(fmt, *args, **kwargs)"),
    ("Prefs", "Prefs[name]"),
    ("Dict", "Dict[name]"),
    ("Cache", "Cache[name][key]"),
    ("Player", "Player[host]"),
    ("SharedCodeService", "SharedCodeService.module"),
    ("Metadata", "Metadata.Movie[guid], Metadata.Movie(id=…, lang=…), Metadata[identifier]"),
    ("Factory", "(cls)"),
    ("FactoryClass", "(factory)"),
];

/// The members of an object.
pub fn of(name: &str) -> &'static [Member] {
    MEMBERS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, members)| *members)
}

/// The parameters of a function, or how an object is used.
pub fn signature(name: &str) -> Option<&'static str> {
    SIGNATURES.iter().find(|(known, _)| *known == name).map(|(_, signature)| *signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::missing::kit_of;

    #[test]
    fn every_object_is_published() {
        for (name, members) in MEMBERS {
            assert!(kit_of(name).is_some(), "{name}");
            for (at, member) in members.iter().enumerate() {
                assert!(!members.iter().take(at).any(|m| m.name == member.name), "{name}.{} twice", member.name);
            }
        }
        for (name, _) in SIGNATURES {
            assert!(kit_of(name).is_some(), "{name}");
        }
    }
}
