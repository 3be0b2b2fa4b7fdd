//! Everything that asks the AS for something: a call request in, 202 with the resource or a problem out.

use super::{
    Web, api, board,
    input::{NewParticipants, Nothing, StationChoice},
    permissions::{CallVerb, ConferenceVerb, ParticipantVerb, Route},
    problem::Problem,
    request::Request,
    resource::{Asked, Endpoint, audit, resource},
};
use crate::{
    domain::ids::{CallId, ConferenceId, ParticipantId},
    engine::messages::{Actor, CallRequest, CallResponse, NewConference, Verb},
};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let end = warp::path::end();
    let actions = warp::path("actions");
    let calls = resource(
        web,
        api("calls").and(warp::path::param()).and(actions).and(warp::path::param()).and(end).map(|id, verb| (id, verb)),
        vec![Endpoint::verb(|(_, verb): &(String, CallVerb)| Route::Call(*verb), act_on_call)],
    );
    let conference = api("conferences").and(warp::path::param::<String>());
    let conferences = resource(
        web,
        conference.and(actions).and(warp::path::param()).and(end).map(|id, verb| (id, verb)),
        vec![Endpoint::verb(|(_, verb): &(String, ConferenceVerb)| Route::Conference(*verb), act_on_conference)],
    );
    let add = resource(
        web,
        conference.and(warp::path("participants")).and(end),
        vec![Endpoint::new(Route::ParticipantsAdd, add_participants)],
    );
    let participants = resource(
        web,
        conference
            .and(warp::path("participants"))
            .and(warp::path::param::<String>())
            .and(actions)
            .and(warp::path::param::<ParticipantVerb>())
            .and(end)
            .map(|conference, participant, verb| (conference, participant, verb)),
        vec![Endpoint::verb(
            |(_, _, verb): &(String, String, ParticipantVerb)| Route::Participant(*verb),
            act_on_participant,
        )],
    );
    calls.or(conferences).unify().or(add).unify().or(participants).unify().boxed()
}

async fn act_on_call(asked: Asked<(String, CallVerb)>) -> Result<Response, Problem> {
    let call_id = board::id::<CallId>(&asked.path.0)?;
    let verb = asked.path.1;
    ask(asked, Some(call_id.to_string()), |request| async move {
        match verb {
            CallVerb::Answer => {
                let StationChoice { station } = request.json_or_default().await?;
                Ok(Verb::AnswerCall { call_id, station })
            }
            CallVerb::Hold => bare(request, Verb::HoldCall { call_id }).await,
            CallVerb::Resume => bare(request, Verb::ResumeCall { call_id }).await,
            CallVerb::Hangup => bare(request, Verb::HangupCall { call_id }).await,
        }
    })
    .await
}

pub(super) async fn start_conference(asked: Asked<()>) -> Result<Response, Problem> {
    ask(asked, None, |request| async move { Ok(Verb::StartConference(request.json::<NewConference>().await?)) }).await
}

async fn add_participants(asked: Asked<String>) -> Result<Response, Problem> {
    let conference_id = board::id::<ConferenceId>(&asked.path)?;
    ask(asked, Some(conference_id.to_string()), |request| async move {
        let NewParticipants { participants } = request.json().await?;
        Ok(Verb::AddParticipants { conference_id, participants })
    })
    .await
}

async fn act_on_conference(asked: Asked<(String, ConferenceVerb)>) -> Result<Response, Problem> {
    let conference_id = board::id::<ConferenceId>(&asked.path.0)?;
    let verb = asked.path.1;
    ask(asked, Some(conference_id.to_string()), |request| async move {
        let plain = match verb {
            ConferenceVerb::Rejoin => {
                let StationChoice { station } = request.json_or_default().await?;
                return Ok(Verb::Rejoin { conference_id, station });
            }
            ConferenceVerb::Lock => Verb::Lock { conference_id },
            ConferenceVerb::Unlock => Verb::Unlock { conference_id },
            ConferenceVerb::Leave => Verb::Leave { conference_id },
            ConferenceVerb::End => Verb::End { conference_id },
            ConferenceVerb::Continue => Verb::ContinueWithoutCaller { conference_id },
        };
        bare(request, plain).await
    })
    .await
}

async fn act_on_participant(asked: Asked<(String, String, ParticipantVerb)>) -> Result<Response, Problem> {
    let (conference_id, participant_id) = (board::id::<ConferenceId>(&asked.path.0)?, &asked.path.1);
    let participant_id = board::id::<ParticipantId>(participant_id)?;
    let verb = match asked.path.2 {
        ParticipantVerb::Mute => Verb::Mute { conference_id, participant_id },
        ParticipantVerb::Unmute => Verb::Unmute { conference_id, participant_id },
        ParticipantVerb::Drop => Verb::Drop { conference_id, participant_id },
        ParticipantVerb::Redial => Verb::Redial { conference_id, participant_id },
        ParticipantVerb::Cancel => Verb::Cancel { conference_id, participant_id },
    };
    ask(asked, Some(participant_id.to_string()), |request| bare(request, verb)).await
}

/// A verb that takes no body, or an empty object.
async fn bare(request: Request, verb: Verb) -> Result<Verb, Problem> {
    let Nothing {} = request.json_or_default().await?;
    Ok(verb)
}

/// Reads the request, hands it over, and tells what came of it.
async fn ask<P, F>(
    asked: Asked<P>,
    subject: Option<String>,
    read: impl FnOnce(Request) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<Verb, Problem>>,
{
    let caller = asked.caller()?.clone();
    let Asked { web, route, request, .. } = asked;
    let address = request.address;
    let idempotency_key = request.idempotency_key()?;
    let verb = read(request).await?;
    let identity = caller.identity.clone();
    let actor = Actor { id: identity.id, name: identity.name, role: identity.role, stations: identity.stations };
    let response = web.server.request(CallRequest { actor, idempotency_key, verb }).await;
    let (answer, subject, outcome) = match response {
        CallResponse::Call(call) => (Ok(accepted(&call, None)), Some(call.id.to_string()), "accepted"),
        CallResponse::Conference(conference) => {
            let place = format!("/api/v1/conferences/{}", conference.id);
            (Ok(accepted(&conference, Some(place))), subject.or(Some(conference.id.to_string())), "accepted")
        }
        CallResponse::Refused(refusal) => {
            let problem = Problem::from(refusal);
            let code = problem.code.as_str();
            (Err(problem), subject, code)
        }
    };
    audit(&web, &caller, address, route, subject, outcome).await;
    answer
}

/// What finishes later: 202 and the thing as it is now.
fn accepted(view: &impl serde::Serialize, place: Option<String>) -> Response {
    let mut response = warp::reply::with_status(warp::reply::json(view), StatusCode::ACCEPTED).into_response();
    if let Some(place) = place.and_then(|place| HeaderValue::try_from(place).ok()) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
