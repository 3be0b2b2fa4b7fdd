//! Everything that asks the AS for something: a call request in, 202 with the resource or a problem out.

use super::{
    Web, api, attendants, board, groups,
    input::{Nothing, StationChoice},
    input_announcing::NewAnnouncement,
    input_controls::{
        Everybody, Keys, Label, NewCoaching, NewGain, NewSidebar, NewThreshold, OtherConference, Replacement,
        WhichSidebar,
    },
    input_dial_in::NewPin,
    input_ending::Extension,
    input_groups::{ConferenceWanted, NewParticipants, too_many},
    input_owning::NewOwner,
    input_voting::NewVote,
    permissions::{CallVerb, ConferenceVerb, ParticipantVerb, Route},
    problem::Problem,
    request::Request,
    resource::{Asked, Endpoint, audit, resource},
};
use crate::{
    domain::{
        dial_in::DialInWish,
        group::Group,
        ids::{CallId, ConferenceId, GroupId, ParticipantId},
        setting::Setting,
    },
    engine::messages::{Actor, CallRequest, CallResponse, InputError, NewParticipant, Verb},
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
            CallVerb::Join => {
                let OtherConference { conference_id } = request.json().await?;
                Ok(Verb::JoinCall { call_id, conference_id })
            }
            CallVerb::Hangup => bare(request, Verb::HangupCall { call_id }).await,
        }
    })
    .await
}

pub(super) async fn start_conference(asked: Asked<()>) -> Result<Response, Problem> {
    let web = asked.web.clone();
    ask(asked, None, |request| async move {
        let wanted: ConferenceWanted = request.json().await?;
        let groups = groups_for(&web, &wanted.participants, &wanted.groups).await?;
        Ok(Verb::StartConference(wanted.with(groups)))
    })
    .await
}

async fn add_participants(asked: Asked<String>) -> Result<Response, Problem> {
    let conference_id = board::id::<ConferenceId>(&asked.path)?;
    let web = asked.web.clone();
    ask(asked, Some(conference_id.to_string()), |request| async move {
        let NewParticipants { participants, groups } = request.json().await?;
        let groups = groups_for(&web, &participants, &groups).await?;
        Ok(Verb::AddParticipants { conference_id, participants, groups })
    })
    .await
}

async fn groups_for(web: &Web, participants: &[NewParticipant], ids: &[GroupId]) -> Result<Vec<Group>, Problem> {
    let groups = groups::named(web, ids).await?;
    match too_many(participants, &groups) {
        None => Ok(groups),
        Some(detail) => Err(Problem::input(vec![InputError { pointer: "/groups".into(), detail }])),
    }
}

async fn act_on_conference(asked: Asked<(String, ConferenceVerb)>) -> Result<Response, Problem> {
    let conference_id = board::id::<ConferenceId>(&asked.path.0)?;
    let (verb, web) = (asked.path.1, asked.web.clone());
    ask(asked, Some(conference_id.to_string()), |request| async move {
        let plain = match verb {
            ConferenceVerb::HandOver => {
                let NewOwner { user, participant_id, note } = request.json().await?;
                if let Some(participant_id) = participant_id {
                    return Ok(Verb::PutInCharge { conference_id, participant_id, note });
                }
                let to = attendants::who_can_take(&web, user.as_deref().unwrap_or_default()).await?;
                return Ok(Verb::HandOver { conference_id, to, note });
            }
            ConferenceVerb::Rejoin => {
                let StationChoice { station } = request.json_or_default().await?;
                return Ok(Verb::Rejoin { conference_id, station });
            }
            ConferenceVerb::LowerHands => Verb::LowerHands { conference_id },
            ConferenceVerb::VoteOpen => {
                let NewVote { question, secret, seconds } = request.json_or_default().await?;
                return Ok(Verb::OpenVote { conference_id, question, secret, seconds });
            }
            ConferenceVerb::VoteClose => Verb::CloseVote { conference_id },
            ConferenceVerb::Rescue => Verb::Rescue { conference_id },
            ConferenceVerb::WaitForHost => Verb::WaitForHost { conference_id, on: true },
            ConferenceVerb::WaitForNobody => Verb::WaitForHost { conference_id, on: false },
            ConferenceVerb::Lock => Verb::Lock { conference_id },
            ConferenceVerb::Unlock => Verb::Unlock { conference_id },
            ConferenceVerb::Record => Verb::Record { conference_id },
            ConferenceVerb::RecordStop => Verb::StopRecording { conference_id },
            ConferenceVerb::RecordPause => Verb::PauseRecording { conference_id, on: true },
            ConferenceVerb::RecordResume => Verb::PauseRecording { conference_id, on: false },
            ConferenceVerb::Leave => Verb::Leave { conference_id },
            ConferenceVerb::End => Verb::End { conference_id },
            ConferenceVerb::CancelRinging => Verb::CancelRinging { conference_id },
            ConferenceVerb::Continue => Verb::ContinueWithoutCaller { conference_id },
            ConferenceVerb::Sidebar => {
                let NewSidebar { participants } = request.json().await?;
                return Ok(Verb::Sidebar { conference_id, participants });
            }
            ConferenceVerb::SidebarEnd => {
                let WhichSidebar { sidebar } = request.json_or_default().await?;
                return Ok(Verb::SidebarEnd { conference_id, sidebar });
            }
            ConferenceVerb::Merge => {
                let OtherConference { conference_id: into } = request.json().await?;
                return Ok(Verb::Merge { conference_id, into });
            }
            ConferenceVerb::Announce => {
                let what = request.json::<NewAnnouncement>().await?.wanted();
                return Ok(Verb::Announce { conference_id, participant_id: None, what });
            }
            ConferenceVerb::AnnounceStop => Verb::AnnounceStop { conference_id, participant_id: None },
            ConferenceVerb::Extend => {
                let Extension { seconds } = request.json_or_default().await?;
                return Ok(Verb::Extend { conference_id, seconds });
            }
            ConferenceVerb::DialIn => {
                let wish: DialInWish = request.json_or_default().await?;
                return Ok(Verb::OpenDialIn { conference_id, wish });
            }
            ConferenceVerb::DialInPin => {
                let NewPin { pin } = request.json_or_default().await?;
                return Ok(Verb::ChangePin { conference_id, pin });
            }
            ConferenceVerb::DialInClose => Verb::CloseDialIn { conference_id },
            ConferenceVerb::Drop => {
                let Everybody { except } = request.json_or_default().await?;
                return Ok(Verb::DropAll { conference_id, spare: except });
            }
            ConferenceVerb::Mute => return for_all(request, conference_id, Setting::Muted(true)).await,
            ConferenceVerb::Unmute => return for_all(request, conference_id, Setting::Muted(false)).await,
            ConferenceVerb::Deaf => return for_all(request, conference_id, Setting::Deaf(true)).await,
            ConferenceVerb::Undeaf => return for_all(request, conference_id, Setting::Deaf(false)).await,
            ConferenceVerb::Hold => return for_all(request, conference_id, Setting::Hold(true)).await,
            ConferenceVerb::Unhold => return for_all(request, conference_id, Setting::Hold(false)).await,
        };
        bare(request, plain).await
    })
    .await
}

async fn act_on_participant(asked: Asked<(String, String, ParticipantVerb)>) -> Result<Response, Problem> {
    let (conference_id, participant_id) = (board::id::<ConferenceId>(&asked.path.0)?, &asked.path.1);
    let participant_id = board::id::<ParticipantId>(participant_id)?;
    let verb = asked.path.2;
    ask(asked, Some(participant_id.to_string()), |request| async move {
        let set = |settings| Verb::Set { conference_id, participant_id, settings };
        let plain = match verb {
            ParticipantVerb::Gain => {
                let NewGain { gain_in, gain_out } = request.json().await?;
                let settings = [gain_in.map(Setting::GainIn), gain_out.map(Setting::GainOut)];
                return Ok(set(settings.into_iter().flatten().collect()));
            }
            ParticipantVerb::Energy => {
                let NewThreshold { level } = request.json().await?;
                return Ok(set(vec![Setting::Energy(level)]));
            }
            ParticipantVerb::Announce => {
                let what = request.json::<NewAnnouncement>().await?.wanted();
                return Ok(Verb::Announce { conference_id, participant_id: Some(participant_id), what });
            }
            ParticipantVerb::AnnounceStop => Verb::AnnounceStop { conference_id, participant_id: Some(participant_id) },
            ParticipantVerb::Dtmf => {
                let Keys { digits } = request.json().await?;
                return Ok(Verb::PressKeys { conference_id, participant_id, digits });
            }
            ParticipantVerb::Label => {
                let Label { label } = request.json().await?;
                return Ok(Verb::Label { conference_id, participant_id, label });
            }
            ParticipantVerb::Coach => {
                let NewCoaching { participant_id: whom } = request.json().await?;
                return Ok(Verb::Coach { conference_id, participant_id, whom: Some(whom) });
            }
            ParticipantVerb::Replace => {
                let Replacement { with } = request.json().await?;
                return Ok(Verb::Replace { conference_id, participant_id, with });
            }
            ParticipantVerb::Introduce => Verb::Introduce { conference_id, participant_id },
            ParticipantVerb::Admit => Verb::Admit { conference_id, participant_id },
            ParticipantVerb::Move => {
                let OtherConference { conference_id: to } = request.json().await?;
                return Ok(Verb::Move { conference_id, participant_id, to });
            }
            ParticipantVerb::Uncoach => Verb::Coach { conference_id, participant_id, whom: None },
            ParticipantVerb::SidebarLeave => Verb::SidebarLeave { conference_id, participant_id },
            ParticipantVerb::Mute => set(vec![Setting::Muted(true)]),
            ParticipantVerb::Unmute => set(vec![Setting::Muted(false)]),
            ParticipantVerb::Deaf => set(vec![Setting::Deaf(true)]),
            ParticipantVerb::Undeaf => set(vec![Setting::Deaf(false)]),
            ParticipantVerb::Hold => set(vec![Setting::Hold(true)]),
            ParticipantVerb::Unhold => set(vec![Setting::Hold(false)]),
            ParticipantVerb::Promote => Verb::Moderator { conference_id, participant_id, on: true },
            ParticipantVerb::Demote => Verb::Moderator { conference_id, participant_id, on: false },
            ParticipantVerb::Listen => Verb::Listener { conference_id, participant_id, on: true },
            ParticipantVerb::Speak => Verb::Listener { conference_id, participant_id, on: false },
            ParticipantVerb::RaiseHand => Verb::Hand { conference_id, participant_id, on: true },
            ParticipantVerb::LowerHand => Verb::Hand { conference_id, participant_id, on: false },
            ParticipantVerb::GiveFloor => Verb::GiveFloor { conference_id, participant_id },
            ParticipantVerb::EndWith => Verb::EndsWith { conference_id, participant_id, on: true },
            ParticipantVerb::GoOnWithout => Verb::EndsWith { conference_id, participant_id, on: false },
            ParticipantVerb::Drop => Verb::Drop { conference_id, participant_id },
            ParticipantVerb::Redial => Verb::Redial { conference_id, participant_id },
            ParticipantVerb::Cancel => Verb::Cancel { conference_id, participant_id },
        };
        bare(request, plain).await
    })
    .await
}

/// The same for everybody in the room.
async fn for_all(request: Request, conference_id: ConferenceId, setting: Setting) -> Result<Verb, Problem> {
    let Everybody { except } = request.json_or_default().await?;
    Ok(Verb::SetAll { conference_id, setting, spare: except })
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
    let actor = Actor::from(caller.identity.clone());
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
