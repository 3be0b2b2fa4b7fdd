//! Standing groups: people who are often asked for together. Everybody may ring one; few say who is in it.

use super::{
    Web, api,
    input_groups::{MAX_GROUPS, NewGroup},
    now,
    permissions::Route,
    problem::{Problem, ProblemCode},
    request::Request,
    resource::{Asked, Endpoint, audit, resource},
};
use crate::{
    domain::{group::Group, ids::GroupId, time::Timestamp},
    engine::messages::InputError,
};
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use utoipa::ToSchema;
use uuid::Uuid;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// Why a group was not kept.
#[derive(Debug, thiserror::Error)]
pub enum GroupsError {
    #[error("another group has this name")]
    Taken,
    #[error("somebody else has changed the group meanwhile")]
    Changed,
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
    /// Puts it in the place of the one with its id, which must be as it was seen, if it was; false if there is none.
    fn change(&self, group: Group, seen: Option<Timestamp>) -> GroupAnswer<'_, bool>;
    /// The same for taking it away.
    fn remove(&self, id: GroupId, seen: Option<Timestamp>) -> GroupAnswer<'_, bool>;
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
    Ok(tagged(&found, StatusCode::OK))
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
    let mut response = tagged(&group, StatusCode::CREATED);
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/groups/{}", group.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn replace(asked: Asked<String>) -> Result<Response, Problem> {
    let Asked { web, route, .. } = &asked;
    let (web, route, caller, address) = (web.clone(), *route, asked.caller()?.clone(), asked.request.address);
    let id = id(&asked.path).ok_or_else(|| unknown(&asked.path))?;
    let seen = if_match(&asked.request)?;
    let body: NewGroup = asked.request.json().await?;
    // Later than what it takes the place of, whatever the clock says: the moment is what tells the two apart.
    let all = web.groups.all().await?;
    let known = all.iter().find(|group| group.id == id).ok_or_else(|| unknown(&asked.path))?;
    let group = body.into_group(id, now().max(known.changed_at.plus(Duration::from_millis(1))));
    if !web.groups.change(group.clone(), seen).await? {
        return Err(unknown(&asked.path));
    }
    audit(&web, &caller, address, route, Some(id.to_string()), "accepted").await;
    Ok(tagged(&group, StatusCode::OK))
}

async fn delete(asked: Asked<String>) -> Result<Response, Problem> {
    let id = id(&asked.path).ok_or_else(|| unknown(&asked.path))?;
    let seen = if_match(&asked.request)?;
    if !asked.web.groups.remove(id, seen).await? {
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

/// With its tag: when it was changed last.
fn tagged(group: &Group, status: StatusCode) -> Response {
    let mut response = warp::reply::with_status(warp::reply::json(group), status).into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", group.changed_at)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The group as whoever changes it has seen it; nothing said, or `*`: as it is.
fn if_match(request: &Request) -> Result<Option<Timestamp>, Problem> {
    let Some(given) = request.header(header::IF_MATCH.as_str())? else { return Ok(None) };
    let given = given.trim();
    if given == "*" {
        return Ok(None);
    }
    // A proxy that compresses makes a strong tag weak.
    let tag = given.trim_start_matches("W/").strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let moment = tag.and_then(|tag| serde_json::from_value(tag.into()).ok());
    moment.map(Some).ok_or_else(|| {
        let detail = "If-Match must be the group's ETag, which is its changed_at in quotes, or *.";
        Problem::new(ProblemCode::BadRequest, detail)
    })
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
            GroupsError::Changed => Self::new(
                ProblemCode::ChangedMeanwhile,
                "Somebody else has changed this group meanwhile; read it again, and change what it is now.",
            ),
            GroupsError::Unavailable(_) => {
                tracing::error!(%error, "groups");
                Self::new(ProblemCode::StoreDown, "Groups cannot be read or changed now; try again in a moment.")
            }
        }
    }
}
