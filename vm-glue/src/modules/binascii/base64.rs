//! Base64 as lenient as CPython 2.7 reads it.

use super::Fault;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(six_bits: u32) -> u8 {
    ALPHABET.get((six_bits & 63) as usize).copied().unwrap_or_default()
}

fn value(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Bytes in base64, padded.
pub fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4 + 1);
    for piece in bytes.chunks(3) {
        let byte = |index: usize| u32::from(piece.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let kept = piece.len() + 1;
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            out.push(if index < kept { digit(bits >> shift) } else { b'=' });
        }
    }
    out
}

/// The same as a line.
pub fn line(bytes: &[u8]) -> Vec<u8> {
    let mut line = encoded(bytes);
    line.push(b'\n');
    line
}

/// The bytes of base64; characters that are not of its alphabet do not count.
pub fn decoded(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut left, mut place) = (0u32, 0u32, 0u32);
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'=' {
            // The end, if it stands where padding can.
            let next = text.iter().skip(at + 1).find(|byte| **byte == b'=' || value(**byte).is_some());
            if place < 2 || (place == 2 && next != Some(&b'=')) {
                continue;
            }
            left = 0;
            break;
        }
        let Some(six) = value(*byte) else { continue };
        place = (place + 1) & 3;
        bits = bits << 6 | six;
        left += 6;
        if left >= 8 {
            left -= 8;
            out.push((bits >> left & 0xff) as u8);
            bits &= (1 << left) - 1;
        }
    }
    if left == 0 { Ok(out) } else { Err(Fault::Error("Incorrect padding")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (bytes, text) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj")] {
            assert_eq!(encoded(bytes.as_bytes()), text.as_bytes());
            assert_eq!(decoded(text.as_bytes()), Ok(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn lenient() {
        assert_eq!(decoded(b"Y\n W_Jj"), Ok(b"abc".to_vec()));
        assert_eq!(decoded(b"YW=Jj"), Ok(b"abc".to_vec()));
        assert_eq!(decoded(b"Y\n W_J=j"), Ok(b"ab".to_vec()));
        assert_eq!(decoded(b"YQ==YQ=="), Ok(b"a".to_vec()));
        assert_eq!(decoded(b"YQ"), Err(Fault::Error("Incorrect padding")));
    }
}
