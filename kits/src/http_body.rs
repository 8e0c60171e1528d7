//! The body of an answer: a small one in memory, a large one in a file without a name, so that a download takes no more
//! memory than what is made of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyResult, VirtualMachine};

/// Larger bodies go to a file.
pub const LARGEST_IN_MEMORY: u64 = 4 * 1024 * 1024;
/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// A body. Copies share its data.
#[derive(Clone)]
pub enum Body {
    Memory(Arc<Vec<u8>>),
    File(Arc<Stored>),
}

/// A file that is read at places: all readers share one handle.
pub struct Stored {
    file: File,
    length: u64,
    /// Where the name cannot go before the file does.
    #[cfg_attr(unix, expect(dead_code, reason = "the name is gone already"))]
    remove: Option<PathBuf>,
}

#[cfg(not(unix))]
impl Drop for Stored {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            // What is left behind is in the folder of temporary files.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::from(Vec::new())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::Memory(Arc::new(bytes))
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl Body {
    /// The contents of a file: read at once if they are few, else when they are needed.
    pub fn open(path: &Path) -> io::Result<Body> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        if length > LARGEST_IN_MEMORY {
            return Ok(Body::File(Arc::new(Stored { file, length, remove: None })));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
        Ok(Body::from(bytes))
    }

    pub fn len(&self) -> u64 {
        match self {
            Body::Memory(bytes) => bytes.len() as u64,
            Body::File(stored) => stored.length,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the body from its beginning.
    pub fn reader(&self) -> Reader<'_> {
        match self {
            Body::Memory(bytes) => Reader::Memory(bytes),
            Body::File(stored) => Reader::File(BufReader::with_capacity(PIECE, At { stored, place: 0 })),
        }
    }

    /// The whole body in memory.
    pub fn into_bytes(self) -> io::Result<Vec<u8>> {
        match self {
            Body::Memory(bytes) => Ok(Arc::unwrap_or_clone(bytes)),
            Body::File(_) => {
                let mut bytes = Vec::with_capacity(usize::try_from(self.len()).unwrap_or_default());
                self.reader().read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }

    /// The body as a Python `str`, without a second copy in memory.
    pub fn to_str(&self, vm: &VirtualMachine) -> PyResult {
        let stored = match self {
            Body::Memory(bytes) => return Ok(text::new_str(vm, bytes)),
            Body::File(stored) => stored,
        };
        let read = || -> io::Result<String> {
            let mut high = 0;
            self.each_piece(|piece| high += piece.iter().filter(|byte| !byte.is_ascii()).count())?;
            let mut made = String::with_capacity(usize::try_from(stored.length).unwrap_or_default() + high);
            self.each_piece(|piece| match std::str::from_utf8(piece) {
                Ok(text) if piece.is_ascii() => made.push_str(text),
                _ => made.extend(piece.iter().copied().map(char::from)),
            })?;
            Ok(made)
        };
        let made = vm.allow_threads(read).map_err(|error| vm.new_os_error(error.to_string()))?;
        Ok(vm.ctx.new_str(made).into())
    }

    fn each_piece(&self, mut use_it: impl FnMut(&[u8])) -> io::Result<()> {
        let mut reader = self.reader();
        loop {
            let piece = reader.fill_buf()?;
            if piece.is_empty() {
                return Ok(());
            }
            use_it(piece);
            let length = piece.len();
            reader.consume(length);
        }
    }
}

/// A place in a file.
pub struct At<'a> {
    stored: &'a Stored,
    place: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let count = std::os::unix::fs::FileExt::read_at(&self.stored.file, buffer, self.place)?;
        #[cfg(windows)]
        let count = std::os::windows::fs::FileExt::seek_read(&self.stored.file, buffer, self.place)?;
        self.place += count as u64;
        Ok(count)
    }
}

/// Reads a body.
pub enum Reader<'a> {
    Memory(&'a [u8]),
    File(BufReader<At<'a>>),
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::Memory(bytes) => bytes.read(buffer),
            Reader::File(file) => file.read(buffer),
        }
    }
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Reader::Memory(bytes) => Ok(bytes),
            Reader::File(file) => file.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Reader::Memory(bytes) => bytes.consume(count),
            Reader::File(file) => file.consume(count),
        }
    }
}

/// Takes a body as it comes, and moves it to a file once it is large.
pub struct Spool<'a> {
    /// Where the file is made: the plug-in's cache, as the system's folder of temporary files may be in memory.
    folder: Option<&'a Path>,
    memory: Vec<u8>,
    file: Option<(File, PathBuf)>,
    length: u64,
    /// No file could be made: everything stays in memory.
    is_stuck: bool,
}

impl<'a> Spool<'a> {
    pub fn new(folder: Option<&'a Path>) -> Spool<'a> {
        Spool { folder, memory: Vec::new(), file: None, length: 0, is_stuck: false }
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Takes what a reader gives until its end, but not more than `limit` bytes and one.
    pub fn fill(&mut self, reader: &mut impl Read, limit: u64) -> io::Result<()> {
        // Most bodies end within this.
        let first = LARGEST_IN_MEMORY.min(limit) + 1;
        let read = reader.take(first).read_to_end(&mut self.memory);
        self.length = self.memory.len() as u64;
        read?;
        if self.length < first {
            return Ok(());
        }
        let mut piece = vec![0; PIECE];
        while self.length <= limit {
            let count = match reader.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if count == 0 {
                break;
            }
            self.write_all(piece.get(..count).unwrap_or_default())?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let (mut file, path) = unnamed(self.folder)?;
        file.write_all(&self.memory)?;
        self.memory = Vec::new();
        self.file = Some((file, path));
        Ok(())
    }

    pub fn finish(self) -> Body {
        match self.file {
            None => Body::from(self.memory),
            Some((file, path)) => Body::File(Arc::new(Stored { file, length: self.length, remove: Some(path) })),
        }
    }
}

impl Write for Spool<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let after = self.length + bytes.len() as u64;
        if self.file.is_none()
            && !self.is_stuck
            && after > LARGEST_IN_MEMORY
            && let Err(error) = self.spill()
        {
            tracing::warn!(target: "networking", "A large body stays in memory: {error}");
            self.is_stuck = true;
        }
        match &mut self.file {
            Some((file, _)) => file.write_all(bytes)?,
            None => self.memory.extend_from_slice(bytes),
        }
        self.length = after;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A new file that goes when it is closed.
fn unnamed(folder: Option<&Path>) -> io::Result<(File, PathBuf)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let temporary = std::env::temp_dir();
    let folder = folder.filter(|folder| folder.is_dir()).unwrap_or(&temporary);
    // Named as `reprise_bundles::atomic` names its files, so that what a killed process leaves is swept away.
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("._body.{}.{number}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    #[cfg(unix)]
    std::fs::remove_file(&path)?;
    Ok((file, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_are_files() {
        let folder = tempfile::tempdir().unwrap();
        let data: Vec<u8> = (0..LARGEST_IN_MEMORY + 100_000).map(|n| (n % 251) as u8).collect();
        for length in [0, 10, LARGEST_IN_MEMORY as usize, data.len()] {
            let part = &data[..length];
            let mut spool = Spool::new(Some(folder.path()));
            spool.fill(&mut &part[..], u64::MAX - 1).unwrap();
            let body = spool.finish();
            assert_eq!(body.len(), length as u64);
            assert_eq!(matches!(body, Body::File(_)), length as u64 > LARGEST_IN_MEMORY);
            let mut read = Vec::new();
            body.reader().read_to_end(&mut read).unwrap();
            assert!(read == part && body.clone().into_bytes().unwrap() == part);
        }
        let mut spool = Spool::new(None);
        spool.fill(&mut &data[..], 1000).unwrap();
        assert_eq!(spool.length(), 1001);
        #[cfg(unix)]
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
