//! Standing groups: people who are often asked for together. Everybody may ring one; few say who is in it.

use super::{
    Web, api,
    input_groups::{MAX_GROUPS, NewGroup},
    now,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, audit, resource},
};
use crate::{
    domain::{group::Group, ids::GroupId},
    engine::messages::InputError,
};
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// Why a group was not kept.
#[derive(Debug, thiserror::Error)]
pub enum GroupsError {
    #[error("another group has this name")]
    Taken,
    #[error("the store did not answer: {0}; try again in a moment")]
    Unavailable(String),
}

/// What comes of asking.
pub type GroupAnswer<'a, T> = BoxFuture<'a, Result<T, GroupsError>>;

/// Where groups are kept. The composition root implements it over the store.
pub trait Groups: Send + Sync {
    /// All of them, by name.
    fn all(&self) -> GroupAnswer<'_, Vec<Group>>;
    fn add(&self, group: Group) -> GroupAnswer<'_, ()>;
    /// Puts it in the place of the one with its id; false if there is none.
    fn change(&self, group: Group) -> GroupAnswer<'_, bool>;
    /// False if there is none.
    fn remove(&self, id: GroupId) -> GroupAnswer<'_, bool>;
}

/// All standing groups, by name.
#[derive(Serialize, ToSchema)]
pub struct GroupList {
    pub groups: Vec<Group>,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let all = resource(
        web,
        api("groups").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::GroupList, list), Endpoint::new(Route::GroupCreate, create)],
    );
    let one = resource(
        web,
        api("groups").and(warp::path::param()).and(warp::path::end()),
        vec![
            Endpoint::new(Route::GroupRead, read),
            Endpoint::new(Route::GroupReplace, replace),
            Endpoint::new(Route::GroupDelete, delete),
        ],
    );
    all.or(one).unify().boxed()
}

async fn list(asked: Asked<()>) -> Result<Response, Problem> {
    let groups = asked.web.groups.all().await?;
    Ok(warp::reply::json(&GroupList { groups }).into_response())
}

async fn read(asked: Asked<String>) -> Result<Response, Problem> {
    let all = asked.web.groups.all().await?;
    let found = id(&asked.path).and_then(|id| all.into_iter().find(|group| group.id == id));
    let found = found.ok_or_else(|| unknown(&asked.path))?;
    Ok(warp::reply::json(&found).into_response())
}

async fn create(asked: Asked<()>) -> Result<Response, Problem> {
    let Asked { web, route, .. } = &asked;
    let (web, route, caller, address) = (web.clone(), *route, asked.caller()?.clone(), asked.request.address);
    let body: NewGroup = asked.request.json().await?;
    if web.groups.all().await?.len() >= MAX_GROUPS {
        let detail = format!("There are {MAX_GROUPS} groups already, and that is the most; delete one first.");
        return Err(Problem::new(ProblemCode::WrongState, detail));
    }
    let group = body.into_group(GroupId::new(Uuid::now_v7()), now());
    web.groups.add(group.clone()).await?;
    audit(&web, &caller, address, route, Some(group.id.to_string()), "accepted").await;
    let mut response = warp::reply::with_status(warp::reply::json(&group), StatusCode::CREATED).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/groups/{}", group.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn replace(asked: Asked<String>) -> Result<Response, Problem> {
    let Asked { web, route, .. } = &asked;
    let (web, route, caller, address) = (web.clone(), *route, asked.caller()?.clone(), asked.request.address);
    let id = id(&asked.path).ok_or_else(|| unknown(&asked.path))?;
    let body: NewGroup = asked.request.json().await?;
    let group = body.into_group(id, now());
    if !web.groups.change(group.clone()).await? {
        return Err(unknown(&asked.path));
    }
    audit(&web, &caller, address, route, Some(id.to_string()), "accepted").await;
    Ok(warp::reply::json(&group).into_response())
}

async fn delete(asked: Asked<String>) -> Result<Response, Problem> {
    let id = id(&asked.path).ok_or_else(|| unknown(&asked.path))?;
    if !asked.web.groups.remove(id).await? {
        return Err(unknown(&asked.path));
    }
    audit(&asked.web, asked.caller()?, asked.request.address, asked.route, Some(id.to_string()), "accepted").await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The groups a request names, with whoever is in them now.
pub(super) async fn named(web: &Web, ids: &[GroupId]) -> Result<Vec<Group>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let all = web.groups.all().await?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (at, id) in ids.iter().enumerate() {
        match all.iter().find(|group| group.id == *id) {
            Some(group) => found.push(group.clone()),
            None => errors.push(InputError {
                pointer: format!("/groups/{at}"),
                detail: "is no group any more; GET /api/v1/groups lists all".into(),
            }),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(Problem::input(errors)) }
}

fn id(text: &str) -> Option<GroupId> {
    text.parse().ok()
}

fn unknown(id: &str) -> Problem {
    let shown: String = id.chars().take(60).collect();
    Problem::new(ProblemCode::NotFound, format!("There is no group {shown}; it may have been deleted."))
}

impl From<GroupsError> for Problem {
    fn from(error: GroupsError) -> Self {
        match error {
            GroupsError::Taken => Self::input(vec![InputError {
                pointer: "/name".into(),
                detail: "is the name of another group; names differ by more than case".into(),
            }]),
            GroupsError::Unavailable(_) => {
                tracing::error!(%error, "groups");
                Self::new(ProblemCode::StoreDown, "Groups cannot be read or changed now; try again in a moment.")
            }
        }
    }
}
