//! Standard output belongs to the protocol: everything else that writes there goes to standard error.

use std::fs::File;
use std::io;

/// Takes standard output away from the rest of the process, children included.
#[cfg(unix)]
pub fn reserve() -> io::Result<File> {
    use std::os::fd::AsFd;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr().as_fd())?;
    Ok(File::from(output))
}

/// Takes a handle of standard output of its own.
#[cfg(windows)]
pub fn reserve() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
