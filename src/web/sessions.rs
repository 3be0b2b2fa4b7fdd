//! Signing in and out.

use super::{
    Web,
    accounts::{Identity, Session, SignIn, SignInAttempt, SignInError},
    api,
    identity::{self, Caller, Credential},
    input::Credentials,
    now,
    permissions::Route,
    problem::{Problem, ProblemCode},
    resource::{Asked, Endpoint, audit, resource},
};
use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// The stations FreeSWITCH may ring for this user; the first one is rung unless another is named.
    pub stations: Vec<String>,
}

/// The session of whoever is signed in. Its own token is in the cookie only.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    pub user: UserView,
    /// Goes into `X-CSRF-Token` of everything but GET.
    pub csrf_token: String,
    /// When it ends, however busy it is.
    pub expires_at: Timestamp,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let all = resource(
        web,
        api("sessions").and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::SessionCreate, create)],
    );
    let current = resource(
        web,
        api("sessions").and(warp::path("current")).and(warp::path::end()).map(|| ()),
        vec![Endpoint::new(Route::SessionRead, read), Endpoint::new(Route::SessionDelete, delete)],
    );
    all.or(current).unify().boxed()
}

async fn create(asked: Asked<()>) -> Result<Response, Problem> {
    let Asked { web, request, .. } = asked;
    identity::check_origin(&web, &request)?;
    let address = request.address;
    let former = identity::session_cookie(&request.headers, web.settings.cookie_name()).map(str::to_owned);
    let Credentials { user: name, password } = request.json().await?;
    let at = now();
    let attempt = SignInAttempt { name, address, at };
    let SignIn { token, session } = web.accounts.sign_in(attempt, &password).await.map_err(not_in)?;
    // A session from before must not live on beside the new one.
    if let Some(former) = former {
        web.accounts.sign_out(&former).await?;
        web.credentials.send_replace(());
    }
    let cookie = set_cookie(&web, &token, session.expires_at.since(at).as_secs())?;
    let body = warp::reply::json(&SessionView::from(session));
    let mut response = warp::reply::with_status(body, StatusCode::CREATED).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The same words, whatever was wrong.
fn not_in(error: SignInError) -> Problem {
    match error {
        SignInError::Wrong => Problem::new(ProblemCode::WrongCredentials, "Name or password is wrong."),
        SignInError::TooMany { retry_after } => {
            let wait = retry_after.as_secs().max(1);
            let detail = format!("Too many failed attempts to sign in; try again in {wait} s.");
            Problem::new(ProblemCode::TooManyAttempts, detail).retry_after(wait)
        }
        SignInError::Unavailable(error) => error.into(),
    }
}

async fn read(asked: Asked<()>) -> Result<Response, Problem> {
    let Caller { identity, credential } = asked.caller()?.clone();
    let Credential::Session { csrf_token, expires_at, .. } = credential else { return Err(no_session()) };
    Ok(warp::reply::json(&SessionView::from(Session { identity, csrf_token, expires_at })).into_response())
}

async fn delete(asked: Asked<()>) -> Result<Response, Problem> {
    let caller = asked.caller()?;
    let Credential::Session { token, .. } = &caller.credential else { return Err(no_session()) };
    asked.web.accounts.sign_out(token).await?;
    asked.web.credentials.send_replace(());
    audit(&asked.web, caller, asked.request.address, asked.route, None, "accepted").await;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, set_cookie(&asked.web, "", 0)?);
    Ok(response)
}

fn no_session() -> Problem {
    Problem::new(ProblemCode::NotFound, "A bearer token has no session.")
}

impl From<Session> for SessionView {
    fn from(Session { identity, csrf_token, expires_at }: Session) -> Self {
        let Identity { id, name, role, stations } = identity;
        Self { user: UserView { id, name, role, stations }, csrf_token, expires_at }
    }
}

fn set_cookie(web: &Web, token: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let name = web.settings.cookie_name();
    let secure = if web.settings.secure_cookie { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"))
        .map_err(|_| Problem::new(ProblemCode::Internal, "The cookie could not be written."))
}
