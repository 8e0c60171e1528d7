//! `Datetime`: now, and dates in texts (`spec/kits.md` §13).

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::{clock, import};

use crate::date_text::{self, Date};
use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::objects::signature::{Parameter, Signature};

pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[Entry {
        name: "Datetime",
        visible: Visibility::All,
        doc: "The time, and dates in texts.",
        status: Status::Partial("rare forms of dates"),
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
fn datetime(vm: &VirtualMachine, date: Date) -> PyResult {
    let int = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let mut parts = vec![int(i64::from(date.year))];
    let rest = [date.month, date.day, date.hour, date.minute, date.second, date.microsecond];
    parts.extend(rest.iter().map(|part| int(i64::from(*part))));
    if let Some(seconds) = date.zone {
        let delta = class(vm, "timedelta")?.call((vm.ctx.new_int(0), vm.ctx.new_int(seconds)), vm)?;
        parts.push(class(vm, "timezone")?.call((delta,), vm)?);
    }
    class(vm, "datetime")?.call(parts, vm)
}

/// The date of a datetime object.
fn today(vm: &VirtualMachine) -> PyResult<Date> {
    let now = now(vm)?;
    let read = |name: &'static str| -> PyResult<u32> { now.get_attr(name, vm)?.try_into_value(vm) };
    Ok(Date::day(i32::try_from(read("year")?).unwrap_or(1970), read("month")?, read("day")?))
}

#[pyclass]
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
        if vm.is_none(value) || !value.to_owned().try_to_bool(vm)? {
            return Ok(vm.ctx.none());
        }
        let strptime = |text: PyObjectRef, format: PyObjectRef| {
            vm.call_method(&*class(vm, "datetime")?, "strptime", (text, format))
        };
        if !vm.is_none(format) {
            return strptime(value.to_owned(), format.to_owned());
        }
        let source = text_of(vm, value)?;
        parse(&source, today(vm)?)
            .map_or_else(|| Err(vm.new_value_error("unknown string format")), |date| datetime(vm, date))
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
        let source = text_of(vm, &value)?;
        let parts: Vec<&str> = source.split(':').collect();
        if parts.len() > 3 {
            return Err(errors::framework_exception(vm, &format!("Unable to parse the duration '{source}'")));
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

fn text_of(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    match text::text_of(vm, value)? {
        Some(text) => Ok(text),
        None => Err(vm.new_type_error("expected string or buffer")),
    }
}

/// The order of attempts of `ParseDate`.
fn parse(source: &str, today: Date) -> Option<Date> {
    let bytes = source.as_bytes();
    let digits = |from: usize, to: usize| {
        let part = source.get(from..to)?;
        part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
    };
    if let (10, Some(year), Some(month), Some(day)) = (source.len(), digits(0, 4), digits(5, 7), digits(8, 10))
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && let Some(date) = date_text::parse_general(source, today)
    {
        let year = i32::try_from(year).unwrap_or(1);
        return (date.month == month && date.day == day).then(|| Date::day(year, month, day));
    }
    if let (4, Some(year)) = (source.len(), digits(0, 4)) {
        return Some(Date::day(i32::try_from(year).ok()?, 1, 1)).filter(|date| date.year > 0);
    }
    date_text::parse_mail(source).or_else(|| date_text::parse_general(source, today))
}
