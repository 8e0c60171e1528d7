//! `HTMLCalendar` and `LocaleHTMLCalendar`: months and years as HTML.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::dates::number;
use super::text::{Pieces, in_locale, local_init, pairs};
use crate::import;
use crate::modules::objects::{call, format, get, global};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

const MONTH: &[&str] = &["self", "theyear", "themonth", "withyear"];

/// The methods of `HTMLCalendar`.
pub const HTML: &[Function] = &[
    function("formatday", &["self", "day", "weekday"], Body::Run(day)),
    function("formatweek", &["self", "theweek"], Body::Run(week)),
    function("formatweekday", &["self", "day"], Body::Run(|home, values, vm| weekday(home, values, None, vm))),
    function("formatweekheader", &["self"], Body::Run(week_header)),
    with_defaults(
        "formatmonthname",
        MONTH,
        &[Given::Bool(true)],
        Body::Run(|home, values, vm| month_name(home, values, None, vm)),
    ),
    with_defaults("formatmonth", MONTH, &[Given::Bool(true)], Body::Run(month)),
    with_defaults("formatyear", &["self", "theyear", "width"], &[Given::Int(3)], Body::Run(year)),
    with_defaults(
        "formatyearpage",
        &["self", "theyear", "width", "css", "encoding"],
        &[Given::Int(3), Given::Text("calendar.css"), Given::None],
        Body::Run(page),
    ),
];

/// The methods of `LocaleHTMLCalendar`.
pub const LOCAL: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "firstweekday", "locale"],
        &[Given::Int(0), Given::None],
        Body::Run(local_init),
    ),
    function("formatweekday", &["self", "day"], Body::Run(|home, values, vm| in_locale(home, values, weekday, vm))),
    with_defaults(
        "formatmonthname",
        MONTH,
        &[Given::Bool(true)],
        Body::Run(|home, values, vm| in_locale(home, values, month_name, vm)),
    ),
];

/// The class of each day, Monday first.
pub const CSS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn day(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, day, weekday] = values else { return Ok(vm.ctx.none()) };
    if number(vm, day)? == 0 {
        return Ok(vm.ctx.new_str("<td class=\"noday\">&nbsp;</td>").into());
    }
    let class = get(vm, this, "cssclasses")?.get_item(&**weekday, vm)?;
    format(vm, "<td class=\"%s\">%d</td>", vec![class, day.clone()])
}

fn week(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, week] = values else { return Ok(vm.ctx.none()) };
    let mut pieces = Pieces::default();
    for (day, weekday) in pairs(vm, week)? {
        pieces.push(call(vm, this, "formatday", (day, weekday))?);
    }
    format(vm, "<tr>%s</tr>", vec![pieces.joined(vm, "")?])
}

type Encoding<'a> = Option<&'a PyObjectRef>;

fn decoded(vm: &VirtualMachine, name: PyObjectRef, encoding: Encoding<'_>) -> PyResult {
    match encoding {
        Some(encoding) if !text::is_unicode(&name) => call(vm, &name, "decode", (encoding.clone(),)),
        _ => Ok(name),
    }
}

fn weekday(home: &Home, values: &[PyObjectRef], encoding: Encoding<'_>, vm: &VirtualMachine) -> PyResult {
    let [this, day] = values else { return Ok(vm.ctx.none()) };
    let name = decoded(vm, global(vm, home, "day_abbr")?.get_item(&**day, vm)?, encoding)?;
    let class = get(vm, this, "cssclasses")?.get_item(&**day, vm)?;
    format(vm, "<th class=\"%s\">%s</th>", vec![class, name])
}

fn week_header(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let mut pieces = Pieces::default();
    let days = call(vm, this, "iterweekdays", ())?;
    for day in vm.extract_elements_with(&days, Ok)? {
        pieces.push(call(vm, this, "formatweekday", (day,))?);
    }
    format(vm, "<tr>%s</tr>", vec![pieces.joined(vm, "")?])
}

fn month_name(home: &Home, values: &[PyObjectRef], encoding: Encoding<'_>, vm: &VirtualMachine) -> PyResult {
    let [_, year, month, with_year] = values else { return Ok(vm.ctx.none()) };
    let mut name = decoded(vm, global(vm, home, "month_name")?.get_item(&**month, vm)?, encoding)?;
    if with_year.clone().try_to_bool(vm)? {
        name = format(vm, "%s %s", vec![name, year.clone()])?;
    }
    format(vm, "<tr><th colspan=\"7\" class=\"month\">%s</th></tr>", vec![name])
}

const TABLE: &str = "<table border=\"0\" cellpadding=\"0\" cellspacing=\"0\" class=";

fn month(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, month, with_year] = values else { return Ok(vm.ctx.none()) };
    let mut pieces = Pieces::default();
    pieces.add(vm, &format!("{TABLE}\"month\">\n"));
    // The flag goes by name, as programs override this method.
    let mut args = rustpython_vm::function::FuncArgs::from(vec![year.clone(), month.clone()]);
    args.kwargs.insert("withyear".into(), with_year.clone());
    pieces.push(get(vm, this, "formatmonthname")?.call(args, vm)?);
    pieces.add(vm, "\n");
    pieces.push(call(vm, this, "formatweekheader", ())?);
    pieces.add(vm, "\n");
    let weeks = call(vm, this, "monthdays2calendar", (year.clone(), month.clone()))?;
    for week in vm.extract_elements_with(&weeks, Ok)? {
        pieces.push(call(vm, this, "formatweek", (week,))?);
        pieces.add(vm, "\n");
    }
    pieces.add(vm, "</table>\n");
    pieces.joined(vm, "")
}

fn year(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, width] = values else { return Ok(vm.ctx.none()) };
    let width = number(vm, width)?.max(1);
    let mut pieces = Pieces::default();
    pieces.add(vm, &format!("{TABLE}\"year\">\n"));
    let count = vm.ctx.new_int(width).into();
    pieces.push(format(vm, "<tr><th colspan=\"%d\" class=\"year\">%s</th></tr>", vec![count, year.clone()])?);
    let mut first = 1;
    while first < 13 {
        pieces.add(vm, "<tr>");
        for month in first..(first + width).min(13) {
            pieces.add(vm, "<td>");
            let mut args = rustpython_vm::function::FuncArgs::from(vec![year.clone(), vm.ctx.new_int(month).into()]);
            args.kwargs.insert("withyear".into(), vm.ctx.new_bool(false).into());
            pieces.push(get(vm, this, "formatmonth")?.call(args, vm)?);
            pieces.add(vm, "</td>");
        }
        pieces.add(vm, "</tr>");
        first += width;
    }
    pieces.add(vm, "</table>");
    pieces.joined(vm, "")
}

const DOCTYPE: &str = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
                       \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n";

fn page(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, width, css, encoding] = values else { return Ok(vm.ctx.none()) };
    let encoding = match vm.is_none(encoding) {
        true => call(vm, &*import::module(vm, "sys")?, "getdefaultencoding", ())?,
        false => encoding.clone(),
    };
    let mut pieces = Pieces::default();
    pieces.push(format(vm, "<?xml version=\"1.0\" encoding=\"%s\"?>\n", vec![encoding.clone()])?);
    pieces.add(vm, DOCTYPE);
    pieces.add(vm, "<html>\n<head>\n");
    let kind = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=%s\" />\n";
    pieces.push(format(vm, kind, vec![encoding.clone()])?);
    if !vm.is_none(css) {
        let link = "<link rel=\"stylesheet\" type=\"text/css\" href=\"%s\" />\n";
        pieces.push(format(vm, link, vec![css.clone()])?);
    }
    pieces.push(format(vm, "<title>Calendar for %d</title>\n", vec![year.clone()])?);
    pieces.add(vm, "</head>\n<body>\n");
    pieces.push(call(vm, this, "formatyear", (year.clone(), width.clone()))?);
    pieces.add(vm, "</body>\n</html>\n");
    let text = pieces.joined(vm, "")?;
    let encode = crate::runtime::special_names::read_attribute(&text, "encode", vm)?;
    encode.call((encoding, vm.ctx.new_str("xmlcharrefreplace")), vm)
}
