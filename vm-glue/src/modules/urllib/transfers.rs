//! Downloads into files: `URLopener.retrieve` and what is left behind.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use crate::modules::scope::Scope;

/// How much is read at a time.
const BLOCK: i64 = 8192;

/// Removes the files that were made for downloads.
pub fn cleanup(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    let files = x.get(me, "_URLopener__tempfiles")?;
    if x.yes(&files)? {
        for file in x.each(&files)? {
            match x.call(me, "_URLopener__unlink", [file]) {
                Err(error) if !x.is_error(&error, "OSError") => return Err(error),
                _ => {}
            }
        }
        x.call(&files, "__delslice__", [x.int(0), x.int(x.length(&files)? as i64)])?;
    }
    let kept = x.get(me, "tempcache")?;
    if x.yes(&kept)? {
        x.ask(&kept, "clear")?;
    }
    Ok(())
}

/// `retrieve(url, filename, reporthook, data)`: (file name, headers)
pub fn retrieve(x: Scope<'_>, me: &PyObject, url: &PyObjectRef, [name, hook, data]: [&PyObjectRef; 3]) -> PyResult {
    let url = x.made("unwrap", [x.made("toBytes", [url.clone()])?])?;
    let kept = x.get(me, "tempcache")?;
    if x.yes(&kept)? && x.contains(&kept, &url)? {
        return x.item(&kept, &url);
    }
    let (kind, rest) = x.two(&*x.made("splittype", [url.clone()])?)?;
    if x.is_none(name) && (!x.yes(&kind)? || x.says(&kind, "file")) {
        // A file that is there already.
        let found = x.call(me, "open_local_file", [rest.clone()]).and_then(|fp| {
            let headers = x.ask(&fp, "info")?;
            x.ask(&fp, "close")?;
            let path = x.nth(&*x.made("splithost", [rest])?, 1)?;
            Ok(x.tuple([x.made("url2pathname", [path])?, headers]))
        });
        match found {
            Err(error) if x.is_error(&error, "IOError") => {}
            other => return other,
        }
    }
    let source = x.call(me, "open", [url.clone(), data.clone()])?;
    let transferred = transfer(x, me, &source, &url, name, hook);
    x.ask(&source, "close")?;
    let (result, size, read) = transferred?;
    if size >= 0 && read < size {
        let message = format!("retrieval incomplete: got only {read} out of {size} bytes");
        return Err(x.error("ContentTooShortError", [x.text(&message), result]));
    }
    Ok(result)
}

/// A file of its own for a download: its end is that of the address.
fn temporary(x: Scope<'_>, me: &PyObject, url: &PyObjectRef) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let or_empty = |value: PyObjectRef| -> PyResult { Ok(if x.yes(&value)? { value } else { x.text("") }) };
    let rest = or_empty(x.nth(&*x.made("splittype", [url.clone()])?, 1)?)?;
    let path = or_empty(x.nth(&*x.made("splithost", [rest])?, 1)?)?;
    let path = or_empty(x.nth(&*x.made("splitquery", [path])?, 0)?)?;
    let path = x.nth(&*x.made("splitattr", [path])?, 0)?;
    let suffix = x.nth(&*x.of("posixpath", "splitext", [path])?, 1)?;
    let (descriptor, name) = x.two(&*x.of("tempfile", "mkstemp", [suffix])?)?;
    x.call(&*x.get(me, "_URLopener__tempfiles")?, "append", [name.clone()])?;
    let file = x.call(&*x.global("os")?, "fdopen", [descriptor, x.text("wb")])?;
    Ok((file, name))
}

/// The result of a download, the size that was announced (-1 if none was), and what was read.
fn transfer(
    x: Scope<'_>,
    me: &PyObject,
    source: &PyObject,
    url: &PyObjectRef,
    name: &PyObjectRef,
    hook: &PyObject,
) -> PyResult<(PyObjectRef, i64, i64)> {
    let headers = x.ask(source, "info")?;
    let (target, name) = if x.yes(name)? {
        (x.made("open", [name.clone(), x.text("wb")])?, name.clone())
    } else {
        temporary(x, me, url)?
    };
    let written = (|| -> PyResult<(PyObjectRef, i64, i64)> {
        let result = x.tuple([name, headers.clone()]);
        let kept = x.get(me, "tempcache")?;
        if !x.is_none(&kept) {
            x.put(&kept, url, result.clone())?;
        }
        let mut size = -1;
        if x.holds(&headers, "content-length")? {
            size = x.number(&*x.made("int", [x.named(&headers, "Content-Length")?])?)?;
        }
        let (mut read, mut count) = (0, 0);
        let report = |count: i64| -> PyResult<()> {
            if x.yes(hook)? {
                x.run(hook, [x.int(count), x.int(BLOCK), x.int(size)])?;
            }
            Ok(())
        };
        report(count)?;
        loop {
            let block = x.call(source, "read", [x.int(BLOCK)])?;
            if x.says(&block, "") {
                break;
            }
            read += x.length(&block)? as i64;
            x.call(&target, "write", [block])?;
            count += 1;
            report(count)?;
        }
        Ok((result, size, read))
    })();
    x.ask(&target, "close")?;
    written
}
