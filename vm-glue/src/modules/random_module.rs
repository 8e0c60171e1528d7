//! `random.Random`: the generator of Python 2.7 with its sequences for the same seeds, and all that is drawn from it.
//!
//! A class derived from it may have its own `random()`: everything else is then drawn from that one.

use malachite_bigint::{BigInt, BigUint, Sign};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyFloat, PyList, PyModule, PyTuple, PyTupleRef, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Constructor, Initializer, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use sha2::{Digest, Sha512};

use super::distributions;
use super::mersenne::{Mersenne, SIZE};
use crate::modules;
use crate::runtime::{arguments, hashes, numbers, text};

/// `Random.VERSION`.
pub const VERSION: i32 = 3;
/// From this width on `random()` has too few bits.
const WIDEST: u64 = 1 << 53;

/// A generator.
#[pyclass(module = false, name = "Random")]
#[derive(Debug, Default, PyPayload)]
pub struct Random {
    /// None until it is first used or seeded.
    core: Mutex<Option<Mersenne>>,
    gauss_next: Mutex<Option<PyObjectRef>>,
}

/// Where numbers are drawn from: the generator, or the `random()` of a derived class.
pub enum Draw<'a> {
    Native(&'a Random),
    Python(PyObjectRef),
}

/// A number as a float.
pub fn float_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    match object.downcast_ref::<PyFloat>() {
        Some(float) => Ok(float.to_f64()),
        None => Ok(object.try_float(vm)?.to_f64()),
    }
}

impl Draw<'_> {
    /// A number in [0, 1).
    pub fn float(&self, vm: &VirtualMachine) -> PyResult<f64> {
        match self {
            Self::Native(random) => random.with(vm, Mersenne::float),
            Self::Python(function) => float_of(&*function.call((), vm)?, vm),
        }
    }

    /// A whole number in [0, limit).
    fn below(&self, limit: usize, vm: &VirtualMachine) -> PyResult<usize> {
        Ok((self.float(vm)? * limit as f64) as usize)
    }
}

/// So many bytes from the operating system.
fn entropy(count: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let module = crate::import::machine_module(vm, if cfg!(windows) { "nt" } else { "posix" })?;
    let bytes = vm.call_method(&module, "urandom", (count,))?;
    Ok(bytes
        .downcast_ref::<rustpython_vm::builtins::PyBytes>()
        .map(|bytes| bytes.as_bytes().to_vec())
        .unwrap_or_default())
}

fn fresh(vm: &VirtualMachine) -> PyResult<Mersenne> {
    let bytes = entropy(4 * SIZE, vm)?;
    let digits: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    Ok(Mersenne::from_digits(&digits))
}

/// The 32-bit digits of what a generator is seeded with: of numbers the magnitude, of all else the hash's bits.
fn digits_of(seed: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u32>> {
    if let Some(number) = numbers::integer(seed) {
        return Ok(number.to_u32_digits().1);
    }
    let hash = hashes::hash(vm, seed)? as u64;
    Ok([hash as u32, (hash >> 32) as u32].into_iter().take(if hash >> 32 == 0 { 1 } else { 2 }).collect())
}

/// An argument of `randrange` as a whole number.
fn whole(value: &PyObject, what: &str, vm: &VirtualMachine) -> PyResult<BigInt> {
    if let Some(number) = numbers::integer(value) {
        return Ok(number.clone());
    }
    let number = vm.ctx.types.int_type.as_object().call((value.to_owned(),), vm)?;
    let error = || vm.new_value_error(format!("non-integer {what} for randrange()"));
    if !vm.bool_eq(&number, value)? {
        return Err(error());
    }
    numbers::integer(&number).cloned().ok_or_else(error)
}

fn is_zero(number: &BigInt) -> bool {
    number.sign() == Sign::NoSign
}

impl Random {
    fn with<R>(&self, vm: &VirtualMachine, work: impl FnOnce(&mut Mersenne) -> R) -> PyResult<R> {
        let mut core = self.core.lock();
        if core.is_none() {
            *core = Some(fresh(vm)?);
        }
        match core.as_mut() {
            Some(core) => Ok(work(core)),
            None => Err(vm.new_system_error("the generator was not seeded")),
        }
    }

    /// Whether the method of a derived class counts, or an attribute of the object.
    fn overrides(zelf: &Py<Self>, name: &'static str, vm: &VirtualMachine) -> bool {
        let (class, own) = (zelf.class(), Self::class(&vm.ctx));
        if class.is(own) && zelf.as_object().dict().is_none_or(|dict| dict.is_empty()) {
            return false;
        }
        let name = vm.ctx.intern_str(name);
        let native = own.get_attr(name);
        let found = class.get_attr(name);
        let same = native.zip(found).is_some_and(|(native, found)| native.is(&found));
        !same || zelf.as_object().dict().is_some_and(|dict| dict.contains_key(name, vm))
    }

    /// Where this object draws from.
    pub fn draw<'a>(zelf: &'a Py<Self>, vm: &VirtualMachine) -> PyResult<Draw<'a>> {
        if Self::overrides(zelf, "random", vm) {
            return zelf.as_object().get_attr("random", vm).map(Draw::Python);
        }
        Ok(Draw::Native(zelf))
    }

    fn bits(&self, mut count: usize, vm: &VirtualMachine) -> PyResult<BigInt> {
        let words = self.with(vm, |core| {
            let mut words = Vec::with_capacity(count.div_ceil(32));
            while count > 0 {
                let word = core.word();
                words.push(if count < 32 { word >> (32 - count) } else { word });
                count = count.saturating_sub(32);
            }
            words
        })?;
        let number = BigUint::new(words);
        Ok(number.into())
    }

    /// A whole number in [0, limit) for limits of any size.
    fn below(zelf: &Py<Self>, limit: &BigInt, vm: &VirtualMachine) -> PyResult<BigInt> {
        if let Ok(limit) = u64::try_from(limit)
            && limit < WIDEST
        {
            return Ok(BigInt::from((Self::draw(zelf, vm)?.float(vm)? * limit as f64) as u64));
        }
        let (own_random, own_bits) = (Self::overrides(zelf, "random", vm), Self::overrides(zelf, "getrandbits", vm));
        if own_random && !own_bits {
            let warnings = crate::import::module(vm, "warnings")?;
            let warning = "Underlying random() generator does not supply \n\
                           enough bits to choose from a population range this large";
            vm.call_method(&warnings, "warn", (vm.ctx.new_str(warning),))?;
            let limit = numbers::new_long(vm, limit.clone());
            let product = vm._mul(vm.ctx.new_float(Self::draw(zelf, vm)?.float(vm)?).as_object(), &limit)?;
            return whole(&*vm.ctx.types.int_type.as_object().call((product,), vm)?, "", vm);
        }
        // As many bits as the largest result could have, rounded up as CPython does.
        let largest = float_of(&numbers::new_long(vm, limit.clone() - 1), vm).unwrap_or(f64::MAX);
        let count = if largest < f64::MAX {
            (1.00001 + largest.ln() / std::f64::consts::LN_2) as usize
        } else {
            limit.to_u32_digits().1.len() * 32
        };
        loop {
            let number = if own_bits {
                whole(&*vm.call_method(zelf.as_object(), "getrandbits", (count,))?, "", vm)?
            } else {
                zelf.bits(count, vm)?
            };
            if &number < limit {
                return Ok(number);
            }
        }
    }

    /// `randrange(start, stop)` with a step; `stop` None counts from 0 to `start`.
    fn range(
        zelf: &Py<Self>,
        start: &PyObject,
        stop: Option<&PyObject>,
        step: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let empty = || vm.new_value_error("empty range for randrange()");
        let first = whole(start, "arg 1", vm)?;
        let Some(stop) = stop.filter(|stop| !vm.is_none(stop)) else {
            if first <= BigInt::from(0) {
                return Err(empty());
            }
            let drawn = Self::below(zelf, &first, vm)?;
            return Ok(shown(drawn, &first, vm));
        };
        let last = whole(stop, "stop", vm)?;
        let width = &last - &first;
        let one = BigInt::from(1);
        let stride = match step {
            Some(step) if numbers::integer(step).is_none_or(|step| *step != one) => whole(step, "step", vm)?,
            _ if width > BigInt::from(0) => {
                let drawn = Self::below(zelf, &width, vm)?;
                return Ok(shown(first + drawn, &width, vm));
            }
            _ => {
                return Err(vm.new_value_error(format!("empty range for randrange() ({first},{last}, {width})")));
            }
        };
        if is_zero(&stride) {
            return Err(vm.new_value_error("zero step for randrange()"));
        }
        let adjusted: BigInt =
            if stride.sign() == Sign::Plus { &width + &stride - &one } else { &width + &stride + &one };
        // Where the quotient is positive, both ways of rounding agree.
        let count = &adjusted / &stride;
        if count <= BigInt::from(0) || adjusted.sign() != stride.sign() {
            return Err(empty());
        }
        let drawn = Self::below(zelf, &count, vm)?;
        Ok(shown(first + stride * drawn, &count, vm))
    }

    fn state_tuple(&self, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        let words = self.with(vm, |core| {
            let (words, index) = core.state();
            words
                .iter()
                .map(|word| numbers::new_long(vm, *word))
                .chain([numbers::new_long(vm, index)])
                .collect::<Vec<_>>()
        })?;
        let next = self.gauss_next.lock().clone().unwrap_or_else(|| vm.ctx.none());
        Ok(vm.ctx.new_tuple(vec![vm.ctx.new_int(VERSION).into(), vm.ctx.new_tuple(words).into(), next]))
    }
}

/// What was drawn: a long where the width needed one.
fn shown(drawn: BigInt, width: &BigInt, vm: &VirtualMachine) -> PyObjectRef {
    if i64::try_from(width).is_ok() { numbers::new_int_or_long(vm, drawn) } else { numbers::new_long(vm, drawn) }
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Initializer, Representable))]
impl Random {
    /// The other number that `gauss` made, if one is left.
    #[pygetset]
    pub fn gauss_next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.gauss_next.lock().clone().unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(setter)]
    pub fn set_gauss_next(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) {
        *zelf.gauss_next.lock() = vm.option_if_none(value);
    }

    /// Initialize internal state from hashable object.
    #[pymethod]
    fn seed(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [seed] = arguments::bind(vm, "seed", ["a"], 0, args)?;
        let core = match seed.filter(|seed| !vm.is_none(seed)) {
            Some(seed) => Mersenne::from_digits(&digits_of(&seed, vm)?),
            None => fresh(vm)?,
        };
        *zelf.core.lock() = Some(core);
        *zelf.gauss_next.lock() = None;
        Ok(())
    }

    /// random() -> x in the interval [0, 1).
    #[pymethod]
    fn random(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<f64> {
        zelf.with(vm, Mersenne::float)
    }

    /// getrandbits(k) -> x.  Generates a long int with k random bits.
    #[pymethod]
    fn getrandbits(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let count = {
            arguments::count(vm, "getrandbits", &args, 1, 1)?;
            args.args.first().map_or(Ok(0), |count| arguments::c_long(vm, count))?
        };
        let count = usize::try_from(count).ok().filter(|count| *count > 0);
        let count = count.ok_or_else(|| vm.new_value_error("number of bits must be greater than zero"))?;
        if count > i32::MAX as usize {
            return Err(vm.new_overflow_error("signed integer is greater than maximum"));
        }
        Ok(numbers::new_long(vm, zelf.bits(count, vm)?))
    }

    /// Return internal state; can be passed to setstate() later.
    #[pymethod]
    fn getstate(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        zelf.state_tuple(vm)
    }

    /// Restore internal state from object returned by getstate().
    #[pymethod]
    fn setstate(zelf: &Py<Self>, state: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let version = state.get_item(&0_usize, vm)?;
        let number = numbers::integer(&version).and_then(|version| i64::try_from(version).ok());
        if !matches!(number, Some(2 | 3)) {
            let version = String::from_utf8_lossy(&text::str_of(vm, &version)?).into_owned();
            return Err(vm.new_value_error(format!(
                "state with version {version} passed to Random.setstate() of version {VERSION}"
            )));
        }
        let parts: Vec<PyObjectRef> = state.try_to_value(vm)?;
        let [_, words, next] = parts.as_slice() else {
            let text = if parts.len() > 3 {
                "too many values to unpack".to_owned()
            } else {
                {
                    let plural = if parts.len() == 1 { "" } else { "s" };
                    format!("need more than {} value{plural} to unpack", parts.len())
                }
            };
            return Err(vm.new_value_error(text));
        };
        let items = words.downcast_ref::<PyTuple>().ok_or_else(|| vm.new_type_error("state vector must be a tuple"))?;
        if items.len() != SIZE + 1 {
            return Err(vm.new_value_error("state vector is the wrong size"));
        }
        let mut words = [0; SIZE];
        let mut index = 0;
        for (at, item) in items.iter().enumerate() {
            let number = numbers::integer(item).ok_or_else(|| vm.new_type_error("an integer is required"))?;
            let low = number.to_u32_digits().1.first().copied().unwrap_or(0);
            let low = if number.sign() == Sign::Minus { low.wrapping_neg() } else { low };
            match words.get_mut(at) {
                Some(word) => *word = low,
                None => index = usize::try_from(low).unwrap_or(SIZE),
            }
        }
        if index > SIZE {
            return Err(vm.new_value_error("invalid state"));
        }
        *zelf.core.lock() = Some(Mersenne::from_state(words, index));
        *zelf.gauss_next.lock() = vm.option_if_none(next.clone());
        Ok(())
    }

    /// Change the internal state to one that is likely far away from the current state.
    #[pymethod]
    fn jumpahead(zelf: &Py<Self>, number: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let mut source = text::repr_of(vm, &number)?;
        let state = vm.call_method(zelf.as_object(), "getstate", ())?;
        source.extend(text::repr_of(vm, &state)?);
        zelf.with(vm, |core| core.jump(&Sha512::digest(&source)))
    }

    #[pymethod]
    fn __getstate__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&zelf, "getstate", ())
    }

    #[pymethod]
    fn __setstate__(zelf: PyObjectRef, state: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&zelf, "setstate", (state,))
    }

    #[pymethod]
    fn __reduce__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let state = vm.call_method(&zelf, "getstate", ())?;
        let class: PyObjectRef = zelf.class().to_owned().into();
        Ok(vm.ctx.new_tuple(vec![class, vm.ctx.empty_tuple.clone().into(), state]).into())
    }

    /// Choose a random item from range(start, stop[, step]).
    #[pymethod]
    fn randrange(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [start, stop, step] = arguments::bind(vm, "randrange", ["start", "stop", "step"], 1, args)?;
        let start = start.unwrap_or_else(|| vm.ctx.none());
        Self::range(zelf, &start, stop.as_deref(), step.as_deref(), vm)
    }

    /// Return random integer in range [a, b], including both end points.
    #[pymethod]
    fn randint(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [Some(a), Some(b)] = arguments::bind(vm, "randint", ["a", "b"], 2, args)? else { return Ok(vm.ctx.none()) };
        let stop = vm._add(&b, vm.ctx.new_int(1).as_object())?;
        Self::range(zelf, &a, Some(&stop), None, vm)
    }

    /// Choose a random element from a non-empty sequence.
    #[pymethod]
    fn choice(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [Some(sequence)] = arguments::bind(vm, "choice", ["seq"], 1, args)? else { return Ok(vm.ctx.none()) };
        let drawn = Self::draw(zelf, vm)?.float(vm)?;
        let at = (drawn * sequence.length(vm)? as f64) as usize;
        if let Some(list) = sequence.downcast_ref_if_exact::<PyList>(vm)
            && let Some(item) = list.borrow_vec().get(at)
        {
            return Ok(item.clone());
        }
        sequence.get_item(&at, vm)
    }

    /// Shuffle list x in place, and return None.
    #[pymethod]
    fn shuffle(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [Some(items), draw] = arguments::bind(vm, "shuffle", ["x", "random"], 1, args)? else { return Ok(()) };
        let draw = match draw {
            Some(draw) if draw.clone().try_to_bool(vm)? => Draw::Python(draw),
            _ => Self::draw(zelf, vm)?,
        };
        for upper in (1..items.length(vm)?).rev() {
            let other = draw.below(upper + 1, vm)?;
            if let Some(list) = items.downcast_ref_if_exact::<PyList>(vm) {
                let mut list = list.borrow_vec_mut();
                if upper < list.len() && other < list.len() {
                    list.swap(upper, other);
                    continue;
                }
            }
            let (a, b) = (items.get_item(&upper, vm)?, items.get_item(&other, vm)?);
            items.set_item(&upper, b, vm)?;
            items.set_item(&other, a, vm)?;
        }
        Ok(())
    }

    /// Chooses k unique random elements from a population sequence.
    #[pymethod]
    fn sample(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [Some(population), Some(k)] = arguments::bind(vm, "sample", ["population", "k"], 2, args)? else {
            return Ok(vm.ctx.none());
        };
        let size = population.length(vm)?;
        let count = arguments::integer(vm, &k)?;
        let count = usize::try_from(count).ok().filter(|count| *count <= size);
        let Some(count) = count else { return Err(vm.new_value_error("sample larger than population")) };
        let draw = Self::draw(zelf, vm)?;
        // A set of what was taken, or a copy of the population to take from: whichever is smaller.
        let mut set_size = 21.0;
        if count > 5 {
            set_size += 4_f64.powf(((count as f64 * 3.0).ln() / 4_f64.ln()).ceil());
        }
        let mut taken = Vec::with_capacity(count);
        if size as f64 <= set_size || vm.get_attribute_opt(&population, "keys")?.is_some() {
            let mut pool = vm.extract_elements_with(&population, Ok)?;
            for index in 0..count {
                let at = draw.below(size - index, vm)?;
                let last = pool.get(size - index - 1).cloned();
                let (Some(slot), Some(last)) = (pool.get_mut(at), last) else { break };
                taken.push(std::mem::replace(slot, last));
            }
            return Ok(vm.ctx.new_list(taken).into());
        }
        let places = Self::places(&draw, size, count, vm)?;
        for at in &places {
            match population.get_item(at, vm) {
                Ok(item) => taken.push(item),
                Err(error) => {
                    let no_items = error.fast_isinstance(vm.ctx.exceptions.type_error)
                        || error.fast_isinstance(vm.ctx.exceptions.key_error);
                    if !no_items || population.downcastable::<PyList>() {
                        return Err(error);
                    }
                    // Sets and the like have no items by number.
                    let items = vm.extract_elements_with(&population, Ok)?;
                    let places = Self::places(&draw, size, count, vm)?;
                    let taken = places.iter().filter_map(|at| items.get(*at).cloned()).collect();
                    return Ok(vm.ctx.new_list(taken).into());
                }
            }
        }
        Ok(vm.ctx.new_list(taken).into())
    }
}

impl Random {
    /// So many different places below the size.
    fn places(draw: &Draw<'_>, size: usize, count: usize, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
        let mut seen = std::collections::HashSet::with_capacity(count);
        let mut places = Vec::with_capacity(count);
        while places.len() < count {
            let at = draw.below(size, vm)?;
            if seen.insert(at) {
                places.push(at);
            }
        }
        Ok(places)
    }
}

impl Representable for Random {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(modules::plain_repr(zelf.as_object(), vm))
    }
}

impl Constructor for Random {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        if class.is(Self::class(&vm.ctx)) && args.args.len() > 1 {
            let given = args.args.len();
            return Err(vm.new_type_error(format!("seed expected at most 1 arguments, got {given}")));
        }
        Ok(Self::default())
    }
}

impl Initializer for Random {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [seed] = arguments::bind(vm, "__init__", ["x"], 0, args)?;
        *zelf.gauss_next.lock() = None;
        let seed = seed.unwrap_or_else(|| vm.ctx.none());
        if Self::overrides(zelf, "seed", vm) {
            return vm.call_method(zelf.as_object(), "seed", (seed,)).map(drop);
        }
        // Without a seed it gets one when it is first used.
        if vm.is_none(&seed) { Ok(()) } else { Self::seed(zelf, FuncArgs::from(vec![seed]), vm) }
    }
}

/// Makes the module `_random`, on which `random` stands.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_random");
    let class = Random::make_static_type();
    distributions::install(Random::class(&vm.ctx), vm);
    modules::set_class(vm, &module, "Random", class, "random");
    modules::set_function(vm, &module, "entropy", |count: usize, vm: &VirtualMachine| -> PyResult {
        let bytes = entropy(count, vm)?;
        Ok(numbers::new_long(vm, BigInt::from(BigUint::from_bytes_be(&bytes))))
    });
    module
}
