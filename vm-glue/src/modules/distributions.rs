//! The distributions of `random.Random`: uniform, normal, gamma … in the order of draws that CPython 2.7 makes.

use std::f64::consts::{E, PI, TAU};

use rustpython_vm::builtins::PyType;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use super::random_module::{Draw, Random, VERSION, float_of};
use crate::runtime::arguments;

/// 1 + ln 4.5 and ln 4: constants of the gamma distribution.
fn gamma_constant() -> f64 {
    1.0 + 4.5_f64.ln()
}

// ---- arithmetic with CPython's errors ------------------------------------------------------------------------------

fn divide(a: f64, b: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if b == 0.0 { Err(vm.new_zero_division_error("float division by zero")) } else { Ok(a / b) }
}

fn ln(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if x <= 0.0 { Err(vm.new_value_error("math domain error")) } else { Ok(x.ln()) }
}

fn root(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if x < 0.0 { Err(vm.new_value_error("math domain error")) } else { Ok(x.sqrt()) }
}

fn exp(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    let value = x.exp();
    if value.is_infinite() && x.is_finite() { Err(vm.new_overflow_error("math range error")) } else { Ok(value) }
}

fn acos(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if (-1.0..=1.0).contains(&x) { Ok(x.acos()) } else { Err(vm.new_value_error("math domain error")) }
}

/// `x % y` of floats: the sign of y.
fn modulo(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
}

fn power(x: f64, y: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if x == 0.0 && y < 0.0 {
        return Err(vm.new_zero_division_error("0.0 cannot be raised to a negative power"));
    }
    Ok(x.powf(y))
}

// ---- the distributions ---------------------------------------------------------------------------------------------

fn normal(draw: &Draw<'_>, mu: f64, sigma: f64, vm: &VirtualMachine) -> PyResult<f64> {
    let magic = 4.0 * (-0.5_f64).exp() / 2.0_f64.sqrt();
    loop {
        let first = draw.float(vm)?;
        let second = 1.0 - draw.float(vm)?;
        let z = divide(magic * (first - 0.5), second, vm)?;
        if z * z / 4.0 <= -ln(second, vm)? {
            return Ok(mu + z * sigma);
        }
    }
}

fn exponential(draw: &Draw<'_>, lambda: f64, vm: &VirtualMachine) -> PyResult<f64> {
    divide(-ln(1.0 - draw.float(vm)?, vm)?, lambda, vm)
}

fn von_mises(draw: &Draw<'_>, mu: f64, kappa: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if kappa <= 1e-6 {
        return Ok(TAU * draw.float(vm)?);
    }
    let s = 0.5 / kappa;
    let r = s + (1.0 + s * s).sqrt();
    let z = loop {
        let z = (PI * draw.float(vm)?).cos();
        let d = z / (r + z);
        let u = draw.float(vm)?;
        if u < 1.0 - d * d || u <= (1.0 - d) * exp(d, vm)? {
            break z;
        }
    };
    let q = 1.0 / r;
    let f = (q + z) / (1.0 + q * z);
    let angle = acos(f, vm)?;
    Ok(modulo(if draw.float(vm)? > 0.5 { mu + angle } else { mu - angle }, TAU))
}

fn gamma(draw: &Draw<'_>, alpha: f64, beta: f64, vm: &VirtualMachine) -> PyResult<f64> {
    if alpha <= 0.0 || beta <= 0.0 {
        return Err(vm.new_value_error("gammavariate: alpha and beta must be > 0.0"));
    }
    if alpha > 1.0 {
        // Cheng's algorithm.
        let ainv = (2.0 * alpha - 1.0).sqrt();
        let b = alpha - 4.0_f64.ln();
        let c = alpha + ainv;
        loop {
            let u1 = draw.float(vm)?;
            if !(u1 > 1e-7 && u1 < 0.999_999_9) {
                continue;
            }
            let u2 = 1.0 - draw.float(vm)?;
            let v = (u1 / (1.0 - u1)).ln() / ainv;
            let x = alpha * exp(v, vm)?;
            let z = u1 * u1 * u2;
            let r = b + c * v - x;
            if r + gamma_constant() - 4.5 * z >= 0.0 || r >= ln(z, vm)? {
                return Ok(x * beta);
            }
        }
    }
    if alpha == 1.0 {
        let mut u = draw.float(vm)?;
        while u <= 1e-7 {
            u = draw.float(vm)?;
        }
        return Ok(-ln(u, vm)? * beta);
    }
    // Ahrens and Dieter's algorithm GS.
    loop {
        let u = draw.float(vm)?;
        let b = (E + alpha) / E;
        let p = b * u;
        let x = if p <= 1.0 { p.powf(1.0 / alpha) } else { -ln((b - p) / alpha, vm)? };
        let u1 = draw.float(vm)?;
        let accepted = if p > 1.0 { u1 <= power(x, alpha - 1.0, vm)? } else { u1 <= exp(-x, vm)? };
        if accepted {
            return Ok(x * beta);
        }
    }
}

fn triangular(draw: &Draw<'_>, low: f64, high: f64, mode: Option<f64>, vm: &VirtualMachine) -> PyResult<f64> {
    let u = draw.float(vm)?;
    let c = match mode {
        None => 0.5,
        Some(_) if high == low => return Ok(low),
        Some(mode) => (mode - low) / (high - low),
    };
    let (u, c, low, high) = if u > c { (1.0 - u, 1.0 - c, high, low) } else { (u, c, low, high) };
    Ok(low + (high - low) * (u * c).powf(0.5))
}

/// `gauss`: makes two numbers at a time and keeps the second.
fn gauss(zelf: &Py<Random>, draw: &Draw<'_>, mu: f64, sigma: f64, vm: &VirtualMachine) -> PyResult<f64> {
    let kept = Random::gauss_next(zelf, vm);
    Random::set_gauss_next(zelf, vm.ctx.none(), vm);
    let z = if vm.is_none(&kept) {
        let angle = draw.float(vm)? * TAU;
        let radius = root(-2.0 * ln(1.0 - draw.float(vm)?, vm)?, vm)?;
        Random::set_gauss_next(zelf, vm.ctx.new_float(angle.sin() * radius).into(), vm);
        angle.cos() * radius
    } else {
        float_of(&kept, vm)?
    };
    Ok(mu + z * sigma)
}

// ---- the methods ---------------------------------------------------------------------------------------------------

/// A distribution of two numbers.
type Two = fn(&Py<Random>, &Draw<'_>, f64, f64, &VirtualMachine) -> PyResult<f64>;
/// A distribution of one number.
type One = fn(&Draw<'_>, f64, &VirtualMachine) -> PyResult<f64>;

const TWO: &[(&str, [&str; 2], Two)] = &[
    ("normalvariate", ["mu", "sigma"], |_, draw, mu, sigma, vm| normal(draw, mu, sigma, vm)),
    ("lognormvariate", ["mu", "sigma"], |_, draw, mu, sigma, vm| exp(normal(draw, mu, sigma, vm)?, vm)),
    ("vonmisesvariate", ["mu", "kappa"], |_, draw, mu, kappa, vm| von_mises(draw, mu, kappa, vm)),
    ("gammavariate", ["alpha", "beta"], |_, draw, alpha, beta, vm| gamma(draw, alpha, beta, vm)),
    ("gauss", ["mu", "sigma"], gauss),
    ("betavariate", ["alpha", "beta"], |_, draw, alpha, beta, vm| {
        let y = gamma(draw, alpha, 1.0, vm)?;
        if y == 0.0 { Ok(0.0) } else { Ok(y / (y + gamma(draw, beta, 1.0, vm)?)) }
    }),
    ("weibullvariate", ["alpha", "beta"], |_, draw, alpha, beta, vm| {
        Ok(alpha * power(-ln(1.0 - draw.float(vm)?, vm)?, divide(1.0, beta, vm)?, vm)?)
    }),
];

const ONE: &[(&str, [&str; 1], One)] = &[
    ("expovariate", ["lambd"], exponential),
    ("paretovariate", ["alpha"], |draw, alpha, vm| {
        let u = 1.0 - draw.float(vm)?;
        divide(1.0, power(u, divide(1.0, alpha, vm)?, vm)?, vm)
    }),
];

fn uniform(zelf: &Py<Random>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [Some(a), Some(b)] = arguments::bind(vm, "uniform", ["a", "b"], 2, args)? else { return Ok(vm.ctx.none()) };
    let drawn: PyObjectRef = vm.ctx.new_float(Random::draw(zelf, vm)?.float(vm)?).into();
    // Of any numbers: the result is what their own operators make.
    let width = vm._sub(&b, &a)?;
    vm._add(&a, &*vm._mul(&width, &drawn)?)
}

fn triangular_method(zelf: &Py<Random>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [low, high, mode] = arguments::bind(vm, "triangular", ["low", "high", "mode"], 0, args)?;
    let number = |value: Option<&PyObjectRef>, default: f64| value.map_or(Ok(default), |value| float_of(value, vm));
    let mode = mode.filter(|mode| !vm.is_none(mode)).map(|mode| float_of(&mode, vm)).transpose()?;
    let (lowest, highest) = (number(low.as_ref(), 0.0)?, number(high.as_ref(), 1.0)?);
    if let (Some(low), Some(_)) = (&low, mode)
        && lowest == highest
    {
        // No width: the bound as it is.
        Random::draw(zelf, vm)?.float(vm)?;
        return Ok(low.clone());
    }
    let drawn = triangular(&Random::draw(zelf, vm)?, lowest, highest, mode, vm)?;
    Ok(vm.ctx.new_float(drawn).into())
}

/// Gives the class its methods.
pub fn install(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let receiver = |zelf: &PyObjectRef, vm: &VirtualMachine| -> PyResult<rustpython_vm::PyRef<Random>> {
        zelf.clone().downcast::<Random>().map_err(|_| vm.new_type_error("a Random object is required"))
    };
    for (name, parameters, work) in TWO {
        let method = move |zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<f64> {
            let zelf = receiver(&zelf, vm)?;
            let [Some(a), Some(b)] = arguments::bind(vm, name, *parameters, 2, args)? else { return Ok(0.0) };
            work(&zelf, &Random::draw(&zelf, vm)?, float_of(&a, vm)?, float_of(&b, vm)?, vm)
        };
        class.set_attr(vm.ctx.intern_str(*name), vm.new_method(name, class, method).into());
    }
    for (name, parameters, work) in ONE {
        let method = move |zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<f64> {
            let zelf = receiver(&zelf, vm)?;
            let [Some(a)] = arguments::bind(vm, name, *parameters, 1, args)? else { return Ok(0.0) };
            work(&Random::draw(&zelf, vm)?, float_of(&a, vm)?, vm)
        };
        class.set_attr(vm.ctx.intern_str(*name), vm.new_method(name, class, method).into());
    }
    let whole: [(&'static str, fn(&Py<Random>, FuncArgs, &VirtualMachine) -> PyResult); 2] =
        [("uniform", uniform), ("triangular", triangular_method)];
    for (name, work) in whole {
        let method =
            move |zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| work(&*receiver(&zelf, vm)?, args, vm);
        class.set_attr(vm.ctx.intern_str(name), vm.new_method(name, class, method).into());
    }
    class.set_attr(vm.ctx.intern_str("VERSION"), vm.ctx.new_int(VERSION).into());
    class.modified();
}
