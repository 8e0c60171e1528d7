//! The two marks by which files are known: the hash of OpenSubtitles.org, and that of a media bundle. Both need the size
//! and the ends of a file only.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha1::{Digest, Sha1};

/// What is read from each end.
const CHUNK: u64 = 64 * 1024;

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    pub size: u64,
    /// 40 hexadecimal digits.
    pub hash: String,
    /// 16 hexadecimal digits; None for files that are too small for one.
    pub open_subtitles: Option<String>,
}

/// Reads the ends of a file.
pub fn marks(path: &Path) -> io::Result<Marks> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    io::Read::by_ref(&mut file).take(CHUNK).read_to_end(&mut head)?;
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(CHUNK)))?;
    io::Read::by_ref(&mut file).take(CHUNK).read_to_end(&mut tail)?;
    let digest = Sha1::new().chain_update(size.to_le_bytes()).chain_update(&head).chain_update(&tail).finalize();
    let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let open_subtitles = (size >= CHUNK).then(|| {
        let sum = words(&head).chain(words(&tail)).fold(size, u64::wrapping_add);
        format!("{sum:016x}")
    });
    Ok(Marks { size, hash, open_subtitles })
}

/// The bytes as little-endian numbers.
fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(8).map(|word| word.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_summed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mkv");
        let mut bytes = vec![0_u8; 2 * CHUNK as usize];
        bytes[0] = 1;
        let end = bytes.len() - 8;
        bytes[end] = 2;
        std::fs::write(&path, &bytes).unwrap();
        let marks = marks(&path).unwrap();
        assert_eq!(marks.size, 2 * CHUNK);
        assert_eq!(marks.open_subtitles.as_deref(), Some("0000000000020003"));
        assert_eq!(marks.hash.len(), 40);
    }

    #[test]
    fn small_files_have_no_such_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mkv");
        std::fs::write(&path, b"small").unwrap();
        assert_eq!(marks(&path).unwrap().open_subtitles, None);
    }
}
