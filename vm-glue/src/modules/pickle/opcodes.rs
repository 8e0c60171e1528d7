//! The operations of a pickle (protocols 0 to 2), under the names that Python's documentation of the format gives them.

macro_rules! operations {
    ($($name:ident = $code:literal;)*) => {
        $(pub const $name: u8 = $code;)*

        /// Name and code of every operation.
        pub static OPERATIONS: &[(&str, u8)] = &[$((stringify!($name), $code)),*];
    };
}

operations! {
    MARK = b'(';
    STOP = b'.';
    POP = b'0';
    POP_MARK = b'1';
    DUP = b'2';
    FLOAT = b'F';
    INT = b'I';
    BININT = b'J';
    BININT1 = b'K';
    LONG = b'L';
    BININT2 = b'M';
    NONE = b'N';
    PERSID = b'P';
    BINPERSID = b'Q';
    REDUCE = b'R';
    STRING = b'S';
    BINSTRING = b'T';
    SHORT_BINSTRING = b'U';
    UNICODE = b'V';
    BINUNICODE = b'X';
    APPEND = b'a';
    BUILD = b'b';
    GLOBAL = b'c';
    DICT = b'd';
    EMPTY_DICT = b'}';
    APPENDS = b'e';
    GET = b'g';
    BINGET = b'h';
    INST = b'i';
    LONG_BINGET = b'j';
    LIST = b'l';
    EMPTY_LIST = b']';
    OBJ = b'o';
    PUT = b'p';
    BINPUT = b'q';
    LONG_BINPUT = b'r';
    SETITEM = b's';
    TUPLE = b't';
    EMPTY_TUPLE = b')';
    SETITEMS = b'u';
    BINFLOAT = b'G';
    PROTO = b'\x80';
    NEWOBJ = b'\x81';
    EXT1 = b'\x82';
    EXT2 = b'\x83';
    EXT4 = b'\x84';
    TUPLE1 = b'\x85';
    TUPLE2 = b'\x86';
    TUPLE3 = b'\x87';
    NEWTRUE = b'\x88';
    NEWFALSE = b'\x89';
    LONG1 = b'\x8a';
    LONG4 = b'\x8b';
}

/// The newest protocol.
pub const HIGHEST_PROTOCOL: i64 = 2;

/// How many items are written between a mark and APPENDS or SETITEMS.
pub const BATCH: usize = 1000;

/// The versions of the format that can be read.
pub static COMPATIBLE_FORMATS: &[&str] = &["1.0", "1.1", "1.2", "1.3", "2.0"];

/// The version that is written.
pub const FORMAT_VERSION: &str = "2.0";
