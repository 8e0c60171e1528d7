//! Tests of the feed parser: feeds as they come, and what plug-ins read from them.

use super::*;

fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn rss() {
    let feed = parse(
        "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><title>T</title>\
         <item><title>a &amp;amp; b</title><link>http://l.example.com/</link><guid>g</guid>\
         <author>w@example.com (Writer)</author><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate>\
         <description>x &lt;b onclick='y'&gt;z&lt;/b&gt;</description><itunes:duration>1:01</itunes:duration>\
         <enclosure url='http://m.example.com/1.mp3' type='audio/mpeg'/></item></channel></rss>",
    );
    assert_eq!((feed.version, feed.error), ("rss20", None));
    assert_eq!(word(feed.feed.get("title")), "T");
    let entry = &feed.entries[0];
    assert_eq!(word(entry.get("summary")), "x <b>z</b>");
    assert_eq!(word(entry.get("itunes_duration")), "1:01");
    assert_eq!(word(entry.get("author")), "w@example.com (Writer)");
    assert_eq!(entry.get("updated_parsed"), Some(&Value::Time([2004, 1, 1, 19, 48, 21, 3, 1, 0])));
    assert_eq!(entry.get("guidislink"), Some(&Value::Bool(false)));
}

#[test]
fn soup() {
    let feed =
        parse("<rss version='2.0'><channel><title>T & U</title><item><title>&nbsp;x</title></item></channel></rss>");
    assert_eq!(feed.error.as_ref().map(|error| (error.line, error.column)), Some((2, 38)));
    assert_eq!(word(feed.feed.get("title")), "T & U");
    assert_eq!(feed.entries.len(), 1);
    assert!(parse("{\"json\": 1}").error.is_some());
    assert_eq!(parse(&"<item>".repeat(100_000)).entries.len(), 100_000);
}
