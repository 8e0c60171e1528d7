//! Reads packed arguments ("cereal1" text in URL-safe base64) into canonical text, so that the order of their
//! entries does not matter.

use base64::Engine as _;

/// Canonical text of a packed value (already percent-decoded), or None if it is not one.
pub fn canonical(packed: &str, text: &dyn Fn(&str) -> String) -> Option<String> {
    let mut plain = packed.replace('@', "/").replace('*', "+").replace('_', "=");
    plain.truncate(plain.trim_end_matches('=').len());
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain).ok()?;
    let mut reader = Reader { data: bytes.strip_prefix(b"cereal1\n")? };
    let count = reader.number()?;
    let mut objects = Vec::new();
    for _ in 0..count {
        let class = String::from_utf8(reader.line()?.to_vec()).ok()?;
        let mut items = Vec::new();
        if class == "tuple" || class == "frozenset" {
            for _ in 0..reader.number()? {
                items.push(reader.reference()?);
            }
        }
        objects.push((class, items));
    }
    for (class, items) in &mut objects {
        match class.as_str() {
            "tuple" | "frozenset" => {}
            "dict" => {
                for _ in 0..reader.number()? {
                    let value = reader.reference()?;
                    items.push(reader.reference()?);
                    items.push(value);
                }
            }
            "list" | "set" => {
                for _ in 0..reader.number()? {
                    items.push(reader.reference()?);
                }
            }
            _ => items.push(reader.reference()?),
        }
    }
    let root = reader.reference()?;
    show(&root, &objects, text, 0)
}

enum Reference {
    Plain(String),
    Text(String),
    Object(usize),
}

struct Reader<'a> {
    data: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.data.split_at_checked(n)?;
        self.data = tail;
        Some(head)
    }

    fn line(&mut self) -> Option<&'a [u8]> {
        let at = self.data.iter().position(|b| *b == b'\n')?;
        let line = self.take(at)?;
        self.take(1)?;
        Some(line)
    }

    fn number(&mut self) -> Option<usize> {
        std::str::from_utf8(self.line()?).ok()?.parse().ok()
    }

    fn reference(&mut self) -> Option<Reference> {
        let kind = self.take(1)?[0];
        let plain = |kind: char, line: &[u8]| Reference::Plain(format!("{kind}{}", String::from_utf8_lossy(line)));
        Some(match kind {
            b'n' => Reference::Plain("None".to_owned()),
            b'b' => plain('b', self.take(1)?),
            b'i' | b'f' | b'c' => plain(char::from(kind), self.line()?),
            // The recording does not tell an int that was packed as a long from an int.
            b'l' => plain('i', self.line()?.strip_suffix(b"L")?),
            b's' | b'u' => {
                let length = self.number()?;
                Reference::Text(String::from_utf8_lossy(self.take(length)?).into_owned())
            }
            b'r' => Reference::Object(self.number()?),
            _ => return None,
        })
    }
}

fn show(
    reference: &Reference,
    objects: &[(String, Vec<Reference>)],
    text: &dyn Fn(&str) -> String,
    depth: usize,
) -> Option<String> {
    if depth > 50 {
        return None;
    }
    Some(match reference {
        Reference::Plain(value) => value.clone(),
        Reference::Text(value) => format!("{:?}", text(value)),
        Reference::Object(index) => {
            let (class, items) = objects.get(*index)?;
            let mut shown = Vec::new();
            for item in items {
                shown.push(show(item, objects, text, depth + 1)?);
            }
            match class.as_str() {
                "dict" => {
                    let mut entries: Vec<String> = shown.chunks(2).map(|pair| pair.join(": ")).collect();
                    entries.sort();
                    format!("{{{}}}", entries.join(", "))
                }
                "set" | "frozenset" => {
                    shown.sort();
                    format!("set({})", shown.join(", "))
                }
                "list" | "tuple" => format!("[{}]", shown.join(", ")),
                class => format!("<{class} {}>", shown.join(", ")),
            }
        }
    })
}
