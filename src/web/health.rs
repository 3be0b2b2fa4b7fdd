//! For whoever watches the service, and the document of the API.

use super::{
    Web, openapi,
    permissions::Route,
    resource::{Asked, Endpoint, resource},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// The service runs.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`
    pub status: &'static str,
}

/// Whether the service can do its work.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    pub ready: bool,
    /// What is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let health = resource(
        web,
        warp::path("healthz").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::Health, |_: Asked<()>| async {
            Ok(warp::reply::json(&Health { status: "ok" }).into_response())
        })],
    );
    let ready = resource(
        web,
        warp::path("readyz").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::Ready, |asked: Asked<()>| async move {
            let reason = asked.web.server.is_ready().err();
            let status = if reason.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            let body = warp::reply::json(&Readiness { ready: reason.is_none(), reason });
            Ok(warp::reply::with_status(body, status).into_response())
        })],
    );
    let metrics = resource(
        web,
        warp::path("metrics").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::Metrics, |asked: Asked<()>| async move {
            Ok(typed(asked.web.server.metrics(), "text/plain; version=0.0.4; charset=utf-8"))
        })],
    );
    let document = openapi::document();
    let document = resource(
        web,
        super::api("openapi.json").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::OpenApi, move |_: Asked<()>| {
            let document = document.clone();
            async move { Ok(typed(document, "application/json")) }
        })],
    );
    health.or(ready).unify().or(metrics).unify().or(document).unify().boxed()
}

fn typed(text: String, content_type: &'static str) -> Response {
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
