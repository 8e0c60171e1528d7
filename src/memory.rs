//! The memory of the process: how the C library's allocator keeps it, and giving back what only starting needed.
//!
//! The one module of the program with `unsafe`: these calls to the C library have no safe form. Both are hints; where the
//! system does not know them nothing happens.

/// Makes the allocator share one heap between all threads. Call before the first thread is started.
///
/// By default every thread has a heap of its own, which grows four kilobytes at a time with a system call each (1500 of
/// them before the first answer) and keeps what its thread once needed.
pub fn share_one_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, value) in [
        (libc::M_ARENA_MAX, 1),
        // Setting one of these switches off that the allocator adapts them, so all three are given.
        (libc::M_TOP_PAD, 512 * 1024),
        (libc::M_TRIM_THRESHOLD, 4 * 1024 * 1024),
        (libc::M_MMAP_THRESHOLD, 2 * 1024 * 1024),
    ] {
        // SAFETY: mallopt takes two numbers and changes settings of the allocator under its own lock; no other thread
        // runs yet.
        unsafe { libc::mallopt(parameter, value) };
    }
}

/// Gives memory back that only starting needed: free pieces of the heap, and the pages of the program's own code and constants, which
/// are read again from the file (the system still has them) when they are used.
pub fn forget_the_start() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim takes a number and gives unused pages of the heap back, under the allocator's lock.
    unsafe {
        libc::malloc_trim(0);
    }
    #[cfg(target_os = "linux")]
    for (start, length) in code_of_the_program() {
        // SAFETY: the range is a mapping of the program's file that was never writable, so its pages do not differ from the
        // file's; dropping them makes the system map the same bytes again at the next use.
        unsafe { libc::madvise(std::ptr::without_provenance_mut(start), length, libc::MADV_DONTNEED) };
    }
}

/// Address and length of the mappings that hold the program's code and constants.
#[cfg(target_os = "linux")]
fn code_of_the_program() -> Vec<(usize, usize)> {
    let (Ok(program), Ok(maps)) = (std::env::current_exe(), std::fs::read_to_string("/proc/self/maps")) else {
        return Vec::new();
    };
    maps.lines().filter_map(|line| program.to_str().and_then(|program| code_mapping(line, program))).collect()
}

/// The range of a line of `/proc/PID/maps`, if it maps a part of the file `program` that is never written: the code, and
/// the constants at the file's start. (Others that cannot be written may have been, by the loader.)
#[cfg(target_os = "linux")]
fn code_mapping(line: &str, program: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (range, rights, offset) = (words.next()?, words.next()?, words.next()?);
    let is_code = rights == "r-xp" || rights == "r--p" && offset == "00000000";
    if !is_code || !line.ends_with(program) {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    Some((start, end.checked_sub(start)?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_the_program_is_found() {
        let line = |rights: &str, path: &str| format!("00400000-00452000 {rights} 08:02 173521      {path}");
        assert_eq!(code_mapping(&line("r-xp 00001000", "/bin/reprise"), "/bin/reprise"), Some((0x400000, 0x52000)));
        assert!(code_mapping(&line("r--p 00000000", "/bin/reprise"), "/bin/reprise").is_some());
        assert_eq!(code_mapping(&line("r--p 00001000", "/bin/reprise"), "/bin/reprise"), None);
        assert_eq!(code_mapping(&line("rw-p 00000000", "/bin/reprise"), "/bin/reprise"), None);
        assert_eq!(code_mapping(&line("r-xp 00000000", "/lib/libc.so.6"), "/bin/reprise"), None);
        assert_eq!(code_mapping("", "/bin/reprise"), None);
    }

    #[test]
    fn the_program_runs_on() {
        forget_the_start();
        assert!(!code_of_the_program().is_empty());
    }
}
