//! Undoes the chunked transfer coding (RFC 9112 section 7.1), bytes in as they come.

/// Most bytes of a chunk's size line, and of the trailer section.
const LONGEST_LINE: usize = 8 << 10;

/// Where the reader stands.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
    line: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    /// The line end behind a chunk's data.
    Gap,
    Trailer,
    Done,
}

impl Chunked {
    /// Takes bytes, hands on what is content, and says how many were taken. Fewer than all only at the end.
    ///
    /// # Errors
    /// What breaks the coding.
    pub(super) fn feed(&mut self, bytes: &[u8], content: &mut dyn FnMut(&[u8])) -> Result<usize, String> {
        let mut at = 0;
        while at < bytes.len() && self.state != State::Done {
            if let State::Data(left) = self.state {
                let room = usize::try_from(left).unwrap_or(usize::MAX);
                let taken = room.min(bytes.len() - at);
                content(&bytes[at..at + taken]);
                at += taken;
                let left = left - u64::try_from(taken).unwrap_or(left);
                self.state = if left == 0 { State::Gap } else { State::Data(left) };
                continue;
            }
            let byte = bytes[at];
            at += 1;
            if byte != b'\n' {
                self.line.push(byte);
                if self.line.len() > LONGEST_LINE {
                    return Err("a line of the chunked coding is too long".to_owned());
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            self.state = after(self.state, line.strip_suffix(b"\r").unwrap_or(&line))?;
        }
        Ok(at)
    }

    /// Whether the last chunk and the trailer section have come.
    pub(super) fn done(&self) -> bool {
        self.state == State::Done
    }
}

fn after(state: State, line: &[u8]) -> Result<State, String> {
    match state {
        State::Size => match size(line) {
            Some(0) => Ok(State::Trailer),
            Some(size) => Ok(State::Data(size)),
            None => Err("a chunk has no size".to_owned()),
        },
        State::Gap if line.is_empty() => Ok(State::Size),
        State::Gap => Err("a chunk is longer than its size".to_owned()),
        State::Trailer if line.is_empty() => Ok(State::Done),
        other => Ok(other),
    }
}

fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::Chunked;

    fn decode(bytes: &[u8], step: usize) -> Result<(Vec<u8>, usize, bool), String> {
        let (mut reader, mut content, mut taken) = (Chunked::default(), Vec::new(), 0);
        for part in bytes.chunks(step) {
            taken += reader.feed(part, &mut |bytes| content.extend_from_slice(bytes))?;
        }
        Ok((content, taken, reader.done()))
    }

    #[test]
    fn chunks_are_joined_however_they_come() {
        let wire = b"4\r\nWiki\r\n6;x=1\r\npedia \r\n0\r\nT: 1\r\n\r\nnext";
        for step in [1, 2, 3, 7, wire.len()] {
            let (content, taken, done) = decode(wire, step).unwrap();
            assert_eq!((content.as_slice(), done), (&b"Wikipedia "[..], true), "{step}");
            assert_eq!(taken, wire.len() - 4, "{step}");
        }
    }

    #[test]
    fn what_breaks_the_coding_is_said() {
        for wrong in [&b"\r\n"[..], b"-1\r\n", b"1\r\nab\r\n", b"zz\r\n", b"11111111111111111\r\n"] {
            assert!(decode(wrong, 1).is_err(), "{wrong:?}");
        }
        let (content, _, done) = decode(b"5\r\nab", 2).unwrap();
        assert_eq!((content.as_slice(), done), (&b"ab"[..], false));
    }
}
