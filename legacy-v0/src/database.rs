//! The plug-in's SQLite database (`spec/legacy-v1.md` §4, `PMS.Database`; `spec/legacy-v0.md` §4, `PMS.DB`).
//!
//! One connection a plug-in; statements change nothing in the file before `commit`. Rows are read when a statement runs,
//! so that cursors can be read by any thread.

use std::path::Path;

use parking_lot::Mutex;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, params_from_iter};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyFloat, PyInt, PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// Statements that the connection opens a transaction for, as the `sqlite3` module of Python 2 does.
const CHANGING: [&str; 4] = ["insert", "update", "delete", "replace"];

/// Opens a database; its folder is made if it is not there.
pub fn open(vm: &VirtualMachine, path: &str) -> PyResult {
    let _ = (DatabaseConnection::make_static_type(), Cursor::make_static_type());
    let path = Path::new(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| vm.new_os_error(error.to_string()))?;
    }
    let connection = Connection::open(path).map_err(|error| exception(vm, &error))?;
    Ok(DatabaseConnection { connection: Mutex::new(connection) }.into_pyobject(vm))
}

/// The classes of errors, under the names of `sqlite3`.
fn error_class(vm: &VirtualMachine, name: &'static str) -> PyTypeRef {
    static CLASSES: Mutex<Vec<(&'static str, PyTypeRef)>> = Mutex::new(Vec::new());
    let mut classes = CLASSES.lock();
    if let Some((_, class)) = classes.iter().find(|(known, _)| *known == name) {
        return class.clone();
    }
    let class = vm.ctx.new_exception_type("sqlite3", name, None);
    classes.push((name, class.clone()));
    class
}

fn raise(vm: &VirtualMachine, name: &'static str, message: &str) -> PyBaseExceptionRef {
    vm.new_exception(error_class(vm, name), vec![text::native(vm, message)])
}

fn exception(vm: &VirtualMachine, error: &Error) -> PyBaseExceptionRef {
    match error {
        Error::SqliteFailure(failure, message) => {
            let class = match failure.code {
                ErrorCode::ConstraintViolation => "IntegrityError",
                ErrorCode::ApiMisuse => "ProgrammingError",
                ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => "DatabaseError",
                _ => "OperationalError",
            };
            raise(vm, class, &message.clone().unwrap_or_else(|| failure.to_string()))
        }
        Error::SqlInputError { msg, .. } => raise(vm, "OperationalError", msg),
        Error::InvalidParameterCount(given, wanted) => {
            let message = format!(
                "Incorrect number of bindings supplied. The current statement uses {wanted}, and there are {given} supplied."
            );
            raise(vm, "ProgrammingError", &message)
        }
        other => raise(vm, "OperationalError", &other.to_string()),
    }
}

/// A connection.
#[pyclass(module = "sqlite3", name = "Connection")]
#[derive(PyPayload)]
pub struct DatabaseConnection {
    connection: Mutex<Connection>,
}

impl std::fmt::Debug for DatabaseConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

/// What a statement gave, without Python.
#[derive(Default)]
struct Answer {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    changed: i64,
    last_row: i64,
}

/// Runs one statement, with a transaction around what changes the database.
fn execute(connection: &Connection, sql: &str, sets: &[Bindings]) -> Result<Answer, Error> {
    let word: String =
        sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    let changing = CHANGING.contains(&word.as_str());
    if changing && connection.is_autocommit() {
        connection.execute_batch("BEGIN")?;
    }
    let mut answer = Answer { changed: -1, ..Answer::default() };
    let mut statement = connection.prepare(sql)?;
    answer.columns = statement.column_names().into_iter().map(str::to_owned).collect();
    let width = answer.columns.len();
    for bindings in sets {
        let positional: Vec<Value> = match bindings {
            Bindings::Positions(values) => values.clone(),
            Bindings::Names(values) => (1..=statement.parameter_count())
                .map(|at| {
                    let name = statement.parameter_name(at).unwrap_or_default().trim_start_matches([':', '@', '$']);
                    let found = values.iter().find(|(known, _)| known == name);
                    found.map_or(Value::Null, |(_, value)| value.clone())
                })
                .collect(),
        };
        let mut rows = statement.query(params_from_iter(positional))?;
        while let Some(row) = rows.next()? {
            let values = (0..width).map(|at| row.get_ref(at).map(owned)).collect::<Result<Vec<_>, _>>()?;
            answer.rows.push(values);
        }
        drop(rows);
        if changing {
            let count = i64::try_from(connection.changes()).unwrap_or(i64::MAX);
            answer.changed = answer.changed.max(0) + count;
        }
    }
    answer.last_row = connection.last_insert_rowid();
    Ok(answer)
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// The values for the places of a statement.
enum Bindings {
    Positions(Vec<Value>),
    Names(Vec<(String, Value)>),
}

fn bindings(vm: &VirtualMachine, values: &PyObject) -> PyResult<Bindings> {
    if let Some(named) = values.downcast_ref::<PyDict>() {
        let mut list = Vec::new();
        for (name, item) in named.to_owned() {
            list.push((text::unicode_of(vm, &name)?, value(vm, &item)?));
        }
        return Ok(Bindings::Names(list));
    }
    if vm.is_none(values) {
        return Ok(Bindings::Positions(Vec::new()));
    }
    let items = vm.extract_elements_with(values, |item| value(vm, &item))?;
    Ok(Bindings::Positions(items))
}

fn value(vm: &VirtualMachine, object: &PyObject) -> PyResult<Value> {
    if vm.is_none(object) {
        return Ok(Value::Null);
    }
    if let Some(number) = object.downcast_ref::<PyInt>() {
        let number = i64::try_from(number.as_bigint());
        return number
            .map(Value::Integer)
            .map_err(|_| vm.new_overflow_error("Python int too large to convert to SQLite INTEGER".to_owned()));
    }
    if let Some(number) = object.downcast_ref::<PyFloat>() {
        return Ok(Value::Real(number.to_f64()));
    }
    if let Some(bytes) = text::bytes_of(object) {
        return String::from_utf8(bytes).map(Value::Text).map_err(|_| {
            raise(
                vm,
                "ProgrammingError",
                "You must not use 8-bit bytestrings unless you use a text_factory that can interpret 8-bit bytestrings \
                 (like text_factory = str). It is highly recommended that you instead just switch your application to \
                 Unicode strings.",
            )
        });
    }
    if object.downcastable::<PyStr>() {
        return Ok(Value::Text(text::unicode_of(vm, object)?));
    }
    if &*object.class().name() == "buffer" {
        return Ok(Value::Blob(text::str_of(vm, object)?));
    }
    Err(raise(vm, "InterfaceError", "Error binding parameter - probably unsupported type."))
}

/// A value of a row: texts are unicode.
fn object(vm: &VirtualMachine, value: Value) -> PyResult {
    Ok(match value {
        Value::Null => vm.ctx.none(),
        Value::Integer(number) => vm.ctx.new_int(number).into(),
        Value::Real(number) => vm.ctx.new_float(number).into(),
        Value::Text(content) => text::new_unicode(vm, &content),
        Value::Blob(bytes) => {
            let content = text::new_str(vm, &bytes);
            let builtins = import::module(vm, "__builtin__")?;
            match vm.get_attribute_opt(&builtins, &vm.ctx.new_str("buffer"))? {
                Some(buffer) => buffer.call((content,), vm)?,
                None => content,
            }
        }
    })
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl DatabaseConnection {
    fn answer(zelf: &Py<Self>, sql: &PyObject, sets: Vec<Bindings>, vm: &VirtualMachine) -> PyResult {
        let sql = text::unicode_of(vm, sql)?;
        let answer = vm.allow_threads(|| execute(&zelf.connection.lock(), &sql, &sets));
        let answer = answer.map_err(|error| exception(vm, &error))?;
        let mut rows = Vec::with_capacity(answer.rows.len());
        for row in answer.rows {
            let values = row.into_iter().map(|value| object(vm, value)).collect::<PyResult<Vec<_>>>()?;
            rows.push(vm.ctx.new_tuple(values).into());
        }
        rows.reverse();
        let (changed, last_row) = (answer.changed, answer.last_row);
        Ok(Cursor { columns: answer.columns, rows: Mutex::new(rows), changed, last_row }.into_pyobject(vm))
    }

    /// Runs a statement; gives a cursor.
    #[pymethod]
    fn execute(zelf: &Py<Self>, sql: PyObjectRef, values: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let sets = vec![bindings(vm, &values)?];
        Self::answer(zelf, &sql, sets, vm)
    }

    /// Runs a statement once for each set of values.
    #[pymethod]
    fn executemany(zelf: &Py<Self>, sql: PyObjectRef, sets: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let sets = vm.extract_elements_with(&sets, |set| bindings(vm, &set))?;
        Self::answer(zelf, &sql, sets, vm)
    }

    /// Runs several statements.
    #[pymethod]
    fn executescript(zelf: &Py<Self>, sql: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let sql = text::unicode_of(vm, &sql)?;
        let done = vm.allow_threads(|| zelf.connection.lock().execute_batch(&sql));
        done.map_err(|error| exception(vm, &error))
    }

    fn end_transaction(zelf: &Py<Self>, statement: &str, vm: &VirtualMachine) -> PyResult<()> {
        let done = vm.allow_threads(|| {
            let connection = zelf.connection.lock();
            if connection.is_autocommit() { Ok(()) } else { connection.execute_batch(statement) }
        });
        done.map_err(|error| exception(vm, &error))
    }

    #[pymethod]
    fn commit(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        Self::end_transaction(zelf, "COMMIT", vm)
    }

    #[pymethod]
    fn rollback(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        Self::end_transaction(zelf, "ROLLBACK", vm)
    }

    /// Rows changed since the connection was opened.
    #[pygetset]
    fn total_changes(zelf: &Py<Self>) -> u64 {
        zelf.connection.lock().total_changes()
    }
}

/// The rows of a statement.
#[pyclass(module = "sqlite3", name = "Cursor")]
#[derive(Debug, PyPayload)]
pub struct Cursor {
    columns: Vec<String>,
    /// What has not been fetched yet, last row first.
    rows: Mutex<Vec<PyObjectRef>>,
    changed: i64,
    last_row: i64,
}

#[pyclass(with(IterNext, Iterable), flags(DISALLOW_INSTANTIATION))]
impl Cursor {
    #[pymethod]
    fn fetchone(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.rows.lock().pop().unwrap_or_else(|| vm.ctx.none())
    }

    #[pymethod]
    fn fetchall(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let rows = std::mem::take(&mut *zelf.rows.lock());
        vm.ctx.new_list(rows.into_iter().rev().collect()).into()
    }

    #[pymethod]
    fn fetchmany(
        zelf: &Py<Self>,
        size: rustpython_vm::function::OptionalArg<usize>,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        let mut rows = zelf.rows.lock();
        let left = rows.len().saturating_sub(size.unwrap_or(1));
        let taken = rows.split_off(left);
        vm.ctx.new_list(taken.into_iter().rev().collect()).into()
    }

    #[pymethod]
    fn close(zelf: &Py<Self>) {
        zelf.rows.lock().clear();
    }

    /// How many rows a statement changed; -1 for one that changes nothing.
    #[pygetset]
    fn rowcount(zelf: &Py<Self>) -> i64 {
        zelf.changed
    }

    #[pygetset]
    fn lastrowid(zelf: &Py<Self>) -> i64 {
        zelf.last_row
    }

    /// Names of the columns, each in a tuple of seven.
    #[pygetset]
    fn description(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        if zelf.columns.is_empty() {
            return vm.ctx.none();
        }
        let column = |name: &String| -> PyObjectRef {
            let mut parts = vec![text::native(vm, name)];
            parts.resize(7, vm.ctx.none());
            vm.ctx.new_tuple(parts).into()
        };
        vm.ctx.new_tuple(zelf.columns.iter().map(column).collect()).into()
    }
}

impl SelfIter for Cursor {}

impl IterNext for Cursor {
    fn next(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(match zelf.rows.lock().pop() {
            Some(row) => PyIterReturn::Return(row),
            None => PyIterReturn::StopIteration(None),
        })
    }
}
