//! The story of one conference, to read and to take away: as JSON, or as CSV with a line for everything that was asked
//! and everything that happened.

use super::{
    Web, api, board,
    csv::Csv,
    permissions::Route,
    problem::{Problem, ProblemCode},
    request::Request,
    resource::{Asked, Endpoint, resource},
};
use crate::{
    domain::{ids::ConferenceId, states::ParticipantRole, time::Timestamp},
    engine::view::{Activity, ConferenceView, ParticipantView, Story},
};
use http::{HeaderValue, header};
use std::sync::Arc;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// The header line. New columns come at the end.
pub const COLUMNS: [&str; 15] = [
    "sequence",
    "at",
    "type",
    "text",
    "actor",
    "participant",
    "role",
    "number",
    "leg_id",
    "reason",
    "reason_text",
    "sip_status",
    "switch_cause",
    "conference_id",
    "recording",
];

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    resource(
        web,
        api("conferences").and(warp::path::param()).and(warp::path("story")).and(warp::path::end()),
        vec![Endpoint::new(Route::ConferenceStory, story)],
    )
}

async fn story(asked: Asked<String>) -> Result<Response, Problem> {
    let (viewer, id) = (&asked.caller()?.identity, board::id::<ConferenceId>(&asked.path)?);
    let wanted = wanted(&asked.request, asked.route.query())?;
    let story = board::story(&asked.web, viewer, id).await?;
    let mut response = match wanted {
        Wanted { csv: true, .. } => csv(&story).into_response(),
        Wanted { csv: false, .. } => warp::reply::json(&story).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if wanted.csv {
        headers.insert(header::CONTENT_TYPE, CSV);
    }
    if wanted.csv || wanted.named {
        let file = file_name(&story.conference, if wanted.csv { "csv" } else { "json" });
        // Digits, letters and dashes only: always a good header.
        if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{file}\"")) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
    }
    Ok(response)
}

/// In which form it is wanted.
struct Wanted {
    csv: bool,
    /// By the query: a link that is to be saved.
    named: bool,
}

/// The query decides; without one, what the client says it would rather have.
fn wanted(request: &Request, known: &[&str]) -> Result<Wanted, Problem> {
    let Some((_, format)) = request.query(known)?.into_iter().next() else {
        let accept = request.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        return Ok(Wanted { csv: prefers_csv(&accept.collect::<Vec<_>>().join(",")), named: false });
    };
    match format.as_str() {
        "csv" => Ok(Wanted { csv: true, named: true }),
        "json" => Ok(Wanted { csv: false, named: true }),
        _ => Err(Problem::new(ProblemCode::BadRequest, "format must be csv or json.")),
    }
}

/// JSON, unless CSV is named and JSON is not wanted more.
fn prefers_csv(accept: &str) -> bool {
    let (mut csv, mut json) = (0.0f32, 0.0f32);
    for part in accept.split(',') {
        let mut words = part.split(';').map(str::trim);
        let Some(kind) = words.next() else { continue };
        let weight = words
            .find_map(|word| word.strip_prefix("q=").or(word.strip_prefix("Q=")))
            .map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        if kind.eq_ignore_ascii_case("text/csv") {
            csv = weight;
        } else if kind.eq_ignore_ascii_case("application/json") {
            json = weight;
        }
    }
    csv > 0.0 && csv >= json
}

/// `conference-2026-11-24-9a3f20c1.csv`: the day it was asked for, and the end of its id.
fn file_name(conference: &ConferenceView, extension: &str) -> String {
    let id = conference.id.to_string();
    let tail = id.get(id.len().saturating_sub(8)..).unwrap_or(&id);
    let at = moment(conference.created_at);
    let day = at.split('T').next().unwrap_or_default();
    format!("conference-{day}-{tail}.{extension}")
}

/// As it stands in JSON.
fn moment(at: Timestamp) -> String {
    match serde_json::to_value(at) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn csv(story: &Story) -> String {
    let mut csv = Csv::default();
    csv.line(COLUMNS);
    for activity in &story.activities {
        let whom = story.conference.participants.iter().find(|one| Some(one.id) == activity.participant_id);
        let fields = fields(&story.conference, activity, whom);
        csv.line(fields.iter().map(String::as_str));
    }
    csv.into_text()
}

fn fields(conference: &ConferenceView, activity: &Activity, whom: Option<&ParticipantView>) -> [String; COLUMNS.len()] {
    let reason = activity.reason.as_ref();
    let recording = conference.recordings.iter().find(|one| Some(one.id) == activity.recording_id);
    [
        activity.sequence.to_string(),
        moment(activity.at),
        activity.kind.clone(),
        activity.text.clone(),
        activity.actor.as_ref().map(|actor| actor.name.clone()).unwrap_or_else(|| by_phone(conference, activity)),
        whom.map(|one| one.name.clone()).unwrap_or_default(),
        whom.map(|one| role(one.role).to_owned()).unwrap_or_default(),
        activity.number.clone().unwrap_or_default(),
        activity.leg_id.map(|leg| leg.to_string()).unwrap_or_default(),
        reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        reason.map(|reason| reason.text.clone()).unwrap_or_default(),
        reason.and_then(|reason| reason.sip_status).map(|status| status.to_string()).unwrap_or_default(),
        activity.switch_cause.clone().unwrap_or_default(),
        conference.id.to_string(),
        recording.map(|one| one.file.clone()).unwrap_or_default(),
    ]
}

/// Whoever did it by the keys of their phone.
fn by_phone(conference: &ConferenceView, activity: &Activity) -> String {
    let person = conference.participants.iter().find(|one| Some(one.id) == activity.actor_participant_id);
    person.map(|one| if one.name.is_empty() { one.number.clone() } else { one.name.clone() }).unwrap_or_default()
}

fn role(role: ParticipantRole) -> &'static str {
    match role {
        ParticipantRole::Caller => "caller",
        ParticipantRole::Attendant => "attendant",
        ParticipantRole::Guest => "guest",
    }
}

#[cfg(test)]
mod tests {
    use super::prefers_csv;

    #[test]
    fn csv_is_given_to_whoever_asks_for_it() {
        for accept in
            ["text/csv", "Text/CSV", "text/csv, application/json;q=0.9", "text/csv;header=present;q=0.5, */*;q=0.1"]
        {
            assert!(prefers_csv(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/*",
            "application/json",
            "text/csv;q=0.1, application/json",
            "text/csv;q=0",
            "text/csv;q=x",
        ] {
            assert!(!prefers_csv(accept), "{accept}");
        }
    }
}
