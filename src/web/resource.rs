//! One resource: a path, and what each method does there. Path before method, permission before handler.

use super::{
    Web,
    accounts::AuditEntry,
    client_address::client_address,
    identity::{self, Caller},
    now,
    permissions::{Permission, Route},
    problem::{Problem, ProblemCode},
    request::{self, Request},
};
use futures_util::future::BoxFuture;
use http::Method;
use std::{net::IpAddr, sync::Arc};
use subtle::ConstantTimeEq;
use tracing::Instrument;
use warp::{Filter, Rejection, Reply, filters::BoxedFilter, reply::Response};

/// What a handler is given.
pub struct Asked<P> {
    pub web: Arc<Web>,
    pub route: Route,
    /// What the path named.
    pub path: P,
    /// Nobody, on a public route.
    caller: Option<Caller>,
    pub request: Request,
}

impl<P> Asked<P> {
    /// Who asks; a route that needs nobody signed in has nobody to tell of.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(not_signed_in)
    }
}

type Handler<P> = Box<dyn Fn(Asked<P>) -> BoxFuture<'static, Result<Response, Problem>> + Send + Sync>;

/// One method of a resource.
pub struct Endpoint<P> {
    method: Method,
    route: Box<dyn Fn(&P) -> Route + Send + Sync>,
    handler: Handler<P>,
}

impl<P: 'static> Endpoint<P> {
    /// The method is the one the table of permissions names.
    pub fn new<F>(route: Route, handler: impl Fn(Asked<P>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response, Problem>> + Send + 'static,
    {
        Self {
            method: route.spec().method(),
            route: Box::new(move |_| route),
            handler: Box::new(move |asked| Box::pin(handler(asked))),
        }
    }

    /// `POST …/actions/{verb}`: which route it is, the path says.
    pub fn verb<F>(
        route: impl Fn(&P) -> Route + Send + Sync + 'static,
        handler: impl Fn(Asked<P>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Response, Problem>> + Send + 'static,
    {
        Self { method: Method::POST, route: Box::new(route), handler: Box::new(move |asked| Box::pin(handler(asked))) }
    }
}

/// The filter of one resource. Once the path matches, it answers, whatever the answer is.
pub fn resource<P, F>(web: &Arc<Web>, path: F, endpoints: Vec<Endpoint<P>>) -> BoxedFilter<(Response,)>
where
    P: Send + 'static,
    F: Filter<Extract = (P,), Error = Rejection> + Clone + Send + Sync + 'static,
{
    let (web, endpoints) = (web.clone(), Arc::new(endpoints));
    path.and(request::extract())
        .then(move |path: P, request: Request| {
            let (web, endpoints) = (web.clone(), endpoints.clone());
            // On a task of its own: a client who goes away must not stop a request half-way.
            let work = tokio::spawn(async move { answer(web, &endpoints, path, request).await }.in_current_span());
            async move {
                work.await.unwrap_or_else(|error| {
                    tracing::error!(%error, "a handler failed");
                    Problem::new(ProblemCode::Internal, "This is a fault of the service; its log says more.")
                        .into_response()
                })
            }
        })
        .boxed()
}

async fn answer<P>(web: Arc<Web>, endpoints: &[Endpoint<P>], path: P, mut request: Request) -> Response {
    // HEAD is a GET whose body hyper leaves out.
    let wanted = if request.method == Method::HEAD { &Method::GET } else { &request.method };
    let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.method == *wanted) else {
        let mut allowed = endpoints.iter().map(|endpoint| endpoint.method.clone()).collect::<Vec<_>>();
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        return Problem::method_not_allowed(&allowed).into_response();
    };
    let route = (endpoint.route)(&path);
    request.address = client_address(request.address, &request.headers, &web.settings.trusted_proxies);
    let span = tracing::Span::current();
    span.record("route", route.spec().name);
    span.record("client", tracing::field::display(request.address));
    let outcome = async {
        request.check_form(route.query())?;
        let caller = authorise(&web, route, &request).await?;
        if let Some(caller) = &caller {
            span.record("user", tracing::field::display(caller.identity.id));
        }
        (endpoint.handler)(Asked { web: web.clone(), route, path, caller, request }).await
    };
    outcome.await.unwrap_or_else(|problem: Problem| {
        tracing::debug!(code = problem.code.as_str(), "refused");
        problem.into_response()
    })
}

/// Somebody who may do what the route does, or nobody where nobody is needed.
async fn authorise(web: &Arc<Web>, route: Route, request: &Request) -> Result<Option<Caller>, Problem> {
    let permission = route.spec().permission;
    if permission == Permission::Public || (permission == Permission::ReadMetrics && reads_metrics(web, request)) {
        return Ok(None);
    }
    let caller = identity::identify(web, request).await?.ok_or_else(not_signed_in)?;
    if !permission.roles().contains(&caller.identity.role) {
        audit(web, &caller, request.address, route, None, ProblemCode::Forbidden.as_str()).await;
        return Err(Problem::new(ProblemCode::Forbidden, "Your role does not allow this; ask an administrator."));
    }
    identity::check_csrf(web, request, &caller)?;
    Ok(Some(caller))
}

fn not_signed_in() -> Problem {
    Problem::new(ProblemCode::NotSignedIn, "Sign in, or send a bearer token.")
}

fn reads_metrics(web: &Web, request: &Request) -> bool {
    let access = &web.settings.metrics;
    let token = access.token.as_ref().zip(identity::bearer(&request.headers));
    token.is_some_and(|(own, given)| own.as_bytes().ct_eq(given.as_bytes()).into())
        || access.networks.iter().any(|net| net.contains(&request.address))
}

/// Keeps who did what. That it could not be kept stops nobody: the caller's call matters more.
pub async fn audit(web: &Web, caller: &Caller, address: IpAddr, route: Route, target: Option<String>, outcome: &str) {
    let entry = AuditEntry {
        at: now(),
        actor: caller.identity.id,
        actor_name: caller.identity.name.clone(),
        address,
        action: route.spec().name.into(),
        target,
        outcome: outcome.into(),
    };
    if let Err(error) = web.accounts.audit(entry).await {
        tracing::warn!(%error, "the audit trail has a hole");
    }
}
