//! Archives without Python: gzip and zip as Python 2.7's `gzip` and `zipfile` read and write them.

pub mod gzip;
pub mod zip;

/// Most bytes that one compressed item may expand to.
pub const LARGEST: usize = 128 * 1024 * 1024;

/// Why a stream of deflated data ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Inflated {
    /// Complete; how many bytes of input it took.
    Complete(usize),
    /// The input ends before the data does.
    Truncated,
    /// It is no deflated data.
    Corrupt,
    TooLarge,
}

/// Inflates raw deflated data.
pub fn inflate(input: &[u8]) -> (Vec<u8>, Inflated) {
    let mut state = flate2::Decompress::new(false);
    let mut out = Vec::with_capacity(input.len().saturating_mul(4).clamp(64, 1 << 20));
    loop {
        let taken = usize::try_from(state.total_in()).unwrap_or(input.len());
        let made = out.len();
        let rest = input.get(taken..).unwrap_or_default();
        match state.decompress_vec(rest, &mut out, flate2::FlushDecompress::None) {
            Err(_) => return (out, Inflated::Corrupt),
            Ok(flate2::Status::StreamEnd) => {
                let taken = usize::try_from(state.total_in()).unwrap_or(input.len());
                return (out, Inflated::Complete(taken));
            }
            Ok(_) => {
                let moved = usize::try_from(state.total_in()).unwrap_or(taken) > taken || out.len() > made;
                if out.len() >= LARGEST {
                    return (out, Inflated::TooLarge);
                }
                if out.len() == out.capacity() {
                    out.reserve(out.len().max(4096));
                } else if !moved {
                    return (out, Inflated::Truncated);
                }
            }
        }
    }
}

/// Deflates data.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to memory does not fail.
    let _ = writer.write_all(data);
    writer.finish().unwrap_or_default()
}
