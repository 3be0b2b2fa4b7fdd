//! Whom the caller of a call asked for the last time they called, so that they can be asked for again at once.

use super::{
    Web, api, board,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, resource},
    visibility::sees_call,
};
use crate::{
    domain::{ids::CallId, time::Timestamp},
    engine::{messages::NewParticipant, view::LastTime},
};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// The last conference made from a call of the same number.
#[derive(Default, Serialize, ToSchema)]
pub struct LastTimeView {
    /// When; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Everybody who was asked for, as they can be asked for again; empty if there was none.
    pub participants: Vec<NewParticipant>,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    resource(
        web,
        api("calls").and(warp::path::param()).and(warp::path("last_time")).and(warp::path::end()),
        vec![Endpoint::new(Route::CallLastTime, last_time)],
    )
}

/// Whoever may see the call may know, whosever conference it was: the caller asked for them, and is there to ask again.
async fn last_time(asked: Asked<String>) -> Result<Response, Problem> {
    let (viewer, id) = (&asked.caller()?.identity, board::id::<CallId>(&asked.path)?);
    let (_, board) = asked.web.hub.picture();
    let call = board.calls.into_iter().find(|call| call.id == id).filter(|call| sees_call(viewer, call));
    let Some(call) = call else {
        return Err(Problem::new(ProblemCode::NotFound, format!("There is no call {id}, or it is not yours to see.")));
    };
    let found = match call.caller.number.as_str() {
        // Callers without a number are not one person.
        "" => None,
        number => asked.web.server.last_time(number).await?,
    };
    let view = |LastTime { at, participants }| LastTimeView { at: Some(at), participants };
    Ok(warp::reply::json(&found.map_or_else(LastTimeView::default, view)).into_response())
}
