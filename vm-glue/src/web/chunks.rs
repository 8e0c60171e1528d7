//! Bodies sent in chunks, read as leniently as Python 2's `httplib` reads them: sizes with blanks, leading zeros and long
//! extensions, line ends of one character, a last line that is missing.

/// Longest line of a chunk's size or of a trailer.
const LONGEST_LINE: usize = 65536;

/// The body is not in chunks, or it ends too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

#[derive(Debug)]
enum State {
    /// In a line that holds a size.
    Size,
    /// This much of a chunk is missing.
    Data(u64),
    /// The two bytes after a chunk.
    Gap(u8),
    /// In the lines after the last chunk.
    Trailer,
    Ended,
}

/// Takes the chunks of a body apart.
#[derive(Debug)]
pub(super) struct Chunks {
    state: State,
    line: Vec<u8>,
}

impl Chunks {
    pub(super) fn new() -> Chunks {
        Chunks { state: State::Size, line: Vec::new() }
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Reads on; each piece of the body goes to `piece`. The rest of the input is what follows the body.
    pub(super) fn feed<'a>(&mut self, mut input: &'a [u8], mut piece: impl FnMut(&[u8])) -> Result<&'a [u8], Broken> {
        while !input.is_empty() {
            match &mut self.state {
                State::Ended => break,
                State::Data(left) => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    let (now, rest) = input.split_at(take);
                    piece(now);
                    input = rest;
                    *left -= take as u64;
                    if *left == 0 {
                        self.state = State::Gap(2);
                    }
                }
                State::Gap(left) => {
                    // Whatever they are: Python does not look at them either.
                    let take = usize::from(*left).min(input.len());
                    input = &input[take..];
                    *left -= take as u8;
                    if *left == 0 {
                        self.state = State::Size;
                    }
                }
                State::Size | State::Trailer => {
                    let end = input.iter().position(|byte| *byte == b'\n');
                    let (now, rest) = input.split_at(end.map_or(input.len(), |end| end + 1));
                    if self.line.len() + now.len() > LONGEST_LINE {
                        return Err(Broken);
                    }
                    self.line.extend_from_slice(now);
                    input = rest;
                    if end.is_some() {
                        self.line_done()?;
                    }
                }
            }
        }
        Ok(input)
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) -> Result<(), Broken> {
        match self.state {
            State::Ended | State::Trailer => Ok(()),
            State::Size => {
                self.line_done()?;
                if matches!(self.state, State::Trailer) { Ok(()) } else { Err(Broken) }
            }
            State::Data(_) | State::Gap(_) => Err(Broken),
        }
    }

    fn line_done(&mut self) -> Result<(), Broken> {
        let line = std::mem::take(&mut self.line);
        self.state = match self.state {
            State::Trailer if line.trim_ascii().is_empty() => State::Ended,
            State::Trailer => State::Trailer,
            _ => match size(&line).ok_or(Broken)? {
                0 => State::Trailer,
                size => State::Data(size),
            },
        };
        Ok(())
    }
}

/// The number in a chunk's first line, up to its extension.
fn size(line: &[u8]) -> Option<u64> {
    let number = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let number = std::str::from_utf8(number).ok()?;
    let number = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")).unwrap_or(number);
    u64::from_str_radix(number, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, and whether it was whole; fed in pieces of each size.
    fn read(data: &[u8]) -> (String, bool) {
        let mut results = Vec::new();
        for size in [1, 3, data.len()] {
            let mut chunks = Chunks::new();
            let mut body = Vec::new();
            let mut fine = true;
            for piece in data.chunks(size) {
                if chunks.feed(piece, |now| body.extend_from_slice(now)).is_err() {
                    fine = false;
                    break;
                }
            }
            let fine = fine && chunks.end().is_ok();
            results.push((String::from_utf8(body).unwrap(), fine));
        }
        results.dedup();
        assert_eq!(results.len(), 1, "{results:?}");
        results.remove(0)
    }

    #[test]
    fn good_and_bad() {
        let fine = |text: &str| (text.to_owned(), true);
        let broken = |text: &str| (text.to_owned(), false);
        assert_eq!(read(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n"), fine("abcde"));
        assert_eq!(read(b"3\nabc\r\n 0002 \nde\r\n0\n\n"), fine("abcde"));
        assert_eq!(read(b"3\r\nabc\r\n0\r\n"), fine("abc"));
        assert_eq!(read(b"3\r\nabc\r\n0"), fine("abc"));
        assert_eq!(read(b"3\r\nabc\r\n2\r\nde\r\n"), broken("abcde"));
        assert_eq!(read(b"3\r\nabc\r\nzz\r\nde\r\n0\r\n\r\n"), broken("abc"));
        assert_eq!(read(b"plain text"), broken(""));
        assert_eq!(read(b"30\r\nabc"), broken("abc"));
        assert_eq!(read(b"-3\r\nabc\r\n"), broken(""));
        let mut chunks = Chunks::new();
        assert_eq!(chunks.feed(b"1\r\na\r\n0\r\n\r\nHTTP", |_| ()), Ok(b"HTTP".as_slice()));
        assert!(chunks.is_ended());
    }
}
