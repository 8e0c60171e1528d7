//! The module `time`: the machine's functions with Python 2's checks of arguments and its years of two digits.

use rustpython_vm::builtins::{PyDictRef, PyFloat, PyInt, PyModule, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::{bridge_types, calendar};
use crate::import;
use crate::modules;
use crate::runtime::{arguments, dialect, names, text};

/// Names taken over as they are.
const SAME: &[&str] = &["time", "struct_time", "tzname"];

/// What the functions share.
#[derive(Clone)]
struct Time {
    machine: PyObjectRef,
    /// The names of the module: `tzset()` changes some, programs change `accept2dyear`.
    globals: PyDictRef,
}

/// What a function of the module does.
type Run = fn(&Time, &[PyObjectRef], &VirtualMachine) -> PyResult;

/// Functions with the least and the most arguments that they take.
const FUNCTIONS: &[(&str, usize, usize, Run)] = &[
    ("gmtime", 0, 1, |time, args, vm| time.at("gmtime", args, vm)),
    ("localtime", 0, 1, |time, args, vm| time.at("localtime", args, vm)),
    ("ctime", 0, 1, |time, args, vm| time.at("ctime", args, vm)),
    ("asctime", 0, 1, asctime),
    ("strftime", 1, 2, strftime),
    ("mktime", 1, 1, mktime),
    ("strptime", 1, 2, strptime),
    ("sleep", 1, 1, sleep),
    ("clock", 0, 0, |time, _, vm| time.call("process_time", Vec::new(), vm)),
    ("tzset", 0, 0, tzset),
];

impl Time {
    fn call(&self, name: &'static str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        self.machine.get_attr(vm.ctx.intern_str(name), vm)?.call(args, vm)
    }

    /// A function of seconds since 1970, or of now.
    fn at(&self, name: &'static str, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
        match args.first().filter(|seconds| !vm.is_none(seconds)) {
            Some(value) => self.call(name, vec![seconds(vm, value)?], vm),
            None => self.call(name, Vec::new(), vm),
        }
    }

    fn global(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        self.globals.get_item_opt(name, vm)
    }

    fn set(&self, name: &str, value: impl Into<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        self.globals.set_item(name, value.into(), vm)
    }

    /// The year that is meant: those of two digits are near 2000.
    fn year(&self, year: i64, vm: &VirtualMachine) -> PyResult<i64> {
        if year >= 1900 {
            return Ok(year);
        }
        let short = match self.global("accept2dyear", vm)? {
            Some(value) => value.try_to_bool(vm)?,
            None => true,
        };
        match (short, year) {
            (false, _) => Err(vm.new_value_error("year >= 1900 required")),
            (true, 0..=68) => Ok(year + 2000),
            (true, 69..=99) => Ok(year + 1900),
            _ => Err(vm.new_value_error("year out of range")),
        }
    }

    /// Seconds that local time is behind at a time.
    fn behind(&self, seconds: f64, vm: &VirtualMachine) -> PyResult<f64> {
        let local = self.call("localtime", vec![vm.ctx.new_float(seconds).into()], vm)?;
        let summer: i64 = local.get_attr("tm_isdst", vm)?.try_to_value(vm)?;
        let name = if summer > 0 { "altzone" } else { "timezone" };
        match self.global(name, vm)? {
            Some(value) => Ok(value.try_to_value::<i64>(vm)? as f64),
            None => Ok(0.0),
        }
    }
}

/// A number of seconds that the system can hold.
fn seconds(vm: &VirtualMachine, value: &PyObjectRef) -> PyResult {
    let known = value.downcastable::<PyInt>() || value.downcastable::<PyFloat>();
    let number = match known {
        true => value.clone(),
        false if text::is_basestring(value) || value.class().slots().as_number.float.load().is_none() => {
            return Err(vm.new_type_error("a float is required"));
        }
        false => vm.ctx.new_float(value.try_float(vm)?.to_f64()).into(),
    };
    let float = number.try_float(vm)?.to_f64();
    if (-67_768_040_609_740_800.0..=67_768_036_191_676_799.0).contains(&float) {
        return Ok(number);
    }
    Err(vm.new_value_error("timestamp out of range for platform time_t"))
}

/// The nine fields of a time.
fn fields(vm: &VirtualMachine, value: &PyObject) -> PyResult<[i64; 9]> {
    let items: Vec<PyObjectRef> = match value.downcast_ref::<PyTuple>() {
        // A struct_time holds more than it shows.
        Some(tuple) => tuple.as_slice().iter().take(value.length(vm)?).cloned().collect(),
        None if text::is_basestring(value)
            || value.downcastable::<rustpython_vm::builtins::PyDict>()
            || vm.get_attribute_opt(value, "__getitem__")?.is_none() =>
        {
            let kind = names::type_name_of(value);
            return Err(vm.new_type_error(format!("argument must be 9-item sequence, not {kind}")));
        }
        None => vm.extract_elements_with(value, Ok)?,
    };
    let numbers = items.iter().map(|item| item.try_int(vm)?.try_to_primitive::<i64>(vm));
    let numbers = numbers.collect::<PyResult<Vec<i64>>>()?;
    let count = numbers.len();
    <[i64; 9]>::try_from(numbers)
        .map_err(|_| vm.new_type_error(format!("argument must be sequence of length 9, not {count}")))
}

/// Fields in range; days and months that are 0 are the first.
fn checked(time: &Time, fields: [i64; 9], vm: &VirtualMachine) -> PyResult<[i64; 9]> {
    let [year, month, day, hour, minute, second, weekday, julian, summer] = fields;
    for (name, value, most) in [
        ("month", month, 12),
        ("day of month", day, 31),
        ("hour", hour, 23),
        ("minute", minute, 59),
        ("seconds", second, 61),
        ("day of year", julian, 366),
    ] {
        if !(0..=most).contains(&value) {
            return Err(vm.new_value_error(format!("{name} out of range")));
        }
    }
    if weekday < -1 {
        return Err(vm.new_value_error("day of week out of range"));
    }
    let year = time.year(year, vm)?;
    let (month, day, julian) = (month.max(1), day.max(1), julian.max(1));
    Ok([year, month, day, hour, minute, second, weekday.rem_euclid(7), julian, summer.clamp(-1, 1)])
}

fn tuple(vm: &VirtualMachine, fields: [i64; 9]) -> PyObjectRef {
    vm.ctx.new_tuple(fields.iter().map(|field| vm.ctx.new_int(*field).into()).collect()).into()
}

fn asctime(time: &Time, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(given) = args.first() else { return time.call("asctime", Vec::new(), vm) };
    let mut fields = fields(vm, given)?;
    fields[0] = time.year(fields[0], vm)?;
    time.call("asctime", vec![tuple(vm, fields)], vm)
}

fn strftime(time: &Time, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(format) = args.first() else { return Ok(vm.ctx.none()) };
    if !text::is_basestring(format) {
        let kind = names::type_name_of(format);
        return Err(vm.new_type_error(format!("strftime() argument 1 must be string, not {kind}")));
    }
    let fields = match args.get(1) {
        Some(given) => tuple(vm, checked(time, fields(vm, given)?, vm)?),
        None => time.call("localtime", Vec::new(), vm)?,
    };
    let shown = time.call("strftime", vec![format.clone(), fields], vm)?;
    text::str_object(vm, &shown)
}

fn mktime(time: &Time, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(given) = args.first() else { return Ok(vm.ctx.none()) };
    let given = fields(vm, given)?;
    let mut exact = given;
    exact[0] = time.year(exact[0], vm)?;
    let errors = [vm.ctx.exceptions.overflow_error, vm.ctx.exceptions.value_error];
    match time.call("mktime", vec![tuple(vm, exact)], vm) {
        Err(error) if errors.iter().any(|class| error.fast_isinstance(class)) => outside(time, exact, vm),
        result => result,
    }
}

/// Fields beyond their ranges, as C carries them over.
fn outside(time: &Time, fields: [i64; 9], vm: &VirtualMachine) -> PyResult {
    let [year, month, day, hour, minute, second, ..] = fields;
    let months = year * 12 + month - 1;
    let first = [months.div_euclid(12), months.rem_euclid(12) + 1, 1, 0, 0, 0, 0, 1, -1];
    let start = time.call("mktime", vec![tuple(vm, first)], vm)?.try_float(vm)?.to_f64();
    let seconds = start + ((day - 1) * 86_400 + hour * 3_600 + minute * 60 + second) as f64;
    // The offset at that time, not at the month's start.
    let seconds = seconds - time.behind(start, vm)? + time.behind(seconds, vm)?;
    Ok(vm.ctx.new_float(seconds).into())
}

fn strptime(_time: &Time, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    import::module(vm, "_strptime")?.get_attr("_strptime_time", vm)?.call(args.to_vec(), vm)
}

fn sleep(time: &Time, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(given) = args.first() else { return Ok(vm.ctx.none()) };
    let known = given.downcastable::<PyInt>() || given.downcastable::<PyFloat>();
    if !known && (text::is_basestring(given) || given.class().slots().as_number.float.load().is_none()) {
        return Err(vm.new_type_error("a float is required"));
    }
    let seconds = given.try_float(vm)?.to_f64();
    if seconds < 0.0 {
        let args = vec![vm.ctx.new_int(22).into(), vm.ctx.new_str("Invalid argument").into()];
        let class = dialect::get(vm, "IOError")?;
        return Err(modules::objects::raised(vm, class.call(args, vm)?));
    }
    time.call("sleep", vec![vm.ctx.new_float(seconds).into()], vm)
}

/// Takes the time zone of the environment's TZ.
fn tzset(time: &Time, _args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    // The system's mktime() reads TZ; its localtime() need not.
    time.call("mktime", vec![tuple(vm, [2000, 1, 1, 0, 0, 0, 0, 1, -1])], vm)?;
    let number =
        |object: &PyObject, name: &'static str| -> PyResult<i64> { object.get_attr(name, vm)?.try_to_value(vm) };
    let year = number(&*time.call("gmtime", Vec::new(), vm)?, "tm_year")?;
    let (mut standard, mut summer) = (None, None);
    for month in [1, 7] {
        let noon = time.call("mktime", vec![tuple(vm, [year, month, 1, 12, 0, 0, 0, 1, -1])], vm)?;
        let noon = noon.try_float(vm)?.to_f64() as i64;
        let local = time.call("localtime", vec![vm.ctx.new_int(noon).into()], vm)?;
        let days =
            calendar::dates::ordinal(number(&local, "tm_year")?, number(&local, "tm_mon")?, number(&local, "tm_mday")?)
                - 719_163;
        let shown = days * 86_400
            + number(&local, "tm_hour")? * 3_600
            + number(&local, "tm_min")? * 60
            + number(&local, "tm_sec")?;
        let name = time.call("strftime", vec![vm.ctx.new_str("%Z").into(), local.clone()], vm)?;
        let zone = (text::str_object(vm, &name)?, noon - shown);
        if number(&local, "tm_isdst")? > 0 { summer = Some(zone) } else { standard = Some(zone) }
    }
    let daylight = summer.is_some();
    let Some(usual) = standard.or_else(|| summer.clone()) else { return Ok(vm.ctx.none()) };
    let other = summer.unwrap_or_else(|| usual.clone());
    time.set("daylight", vm.ctx.new_int(i32::from(daylight)), vm)?;
    time.set("timezone", vm.ctx.new_int(usual.1), vm)?;
    time.set("altzone", vm.ctx.new_int(other.1), vm)?;
    time.set("tzname", vm.ctx.new_tuple(vec![usual.0, other.0]), vm)?;
    Ok(vm.ctx.none())
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let machine = vm.import("time", 0)?;
    let time = Time { machine: machine.clone(), globals: module.dict() };
    bridge_types::struct_time(machine.get_attr("struct_time", vm)?, vm)?;
    for name in SAME {
        time.set(name, machine.get_attr(vm.ctx.intern_str(*name), vm)?, vm)?;
    }
    time.set("accept2dyear", vm.ctx.new_int(1), vm)?;
    // Without daylight saving time there is no other offset.
    let daylight: i64 = machine.get_attr("daylight", vm)?.try_to_value(vm)?;
    for (name, from) in [("timezone", "timezone"), ("altzone", if daylight == 0 { "timezone" } else { "altzone" })] {
        time.set(name, machine.get_attr(from, vm)?, vm)?;
    }
    time.set("daylight", vm.ctx.new_int(daylight), vm)?;
    for &(name, least, most, run) in FUNCTIONS {
        let time = time.clone();
        modules::set_function(vm, module, name, move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            arguments::count(vm, name, &args, least, most)?;
            run(&time, &args.args, vm)
        });
    }
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "time");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
