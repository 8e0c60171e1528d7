//! The bytes on the wire, between the HTTP library and its connection.
//!
//! The library is strict in what it writes and reads; old servers and the plug-ins that talk to them are not. So the last
//! link of its chain of connectors is ours: it sends the request's head as the plug-in wrote it, reads the answer's head and
//! chunks as leniently as Python 2 did ([`answer_head`], [`chunks`]), and hands the library a clean answer that has the
//! same body. What the head really said goes to the caller of [`exchange`].

use std::cell::RefCell;
use std::io;

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, LazyBuffers, NextTimeout, Transport,
};

use super::answer_head::{self, AnswerHead, Framing, HeadError};
use super::chunks::Chunks;

#[derive(Default)]
struct Exchange {
    /// The head of the request, as it is to go out.
    request: Option<Vec<u8>>,
    /// The answer to a HEAD request has no body.
    asked_for_head: bool,
    /// The request says that its connection ends with the answer.
    closes: bool,
    answer: Option<Result<AnswerHead, HeadError>>,
}

thread_local! {
    /// The exchange that this thread is in. The library writes a request and reads its answer's head on the thread that
    /// asked for them, but passes nothing of a request's own on to the connection.
    static EXCHANGE: RefCell<Option<Exchange>> = const { RefCell::new(None) };
    /// Connections that are being made inside another one (the tunnel of a proxy): those stay as they are.
    static NESTED: RefCell<usize> = const { RefCell::new(0) };
}

/// Runs one request through the library, with a head of our own in place of the library's; gives its result, and the head
/// of the answer as far as one came.
pub(super) fn exchange<T>(
    request: Vec<u8>,
    asked_for_head: bool,
    closes: bool,
    run: impl FnOnce() -> T,
) -> (T, Option<Result<AnswerHead, HeadError>>) {
    let exchange = Exchange { request: Some(request), asked_for_head, closes, answer: None };
    EXCHANGE.with_borrow_mut(|slot| *slot = Some(exchange));
    let result = run();
    let answer = EXCHANGE.with_borrow_mut(Option::take).and_then(|exchange| exchange.answer);
    (result, answer)
}

/// Makes the library's own connections, each with a [`Wire`] around it.
#[derive(Debug, Default)]
pub(super) struct WireConnector(DefaultConnector);

impl Connector<()> for WireConnector {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        NESTED.with_borrow_mut(|depth| *depth += 1);
        let made = self.0.connect(details, chained);
        let outermost = NESTED.with_borrow_mut(|depth| {
            *depth -= 1;
            *depth == 0
        });
        let Some(inner) = made? else { return Ok(None) };
        if !outermost {
            return Ok(Some(inner));
        }
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Box::new(Wire {
            inner,
            buffers,
            state: State::Idle,
            asked_for_head: false,
            closes: false,
            ready: Vec::new(),
            given: 0,
            spoilt: false,
        })))
    }
}

#[derive(Debug)]
enum State {
    /// Before a request.
    Idle,
    /// Waiting for an answer's head; what came of it.
    Head(Vec<u8>),
    /// In a body of which this much is missing.
    Length(u64),
    Chunked(Chunks),
    UntilClose,
    /// After an answer.
    Done,
}

/// One connection.
#[derive(Debug)]
struct Wire {
    inner: Box<dyn Transport>,
    buffers: LazyBuffers,
    state: State,
    asked_for_head: bool,
    closes: bool,
    /// What the library is to read next, and how much of it it has got.
    ready: Vec<u8>,
    given: usize,
    /// More came than the answer: the connection cannot be used again.
    spoilt: bool,
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if matches!(&self.state, State::Head(before) if before.is_empty()) {
            return send(&mut *self.inner, &self.buffers.output()[..amount], timeout);
        }
        // The first bytes of a request: its head, which is short and comes whole.
        self.state = State::Head(Vec::new());
        let exchange = EXCHANGE.with_borrow_mut(|slot| {
            slot.as_mut().map(|exchange| (exchange.request.take(), exchange.asked_for_head, exchange.closes))
        });
        let library = &self.buffers.output()[..amount];
        let Some((Some(mut head), asked_for_head, closes)) = exchange else {
            return send(&mut *self.inner, library, timeout);
        };
        (self.asked_for_head, self.closes) = (asked_for_head, closes);
        let end = library.windows(4).position(|end| end == b"\r\n\r\n").map_or(amount, |at| at + 4);
        head.extend_from_slice(&library[end..]);
        send(&mut *self.inner, &head, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        loop {
            if self.hand_over() {
                return Ok(true);
            }
            if matches!(self.state, State::Done) {
                return Ok(false);
            }
            let more = match self.inner.maybe_await_input(timeout) {
                Ok(more) => more,
                Err(Error::Io(error)) if is_end(&error) => false,
                Err(error) => return Err(error),
            };
            let input = self.inner.buffers().input().to_vec();
            self.inner.buffers().input_consume(input.len());
            if !input.is_empty() {
                self.take(&input)?;
            } else if !more {
                self.end()?;
                return Ok(self.hand_over());
            }
        }
    }

    fn is_open(&mut self) -> bool {
        !self.spoilt && self.ready.len() == self.given && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl Wire {
    /// Passes on what is ready, as far as the library has room. False if there was nothing.
    fn hand_over(&mut self) -> bool {
        let left = &self.ready[self.given..];
        if left.is_empty() {
            return false;
        }
        let room = self.buffers.input_append_buf();
        let count = room.len().min(left.len());
        room[..count].copy_from_slice(&left[..count]);
        self.buffers.input_appended(count);
        self.given += count;
        if self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
        }
        count > 0
    }

    /// Takes what came from the connection.
    fn take(&mut self, input: &[u8]) -> Result<(), Error> {
        match &mut self.state {
            State::Head(gathered) => {
                gathered.extend_from_slice(input);
                // Most pieces hold the head whole; one that holds no line's end cannot finish it.
                if input.contains(&b'\n') || gathered.len() > MOST_WITHOUT_LINE {
                    self.read_head(false)
                } else {
                    Ok(())
                }
            }
            State::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                self.ready.extend_from_slice(&input[..count]);
                *left -= count as u64;
                self.spoilt |= count < input.len();
                if *left == 0 {
                    self.state = State::Done;
                }
                Ok(())
            }
            State::Chunked(chunks) => {
                let ready = &mut self.ready;
                let rest = chunks.feed(input, |piece| {
                    ready.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    ready.extend_from_slice(piece);
                    ready.extend_from_slice(b"\r\n");
                });
                match rest {
                    Ok(rest) => self.spoilt |= !rest.is_empty(),
                    // The library finds the body cut off, after it got what was good.
                    Err(_) => {
                        self.spoilt = true;
                        self.state = State::Done;
                        return Ok(());
                    }
                }
                if matches!(&self.state, State::Chunked(chunks) if chunks.is_ended()) {
                    self.ready.extend_from_slice(b"0\r\n\r\n");
                    self.state = State::Done;
                }
                Ok(())
            }
            State::UntilClose => {
                self.ready.extend_from_slice(input);
                Ok(())
            }
            State::Idle | State::Done => {
                self.spoilt = true;
                Ok(())
            }
        }
    }

    /// The connection has ended: what is there is all. A body that is cut off is left so; the library finds that out.
    fn end(&mut self) -> Result<(), Error> {
        self.spoilt = true;
        if matches!(self.state, State::Head(_)) {
            self.read_head(true)?;
        }
        if let State::Chunked(chunks) = &mut self.state
            && chunks.end().is_ok()
        {
            self.ready.extend_from_slice(b"0\r\n\r\n");
        }
        self.state = State::Done;
        Ok(())
    }

    /// Reads the head, if it is there, and writes the one that the library gets.
    fn read_head(&mut self, ended: bool) -> Result<(), Error> {
        let State::Head(gathered) = &mut self.state else { return Ok(()) };
        let parsed = match answer_head::parse(gathered, ended, self.asked_for_head) {
            Ok(None) => return Ok(()),
            Ok(Some((head, used))) => {
                let rest = gathered.split_off(used);
                Ok((head, rest))
            }
            Err(error) => Err(error),
        };
        match parsed {
            Ok((head, rest)) => {
                // The library needs to know the body only. An informational or empty answer is one without a body to it.
                let mut clean = b"HTTP/1.1 200 OK\r\n".to_vec();
                let framing = match head.framing {
                    Framing::Length(length) => format!("Content-Length: {length}\r\n"),
                    Framing::Chunked => "Transfer-Encoding: chunked\r\n".to_owned(),
                    Framing::UntilClose => String::new(),
                };
                clean.extend_from_slice(framing.as_bytes());
                if head.closes || self.closes {
                    clean.extend_from_slice(b"Connection: close\r\n");
                }
                clean.extend_from_slice(b"\r\n");
                self.ready.extend_from_slice(&clean);
                self.state = match head.framing {
                    Framing::Length(0) => State::Done,
                    Framing::Length(length) => State::Length(length),
                    Framing::Chunked => State::Chunked(Chunks::new()),
                    Framing::UntilClose => State::UntilClose,
                };
                report(Ok(head));
                if rest.is_empty() { Ok(()) } else { self.take(&rest) }
            }
            Err(error) => {
                self.spoilt = true;
                self.state = State::Done;
                report(Err(error));
                Err(Error::Io(io::Error::other("the head of the answer cannot be used")))
            }
        }
    }
}

/// A line that is longer than this is looked at before its end.
const MOST_WITHOUT_LINE: usize = 65536;

fn report(answer: Result<AnswerHead, HeadError>) {
    EXCHANGE.with_borrow_mut(|slot| {
        if let Some(exchange) = slot {
            exchange.answer = Some(answer);
        }
    });
}

/// The ways in which a connection ends.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
    )
}

fn send(inner: &mut dyn Transport, mut data: &[u8], timeout: NextTimeout) -> Result<(), Error> {
    while !data.is_empty() {
        let room = inner.buffers().output();
        let count = room.len().min(data.len());
        room[..count].copy_from_slice(&data[..count]);
        inner.transmit_output(count, timeout)?;
        data = &data[count..];
    }
    Ok(())
}
