//! `Datetime`: now, and dates in texts (`spec/kits.md` §13).

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::{clock, import};

use crate::date_text::{self, Date, Style, Zone};
use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::no_attribute;
use crate::libraries;
use crate::objects::signature::{Parameter, Signature};

pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[Entry {
        name: "Datetime",
        visible: Visibility::All,
        doc: "The time, and dates in texts.",
        status: Status::Implemented,
        make: |vm, _| {
            native_class::<DatetimeKit>(vm, "Framework.api.utilkit");
            Ok(DatetimeKit.into_pyobject(vm))
        },
    }],
};

const PARSE_DATE: Signature = Signature {
    name: "ParseDate",
    hidden: 1,
    parameters: &[Parameter::required("date"), Parameter::none("fmt")],
    keywords: false,
};

#[pyclass(module = false, name = "DatetimeKit")]
#[derive(Debug, PyPayload)]
struct DatetimeKit;

fn class(vm: &VirtualMachine, name: &'static str) -> PyResult {
    import::module(vm, "datetime")?.get_attr(name, vm)
}

fn now(vm: &VirtualMachine) -> PyResult {
    vm.call_method(&*class(vm, "datetime")?, "fromtimestamp", (vm.ctx.new_float(clock::seconds()),))
}

/// A Python datetime.
pub fn datetime(vm: &VirtualMachine, date: &Date) -> PyResult {
    let int = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let mut parts = vec![int(i64::from(date.year))];
    let rest = [date.month, date.day, date.hour, date.minute, date.second, date.microsecond];
    parts.extend(rest.iter().map(|part| int(i64::from(*part))));
    if let Some(zone) = &date.zone
        && let Some(zone) = zone_object(vm, zone)?
    {
        parts.push(zone);
    }
    class(vm, "datetime")?.call(parts, vm)
}

/// The `tzinfo` of a zone; None for a name that says nothing here.
fn zone_object(vm: &VirtualMachine, zone: &Zone) -> PyResult<Option<PyObjectRef>> {
    let make = |class: &'static str, args: Vec<PyObjectRef>| {
        libraries::module(vm, "dateutil.tz")?.get_attr(class, vm)?.call(args, vm).map(Some)
    };
    if let Some(name) = &zone.name {
        let known = import::module(vm, "time")?.get_attr("tzname", vm)?;
        for local in vm.extract_elements_with(&known, Ok)? {
            if text::text_of(vm, &local)?.as_deref() == Some(name) {
                return make("tzlocal", Vec::new());
            }
        }
    }
    match zone.offset {
        Some(0) => make("tzutc", Vec::new()),
        Some(offset) => {
            let name = zone.name.as_deref().map_or_else(|| vm.ctx.none(), |name| text::native(vm, name));
            make("tzoffset", vec![name, vm.ctx.new_int(offset).into()])
        }
        None => Ok(None),
    }
}

/// The date of a datetime object.
fn today(vm: &VirtualMachine) -> PyResult<Date> {
    let now = now(vm)?;
    let read = |name: &'static str| -> PyResult<u32> { now.get_attr(name, vm)?.try_into_value(vm) };
    Ok(Date::day(i32::try_from(read("year")?).unwrap_or(1970), read("month")?, read("day")?))
}

#[pyclass(flags(HAS_DICT))]
impl DatetimeKit {
    #[pymethod(name = "Now")]
    fn now(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        now(vm)
    }

    #[pymethod(name = "UTCNow")]
    fn utc_now(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let seconds = vm.ctx.new_float(clock::seconds());
        vm.call_method(&*class(vm, "datetime")?, "utcfromtimestamp", (seconds,))
    }

    #[pymethod(name = "ParseDate")]
    fn parse_date(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = PARSE_DATE.bind(vm, args)?;
        let (value, format) = (bound.get(0), bound.get(1));
        if vm.is_none(value) || value.length(vm)? == 0 {
            return Ok(vm.ctx.none());
        }
        let has_format = format.to_owned().try_to_bool(vm)?;
        if has_format {
            let made = vm.call_method(&*class(vm, "datetime")?, "strptime", (value.to_owned(), format.to_owned()));
            if made.is_ok() {
                return made;
            }
        }
        let Some(source) = text::text_of(vm, value)? else { return Err(no_attribute(vm, value, "read")) };
        let date = if !has_format { parse_known(&source) } else { None };
        let date = date.map_or_else(
            || {
                date_text::parse_general(&source, &today(vm)?, Style::default())
                    .map_err(|error| vm.new_value_error(error.to_string()))
            },
            Ok,
        )?;
        datetime(vm, &date)
    }

    #[pymethod(name = "Delta")]
    fn delta(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if !args.args.is_empty() {
            let message = format!("Delta() takes exactly 1 argument ({} given)", args.args.len() + 1);
            return Err(vm.new_type_error(message));
        }
        class(vm, "timedelta")?.call(args, vm)
    }

    #[pymethod(name = "TimestampFromDatetime")]
    fn timestamp(_zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let tuple = vm.call_method(&value, "timetuple", ())?;
        let seconds = vm.call_method(&*import::module(vm, "time")?, "mktime", (tuple,))?;
        vm.ctx.types.float_type.as_object().call((seconds,), vm)
    }

    #[pymethod(name = "FromTimestamp")]
    fn from_timestamp(_zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&*class(vm, "datetime")?, "fromtimestamp", (value,))
    }

    #[pymethod(name = "MillisecondsFromString")]
    fn milliseconds(_zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<i64> {
        let Some(source) = text::text_of(vm, &value)? else { return Err(no_attribute(vm, &value, "split")) };
        let parts: Vec<&str> = source.split(':').collect();
        if parts.len() > 3 {
            let message = format!("Too many components in time string '{source}'");
            return Err(errors::framework_exception(vm, &message));
        }
        let mut seconds = 0_i64;
        for part in parts {
            let number: i64 = part
                .trim()
                .parse()
                .map_err(|_| vm.new_value_error(format!("invalid literal for int() with base 10: '{part}'")))?;
            seconds = seconds.saturating_mul(60).saturating_add(number);
        }
        Ok(seconds.saturating_mul(1000))
    }
}

/// The forms that are tried before free text: a day as numbers, a year, a mail header's date.
fn parse_known(source: &str) -> Option<Date> {
    let number = |from: usize, to: usize| {
        let part = source.get(from..to)?;
        part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = number(0, 4).and_then(|year| i32::try_from(year).ok());
    let mark = |at: usize| source.as_bytes().get(at) == Some(&b'-');
    match (year, number(5, 7), number(8, 10)) {
        (Some(year), Some(month), Some(day)) if mark(4) && mark(7) => {
            (source.len() == 10).then(|| Date::day(year, month, day).checked().ok()).flatten()
        }
        (Some(year), ..) => (source.len() == 4).then(|| Date::day(year, 1, 1).checked().ok()).flatten(),
        _ => date_text::parse_mail(source),
    }
}

/// `parse` of the module `_dateutil`: `(text, default, day first, year first, fuzzy)` → the date, the name and the
/// offset of its zone.
pub fn parse_text(
    source: PyObjectRef,
    default: PyObjectRef,
    day_first: bool,
    year_first: bool,
    fuzzy: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let source = text::unicode_of(vm, &source)?;
    let read = |name: &'static str| -> PyResult<u32> {
        match vm.get_attribute_opt(&default, name)? {
            Some(value) => value.try_into_value(vm),
            None => Ok(0),
        }
    };
    let base = Date {
        hour: read("hour")?,
        minute: read("minute")?,
        second: read("second")?,
        microsecond: read("microsecond")?,
        ..Date::day(i32::try_from(read("year")?).unwrap_or(1970), read("month")?, read("day")?)
    };
    let style = Style { day_first, year_first, fuzzy };
    let date =
        date_text::parse_general(&source, &base, style).map_err(|error| vm.new_value_error(error.to_string()))?;
    let zone = date.zone.clone().unwrap_or(Zone { name: None, offset: None });
    let name = zone.name.map_or_else(|| vm.ctx.none(), |name| text::native(vm, &name));
    let offset = zone.offset.map_or_else(|| vm.ctx.none(), |offset| vm.ctx.new_int(offset).into());
    Ok(vm.ctx.new_tuple(vec![datetime(vm, &date)?, name, offset]).into())
}
