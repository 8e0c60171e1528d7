//! `TextCalendar` and `LocaleTextCalendar`: months and years as plain text.

use rustpython_vm::builtins::PySlice;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::dates::number;
use crate::import;
use crate::modules::objects::{call, format, get, global, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{print, text};

const PAGE: &[&str] = &["self", "theyear", "w", "l", "c", "m"];
const SHEET: &[&str] = &["self", "theyear", "themonth", "w", "l"];
/// Parameters of `formatmonthname`.
pub const MONTH_NAME: &[&str] = &["self", "theyear", "themonth", "width", "withyear"];

/// The methods of `TextCalendar`.
pub const TEXT: &[Function] = &[
    function(
        "prweek",
        &["self", "theweek", "width"],
        Body::Run(|_, values, vm| printed(values, "formatweek", false, vm)),
    ),
    function("formatday", &["self", "day", "weekday", "width"], Body::Run(day)),
    function("formatweek", &["self", "theweek", "width"], Body::Run(week)),
    function("formatweekday", &["self", "day", "width"], Body::Run(|home, values, vm| weekday(home, values, None, vm))),
    function("formatweekheader", &["self", "width"], Body::Run(week_header)),
    with_defaults(
        "formatmonthname",
        MONTH_NAME,
        &[Given::Bool(true)],
        Body::Run(|home, values, vm| month_name(home, values, None, vm)),
    ),
    with_defaults(
        "prmonth",
        SHEET,
        &[Given::Int(0), Given::Int(0)],
        Body::Run(|_, values, vm| printed(values, "formatmonth", false, vm)),
    ),
    with_defaults("formatmonth", SHEET, &[Given::Int(0), Given::Int(0)], Body::Run(month)),
    with_defaults("formatyear", PAGE, &[Given::Int(2), Given::Int(1), Given::Int(6), Given::Int(3)], Body::Run(year)),
    with_defaults(
        "pryear",
        PAGE,
        &[Given::Int(0), Given::Int(0), Given::Int(6), Given::Int(3)],
        Body::Run(|_, values, vm| printed(values, "formatyear", true, vm)),
    ),
];

/// The methods of `LocaleTextCalendar`.
pub const LOCAL: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "firstweekday", "locale"],
        &[Given::Int(0), Given::None],
        Body::Run(local_init),
    ),
    function(
        "formatweekday",
        &["self", "day", "width"],
        Body::Run(|home, values, vm| in_locale(home, values, weekday, vm)),
    ),
    with_defaults(
        "formatmonthname",
        MONTH_NAME,
        &[Given::Bool(true)],
        Body::Run(|home, values, vm| in_locale(home, values, month_name, vm)),
    ),
];

/// Text that is put together.
#[derive(Default)]
pub struct Pieces(Vec<PyObjectRef>);

impl Pieces {
    pub fn push(&mut self, piece: PyObjectRef) {
        self.0.push(piece);
    }

    pub fn add(&mut self, vm: &VirtualMachine, piece: &str) {
        self.0.push(vm.ctx.new_str(piece).into());
    }

    pub fn joined(self, vm: &VirtualMachine, separator: &str) -> PyResult {
        let pieces = vm.ctx.new_list(self.0);
        vm.call_method(vm.ctx.new_str(separator).as_object(), "join", (pieces,))
    }
}

fn printed(values: &[PyObjectRef], method: &'static str, newline: bool, vm: &VirtualMachine) -> PyResult {
    let Some((this, args)) = values.split_first() else { return Ok(vm.ctx.none()) };
    let made = call(vm, this, method, args.to_vec())?;
    print::print(made, newline, vm)?;
    Ok(vm.ctx.none())
}

fn center(vm: &VirtualMachine, text: &PyObject, width: PyObjectRef) -> PyResult {
    call(vm, text, "center", (width,))
}

fn rstrip(vm: &VirtualMachine, text: &PyObject) -> PyResult {
    call(vm, text, "rstrip", ())
}

fn day(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, day, _, width] = values else { return Ok(vm.ctx.none()) };
    let zero = vm.bool_eq(day, vm.ctx.new_int(0).as_object())?;
    let shown = if zero { vm.ctx.new_str("").into() } else { format(vm, "%2i", vec![day.clone()])? };
    center(vm, &shown, width.clone())
}

/// The pairs of day and weekday of a week.
pub fn pairs(vm: &VirtualMachine, week: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    vm.extract_elements_with(week, |pair| match pair.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
        [day, weekday] => Ok((day.clone(), weekday.clone())),
        pair if pair.len() > 2 => Err(vm.new_value_error("too many values to unpack")),
        pair => Err(vm.new_value_error(format!("need more than {} values to unpack", pair.len()))),
    })
}

fn week(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, week, width] = values else { return Ok(vm.ctx.none()) };
    let mut pieces = Pieces::default();
    for (day, weekday) in pairs(vm, week)? {
        pieces.push(call(vm, this, "formatday", (day, weekday, width.clone()))?);
    }
    pieces.joined(vm, " ")
}

/// Decodes what a locale gives.
type Encoding<'a> = Option<&'a PyObjectRef>;

fn decoded(vm: &VirtualMachine, name: PyObjectRef, encoding: Encoding<'_>) -> PyResult {
    match encoding {
        Some(encoding) if !text::is_unicode(&name) => call(vm, &name, "decode", (encoding.clone(),)),
        _ => Ok(name),
    }
}

fn weekday(home: &Home, values: &[PyObjectRef], encoding: Encoding<'_>, vm: &VirtualMachine) -> PyResult {
    let [_, day, width] = values else { return Ok(vm.ctx.none()) };
    let names = global(vm, home, if number(vm, width)? >= 9 { "day_name" } else { "day_abbr" })?;
    let name = decoded(vm, names.get_item(&**day, vm)?, encoding)?;
    let cut = PySlice { start: None, stop: width.clone(), step: None }.into_ref(&vm.ctx);
    center(vm, &*name.get_item(cut.as_object(), vm)?, width.clone())
}

fn week_header(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, width] = values else { return Ok(vm.ctx.none()) };
    let mut pieces = Pieces::default();
    let days = call(vm, this, "iterweekdays", ())?;
    for day in vm.extract_elements_with(&days, Ok)? {
        pieces.push(call(vm, this, "formatweekday", (day, width.clone()))?);
    }
    pieces.joined(vm, " ")
}

fn month_name(home: &Home, values: &[PyObjectRef], encoding: Encoding<'_>, vm: &VirtualMachine) -> PyResult {
    let [_, year, month, width, with_year] = values else { return Ok(vm.ctx.none()) };
    let mut name = decoded(vm, global(vm, home, "month_name")?.get_item(&**month, vm)?, encoding)?;
    if with_year.clone().try_to_bool(vm)? {
        name = format(vm, "%s %r", vec![name, year.clone()])?;
    }
    center(vm, &name, width.clone())
}

fn at_least(vm: &VirtualMachine, value: &PyObjectRef, least: i64) -> PyResult<i64> {
    Ok(number(vm, value)?.max(least))
}

fn lines(count: i64) -> String {
    "\n".repeat(usize::try_from(count).unwrap_or_default())
}

fn month(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, month, width, height] = values else { return Ok(vm.ctx.none()) };
    let (width, height) = (at_least(vm, width, 2)?, at_least(vm, height, 1)?);
    let int = |value: i64| PyObjectRef::from(vm.ctx.new_int(value));
    let mut pieces = Pieces::default();
    let name = call(vm, this, "formatmonthname", (year.clone(), month.clone(), int(7 * (width + 1) - 1)))?;
    pieces.push(rstrip(vm, &name)?);
    pieces.add(vm, &lines(height));
    pieces.push(rstrip(vm, &*call(vm, this, "formatweekheader", (int(width),))?)?);
    pieces.add(vm, &lines(height));
    let weeks = call(vm, this, "monthdays2calendar", (year.clone(), month.clone()))?;
    for week in vm.extract_elements_with(&weeks, Ok)? {
        pieces.push(rstrip(vm, &*call(vm, this, "formatweek", (week, int(width)))?)?);
        pieces.add(vm, &lines(height));
    }
    pieces.joined(vm, "")
}

/// `formatstring(cols, colwidth, spacing)`: columns side by side.
pub fn columns(vm: &VirtualMachine, texts: Vec<PyObjectRef>, width: &PyObjectRef, spacing: &PyObjectRef) -> PyResult {
    let gap = vm._mul(spacing, vm.ctx.new_str(" ").as_object())?;
    let texts = texts.iter().map(|text| center(vm, text, width.clone())).collect::<PyResult<Vec<_>>>()?;
    vm.call_method(&gap, "join", (vm.ctx.new_list(texts),))
}

fn year(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, width, height, gap, months] = values else { return Ok(vm.ctx.none()) };
    let (width, height) = (at_least(vm, width, 2)?, at_least(vm, height, 1)?);
    let (gap, count) = (at_least(vm, gap, 2)?, number(vm, months)?);
    let int = |value: i64| PyObjectRef::from(vm.ctx.new_int(value));
    let column = (width + 1) * 7 - 1;
    let beside = |texts: Vec<PyObjectRef>| rstrip(vm, &*columns(vm, texts, &int(column), &int(gap))?);
    let mut pieces = Pieces::default();
    let title = text::repr_object(vm, year)?;
    pieces.push(rstrip(vm, &*center(vm, &title, int(column * count + gap * (count - 1)))?)?);
    pieces.add(vm, &lines(height));
    let header = call(vm, this, "formatweekheader", (int(width),))?;
    let rows = call(vm, this, "yeardays2calendar", (year.clone(), months.clone()))?;
    for (at, row) in (0..).zip(vm.extract_elements_with(&rows, Ok)?) {
        let shown = (count * at + 1)..(count * (at + 1) + 1).min(13);
        pieces.add(vm, &lines(height));
        let name =
            |month| call(vm, this, "formatmonthname", (year.clone(), int(month), int(column), vm.ctx.new_bool(false)));
        pieces.push(beside(shown.clone().map(name).collect::<PyResult<Vec<_>>>()?)?);
        pieces.add(vm, &lines(height));
        pieces.push(beside(shown.map(|_| header.clone()).collect())?);
        pieces.add(vm, &lines(height));
        let row = vm.extract_elements_with(&row, |month| month.try_to_value::<Vec<PyObjectRef>>(vm))?;
        for line in 0..row.iter().map(Vec::len).max().unwrap_or_default() {
            let week = |month: &Vec<PyObjectRef>| match month.get(line) {
                Some(week) => call(vm, this, "formatweek", (week.clone(), int(width))),
                None => Ok(vm.ctx.new_str("").into()),
            };
            pieces.push(beside(row.iter().map(week).collect::<PyResult<Vec<_>>>()?)?);
            pieces.add(vm, &lines(height));
        }
    }
    pieces.joined(vm, "")
}

// ---- locales ----------------------------------------------------------------------------------------------------

/// `__init__(self, firstweekday=0, locale=None)` of the calendars in a locale.
pub fn local_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, first, locale] = values else { return Ok(vm.ctx.none()) };
    set(vm, this, "firstweekday", first.clone())?;
    let locale = match vm.is_none(locale) {
        true => call(vm, &*import::module(vm, "locale")?, "getdefaultlocale", ())?,
        false => locale.clone(),
    };
    set(vm, this, "locale", locale)?;
    Ok(vm.ctx.none())
}

/// Runs something while the calendar's locale is set, with its encoding.
pub fn in_locale(
    home: &Home,
    values: &[PyObjectRef],
    run: fn(&Home, &[PyObjectRef], Encoding<'_>, &VirtualMachine) -> PyResult,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let manager = global(vm, home, "TimeEncoding")?.call((get(vm, this, "locale")?,), vm)?;
    let encoding = call(vm, &manager, "__enter__", ())?;
    let result = run(home, values, Some(&encoding).filter(|encoding| !vm.is_none(encoding)), vm);
    let none = vm.ctx.none();
    call(vm, &manager, "__exit__", (none.clone(), none.clone(), none))?;
    result
}

/// The methods of `TimeEncoding`, which sets a locale for a while.
pub const TIME_ENCODING: &[Function] = &[
    function(
        "__init__",
        &["self", "locale"],
        Body::Run(|_, values, vm| {
            if let [this, locale] = values {
                set(vm, this, "locale", locale.clone())?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("__enter__", &["self"], Body::Run(enter)),
    Function {
        name: "__exit__",
        parameters: &["self"],
        defaults: &[],
        body: Body::Raw(|_, args, vm| {
            let Some(this) = args.args.first() else { return Ok(vm.ctx.none()) };
            let locale = import::module(vm, "locale")?;
            call(vm, &locale, "setlocale", (get(vm, &locale, "LC_TIME")?, get(vm, this, "oldlocale")?))?;
            Ok(vm.ctx.none())
        }),
    },
];

fn enter(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let locale = import::module(vm, "locale")?;
    let time = get(vm, &locale, "LC_TIME")?;
    set(vm, this, "oldlocale", call(vm, &locale, "getlocale", (time.clone(),))?)?;
    call(vm, &locale, "setlocale", (time.clone(), get(vm, this, "locale")?))?;
    call(vm, &locale, "getlocale", (time,))?.get_item(vm.ctx.new_int(1).as_object(), vm)
}
