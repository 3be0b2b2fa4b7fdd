//! Past conferences, page by page; and asking for a new one, at the same address.

use super::{
    Web, actions, api,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, resource},
};
use crate::{
    domain::{states::Role, time::Timestamp},
    engine::{HistoryQuery, view::ConferenceView},
};
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// How many a page has, if the query does not say.
pub const USUAL: u32 = 50;
/// How many a page may have.
pub const MOST: u32 = 200;

/// Ended and refused conferences, newest first.
#[derive(Serialize, ToSchema)]
pub struct History {
    pub conferences: Vec<ConferenceView>,
    /// What `before` must be for the page after this one; none on the last page.
    pub next: Option<Timestamp>,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    resource(
        web,
        api("conferences").and(warp::path::end()).map(|| ()),
        vec![
            Endpoint::new(Route::ConferenceStart, actions::start_conference),
            Endpoint::new(Route::ConferenceHistory, history),
        ],
    )
}

async fn history(asked: Asked<()>) -> Result<Response, Problem> {
    let refuse = |detail| Problem::new(ProblemCode::BadRequest, detail);
    let viewer = &asked.caller()?.identity;
    let (mut before, mut limit) = (None, USUAL);
    for (name, value) in asked.request.query(asked.route.query())? {
        if name == "before" {
            let parsed: Result<_, serde::de::value::Error> = Timestamp::deserialize(value.into_deserializer());
            before = Some(parsed.map_err(|_| refuse("before must be a moment such as 2026-01-31T09:00:00Z.".into()))?);
        } else {
            let parsed = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
            limit = parsed.ok_or_else(|| refuse(format!("limit must be a number from 1 to {MOST}.")))?;
        }
    }
    let owner = (viewer.role == Role::Attendant).then_some(viewer.id);
    // One more than asked for tells whether there is another page.
    let query = HistoryQuery { before, limit: limit + 1, owner };
    let mut conferences = asked.web.server.history(query).await?;
    let more = conferences.len() > limit as usize;
    conferences.truncate(limit as usize);
    let next = conferences.last().filter(|_| more).map(|conference| conference.created_at);
    Ok(warp::reply::json(&History { conferences, next }).into_response())
}
