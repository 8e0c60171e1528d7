//! Gzip with the errors of Python 2.7's module of that name.

use std::io::{BufRead, Write};

use super::deflate;

/// How much is inflated at a time.
const PIECE: usize = 64 * 1024;

/// Why data is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GzipError {
    #[error("Not a gzipped file")]
    NotGzip,
    #[error("Unknown compression method")]
    Method,
    #[error("CRC check failed {0:#x} != {1:#x}L")]
    Checksum(u32, u32),
    #[error("Incorrect length of data produced")]
    Length,
    #[error("Error -3 while decompressing: {0}")]
    Corrupt(&'static str),
    /// The data end within the header.
    #[error("ord() expected a character, but string of length 0 found")]
    Header,
    /// The data end within what follows them.
    #[error("unpack requires a string argument of length 4")]
    Trailer,
    #[error("Decompressed data is larger than allowed")]
    TooLarge,
    #[error("{0}")]
    Io(String),
}

/// Data as one gzip member.
pub fn compress(data: &[u8], seconds: u32) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0];
    out.extend_from_slice(&seconds.to_le_bytes());
    out.extend_from_slice(&[2, 255]);
    out.extend_from_slice(&deflate(data));
    out.extend_from_slice(&crc32fast::hash(data).to_le_bytes());
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out
}

fn number(data: &[u8], at: usize) -> u32 {
    let bytes = data.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    bytes.map_or(0, u32::from_le_bytes)
}

/// The data of all members, one after the other.
pub fn decompress(data: &[u8]) -> Result<Vec<u8>, GzipError> {
    let mut out = Vec::with_capacity(data.len().saturating_mul(4).clamp(64, 1 << 20));
    unpack(&mut &data[..], &mut out)?;
    Ok(out)
}

/// Writes the data of all members, one after the other.
pub fn unpack(source: &mut impl BufRead, out: &mut impl Write) -> Result<(), GzipError> {
    let mut member = Member { source, last: Vec::with_capacity(16) };
    let mut left = super::LARGEST;
    while !member.is_at_end()? {
        member.last.clear();
        member.header()?;
        let (sum, length, is_complete) = member.data(out, &mut left)?;
        // Checksum and length follow. Where the data break off, they are the last eight bytes, whatever those are.
        if is_complete {
            member.last.clear();
        }
        member.skip(8)?;
        let trailer = member.last.get(member.last.len().saturating_sub(8)..).unwrap_or_default();
        if trailer.len() < 4 || trailer.len() < 8 && number(trailer, 0) == sum {
            return Err(GzipError::Trailer);
        }
        if number(trailer, 0) != sum {
            return Err(GzipError::Checksum(number(trailer, 0), sum));
        }
        if number(trailer, 4) != length {
            return Err(GzipError::Length);
        }
        while member.peek()? == Some(0) {
            member.take()?;
        }
    }
    Ok(())
}

/// A member that is being read.
struct Member<'a, R> {
    source: &'a mut R,
    /// The last bytes that were read of it, eight of them at least if it has so many.
    last: Vec<u8>,
}

impl<R: BufRead> Member<'_, R> {
    fn buffer(&mut self) -> Result<&[u8], GzipError> {
        self.source.fill_buf().map_err(|error| GzipError::Io(error.to_string()))
    }

    fn is_at_end(&mut self) -> Result<bool, GzipError> {
        Ok(self.buffer()?.is_empty())
    }

    fn peek(&mut self) -> Result<Option<u8>, GzipError> {
        Ok(self.buffer()?.first().copied())
    }

    fn take(&mut self) -> Result<Option<u8>, GzipError> {
        let Some(byte) = self.peek()? else { return Ok(None) };
        self.consume(1)?;
        Ok(Some(byte))
    }

    fn consume(&mut self, count: usize) -> Result<(), GzipError> {
        let buffer = self.source.fill_buf().map_err(|error| GzipError::Io(error.to_string()))?;
        let read = buffer.get(..count).unwrap_or_default();
        self.last.extend_from_slice(read.get(read.len().saturating_sub(8)..).unwrap_or_default());
        self.source.consume(count);
        if self.last.len() > 1024 {
            self.last.drain(..self.last.len() - 8);
        }
        Ok(())
    }

    fn skip(&mut self, count: usize) -> Result<(), GzipError> {
        for _ in 0..count {
            self.take()?;
        }
        Ok(())
    }

    fn skip_text(&mut self) -> Result<(), GzipError> {
        while self.take()?.is_some_and(|byte| byte != 0) {}
        Ok(())
    }

    fn header(&mut self) -> Result<(), GzipError> {
        let [Some(0x1f), Some(0x8b)] = [self.take()?, self.take()?] else { return Err(GzipError::NotGzip) };
        if self.take()?.ok_or(GzipError::Header)? != 8 {
            return Err(GzipError::Method);
        }
        let flags = self.take()?.ok_or(GzipError::Header)?;
        self.skip(6)?;
        if flags & 4 != 0 {
            let length = [self.take()?.ok_or(GzipError::Header)?, self.take()?.ok_or(GzipError::Header)?];
            self.skip(usize::from(u16::from_le_bytes(length)))?;
        }
        for flag in [8, 16] {
            if flags & flag != 0 {
                self.skip_text()?;
            }
        }
        if flags & 2 != 0 {
            self.skip(2)?;
        }
        Ok(())
    }

    /// Writes the data; their checksum and length, and whether they did not break off.
    fn data(&mut self, out: &mut impl Write, left: &mut usize) -> Result<(u32, u32, bool), GzipError> {
        let mut state = flate2::Decompress::new(false);
        let mut sum = crc32fast::Hasher::new();
        let mut made = vec![0; PIECE];
        // What the kind of the first block says.
        let fault = match self.peek()?.map(|byte| byte >> 1 & 3) {
            Some(0) => "invalid stored block lengths",
            Some(3) => "invalid block type",
            _ => "invalid compressed data",
        };
        let is_complete = loop {
            let (read_before, made_before) = (state.total_in(), state.total_out());
            let input = self.buffer()?;
            let at_end = input.is_empty();
            let status = state.decompress(input, &mut made, flate2::FlushDecompress::None);
            let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or_default();
            let read = count(state.total_in(), read_before);
            let written = made.get(..count(state.total_out(), made_before)).unwrap_or_default();
            self.consume(read)?;
            sum.update(written);
            *left = left.checked_sub(written.len()).ok_or(GzipError::TooLarge)?;
            out.write_all(written).map_err(|error| GzipError::Io(error.to_string()))?;
            let is_stuck = read == 0 && written.is_empty();
            match status {
                Err(_) => return Err(GzipError::Corrupt(fault)),
                Ok(flate2::Status::StreamEnd) => break true,
                Ok(_) if is_stuck && at_end => break false,
                Ok(_) if is_stuck => return Err(GzipError::Corrupt(fault)),
                Ok(_) => {}
            }
        };
        Ok((sum.finalize(), state.total_out() as u32, is_complete))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members() {
        let one = compress(b"one ", 0);
        let both = [one.clone(), compress(b"two", 0), vec![0, 0]].concat();
        assert_eq!(decompress(&both), Ok(b"one two".to_vec()));
        assert_eq!(decompress(b""), Ok(Vec::new()));
        assert_eq!(decompress(b"not gzip"), Err(GzipError::NotGzip));
        assert_eq!(decompress(&[one.clone(), b"trail".to_vec()].concat()), Err(GzipError::NotGzip));
        assert!(matches!(decompress(&one[..15]), Err(GzipError::Checksum(..))));
        assert_eq!(decompress(&one[..one.len() - 3]), Err(GzipError::Trailer));
        assert_eq!(decompress(&one[..3]), Err(GzipError::Header));
        assert_eq!(decompress(&[&one[..10], &[0xff]].concat()), Err(GzipError::Corrupt("invalid block type")));
    }
}
