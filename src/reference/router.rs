//! Which path and method lead where.

use super::problem::{Kind, Problem};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint<'a> {
    /// `/health`: open to all, counted by no limit.
    Health,
    /// `/leads`
    Leads,
    /// `/leads/{id}`; the id as it stands in the path.
    Lead(&'a str),
}

/// What a request wants of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation<'a> {
    /// `GET /health`
    Health,
    /// `GET /leads`
    List,
    /// `POST /leads`
    Create,
    /// `GET /leads/{id}`
    Read(&'a str),
    /// `PATCH /leads/{id}`
    Change(&'a str),
    /// `DELETE /leads/{id}`
    Delete(&'a str),
}

impl<'a> Endpoint<'a> {
    /// The endpoint at a path below an API's base path.
    pub(super) fn at(path: &'a str) -> Option<Self> {
        match path {
            "/health" => Some(Self::Health),
            "/leads" => Some(Self::Leads),
            _ => {
                let id = path.strip_prefix("/leads/")?;
                (!id.is_empty() && !id.contains('/')).then_some(Self::Lead(id))
            }
        }
    }

    /// The route, with a name in place of an id.
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::Health => "/health",
            Self::Leads => "/leads",
            Self::Lead(_) => "/leads/{id}",
        }
    }

    /// The value of `Allow` (RFC 9110 section 10.2.1).
    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Health => "GET, HEAD, OPTIONS",
            Self::Leads => "GET, HEAD, POST, OPTIONS",
            Self::Lead(_) => "GET, HEAD, PATCH, DELETE, OPTIONS",
        }
    }

    /// What a method means here; `HEAD` is a `GET` whose body the HTTP layer leaves out.
    ///
    /// # Errors
    ///
    /// A problem with `Allow` if the endpoint does not know the method.
    pub(super) fn operation(self, method: &str) -> Result<Operation<'a>, Problem> {
        match (self, method) {
            (Self::Health, "GET" | "HEAD") => Ok(Operation::Health),
            (Self::Leads, "GET" | "HEAD") => Ok(Operation::List),
            (Self::Leads, "POST") => Ok(Operation::Create),
            (Self::Lead(id), "GET" | "HEAD") => Ok(Operation::Read(id)),
            (Self::Lead(id), "PATCH") => Ok(Operation::Change(id)),
            (Self::Lead(id), "DELETE") => Ok(Operation::Delete(id)),
            _ => Err(Problem::new(Kind::MethodNotAllowed).header("Allow", self.allow())),
        }
    }
}

impl Operation<'_> {
    /// Whether it changes anything, and so needs more than a key that may read.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Change(_) | Self::Delete(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_endpoints() {
        assert_eq!(Endpoint::at("/leads"), Some(Endpoint::Leads));
        assert_eq!(Endpoint::at("/leads/lead_1"), Some(Endpoint::Lead("lead_1")));
        for nothing in ["", "/", "/leads/", "/leads/a/b", "/lead", "/Leads", "/health/"] {
            assert_eq!(Endpoint::at(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn every_allowed_method_is_served_and_no_other() {
        for endpoint in [Endpoint::Health, Endpoint::Leads, Endpoint::Lead("x")] {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get"] {
                let allowed = endpoint.allow().split(", ").any(|name| name == method);
                assert_eq!(endpoint.operation(method).is_ok(), allowed, "{endpoint:?} {method}");
            }
        }
    }
}
