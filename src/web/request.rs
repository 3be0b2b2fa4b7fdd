//! One request as the handlers see it, and the body with its limits.

use super::{
    input::{self, Checked},
    problem::{Problem, ProblemCode},
};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, Method, header};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use warp::{Filter, Rejection};

/// Largest body, in bytes: 500 participants with names and numbers fit well.
pub const MAX_BODY: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The connection a request came over, as [`super::server`] tells it.
#[derive(Clone, Debug)]
pub struct Connection {
    pub peer: SocketAddr,
    /// Cancelled when the service stops: streams should end now.
    pub closing: CancellationToken,
    /// Cancelling it cuts the connection without another byte.
    pub cut: CancellationToken,
}

impl Default for Connection {
    /// Nobody in particular: trusted with nothing.
    fn default() -> Self {
        Self {
            peer: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }
}

type Body = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send + Sync>>;

/// Everything of a request but its path.
pub struct Request {
    pub method: Method,
    pub headers: HeaderMap,
    pub query: String,
    pub connection: Connection,
    /// Who sent it, forwarded addresses resolved.
    pub address: IpAddr,
    body: Body,
}

/// Takes the request apart.
pub fn extract() -> impl Filter<Extract = (Request,), Error = Rejection> + Clone + Send + Sync {
    warp::method()
        .and(warp::header::headers_cloned())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .and(warp::ext::optional::<Connection>())
        .and(warp::body::stream())
        .map(|method, headers, query, connection: Option<Connection>, body| {
            let connection = connection.unwrap_or_default();
            Request { method, headers, query, address: connection.peer.ip(), connection, body: buffered(body) }
        })
}

fn buffered<B: Buf>(body: impl Stream<Item = Result<B, warp::Error>> + Send + Sync + 'static) -> Body {
    Box::pin(body.map(|part| part.map(|mut part| part.copy_to_bytes(part.remaining()))))
}

impl Request {
    /// A header that must not come twice.
    pub fn header(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.headers.get_all(name).iter();
        let (first, second) = (values.next(), values.next());
        if second.is_some() {
            return Err(Problem::new(ProblemCode::BadRequest, format!("{name} came more than once.")));
        }
        let text = first.map(|value| value.to_str()).transpose();
        text.map_err(|_| Problem::new(ProblemCode::BadRequest, format!("{name} is not visible ASCII.")))
    }

    /// The key under which this is done only once.
    pub fn idempotency_key(&self) -> Result<Option<String>, Problem> {
        let Some(key) = self.header("idempotency-key")? else { return Ok(None) };
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.";
            return Err(Problem::new(ProblemCode::BadRequest, detail));
        }
        Ok(Some(key.to_owned()))
    }

    /// The query, decoded; a name that is not in `known`, or comes twice, is refused.
    pub fn query(&self, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
        let refuse = |detail: String| Err(Problem::new(ProblemCode::BadRequest, detail));
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = known.iter().find(|it| **it == name) else {
                return refuse(match known {
                    [] => "Nothing can be asked for with a query here; leave it out.".to_owned(),
                    _ => format!("The query knows {} and nothing else.", known.join(", ")),
                });
            };
            if pairs.iter().any(|(seen, _)| seen == name) {
                return refuse(format!("{name} came more than once."));
            }
            let Ok(value) = percent_encoding::percent_decode_str(value).decode_utf8() else {
                return refuse(format!("{name} is not UTF-8."));
            };
            pairs.push(((*name).to_owned(), value.into_owned()));
        }
        Ok(pairs)
    }

    /// That nothing is said twice or to nobody, for a route whose query knows these names. Which of two headers counts
    /// is not ours to guess, and a misspelt name must not look as if it worked.
    pub fn check_form(&self, known: &[&str]) -> Result<(), Problem> {
        for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
            self.header(name.as_str())?;
        }
        self.query(known).map(drop)
    }

    /// The body, which must be there and be JSON.
    pub async fn json<T: Checked>(self) -> Result<T, Problem> {
        self.must_be_json()?;
        input::parse(&self.bytes().await?)
    }

    /// The body, or what an empty one stands for.
    pub async fn json_or_default<T: Checked + Default>(self) -> Result<T, Problem> {
        let is_json = self.must_be_json();
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Ok(T::default());
        }
        is_json?;
        input::parse(&bytes)
    }

    fn must_be_json(&self) -> Result<(), Problem> {
        let given = self.header(header::CONTENT_TYPE.as_str())?.unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::UnsupportedMediaType, "Send the body with Content-Type: application/json."))
    }

    async fn bytes(mut self) -> Result<Bytes, Problem> {
        let too_large = || Problem::new(ProblemCode::TooLarge, format!("A body may have at most {MAX_BODY} bytes."));
        let announced = self.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > MAX_BODY as u64) {
            return Err(too_large());
        }
        let read = async {
            let mut bytes = BytesMut::new();
            while let Some(part) = self.body.next().await {
                let part = part.map_err(|_| Problem::new(ProblemCode::BadRequest, "The body broke off."))?;
                if bytes.len() + part.len() > MAX_BODY {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&part);
            }
            Ok(bytes.freeze())
        };
        let slow = |_| Problem::new(ProblemCode::TooSlow, "The body did not arrive in time.");
        tokio::time::timeout(BODY_TIME, read).await.map_err(slow)?
    }
}
