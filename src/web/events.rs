//! `GET /events`: the live stream as server-sent events.

use super::{
    Web, api,
    permissions::Route,
    problem::Problem,
    resource::{Asked, Endpoint, resource},
    stream,
};
use http::{HeaderValue, header};
use std::sync::Arc;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let path = api("events").and(warp::path::end()).map(|| ());
    resource(web, path, vec![Endpoint::new(Route::Events, follow)])
}

async fn follow(asked: Asked<()>) -> Result<Response, Problem> {
    let caller = asked.caller()?.clone();
    let last_event_id = asked.request.header("last-event-id")?.map(str::to_owned);
    let stream = stream::follow(asked.web, caller, asked.request.connection, last_event_id);
    let mut response = warp::reply::stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Some proxies collect an answer before they pass it on; this one asks them not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
