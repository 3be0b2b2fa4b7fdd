//! Every error the WS answers with: a problem detail (RFC 9457) with a code from a closed list.

use crate::engine::messages::{InputError, Refusal, RefusalCode};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use std::convert::Infallible;
use utoipa::ToSchema;
use warp::{Rejection, Reply, reject::MethodNotAllowed, reply::Response};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $title:literal;)*) => {
        /// The closed list of what can go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// As it stands in the document.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
            /// The same for every problem of this code.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }

        #[cfg(test)]
        const ALL: &[ProblemCode] = &[$(ProblemCode::$name,)*];
    };
}

codes! {
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    NotYours = "not_yours", FORBIDDEN, "It is somebody else's";
    Claimed = "claimed", CONFLICT, "Another attendant claimed the call";
    WrongState = "wrong_state", CONFLICT, "Its state does not allow it";
    BadInput = "bad_input", UNPROCESSABLE_ENTITY, "The input is not acceptable";
    NoRoute = "no_route", UNPROCESSABLE_ENTITY, "No route leads to the number";
    Policy = "policy", FORBIDDEN, "Dial policy does not allow it";
    KeyReused = "key_reused", CONFLICT, "The idempotency key came with another request";
    Limit = "limit", TOO_MANY_REQUESTS, "A limit of dial policy is reached";
    NoResources = "no_resources", SERVICE_UNAVAILABLE, "No node has the resources";
    NodeDown = "node_down", SERVICE_UNAVAILABLE, "The link to the node is down";
    StoreDown = "store_down", SERVICE_UNAVAILABLE, "The store does not answer";
    NoStation = "no_station", UNPROCESSABLE_ENTITY, "There is no station to ring";
    /// The route exists, the method does not; `Allow` names those that do.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    NotSignedIn = "not_signed_in", UNAUTHORIZED, "Nobody is signed in";
    WrongCredentials = "wrong_credentials", UNAUTHORIZED, "Name or password is wrong";
    TooManyAttempts = "too_many_attempts", TOO_MANY_REQUESTS, "Too many attempts to sign in";
    TooManyStreams = "too_many_streams", TOO_MANY_REQUESTS, "Too many live streams are open";
    /// The role does not have the permission the route names.
    Forbidden = "forbidden", FORBIDDEN, "The role does not allow it";
    /// It is not any more as `If-Match` says.
    ChangedMeanwhile = "changed_meanwhile", PRECONDITION_FAILED, "Somebody else has changed it meanwhile";
    /// The request did not prove that it came from the page.
    Csrf = "csrf", FORBIDDEN, "The request did not come from the page";
    /// Not JSON at all; `detail` has line and column.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    /// A header or the query is not acceptable.
    BadRequest = "bad_request", BAD_REQUEST, "The request is not acceptable";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    TooSlow = "too_slow", REQUEST_TIMEOUT, "The body took too long";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
}

impl From<RefusalCode> for ProblemCode {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::NotFound => Self::NotFound,
            RefusalCode::NotYours => Self::NotYours,
            RefusalCode::Claimed => Self::Claimed,
            RefusalCode::WrongState => Self::WrongState,
            RefusalCode::BadInput => Self::BadInput,
            RefusalCode::NoRoute => Self::NoRoute,
            RefusalCode::Policy => Self::Policy,
            RefusalCode::KeyReused => Self::KeyReused,
            RefusalCode::Limit => Self::Limit,
            RefusalCode::NoResources => Self::NoResources,
            RefusalCode::NodeDown => Self::NodeDown,
            RefusalCode::StoreDown => Self::StoreDown,
            RefusalCode::NoStation => Self::NoStation,
        }
    }
}

/// What went wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: ProblemCode,
    pub detail: String,
    pub errors: Vec<InputError>,
    /// What the status obliges us to say: `Allow`, `Retry-After`.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

/// A problem detail as it goes out (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument<'a> {
    /// `urn:switchboard:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    /// What happened, to whom, and what to do next.
    detail: &'a str,
    code: ProblemCode,
    /// Which parts of the body were at fault.
    errors: &'a [InputError],
}

impl Problem {
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), header: None }
    }

    /// The body was JSON, but parts of it are not acceptable.
    pub fn input(errors: Vec<InputError>) -> Self {
        let detail = match errors.as_slice() {
            [only] if only.pointer.is_empty() => format!("The body {}.", only.detail),
            [only] => format!("{} {}.", only.pointer, only.detail),
            many => format!("{} parts of the body are not acceptable; errors names each.", many.len()),
        };
        Self { errors, ..Self::new(ProblemCode::BadInput, detail) }
    }

    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let list = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let header = HeaderValue::try_from(&list).ok().map(|list| Box::new((header::ALLOW, list)));
        Self { header, ..Self::new(ProblemCode::MethodNotAllowed, format!("Use one of: {list}.")) }
    }

    pub fn retry_after(self, seconds: u64) -> Self {
        Self { header: Some(Box::new((header::RETRY_AFTER, HeaderValue::from(seconds)))), ..self }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self { errors: refusal.errors, ..Self::new(refusal.code.into(), refusal.detail) }
    }
}

impl From<super::accounts::AccountsError> for Problem {
    fn from(error: super::accounts::AccountsError) -> Self {
        tracing::error!(%error, "accounts");
        Self::new(ProblemCode::StoreDown, "Users and sessions cannot be read now; try again in a moment.")
    }
}

impl From<crate::engine::HistoryError> for Problem {
    fn from(error: crate::engine::HistoryError) -> Self {
        tracing::error!(%error, "history");
        Self::new(ProblemCode::StoreDown, "The past cannot be read now; try again in a moment.")
    }
}

impl Reply for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let document = ProblemDocument {
            kind: format!("urn:switchboard:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            detail: &self.detail,
            code: self.code,
            errors: &self.errors,
        };
        let mut response = warp::reply::with_status(warp::reply::json(&document), status).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some((name, value)) = self.header.map(|header| *header) {
            headers.insert(name, value);
        }
        response
    }
}

/// The one place where a rejection becomes a reply. Rejections only mean "no match".
pub async fn recover(rejection: Rejection) -> Result<Response, Infallible> {
    let problem = if rejection.is_not_found() {
        Problem::new(ProblemCode::NotFound, "Nothing is served at this path; /api/v1/openapi.json lists what is.")
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        Problem::method_not_allowed(&[Method::GET, Method::HEAD])
    } else {
        tracing::error!(?rejection, "a rejection that is not about the path");
        Problem::new(ProblemCode::Internal, "The request could not be read; the log says more.")
    };
    Ok(problem.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_written_as_it_is_serialised() {
        for code in ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn the_status_of_each_refusal_is_the_documented_one() {
        use RefusalCode::*;
        let documented = [
            (NotFound, 404),
            (NotYours, 403),
            (Claimed, 409),
            (WrongState, 409),
            (BadInput, 422),
            (NoRoute, 422),
            (Policy, 403),
            (KeyReused, 409),
            (Limit, 429),
            (NoResources, 503),
            (NodeDown, 503),
            (StoreDown, 503),
            (NoStation, 422),
        ];
        for (code, status) in documented {
            assert_eq!(ProblemCode::from(code).status().as_u16(), status, "{code:?}");
            assert_eq!(serde_json::to_value(code).unwrap(), ProblemCode::from(code).as_str());
        }
    }
}
