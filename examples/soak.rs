//! Sends requests to a running `tollgate serve` as fast as they are answered, for `benches/serve_soak.sh`.
//!
//! `soak ADDRESS KEY REQUESTS` creates and lists leads in turn over eight connections, and prints how many answers
//! came and how many were no success.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const CONNECTIONS: usize = 8;

fn main() -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a program of its own, without the library's door")]
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, requests] = args.as_slice() else {
        return Err(io::Error::other("usage: soak ADDRESS KEY REQUESTS"));
    };
    let requests: usize = requests.parse().map_err(io::Error::other)?;
    let each = requests.div_ceil(CONNECTIONS);
    let unexpected = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..CONNECTIONS).map(|number| scope.spawn(move || work(address, key, number, each))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Ok(each))).sum::<io::Result<usize>>()
    })?;
    writeln!(io::stdout(), "{} {unexpected}", each * CONNECTIONS)
}

/// Answers that were no success.
fn work(address: &str, key: &str, number: usize, requests: usize) -> io::Result<usize> {
    let stream = TcpStream::connect(address)?;
    let (mut writer, mut reader) = (stream.try_clone()?, BufReader::new(stream));
    let mut unexpected = 0;
    for count in 0..requests {
        let (method, body) = match count % 2 {
            0 => ("POST", format!(r#"{{"name":"Ada","email":"ada-{number}-{count}@example.com"}}"#)),
            _ => ("GET", String::new()),
        };
        let head = format!(
            "{method} /v1/leads HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
            content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        writer.write_all(head.as_bytes())?;
        let expected = if method == "POST" { "HTTP/1.1 201" } else { "HTTP/1.1 200" };
        unexpected += usize::from(!read(&mut reader)?.starts_with(expected));
    }
    Ok(unexpected)
}

/// Reads one answer to its end and gives its first line.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line == "\r\n" {
            io::copy(&mut reader.take(length), &mut io::sink())?;
            return Ok(first);
        }
        if first.is_empty() {
            first = line;
        }
    }
}
