//! The defect that a service has, or none: one method for each depth at which it can sit.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use wiremock::Request;

use super::{Defect, How};
use crate::limiter::Fault;
use crate::reference::api::Api;
use crate::reference::auth::Keyring;
use crate::reference::handlers::{Call, Success};
use crate::reference::problem::Problem;
use crate::reference::reply::{Reply, Wire};
use crate::reference::router::Operation;

/// Without a defect, every method leaves things as they are.
#[derive(Debug)]
pub(in crate::reference) struct Flaw {
    defect: Option<&'static Defect>,
    /// Answers so far that could have had the defect.
    answers: AtomicU64,
}

impl Flaw {
    /// The flaw of a server.
    pub(in crate::reference) fn new(defect: Option<&'static Defect>) -> Self {
        Self { defect, answers: AtomicU64::new(0) }
    }

    /// How the defect changes an API, if it does.
    fn how(&self, api: Api) -> Option<How> {
        self.defect.filter(|defect| defect.apis.include(api)).map(|defect| defect.how)
    }

    /// What the limiter of an API does wrong.
    pub(in crate::reference) fn faults(&self, api: Api) -> &'static [Fault] {
        match self.how(api) {
            Some(How::Limit(faults)) => faults,
            _ => &[],
        }
    }

    /// How the defect changes this very answer, if it does.
    fn of_answer(&self, api: Api, error: bool) -> Option<How> {
        self.how(api).filter(|_| self.defect.is_some_and(|defect| defect.on.includes(error)))
    }

    /// Whether it is this answer's turn.
    fn due(&self) -> bool {
        let answers = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        self.defect.is_some_and(|defect| answers.is_multiple_of(defect.every))
    }

    /// The request as the service hears it.
    pub(in crate::reference) fn request<'a>(&self, sent: &'a Request, keys: &Keyring) -> Cow<'a, Request> {
        let Some(Defect { how: How::Request(how), apis, .. }) = self.defect else {
            return Cow::Borrowed(sent);
        };
        if !apis.include(Api::of(sent.url.path()).map_or(Api::Nested, |(api, _)| api)) {
            return Cow::Borrowed(sent);
        }
        let mut heard = sent.clone();
        how(&mut heard, keys);
        Cow::Owned(heard)
    }

    /// Serves a call.
    ///
    /// # Errors
    ///
    /// Those of [`Call::serve`], unless the defect is that they are missing.
    pub(in crate::reference) fn call(
        &self,
        call: Call<'_>,
        wanted: Operation<'_>,
    ) -> Result<Success, Problem> {
        match self.how(call.api) {
            Some(How::Call(how)) => how(call, wanted),
            _ => call.serve(wanted),
        }
    }

    /// Changes what a problem says.
    pub(in crate::reference) fn problem(&self, problem: &mut Problem, api: Api) {
        if let Some(How::Problem(how)) = self.how(api) {
            how(problem);
        }
    }

    /// Changes an answer while it is JSON.
    pub(in crate::reference) fn reply(&self, reply: &mut Reply, request: &Request) {
        if let Some(How::Reply(how)) = self.of_answer(reply.api, reply.kind.is_some())
            && self.due()
        {
            how(reply, request);
        }
    }

    /// Changes an answer in its bytes.
    pub(in crate::reference) fn wire(&self, wire: &mut Wire, request: &Request) {
        if let Some(How::Wire(how)) = self.of_answer(wire.api, wire.kind.is_some())
            && self.due()
        {
            how(wire, request);
        }
    }
}
