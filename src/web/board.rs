//! The picture now, and one conference of it.

use super::{
    Web,
    accounts::Identity,
    api,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, resource},
    visibility::{filter_board, sees_conference},
};
use crate::{
    domain::ids::ConferenceId,
    engine::view::{ConferenceView, Story},
};
use std::{str::FromStr, sync::Arc};
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let board = resource(
        web,
        api("board").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::Board, |asked: Asked<()>| async move {
            let (_, board) = asked.web.hub.picture();
            Ok(warp::reply::json(&filter_board(&asked.caller()?.identity, board)).into_response())
        })],
    );
    let one = resource(
        web,
        api("conferences").and(warp::path::param()).and(warp::path::end()),
        vec![Endpoint::new(Route::ConferenceRead, |asked: Asked<String>| async move {
            let (viewer, id) = (&asked.caller()?.identity, id::<ConferenceId>(&asked.path)?);
            Ok(warp::reply::json(&conference(&asked.web, viewer, id).await?).into_response())
        })],
    );
    board.or(one).unify().boxed()
}

/// An id out of the path. One that is none names nothing: 404, and why.
pub(super) fn id<T: FromStr<Err: ToString>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error: T::Err| Problem::new(ProblemCode::NotFound, error.to_string()))
}

/// What is live is not looked for in the store, so that it can be read while the store is down.
pub(super) async fn conference(web: &Web, viewer: &Identity, id: ConferenceId) -> Result<ConferenceView, Problem> {
    let (_, board) = web.hub.picture();
    match board.conferences.into_iter().find(|conference| conference.id == id) {
        Some(conference) if sees_conference(viewer, &conference) => Ok(conference),
        Some(_) => Err(unknown(id)),
        None => story(web, viewer, id).await.map(|story| story.conference),
    }
}

/// One conference with what happened in it, if this viewer may see it.
pub(super) async fn story(web: &Web, viewer: &Identity, id: ConferenceId) -> Result<Story, Problem> {
    let story = web.server.story(id).await?;
    story.filter(|story| sees_conference(viewer, &story.conference)).ok_or_else(|| unknown(id))
}

fn unknown(id: ConferenceId) -> Problem {
    Problem::new(ProblemCode::NotFound, format!("There is no conference {id}, or it is not yours to see."))
}
