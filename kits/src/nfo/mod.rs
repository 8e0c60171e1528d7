//! NFO files and artwork for Kodi, Jellyfin, Emby and Plex, made from stored metadata (`spec/nfo.md`). No virtual
//! machine, no network: full-size pictures are fetched by a function that the caller gives.
//!
//! * [`video`], [`music`]: the documents; [`ids`] and [`ratings`] are parts of them, [`element`] how they are written
//! * [`mark`]: the line by which a file is known as ours
//! * [`artwork`]: which pictures go into which files; [`place`]: what goes where beside the media, `writer` how,
//!   `prune` what is left of videos that are gone; [`report`]: what was done
//!
//! A movie: `place::movie(&item, video, own_folder, &options, &mut fetch)`; a show: `place::show(…)`. Both give a
//! [`report::Report`].

pub mod artwork;
pub mod element;
pub mod ids;
pub mod mark;
pub mod music;
pub mod place;
mod prune;
pub mod ratings;
#[cfg(test)]
mod readers;
pub mod report;
pub mod video;
mod writer;
