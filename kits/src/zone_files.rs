//! Time zones of `dateutil.tz`: the system's compiled files, and texts like `EST5EDT,M3.2.0,M11.1.0`.

use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// What holds in a zone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    /// Seconds ahead of UTC, in whole minutes.
    offset: i64,
    is_dst: bool,
    name: String,
}

/// A compiled file.
#[derive(Debug)]
struct ZoneFile {
    /// Moments, and which kind begins then.
    changes: Vec<(i64, usize)>,
    kinds: Vec<Kind>,
    /// The rule after the last change.
    rule: String,
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, size: usize) -> Option<i64> {
        let bytes = self.take(size)?;
        let sign = if bytes.first()? & 0x80 != 0 { -1 } else { 0 };
        Some(bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)))
    }
}

const MAGIC: &[u8] = b"TZif";

impl ZoneFile {
    /// None where the data end too soon.
    fn read(data: &[u8]) -> Option<ZoneFile> {
        let version = *data.get(4)?;
        let mut input = Input(data);
        let first = Self::block(&mut input, 4)?;
        if version < b'2' {
            return Some(first);
        }
        // The same again with larger numbers, and the rule.
        let mut zone = Self::block(&mut input, 8)?;
        let rest = String::from_utf8_lossy(input.0);
        zone.rule = rest.trim_matches('\n').to_owned();
        Some(zone)
    }

    fn block(input: &mut Input<'_>, size: usize) -> Option<ZoneFile> {
        input.take(20)?;
        let mut count = || input.number(4).and_then(|count| usize::try_from(count).ok());
        let (utc, standard, leaps) = (count()?, count()?, count()?);
        let (changes, kinds, letters) = (count()?, count()?, count()?);
        // Without these limits a few bytes could ask for much memory.
        if [utc, standard, leaps, changes, kinds, letters].iter().any(|count| *count > 100_000) {
            return None;
        }
        let moments: Vec<i64> = (0..changes).map(|_| input.number(size)).collect::<Option<_>>()?;
        let which: Vec<usize> = input.take(changes)?.iter().map(|place| usize::from(*place)).collect();
        let described: Vec<(i64, bool, usize)> = (0..kinds)
            .map(|_| Some((input.number(4)?, input.number(1)? != 0, input.number(1)? as u8 as usize)))
            .collect::<Option<_>>()?;
        let names = input.take(letters)?.to_vec();
        input.take(leaps * (size + 4) + standard + utc)?;
        let kinds = described
            .into_iter()
            .map(|(offset, is_dst, at)| {
                let name = names.get(at..).unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default();
                let name = String::from_utf8_lossy(name).into_owned();
                Kind { offset: (offset + 30).div_euclid(60) * 60, is_dst, name }
            })
            .collect();
        Some(ZoneFile { changes: moments.into_iter().zip(which).collect(), kinds, rule: String::new() })
    }
}

/// `zone_file(data)` → moments, kinds, the kind before the first moment, and the rule for what comes after the last one.
/// A kind is `(offset, seconds of daylight saving, name)`.
pub fn zone_file(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let data = text::bytes_of(&data).unwrap_or_default();
    if !data.starts_with(MAGIC) {
        return Err(vm.new_value_error("magic not found"));
    }
    let Some(zone) = ZoneFile::read(&data) else { return Err(vm.new_value_error("the file ends too soon")) };
    let kind = |kind: &Kind, saved: i64| -> PyObjectRef {
        let (offset, saved) = (vm.ctx.new_int(kind.offset).into(), vm.ctx.new_int(saved).into());
        vm.ctx.new_tuple(vec![offset, saved, text::native(vm, &kind.name)]).into()
    };
    let (mut moments, mut kinds) = (Vec::new(), Vec::new());
    let mut standard = None;
    for (moment, which) in &zone.changes {
        let Some(found) = zone.kinds.get(*which) else { continue };
        if !found.is_dst {
            standard = Some(found.offset);
        }
        // By the clock without daylight saving.
        let base = standard.unwrap_or(0);
        let saved = if found.is_dst && standard.is_some() { found.offset - base } else { 0 };
        moments.push(vm.ctx.new_int(moment.saturating_add(base)).into());
        kinds.push(kind(found, saved));
    }
    let before = zone.kinds.iter().find(|kind| !kind.is_dst).or(zone.kinds.first());
    let before = before.map_or_else(|| vm.ctx.none(), |before| kind(before, 0));
    let parts = vec![
        vm.ctx.new_list(moments).into(),
        vm.ctx.new_list(kinds).into(),
        before,
        // Rules with names in brackets are of no use here: what was last stays.
        text::native(vm, if zone_rule(&zone.rule).is_some() { &zone.rule } else { "" }),
    ];
    Ok(vm.ctx.new_tuple(parts).into())
}

/// `zone_kind(moments, kinds, before, stamp)` → what holds at a time.
pub fn zone_kind(
    moments: Vec<PyObjectRef>,
    kinds: Vec<PyObjectRef>,
    before: PyObjectRef,
    stamp: i64,
    vm: &VirtualMachine,
) -> PyResult {
    let mut place = 0;
    // A few hundred at most.
    for moment in &moments {
        if moment.clone().try_into_value::<i64>(vm)? > stamp {
            break;
        }
        place += 1;
    }
    Ok(match place {
        0 => before,
        place => kinds.get(place - 1).cloned().unwrap_or(before),
    })
}

// ---- texts -----------------------------------------------------------------------------------------------------------

/// When daylight saving begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Day {
    /// Days since the first of January.
    Number(i64),
    /// The number of a day without the 29th of February.
    Plain(i64),
    /// Month, which such weekday (the last one: -1), and which one.
    Weekday(i64, i64, i64),
}

/// A zone in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rule {
    standard: Option<String>,
    offset: i64,
    daylight: Option<String>,
    daylight_offset: Option<i64>,
    /// Begin and end, each with its second of the day.
    days: Option<[(Day, i64); 2]>,
}

struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn while_(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, prefix: &str) -> bool {
        self.0.strip_prefix(prefix).map(|rest| self.0 = rest).is_some()
    }

    fn number(&mut self) -> Option<i64> {
        let sign = if self.skip("-") { -1 } else { 1 };
        self.while_(|c| c.is_ascii_digit()).parse::<i32>().ok().map(|number| sign * i64::from(number))
    }

    fn name(&mut self) -> Option<String> {
        let name = self.while_(|c| c.is_ascii_alphabetic());
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// Hours with minutes as seconds; None if there are none.
    fn time(&mut self) -> Option<Option<i64>> {
        let digits = self.while_(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Some(None);
        }
        let number: i64 = digits.parse::<i32>().ok()?.into();
        let mut seconds = if digits.len() == 4 { number / 100 * 3600 + number % 100 * 60 } else { number * 3600 };
        if self.skip(":") {
            seconds += self.number()? * 60;
            if self.skip(":") {
                seconds += self.number()?;
            }
        }
        Some(Some(seconds))
    }

    /// How far a zone is ahead, of which the sign tells how far it is behind.
    fn offset(&mut self) -> Option<Option<i64>> {
        let sign = if self.skip("-") {
            1
        } else {
            self.skip("+");
            -1
        };
        Some(self.time()?.map(|seconds| seconds * sign))
    }

    fn day(&mut self) -> Option<(Day, i64)> {
        let day = if self.skip("M") {
            let month = self.number()?;
            let week = self.skip(".").then(|| self.number()).flatten()?;
            let weekday = self.skip(".").then(|| self.number()).flatten()?;
            Day::Weekday(month, if week == 5 { -1 } else { week }, weekday)
        } else if self.skip("J") {
            Day::Plain(self.number()?)
        } else {
            Day::Number(self.number()?)
        };
        let seconds = if self.skip("/") { self.time()?? } else { 7200 };
        Some((day, seconds))
    }

    /// `month,week,weekday,seconds`.
    fn listed(&mut self) -> Option<(Day, i64)> {
        let mut parts = [0; 4];
        for part in &mut parts {
            *part = self.skip(",").then(|| self.number()).flatten()?;
        }
        let [month, week, weekday, seconds] = parts;
        Some((Day::Weekday(month, week, weekday), seconds))
    }
}

fn zone_rule(text: &str) -> Option<Rule> {
    let mut words = Words(text);
    let mut rule = Rule { standard: words.name(), ..Rule::default() };
    if rule.standard.as_ref().is_none_or(|name| name.len() < 3) {
        return text.chars().all(|c| c.is_ascii_alphabetic()).then(Rule::default);
    }
    rule.offset = words.offset()?.unwrap_or(0);
    // The zones after which the others are named are told the other way round.
    if matches!(rule.standard.as_deref(), Some("UTC" | "GMT")) {
        rule.offset = -rule.offset;
    }
    rule.daylight = words.name();
    if rule.daylight.is_some() {
        rule.daylight_offset = words.offset()?;
        if words.0.matches(',').count() > 2 {
            rule.days = Some([words.listed()?, words.listed()?]);
            words.skip(",").then(|| words.number());
        } else if words.skip(",") {
            let begin = words.day()?;
            rule.days = Some([begin, words.skip(",").then(|| words.day()).flatten()?]);
        }
    }
    words.0.is_empty().then_some(rule)
}

/// `zone_text(text)` → name, offset, name and offset of daylight saving, and when it begins and ends:
/// `(kind, month, number, weekday, seconds)`. None for what describes no zone.
pub fn zone_text(source: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let source = text::unicode_of(vm, &source)?;
    let Some(rule) = zone_rule(&source) else { return Ok(vm.ctx.none()) };
    let word = |word: &Option<String>| word.as_ref().map_or_else(|| vm.ctx.none(), |word| text::native(vm, word));
    let day = |(day, seconds): &(Day, i64)| -> PyObjectRef {
        let (kind, numbers) = match day {
            Day::Number(number) => ("day", [0, *number, 0]),
            Day::Plain(number) => ("plain day", [0, *number, 0]),
            Day::Weekday(month, number, weekday) => ("weekday", [*month, *number, *weekday]),
        };
        let mut parts = vec![text::native(vm, kind)];
        parts.extend(numbers.iter().chain([seconds]).map(|number| PyObjectRef::from(vm.ctx.new_int(*number))));
        vm.ctx.new_tuple(parts).into()
    };
    let [begin, end] = match &rule.days {
        Some([begin, end]) => [day(begin), day(end)],
        None => [vm.ctx.none(), vm.ctx.none()],
    };
    let offset = rule.daylight_offset.map_or_else(|| vm.ctx.none(), |offset| vm.ctx.new_int(offset).into());
    let parts =
        vec![word(&rule.standard), vm.ctx.new_int(rule.offset).into(), word(&rule.daylight), offset, begin, end];
    Ok(vm.ctx.new_tuple(parts).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let rule = zone_rule("EST5EDT,M3.2.0/3,M11.1.0/1:30").unwrap();
        assert_eq!((rule.offset, rule.daylight.as_deref()), (-18000, Some("EDT")));
        assert_eq!(rule.days, Some([(Day::Weekday(3, 2, 0), 10800), (Day::Weekday(11, 1, 0), 5400)]));
        assert_eq!(zone_rule("CET-1CEST").unwrap().offset, 3600);
        assert_eq!(zone_rule("UTC+3").unwrap().offset, 10800);
        assert_eq!(zone_rule("EST5:30EDT").unwrap().offset, -19800);
        let listed = zone_rule("EST5EDT,4,1,0,7200,10,-1,0,7200,3600").unwrap();
        assert_eq!(listed.days, Some([(Day::Weekday(4, 1, 0), 7200), (Day::Weekday(10, -1, 0), 7200)]));
        assert_eq!(zone_rule("x"), Some(Rule::default()));
        for bad in ["5", "<+03>-3", "EST5EDT,M3", "EST5EDT,M3.2.0"] {
            assert_eq!(zone_rule(bad), None, "{bad}");
        }
    }

    #[test]
    fn files() {
        let mut data = b"TZif\0".to_vec();
        data.extend([0; 15]);
        for count in [0_u32, 0, 0, 2, 2, 8] {
            data.extend(count.to_be_bytes());
        }
        for moment in [100_i32, 200] {
            data.extend(moment.to_be_bytes());
        }
        data.extend([1, 0]);
        for (offset, rest) in [(-18000_i32, [0, 0]), (-14400, [1, 4])] {
            data.extend(offset.to_be_bytes());
            data.extend(rest);
        }
        data.extend(b"EST\0EDT\0");
        let zone = ZoneFile::read(&data).unwrap();
        assert_eq!(zone.changes, [(100, 1), (200, 0)]);
        assert_eq!(zone.kinds[1], Kind { offset: -14400, is_dst: true, name: "EDT".to_owned() });
        for length in 0..data.len() {
            assert!(ZoneFile::read(&data[..length]).is_none(), "{length}");
        }
    }
}
