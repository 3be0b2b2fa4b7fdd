//! `GET /events`: the live stream as server-sent events.

use super::{
    Web, api,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, resource},
    stream,
};
use http::{HeaderValue, header};
use std::sync::Arc;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// In seconds: how soon whoever has too many streams may ask again. A stream whose client vanished is noticed later.
const RETRY_AFTER: u64 = 5;

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let path = api("events").and(warp::path::end()).map(|| ());
    resource(web, path, vec![Endpoint::new(Route::Events, follow)])
}

async fn follow(asked: Asked<()>) -> Result<Response, Problem> {
    let caller = asked.caller()?.clone();
    let last_event_id = asked.request.header("last-event-id")?.map(str::to_owned);
    let most = asked.web.settings.stream.per_user;
    let seat = asked.web.seats.take(caller.identity.id, most).ok_or_else(|| {
        let detail = format!("{most} live streams of yours are open, and no more may be; close one, then try again.");
        Problem::new(ProblemCode::TooManyStreams, detail).retry_after(RETRY_AFTER)
    })?;
    let stream = stream::follow(asked.web, caller, asked.request.connection, seat, last_event_id);
    let mut response = warp::reply::stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Some proxies collect an answer before they pass it on; this one asks them not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
