//! A line of uuencoded text.

use super::Fault;

/// Bytes of one line at most.
const LINE: usize = 45;

fn digit(six_bits: u32) -> u8 {
    match (six_bits & 63) as u8 {
        0 => b' ',
        value => value + b' ',
    }
}

/// Up to 45 bytes as a line.
pub fn encoded(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    if bytes.len() > LINE {
        return Err(Fault::Error("At most 45 bytes at once"));
    }
    let mut out = vec![digit(bytes.len() as u32)];
    for piece in bytes.chunks(3) {
        let byte = |index: usize| u32::from(piece.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| digit(bits >> shift)));
    }
    out.push(b'\n');
    Ok(out)
}

/// The bytes of a line.
pub fn decoded(line: &[u8]) -> Result<Vec<u8>, Fault> {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'`' | b'\n' | b'\r');
    let length = usize::from(line.first().copied().unwrap_or(b' ').wrapping_sub(b' ') & 63);
    let mut rest = line.iter().skip(1).copied();
    let mut out = Vec::with_capacity(length + 3);
    let (mut bits, mut left) = (0u32, 0u32);
    while out.len() < length {
        // Lines whose trailing blanks were lost are taken as if they were there.
        let six = match rest.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(byte @ b' '..=b'`') => u32::from(byte - b' ') & 63,
            Some(_) => return Err(Fault::Error("Illegal char")),
        };
        bits = bits << 6 | six;
        left += 6;
        if left >= 8 {
            left -= 8;
            out.push((bits >> left & 0xff) as u8);
            bits &= (1 << left) - 1;
        }
    }
    if rest.all(is_blank) { Ok(out) } else { Err(Fault::Error("Trailing garbage")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(encoded(b"hello"), Ok(b"%:&5L;&\\ \n".to_vec()));
        assert_eq!(decoded(b"%:&5L;&\\ \n"), Ok(b"hello".to_vec()));
        assert_eq!(decoded(b"#86)C\x7f"), Err(Fault::Error("Trailing garbage")));
    }
}
