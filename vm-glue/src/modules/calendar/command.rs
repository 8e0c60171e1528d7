//! `calendar.main(args)`: the module as a command; `args` are those of `sys.argv`.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::modules::objects::{call, get, global, set};
use crate::modules::python_function::Home;
use crate::runtime::{arguments, dialect, print};

/// Flags, name, type, default and explanation of an option.
const OPTIONS: &[(&[&str], &str, &str, i32, &str)] = &[
    (&["-w", "--width"], "width", "int", 2, "width of date column (default 2, text only)"),
    (&["-l", "--lines"], "lines", "int", 1, "number of lines for each week (default 1, text only)"),
    (&["-s", "--spacing"], "spacing", "int", 6, "spacing between months (default 6, text only)"),
    (&["-m", "--months"], "months", "int", 3, "months per row (default 3, text only)"),
];
const TEXTS: &[(&[&str], &str, Option<&str>, &str)] = &[
    (&["-c", "--css"], "css", Some("calendar.css"), "CSS to use for page (html only)"),
    (&["-L", "--locale"], "locale", None, "locale to be used from month and weekday names"),
    (&["-e", "--encoding"], "encoding", None, "Encoding to use for output"),
];

fn add(vm: &VirtualMachine, parser: &PyObject, flags: &[&str], settings: Vec<(&str, PyObjectRef)>) -> PyResult<()> {
    let flags: Vec<PyObjectRef> = flags.iter().map(|flag| vm.ctx.new_str(*flag).into()).collect();
    let mut args = FuncArgs::from(flags);
    for (name, value) in settings {
        args.kwargs.insert(name.into(), value);
    }
    get(vm, parser, "add_option")?.call(args, vm).map(drop)
}

/// `main(args)`.
pub fn main(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(given) = values.first() else { return Ok(vm.ctx.none()) };
    let text = |text: &str| PyObjectRef::from(vm.ctx.new_str(text));
    let optparse = import::module(vm, "optparse")?;
    let mut args = FuncArgs::default();
    args.kwargs.insert("usage".into(), text("usage: %prog [options] [year [month]]"));
    let parser = get(vm, &optparse, "OptionParser")?.call(args, vm)?;
    for (flags, name, kind, default, help) in OPTIONS {
        let default = vm.ctx.new_int(*default).into();
        let settings = vec![("dest", text(name)), ("type", text(kind)), ("default", default), ("help", text(help))];
        add(vm, &parser, flags, settings)?;
    }
    for (flags, name, default, help) in TEXTS {
        let default = default.map_or_else(|| vm.ctx.none(), text);
        add(vm, &parser, flags, vec![("dest", text(name)), ("default", default), ("help", text(help))])?;
    }
    let kinds = vm.ctx.new_tuple(vec![text("text"), text("html")]).into();
    let settings = vec![
        ("dest", text("type")),
        ("default", text("text")),
        ("choices", kinds),
        ("help", text("output type (text or html)")),
    ];
    add(vm, &parser, &["-t", "--type"], settings)?;
    let parsed = call(vm, &parser, "parse_args", (given.clone(),))?;
    let parsed: Vec<PyObjectRef> = parsed.try_to_value(vm)?;
    let [options, rest] = parsed.as_slice() else { return Ok(vm.ctx.none()) };
    let rest: Vec<PyObjectRef> = rest.try_to_value(vm)?;
    let option = |name: &'static str| get(vm, options, name);
    let (locale, encoding) = (option("locale")?, option("encoding")?);
    let has_locale = locale.clone().try_to_bool(vm)?;
    if has_locale && !encoding.clone().try_to_bool(vm)? {
        call(vm, &parser, "error", (text("if --locale is specified --encoding is required"),))?;
        return exit(vm, 1);
    }
    let locale_pair = vm.ctx.new_tuple(vec![locale, encoding.clone()]);
    let make = |plain: &str, local: &str| -> PyResult {
        match has_locale {
            true => {
                let mut args = FuncArgs::default();
                args.kwargs.insert("locale".into(), locale_pair.clone().into());
                global(vm, home, local)?.call(args, vm)
            }
            false => global(vm, home, plain)?.call((), vm),
        }
    };
    let int = |object: &PyObjectRef| dialect::get(vm, "int")?.call((object.clone(),), vm);
    let this_year = || -> PyResult {
        let class = import::module(vm, "datetime")?.get_attr("date", vm)?;
        get(vm, &*call(vm, &class, "today", ())?, "year")
    };
    if arguments::plain(&*option("type")?) == Some("html") {
        let calendar = make("HTMLCalendar", "LocaleHTMLCalendar")?;
        let encoding = match vm.is_none(&encoding) {
            true => call(vm, &*import::module(vm, "sys")?, "getdefaultencoding", ())?,
            false => encoding,
        };
        let year = match rest.as_slice() {
            [_] => this_year()?,
            [_, year] => int(year)?,
            _ => return wrong(vm, &parser),
        };
        let mut args = FuncArgs::from(vec![year]);
        args.kwargs.insert("encoding".into(), encoding);
        args.kwargs.insert("css".into(), option("css")?);
        print::print(get(vm, &calendar, "formatyearpage")?.call(args, vm)?, true, vm)?;
        return Ok(vm.ctx.none());
    }
    let calendar = make("TextCalendar", "LocaleTextCalendar")?;
    let mut args = FuncArgs::default();
    args.kwargs.insert("w".into(), option("width")?);
    args.kwargs.insert("l".into(), option("lines")?);
    if rest.len() != 3 {
        args.kwargs.insert("c".into(), option("spacing")?);
        args.kwargs.insert("m".into(), option("months")?);
    }
    let method = match rest.as_slice() {
        [_] => {
            args.args.push(this_year()?);
            "formatyear"
        }
        [_, year] => {
            args.args.push(int(year)?);
            "formatyear"
        }
        [_, year, month] => {
            args.args.extend([int(year)?, int(month)?]);
            "formatmonth"
        }
        _ => return wrong(vm, &parser),
    };
    let mut result = get(vm, &calendar, method)?.call(args, vm)?;
    if encoding.clone().try_to_bool(vm)? {
        let encode = crate::runtime::special_names::read_attribute(&result, "encode", vm)?;
        result = encode.call((encoding,), vm)?;
    }
    print::print(result, true, vm)?;
    Ok(vm.ctx.none())
}

fn wrong(vm: &VirtualMachine, parser: &PyObject) -> PyResult {
    call(vm, parser, "error", (vm.ctx.new_str("incorrect number of arguments"),))?;
    exit(vm, 1)
}

fn exit(vm: &VirtualMachine, status: i32) -> PyResult {
    Err(vm.new_exception(vm.ctx.exceptions.system_exit.to_owned(), vec![vm.ctx.new_int(status).into()]))
}

/// Sets the first weekday of the calendar that the module's functions use.
pub fn set_first_weekday(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(day) = values.first() else { return Ok(vm.ctx.none()) };
    let wrong = || crate::modules::objects::error(vm, home, "IllegalWeekdayError", vec![day.clone()]);
    match super::dates::number(vm, day) {
        Ok(0..=6) => set(vm, &*global(vm, home, "c")?, "firstweekday", day.clone())?,
        Ok(_) => return Err(wrong()),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => return Err(wrong()),
        Err(error) => return Err(error),
    }
    Ok(vm.ctx.none())
}
