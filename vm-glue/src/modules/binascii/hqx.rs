//! BinHex 4: six bits a character, and its run-length code.

use super::Fault;

const ALPHABET: &[u8; 64] = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
/// The byte that says how often the one before it comes.
const RUN: u8 = 0x90;

/// Bytes as text.
pub fn encoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |six: u32| ALPHABET.get((six & 63) as usize).copied().unwrap_or_default();
    let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
    let (mut bits, mut left) = (0u32, 0u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        left += 8;
        while left >= 6 {
            left -= 6;
            out.push(digit(bits >> left));
        }
        bits &= (1 << left) - 1;
    }
    if left > 0 {
        out.push(digit(bits << (6 - left)));
    }
    out
}

/// The bytes of text, and whether its end was met.
pub fn decoded(text: &[u8]) -> Result<(Vec<u8>, bool), Fault> {
    let mut out = Vec::with_capacity(text.len());
    let (mut bits, mut left, mut done) = (0u32, 0u32, false);
    for byte in text.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        if *byte == b':' {
            done = true;
            break;
        }
        let Some(six) = ALPHABET.iter().position(|known| known == byte) else {
            return Err(Fault::Error("Illegal char"));
        };
        bits = bits << 6 | six as u32;
        left += 6;
        if left >= 8 {
            left -= 8;
            out.push((bits >> left & 0xff) as u8);
            bits &= (1 << left) - 1;
        }
    }
    if left > 0 && !done {
        return Err(Fault::Incomplete("String has incomplete number of bytes"));
    }
    Ok((out, done))
}

/// Runs of more than three equal bytes made short.
pub fn shortened(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for run in bytes.chunk_by(|a, b| a == b) {
        let Some(byte) = run.first().copied() else { continue };
        if byte == RUN {
            out.extend(run.iter().flat_map(|_| [RUN, 0]));
            continue;
        }
        for part in run.chunks(255) {
            match part.len() {
                length @ 4.. => out.extend([byte, RUN, length as u8]),
                _ => out.extend_from_slice(part),
            }
        }
    }
    out
}

/// The reverse of [`shortened`].
pub fn lengthened(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != RUN {
            out.push(byte);
            continue;
        }
        match rest.next() {
            None => return Err(Fault::Incomplete("")),
            Some(0) => out.push(RUN),
            Some(count) => {
                let Some(last) = out.last().copied() else { return Err(Fault::Error("Orphaned RLE code at start")) };
                out.extend(std::iter::repeat_n(last, usize::from(count) - 1));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes = b"aaaaaaaab\x90cc";
        assert_eq!(shortened(bytes), b"a\x90\x08b\x90\x00cc");
        assert_eq!(lengthened(&shortened(bytes)), Ok(bytes.to_vec()));
        assert_eq!(decoded(&[encoded(b"hello!").as_slice(), b":"].concat()), Ok((b"hello!".to_vec(), true)));
    }
}
