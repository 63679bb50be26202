//! What can go wrong, before a dialect gives it a code and a shape.

use serde_json::Value;

/// The situations both APIs tell apart; a dialect may give several the same code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No `Authorization`, or one that is not a bearer key.
    Unauthorized,
    /// The key's time is over.
    TokenExpired,
    /// No such key.
    InvalidKey,
    /// The key was taken back.
    KeyRevoked,
    /// The key may do nothing at all.
    Forbidden,
    /// The key may read only.
    InsufficientScope,
    /// The workspace is not the key's.
    WorkspaceDenied,
    /// The body or a header cannot be read at all.
    Malformed,
    /// Fields are wrong.
    Invalid,
    /// Fields are missing and nothing else is wrong.
    MissingField,
    /// One field has a value outside its list and nothing else is wrong.
    InvalidValue,
    /// No such route.
    RouteNotFound,
    /// No such lead.
    LeadNotFound,
    /// The lead was deleted.
    Gone,
    /// The workspace has a lead with this email.
    DuplicateEmail,
    /// `If-Match` names another version.
    VersionConflict,
    /// The `Idempotency-Key` was used for another body.
    KeyReused,
    /// The route knows other methods.
    MethodNotAllowed,
    /// The body is over the limit.
    BodyTooLarge,
    /// The URL is over the limit.
    UrlTooLong,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The header fields are over the limit.
    HeadersTooLarge,
    /// The window is used up.
    RateLimited,
    /// The day is used up.
    DailyLimited,
    /// Injected: something broke.
    Internal,
    /// Injected, or the server is stopping.
    Unavailable,
    /// Injected: something took too long.
    Timeout,
}

impl Kind {
    /// The sentence for people, unless the place has a better one.
    fn message(self) -> &'static str {
        match self {
            Self::Unauthorized => "An API key is required: send it as a bearer token",
            Self::TokenExpired => "The access token has expired",
            Self::InvalidKey => "The API key is not known",
            Self::KeyRevoked => "The API key has been revoked",
            Self::Forbidden => "This API key has been suspended",
            Self::InsufficientScope => "This API key may read leads, not change them",
            Self::WorkspaceDenied => "This API key has no access to the workspace",
            Self::Malformed => "The request cannot be read",
            Self::Invalid => "Validation failed",
            Self::MissingField => "A required field is missing",
            Self::InvalidValue => "A field has a value that is not allowed",
            Self::RouteNotFound => "There is nothing at this address",
            Self::LeadNotFound => "Lead not found",
            Self::Gone => "The lead has been deleted",
            Self::DuplicateEmail => "Email already exists",
            Self::VersionConflict => "The lead has changed since it was read",
            Self::KeyReused => "The idempotency key was used for a different request",
            Self::MethodNotAllowed => "The method is not supported here",
            Self::BodyTooLarge => "The request body is larger than 1 MiB",
            Self::UrlTooLong => "The URL is too long",
            Self::UnsupportedMediaType => "The request body must be declared as application/json",
            Self::HeadersTooLarge => "The request header fields are too large",
            Self::RateLimited => "Rate limit exceeded",
            Self::DailyLimited => "Daily quota exceeded",
            Self::Internal => "Something went wrong on our side",
            Self::Unavailable => "The service is temporarily unavailable",
            Self::Timeout => "The request took too long",
        }
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It is required and absent.
    Missing,
    /// It is outside its list of values.
    Choice,
    /// It is wrong in another way.
    Wrong,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// Its dotted path: `price.amount`.
    pub(super) field: &'static str,
    /// What was sent; null if nothing was.
    pub(super) value: Value,
    /// What it has to be, as a sentence for people.
    pub(super) message: &'static str,
    /// In which way it is wrong.
    pub(super) class: Class,
}

/// What a problem has to say beside its code.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Details {
    /// Nothing.
    None,
    /// The body as a whole or a header, by its name, is at fault; the flat dialect says so in the shape of a field.
    Part(&'static str, &'static str),
    /// Wrong fields, in the order of the documents.
    Faults(Vec<Fault>),
    /// A lead is concerned: its id and a sentence.
    Lead(String, &'static str),
    /// Another lead has the email.
    Duplicate {
        /// As it was sent.
        email: String,
        /// The other lead's id.
        existing: String,
    },
}

/// A refusal, ready to be put into a dialect's words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    /// Which situation.
    pub(super) kind: Kind,
    /// The sentence for people.
    pub(super) message: &'static str,
    /// What there is to say about it.
    pub(super) details: Details,
    /// Header lines that belong to it, such as `Allow`.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// A problem with its usual sentence and nothing more to say.
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, message: kind.message(), details: Details::None, headers: Vec::new() }
    }

    /// A body that cannot be read.
    pub(super) fn malformed(message: &'static str) -> Self {
        Self::malformed_part("body", message)
    }

    /// A part of the request, the body or a header by its name, that cannot be read.
    pub(super) fn malformed_part(part: &'static str, message: &'static str) -> Self {
        Self { message, details: Details::Part(part, message), ..Self::new(Kind::Malformed) }
    }

    /// Wrong fields; their classes choose the kind.
    pub(super) fn invalid(faults: Vec<Fault>) -> Self {
        let kind = if faults.iter().all(|fault| fault.class == Class::Missing) {
            Kind::MissingField
        } else if matches!(&faults[..], [Fault { class: Class::Choice, .. }]) {
            Kind::InvalidValue
        } else {
            Kind::Invalid
        };
        Self::new(kind).with(Details::Faults(faults))
    }

    /// Adds details.
    pub(super) fn with(mut self, details: Details) -> Self {
        self.details = details;
        self
    }

    /// Adds a header line.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
