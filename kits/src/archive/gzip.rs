//! Gzip with the errors of Python 2.7's module of that name.

use super::{Inflated, deflate, inflate};

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
    #[error("Error -3 while decompressing: invalid compressed data")]
    Corrupt,
    #[error("Decompressed data is larger than allowed")]
    TooLarge,
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
    let mut out = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let start = header(rest)?;
        let body = rest.get(start..).unwrap_or_default();
        let (made, end) = inflate(body);
        let trailer = match end {
            Inflated::Complete(taken) => start + taken,
            // The checksum is read from the last eight bytes, whatever they are.
            Inflated::Truncated => rest.len().saturating_sub(8),
            Inflated::Corrupt => return Err(GzipError::Corrupt),
            Inflated::TooLarge => return Err(GzipError::TooLarge),
        };
        let sum = crc32fast::hash(&made);
        let trailer = trailer.min(rest.len().saturating_sub(8));
        if number(rest, trailer) != sum {
            return Err(GzipError::Checksum(number(rest, trailer), sum));
        }
        if number(rest, trailer + 4) != made.len() as u32 {
            return Err(GzipError::Length);
        }
        out.extend_from_slice(&made);
        if out.len() > super::LARGEST {
            return Err(GzipError::TooLarge);
        }
        rest = rest.get(trailer + 8..).unwrap_or_default();
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        rest = rest.get(zeros..).unwrap_or_default();
    }
    Ok(out)
}

/// The length of a member's header.
fn header(data: &[u8]) -> Result<usize, GzipError> {
    let [0x1f, 0x8b, method, flags, ..] = data else { return Err(GzipError::NotGzip) };
    if *method != 8 {
        return Err(GzipError::Method);
    }
    let mut at = 10;
    let skip_text = |at: usize| {
        let length = data.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0));
        length.map_or(data.len(), |length| at + length + 1)
    };
    if flags & 4 != 0 {
        let length = data.get(at..at + 2).map_or(0, |b| usize::from(b[0]) + usize::from(b[1]) * 256);
        at += 2 + length;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at = skip_text(at);
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    Ok(at)
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
    }
}
