//! Reads a response body chunk by chunk, stops at the cap and at the deadline, and undoes its content coding.

use std::io::Read;

use ::http::header::CONTENT_ENCODING;
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use tokio::time::{Instant, timeout_at};

use super::failure;
use crate::model::Cut;

/// Reads up to `max` bytes until the deadline. What came is always kept; the second part says why it is not the
/// whole. The cap holds for the bytes on the wire and again for the decoded ones, so a small body that unpacks
/// to a huge one is cut as well.
pub(super) async fn read(
    response: &mut reqwest::Response,
    max: usize,
    deadline: Instant,
) -> (Bytes, Option<Cut>) {
    let mut bytes = Vec::new();
    let cut = loop {
        match timeout_at(deadline, response.chunk()).await {
            Err(_) => break Some(Cut::TimedOut),
            Ok(Err(error)) => break Some(Cut::Broken(failure::body(&error, bytes.len()))),
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(chunk))) => {
                let room = max - bytes.len();
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break Some(Cut::TooLarge(max));
                }
            }
        }
    };
    match response.headers().get(CONTENT_ENCODING) {
        Some(coding) => {
            let (bytes, fault) = decoded(coding.as_bytes(), &bytes, max);
            (bytes, cut.or(fault))
        }
        None => (bytes.into(), cut),
    }
}

/// A body without its content coding, and why it is not whole if decoding ended early.
pub(super) fn decoded(coding: &[u8], bytes: &[u8], max: usize) -> (Bytes, Option<Cut>) {
    // An answer without a body (to HEAD, or a 304) may name a coding all the same.
    let decoder = if bytes.is_empty() { None } else { decoder(coding, bytes) };
    match decoder {
        Some(mut decoder) => {
            let (decoded, fault) = decode(&mut *decoder, max);
            (decoded.into(), fault)
        }
        None => (Bytes::copy_from_slice(bytes), None),
    }
}

/// The decoder for the response's content coding, if it is one of RFC 9110 section 8.4.1 that we have. It is not
/// asked for in requests; servers that send one unasked, and scenarios that ask, are understood all the same.
fn decoder<'a>(coding: &[u8], bytes: &'a [u8]) -> Option<Box<dyn Read + Send + 'a>> {
    match &*coding.trim_ascii().to_ascii_lowercase() {
        b"gzip" | b"x-gzip" => Some(Box::new(MultiGzDecoder::new(bytes))),
        b"deflate" => Some(Box::new(ZlibDecoder::new(bytes))),
        _ => None,
    }
}

fn decode(decoder: &mut dyn Read, max: usize) -> (Vec<u8>, Option<Cut>) {
    let mut decoded = Vec::new();
    let cap = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let fault = decoder.take(cap).read_to_end(&mut decoded).err();
    if decoded.len() > max {
        decoded.truncate(max);
        return (decoded, Some(Cut::TooLarge(max)));
    }
    (decoded, fault.map(|error| Cut::Broken(format!("the body is not in its content-encoding: {error}"))))
}
