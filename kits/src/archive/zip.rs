//! Zip archives in memory, as Python 2.7's `zipfile` handles one that is opened for appending: one position in the data
//! serves reading and writing, so that reading before the end makes later writes go to other places.

use std::borrow::Cow;

use super::{Inflated, inflate};

const ENTRY: u32 = 0x0403_4b50;
const DIRECTORY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Size of the record at the end, without its comment.
const END_SIZE: usize = 22;

/// Why an archive or an item of it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZipError {
    #[error("{0}")]
    Bad(String),
    #[error("Attempt to read ZIP archive that was already closed")]
    ReadClosed,
    #[error("Attempt to write to ZIP archive that was already closed")]
    WriteClosed,
    #[error("File {0} is encrypted, password required for extraction")]
    Encrypted(String),
    #[error("compression type {0}")]
    Method(u16),
}

/// One item of the directory.
#[derive(Clone, Debug)]
pub struct Item {
    /// As it stands in the archive.
    pub raw_name: Vec<u8>,
    /// Whether the name is UTF-8 by declaration.
    pub is_unicode: bool,
    flags: u16,
    method: u16,
    sum: u32,
    packed: usize,
    size: usize,
    offset: usize,
    /// The record as it is written to the directory, but for its offset.
    time: [u8; 4],
    attributes: u32,
}

impl Item {
    /// The name, where it is text.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        self.is_unicode.then(|| String::from_utf8_lossy(&self.raw_name))
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.raw_name).into_owned()
    }
}

/// An archive.
#[derive(Debug, Default)]
pub struct Zip {
    data: Vec<u8>,
    items: Vec<Item>,
    /// Where the next write goes.
    position: usize,
    modified: bool,
    closed: bool,
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

fn size_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(data, at)?).ok()
}

impl Zip {
    /// Opens an archive. Data that is none is kept as it is, before what will be added.
    pub fn open(data: Vec<u8>) -> Zip {
        let mut zip = Zip { data, ..Zip::default() };
        match zip.directory() {
            Some((items, start)) => {
                zip.items = items;
                zip.position = start;
            }
            None => {
                zip.position = zip.data.len();
                zip.modified = true;
            }
        }
        zip
    }

    /// The items, and where the directory begins.
    fn directory(&self) -> Option<(Vec<Item>, usize)> {
        let data = &self.data;
        let latest = data.len().checked_sub(END_SIZE)?;
        let earliest = latest.saturating_sub(usize::from(u16::MAX));
        let end = (earliest..=latest).rev().find(|at| u32_at(data, *at) == Some(END))?;
        let (size, offset) = (size_at(data, end + 12)?, size_at(data, end + 16)?);
        // Data before the archive moves everything.
        let shift = end.checked_sub(size)?.checked_sub(offset)?;
        let start = offset + shift;
        let mut items = Vec::new();
        let mut at = start;
        while at < end {
            if u32_at(data, at)? != DIRECTORY {
                return None;
            }
            let length = |offset: usize| u16_at(data, at + offset).map(usize::from);
            let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
            let flags = u16_at(data, at + 8)?;
            items.push(Item {
                raw_name: data.get(at + 46..at + 46 + name)?.to_vec(),
                is_unicode: flags & 0x800 != 0,
                flags,
                method: u16_at(data, at + 10)?,
                sum: u32_at(data, at + 16)?,
                packed: size_at(data, at + 20)?,
                size: size_at(data, at + 24)?,
                offset: size_at(data, at + 42)? + shift,
                time: data.get(at + 12..at + 16)?.try_into().ok()?,
                attributes: u32_at(data, at + 38)?,
            });
            at += 46 + name + extra + comment;
        }
        Some((items, start))
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The bytes of the archive; complete once it is closed.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The data of an item, by its place; `shown` is its name for messages.
    pub fn read(&mut self, at: usize, shown: &str) -> Result<Vec<u8>, ZipError> {
        if self.closed {
            return Err(ZipError::ReadClosed);
        }
        let Some(item) = self.items.get(at).cloned() else { return Ok(Vec::new()) };
        let bad = |message: &str| Err(ZipError::Bad(message.to_owned()));
        let header = item.offset;
        if u32_at(&self.data, header) != Some(ENTRY) {
            return bad("Bad magic number for file header");
        }
        let length = |offset: usize| u16_at(&self.data, header + offset).map_or(0, usize::from);
        let (name, extra) = (length(26), length(28));
        let found = self.data.get(header + 30..header + 30 + name).unwrap_or_default();
        if found != item.raw_name {
            let found = String::from_utf8_lossy(found);
            let message = format!("File name in directory \"{}\" and header \"{found}\" differ.", item.shown());
            return Err(ZipError::Bad(message));
        }
        if item.flags & 1 != 0 {
            return Err(ZipError::Encrypted(item.shown()));
        }
        let start = header + 30 + name + extra;
        let end = start.saturating_add(item.packed).min(self.data.len());
        let packed = self.data.get(start..end).unwrap_or_default();
        let content = match item.method {
            0 => packed.to_vec(),
            8 => match inflate(packed) {
                (content, Inflated::Complete(_) | Inflated::Truncated) => content,
                (_, Inflated::Corrupt) => return bad("Error -3 while decompressing: invalid compressed data"),
                (_, Inflated::TooLarge) => return bad("Decompressed data is larger than allowed"),
            },
            other => return Err(ZipError::Method(other)),
        };
        self.position = end;
        if crc32fast::hash(&content) != item.sum {
            return Err(ZipError::Bad(format!("Bad CRC-32 for file {shown}")));
        }
        Ok(content)
    }

    /// Writes bytes at the present position.
    fn put(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if self.data.len() < end {
            self.data.resize(end, 0);
        }
        if let Some(place) = self.data.get_mut(self.position..end) {
            place.copy_from_slice(bytes);
        }
        self.position = end;
    }

    /// Adds an item, uncompressed. `time` is that of MS-DOS: time and date.
    pub fn write(&mut self, name: Vec<u8>, is_unicode: bool, content: &[u8], time: [u8; 4]) -> Result<(), ZipError> {
        if self.closed {
            return Err(ZipError::WriteClosed);
        }
        let flags: u16 = if is_unicode { 0x800 } else { 0 };
        let sum = crc32fast::hash(content);
        let size = content.len() as u32;
        let mut header = Vec::with_capacity(30 + name.len());
        header.extend_from_slice(&ENTRY.to_le_bytes());
        for number in [20, flags, 0] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.extend_from_slice(&time);
        for number in [sum, size, size] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.extend_from_slice(&(name.len() as u16).to_le_bytes());
        header.extend_from_slice(&[0, 0]);
        header.extend_from_slice(&name);
        let offset = self.position;
        self.put(&header);
        self.put(content);
        self.modified = true;
        self.items.push(Item {
            raw_name: name,
            is_unicode,
            flags,
            method: 0,
            sum,
            packed: content.len(),
            size: content.len(),
            offset,
            time,
            attributes: 0o600 << 16,
        });
        Ok(())
    }

    /// Writes the directory, if something was added.
    pub fn close(&mut self) {
        if self.closed {
            return;
        }
        self.closed = true;
        if !self.modified {
            return;
        }
        let start = self.position;
        let items = std::mem::take(&mut self.items);
        for item in &items {
            let mut record = Vec::with_capacity(46 + item.raw_name.len());
            record.extend_from_slice(&DIRECTORY.to_le_bytes());
            // Made by version 2.0 on Unix, to be read by 2.0.
            for number in [0x0314, 20, item.flags, item.method] {
                record.extend_from_slice(&number.to_le_bytes());
            }
            record.extend_from_slice(&item.time);
            for number in [item.sum, item.packed as u32, item.size as u32] {
                record.extend_from_slice(&number.to_le_bytes());
            }
            record.extend_from_slice(&(item.raw_name.len() as u16).to_le_bytes());
            record.extend_from_slice(&[0; 8]);
            record.extend_from_slice(&item.attributes.to_le_bytes());
            record.extend_from_slice(&(item.offset as u32).to_le_bytes());
            record.extend_from_slice(&item.raw_name);
            self.put(&record);
        }
        let size = (self.position - start) as u32;
        let mut end = Vec::with_capacity(END_SIZE);
        end.extend_from_slice(&END.to_le_bytes());
        end.extend_from_slice(&[0; 4]);
        for _ in 0..2 {
            end.extend_from_slice(&(items.len() as u16).to_le_bytes());
        }
        end.extend_from_slice(&size.to_le_bytes());
        end.extend_from_slice(&(start as u32).to_le_bytes());
        end.extend_from_slice(&[0, 0]);
        self.put(&end);
        self.items = items;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        let mut zip = Zip::open(Vec::new());
        zip.write(b"a".to_vec(), false, b"first", [0; 4]).unwrap();
        zip.write(b"b".to_vec(), false, b"second", [0; 4]).unwrap();
        zip.close();
        assert_eq!(zip.read(0, "'a'"), Err(ZipError::ReadClosed));
        let mut again = Zip::open(zip.data().to_vec());
        assert_eq!(again.items().len(), 2);
        assert_eq!(again.read(1, "'b'"), Ok(b"second".to_vec()));
        again.write(b"c".to_vec(), false, b"third", [0; 4]).unwrap();
    }

    #[test]
    fn reading_moves_the_position() {
        let mut zip = Zip::open(Vec::new());
        zip.write(b"a".to_vec(), false, b"first", [0; 4]).unwrap();
        zip.write(b"b".to_vec(), false, b"second", [0; 4]).unwrap();
        zip.read(0, "'a'").unwrap();
        zip.close();
        let mut again = Zip::open(zip.data().to_vec());
        assert_eq!(again.read(0, "'a'"), Ok(b"first".to_vec()));
        assert_eq!(again.read(1, "'b'"), Err(ZipError::Bad("Bad magic number for file header".to_owned())));
    }

    #[test]
    fn what_is_no_archive() {
        assert!(Zip::open(b"junk".to_vec()).items().is_empty());
        let mut end = vec![0; END_SIZE];
        end[..4].copy_from_slice(&END.to_le_bytes());
        end[12] = 200;
        assert!(Zip::open(end).items().is_empty());
    }
}
