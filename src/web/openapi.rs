//! The document of the HTTP API (OpenAPI 3.1), made from the table of routes and the types that cross the line.
//!
//! What a route takes and gives stands here; that it exists, its path and its permission stand in the table.

use super::{
    attendants::Attendants,
    groups::GroupList,
    health::{Health, Readiness},
    history::{self, History},
    input::{Credentials, StationChoice},
    input_announcing::NewAnnouncement,
    input_controls::{
        Everybody, Keys, Label, NewCoaching, NewGain, NewSidebar, NewThreshold, OtherConference, Replacement,
        WhichSidebar,
    },
    input_dial_in::NewPin,
    input_ending::Extension,
    input_groups::{ConferenceWanted, NewGroup, NewParticipants},
    input_owning::NewOwner,
    input_voting::NewVote,
    last_time::LastTimeView,
    permissions::{CallVerb, ConferenceVerb, ParticipantVerb, Permission, ROUTES, Route, RouteSpec},
    problem::ProblemDocument,
    recordings::Recordings,
    sessions::SessionView,
    settings::STREAMS_PER_USER,
};
use crate::{
    domain::{dial_in::DialInWish, group::Group},
    engine::view::{Board, CallView, ConferenceView, Status, Story},
};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApiBuilder, PathItem,
        PathsBuilder, Ref, Required, Response, ResponseBuilder,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::{RequestBody, RequestBodyBuilder},
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

/// Only for its schemas: with them come all they refer to.
#[derive(OpenApi)]
#[openapi(components(schemas(
    Attendants,
    Board,
    CallView,
    ConferenceView,
    Credentials,
    ConferenceWanted,
    DialInWish,
    Everybody,
    Extension,
    Group,
    GroupList,
    Health,
    History,
    Keys,
    Label,
    LastTimeView,
    NewCoaching,
    NewAnnouncement,
    NewGain,
    NewGroup,
    NewOwner,
    NewParticipants,
    NewPin,
    NewSidebar,
    NewThreshold,
    NewVote,
    OtherConference,
    ProblemDocument,
    Readiness,
    Replacement,
    Recordings,
    SessionView,
    StationChoice,
    Status,
    Story,
    WhichSidebar
)))]
struct Schemas;

/// The document, as JSON with a line feed at its end.
pub fn document() -> String {
    let mut paths = PathsBuilder::new();
    for spec in ROUTES {
        paths = paths.path(spec.path, PathItem::new(method(spec), operation(spec)));
    }
    let mut components = Schemas::openapi().components.unwrap_or_default();
    let cookie = ApiKeyValue::with_description(
        "switchboard_session",
        "From POST /sessions. Over TLS its name begins with __Host-. Everything but GET also needs X-CSRF-Token.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token of a program."));
    components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    let info = InfoBuilder::new()
        .title("Switchboard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(env!("CARGO_PKG_DESCRIPTION")))
        .license(Some(
            LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).identifier(Some(env!("CARGO_PKG_LICENSE"))).build(),
        ))
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(ComponentsBuilder::from(components).build()))
        .build();
    let mut text = document.to_pretty_json().expect("the document holds plain maps, lists and texts only");
    text.push('\n');
    text
}

fn method(spec: &RouteSpec) -> HttpMethod {
    match spec.method {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(spec: &RouteSpec) -> Operation {
    let changes = spec.method != "GET";
    let (tag, _) = spec.name.split_once('.').unwrap_or((spec.name, ""));
    let (status, answer) = answer(spec.route);
    let mut operation = OperationBuilder::new()
        .operation_id(Some(spec.name))
        .tag(tag)
        .summary(Some(summary(spec.route)))
        .description(Some(format!("Permission: {:?}.", spec.permission)))
        .request_body(body(spec.route))
        .response(status, answer)
        .response("default", problem());
    if spec.route == Route::Events {
        let text = format!(
            "At most {STREAMS_PER_USER} streams may be open for one user or program: too_many_streams. Close one, \
             then try again after Retry-After seconds."
        );
        operation = operation.response("429", typed::<ProblemDocument>(&text, "application/problem+json"));
    }
    if spec.route == Route::RecordingRead {
        operation = operation
            .response("206", text("The part that was asked for", "audio/wav", Type::String))
            .response("416", Response::new("There are no such bytes; Content-Range says how many there are"));
    }
    for name in spec.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')) {
        operation = operation.parameter(id_parameter(name));
    }
    for parameter in parameters(spec.route) {
        operation = operation.parameter(parameter);
    }
    if spec.permission == Permission::Public {
        return operation.build();
    }
    if changes {
        let csrf = "The session's csrf_token; needed with a session's cookie, not with a token.";
        operation = operation.parameter(header("X-CSRF-Token", csrf));
    }
    if spec.permission.roles().contains(&crate::domain::states::Role::Program) || spec.route == Route::Metrics {
        operation = operation.security(requirement("token"));
    }
    operation.security(requirement("session")).build()
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, std::iter::empty::<String>())
}

fn summary(route: Route) -> &'static str {
    match route {
        Route::SessionCreate => "Sign in; the cookie comes with the answer",
        Route::SessionRead => "Who is signed in, and the token for X-CSRF-Token",
        Route::SessionDelete => "Sign out; open streams of the session end",
        Route::Board => "Everything a page needs to draw itself",
        Route::GroupList => "All standing groups, by name",
        Route::GroupCreate => "Make a standing group",
        Route::GroupRead => "One standing group",
        Route::GroupReplace => "Say anew who belongs to a standing group, and what it is called",
        Route::GroupDelete => "Delete a standing group; conferences it was rung into go on",
        Route::CallLastTime => "Whom this caller asked for the last time",
        Route::Attendants => "Who works here, to hand a conference over to",
        Route::Events => "The live stream: a picture first, then each change",
        Route::Call(CallVerb::Answer) => "Claim a waiting call and ring one's own station",
        Route::Call(CallVerb::Hold) => "Put the caller on music",
        Route::Call(CallVerb::Resume) => "Take the caller back from music",
        Route::Call(CallVerb::Join) => "Let a waiting caller into a conference that lives",
        Route::Call(CallVerb::Hangup) => "End the call",
        Route::ConferenceStart => "Make a conference, from a live call or cold, and ring everyone at once",
        Route::ConferenceHistory => "Ended and refused conferences, newest first",
        Route::ConferenceRead => "One conference, live or past",
        Route::ConferenceStory => "One conference with everything that happened in it",
        Route::RecordingList => "The recordings of one conference",
        Route::RecordingRead => "The file of one recording, or a part of it",
        Route::ParticipantsAdd => "Ring more participants into the conference",
        Route::Participant(ParticipantVerb::Mute) => "Others no longer hear the participant",
        Route::Participant(ParticipantVerb::Unmute) => "Others hear the participant again",
        Route::Participant(ParticipantVerb::Drop) => "Take a joined participant out and hang up",
        Route::Participant(ParticipantVerb::Redial) => "Ring a participant again who failed or left",
        Route::Participant(ParticipantVerb::Cancel) => "Stop ringing a participant",
        Route::Participant(ParticipantVerb::Deaf) => "The participant no longer hears the room",
        Route::Participant(ParticipantVerb::Undeaf) => "The participant hears the room again",
        Route::Participant(ParticipantVerb::Hold) => "Music for the participant, who neither hears nor is heard",
        Route::Participant(ParticipantVerb::Unhold) => "Back from the music into the room",
        Route::Participant(ParticipantVerb::Gain) => "How loud the participant is heard, and hears",
        Route::Participant(ParticipantVerb::Energy) => "From which level on the participant counts as speaking",
        Route::Participant(ParticipantVerb::Dtmf) => "Press keys, to be heard at the participant's end",
        Route::Participant(ParticipantVerb::Label) => "A few words on who the participant is",
        Route::Participant(ParticipantVerb::Promote) => "Make a moderator, who is spared by verbs for everybody",
        Route::Participant(ParticipantVerb::Demote) => "No moderator any more",
        Route::Participant(ParticipantVerb::Listen) => "The participant only listens: muted now and after a redial",
        Route::Participant(ParticipantVerb::Speak) => "The participant may speak again",
        Route::Participant(ParticipantVerb::EndWith) => "The conference ends when the participant has left",
        Route::Participant(ParticipantVerb::GoOnWithout) => "The conference goes on when the participant has left",
        Route::Conference(ConferenceVerb::WaitForHost) => "Music for whoever is in before the attendant or a moderator",
        Route::Conference(ConferenceVerb::WaitForNobody) => "Whoever waits for the host is let in, and nobody waits",
        Route::Conference(ConferenceVerb::Lock) => "Let nobody else in",
        Route::Conference(ConferenceVerb::Unlock) => "Let others in again",
        Route::Conference(ConferenceVerb::Record) => "Record the conference, announced first if so configured",
        Route::Conference(ConferenceVerb::RecordStop) => "End the recording and close its file",
        Route::Conference(ConferenceVerb::RecordPause) => "Leave out of the recording what is said from now on",
        Route::Conference(ConferenceVerb::RecordResume) => "Record on, into the same file",
        Route::Conference(ConferenceVerb::Leave) => "The attendant leaves; the conference lives",
        Route::Conference(ConferenceVerb::Rejoin) => "The attendant comes back",
        Route::Conference(ConferenceVerb::HandOver) => {
            "Make it another user's, who sees and steers it from then on, or put somebody in the room in charge by phone"
        }
        Route::Conference(ConferenceVerb::LowerHands) => "Lower every hand",
        Route::Conference(ConferenceVerb::VoteOpen) => "Open a vote, which everybody in the room casts by phone",
        Route::Conference(ConferenceVerb::VoteClose) => "Close the vote and count it",
        Route::Participant(ParticipantVerb::RaiseHand) => "The participant wants to speak",
        Route::Participant(ParticipantVerb::LowerHand) => "The participant does not want to speak any more",
        Route::Participant(ParticipantVerb::GiveFloor) => "Lower the participant's hand, and unmute them",
        Route::Conference(ConferenceVerb::End) => "End it for all",
        Route::Conference(ConferenceVerb::CancelRinging) => "Call off everybody who is queued or ringing",
        Route::Conference(ConferenceVerb::Continue) => "Go on although the caller left",
        Route::Conference(ConferenceVerb::Mute) => "Mute everybody, or all but the hosts",
        Route::Conference(ConferenceVerb::Unmute) => "Unmute everybody but those who only listen",
        Route::Conference(ConferenceVerb::Deaf) => "Nobody hears the room, or nobody but the hosts",
        Route::Conference(ConferenceVerb::Undeaf) => "Everybody hears the room again",
        Route::Conference(ConferenceVerb::Hold) => "Music for everybody, or for all but the hosts",
        Route::Conference(ConferenceVerb::Unhold) => "Everybody back from the music",
        Route::Conference(ConferenceVerb::Sidebar) => "Some talk apart; the room goes on",
        Route::Conference(ConferenceVerb::SidebarEnd) => "Everybody of a sidebar, or of all, back into the room",
        Route::Participant(ParticipantVerb::SidebarLeave) => "One comes back from a sidebar",
        Route::Participant(ParticipantVerb::Coach) => "Heard by one participant only, and hears all",
        Route::Participant(ParticipantVerb::Introduce) => "Speak with a newcomer who waits to be introduced",
        Route::Participant(ParticipantVerb::Admit) => "Let a newcomer into the room",
        Route::Participant(ParticipantVerb::Replace) => "Ring somebody who takes the participant's place",
        Route::Participant(ParticipantVerb::Move) => "Over to another conference of the same node",
        Route::Conference(ConferenceVerb::Rescue) => "Ring everybody again who was in when FreeSWITCH was lost",
        Route::Conference(ConferenceVerb::Merge) => {
            "Everybody over to another conference of the same node; this one ends"
        }
        Route::Participant(ParticipantVerb::Uncoach) => "Heard by everybody again",
        Route::Conference(ConferenceVerb::Announce) => "Play a sound to everybody in the room",
        Route::Conference(ConferenceVerb::AnnounceStop) => "Stop what is played to everybody",
        Route::Participant(ParticipantVerb::Announce) => "Play a sound to one participant only",
        Route::Participant(ParticipantVerb::AnnounceStop) => "Stop what is played to the participant",
        Route::Conference(ConferenceVerb::DialIn) => {
            "Let people dial into it, or change the access number or the PIN by which they do"
        }
        Route::Conference(ConferenceVerb::DialInPin) => "Another PIN; whoever is in stays",
        Route::Conference(ConferenceVerb::DialInClose) => "Nobody else can dial in",
        Route::Conference(ConferenceVerb::Extend) => "Let it go on for longer than its longest time",
        Route::Conference(ConferenceVerb::Drop) => "Take out everybody who joined, or all but the hosts",
        Route::OpenApi => "This document",
        Route::Health => "The service runs",
        Route::Ready => "The service can do its work",
        Route::Metrics => "Counters and gauges for Prometheus",
    }
}

fn body(route: Route) -> Option<RequestBody> {
    let (schema, required) = match route {
        Route::SessionCreate => (reference::<Credentials>(), Required::True),
        Route::ConferenceStart => (reference::<ConferenceWanted>(), Required::True),
        Route::GroupCreate | Route::GroupReplace => (reference::<NewGroup>(), Required::True),
        Route::ParticipantsAdd => (reference::<NewParticipants>(), Required::True),
        Route::Call(CallVerb::Answer) | Route::Conference(ConferenceVerb::Rejoin) => {
            (reference::<StationChoice>(), Required::False)
        }
        Route::Participant(ParticipantVerb::Gain) => (reference::<NewGain>(), Required::True),
        Route::Participant(ParticipantVerb::Energy) => (reference::<NewThreshold>(), Required::True),
        Route::Participant(ParticipantVerb::Dtmf) => (reference::<Keys>(), Required::True),
        Route::Participant(ParticipantVerb::Label) => (reference::<Label>(), Required::True),
        Route::Participant(ParticipantVerb::Replace) => (reference::<Replacement>(), Required::True),
        Route::Participant(ParticipantVerb::Move)
        | Route::Conference(ConferenceVerb::Merge)
        | Route::Call(CallVerb::Join) => (reference::<OtherConference>(), Required::True),
        Route::Participant(ParticipantVerb::Coach) => (reference::<NewCoaching>(), Required::True),
        Route::Conference(ConferenceVerb::Announce) | Route::Participant(ParticipantVerb::Announce) => {
            (reference::<NewAnnouncement>(), Required::True)
        }
        Route::Conference(ConferenceVerb::DialIn) => (reference::<DialInWish>(), Required::False),
        Route::Conference(ConferenceVerb::DialInPin) => (reference::<NewPin>(), Required::False),
        Route::Conference(ConferenceVerb::Extend) => (reference::<Extension>(), Required::False),
        Route::Conference(ConferenceVerb::HandOver) => (reference::<NewOwner>(), Required::True),
        Route::Conference(ConferenceVerb::VoteOpen) => (reference::<NewVote>(), Required::False),
        Route::Conference(ConferenceVerb::Sidebar) => (reference::<NewSidebar>(), Required::True),
        Route::Conference(ConferenceVerb::SidebarEnd) => (reference::<WhichSidebar>(), Required::False),
        Route::Conference(
            ConferenceVerb::Mute
            | ConferenceVerb::Unmute
            | ConferenceVerb::Deaf
            | ConferenceVerb::Undeaf
            | ConferenceVerb::Hold
            | ConferenceVerb::Unhold
            | ConferenceVerb::Drop,
        ) => (reference::<Everybody>(), Required::False),
        _ => return None,
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    Some(RequestBodyBuilder::new().content("application/json", content).required(Some(required)).build())
}

fn answer(route: Route) -> (&'static str, Response) {
    match route {
        Route::SessionCreate => ("201", json::<SessionView>("Signed in")),
        Route::SessionRead => ("200", json::<SessionView>("The session")),
        Route::SessionDelete => ("204", Response::new("Signed out")),
        Route::Board => ("200", json::<Board>("The picture")),
        Route::GroupList => ("200", json::<GroupList>("All groups")),
        Route::GroupCreate => ("201", json::<Group>("Made")),
        Route::GroupRead => ("200", json::<Group>("The group")),
        Route::GroupReplace => ("200", json::<Group>("Changed")),
        Route::GroupDelete => ("204", Response::new("Deleted")),
        Route::CallLastTime => ("200", json::<LastTimeView>("Whom; nobody if there was no conference")),
        Route::Attendants => ("200", json::<Attendants>("All who are not disabled, by name")),
        Route::Events => {
            let text = "Server-sent events without end. Each has id (to go on from with Last-Event-ID), event (the \
                        `type` of a Status) and data (its `data`). An unknown or too old Last-Event-ID gets a \
                        fresh snapshot. Comments are heartbeats.";
            ("200", typed::<Status>(text, "text/event-stream"))
        }
        Route::Call(_) => ("202", json::<CallView>("Accepted; the call as it is now. What follows is on the stream")),
        Route::ConferenceStart | Route::ParticipantsAdd | Route::Participant(_) | Route::Conference(_) => {
            ("202", json::<ConferenceView>("Accepted; the conference as it is now. What follows is on the stream"))
        }
        Route::ConferenceHistory => ("200", json::<History>("One page")),
        Route::ConferenceRead => ("200", json::<ConferenceView>("The conference")),
        Route::ConferenceStory => ("200", story_answer()),
        Route::RecordingList => ("200", json::<Recordings>("Oldest first")),
        Route::RecordingRead => ("200", text("The whole file", "audio/wav", Type::String)),
        Route::OpenApi => ("200", text("An OpenAPI 3.1 document", "application/json", Type::Object)),
        Route::Health => ("200", json::<Health>("It runs")),
        Route::Ready => ("200", json::<Readiness>("It can; 503 with the reason if it cannot")),
        Route::Metrics => ("200", text("The Prometheus text format", "text/plain", Type::String)),
    }
}

fn parameters(route: Route) -> Vec<Parameter> {
    let dials = "1 to 255 visible ASCII characters. The same key with the same request gets the same answer, and \
                 nothing is done twice.";
    match route {
        Route::Events => vec![header("Last-Event-ID", "The id of the last event that arrived.")],
        Route::ConferenceHistory => {
            let moment = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            let limit = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1))
                .maximum(Some(history::MOST))
                .default(Some(history::USUAL.into()));
            let query = |name: &str, text: &str| parameter(name, ParameterIn::Query, text);
            vec![
                query("before", "Only those made before this moment.").schema(Some(moment)).build(),
                query("limit", "At most so many.").schema(Some(limit)).build(),
            ]
        }
        Route::GroupReplace | Route::GroupDelete => vec![header(
            "If-Match",
            "The group's ETag, which is its `changed_at` in quotes: refused with 412 if somebody else has changed it \
             since.",
        )],
        Route::RecordingRead => {
            let text = "One range of bytes, such as `bytes=0-1023`. Several at once get the whole file.";
            vec![header("Range", text), header("If-Range", "The ETag of the part that is there already.")]
        }
        Route::ConferenceStory => {
            let format = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["json", "csv"]));
            let text = "In which form; goes before the Accept header.";
            vec![parameter("format", ParameterIn::Query, text).schema(Some(format)).build()]
        }
        Route::Call(_)
        | Route::ConferenceStart
        | Route::ParticipantsAdd
        | Route::Participant(_)
        | Route::Conference(_) => vec![header("Idempotency-Key", dials)],
        _ => Vec::new(),
    }
}

/// One answer, two forms.
fn story_answer() -> Response {
    let columns = super::story::COLUMNS.join(", ");
    let text = format!(
        "The conference and its story. JSON, or by `Accept: text/csv` or `format=csv` CSV (RFC 4180, UTF-8, CR LF): a \
         header line, then a line for everything that was asked or happened, oldest first. The columns are {columns}; \
         new ones come at the end. A field that begins with = + - @, a tab or a carriage return has an apostrophe \
         before it, so that no spreadsheet takes it for a formula. CSV, and whatever `format` names, comes as an \
         attachment with a file name."
    );
    let csv = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    let json = ContentBuilder::new().schema(Some(reference::<Story>())).build();
    ResponseBuilder::new().description(text).content("application/json", json).content("text/csv", csv).build()
}

fn parameter(name: &str, place: ParameterIn, text: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::False).description(Some(text))
}

fn header(name: &str, text: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    parameter(name, ParameterIn::Header, text).schema(Some(schema)).build()
}

fn id_parameter(name: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let what = name.trim_end_matches("_id");
    parameter(name, ParameterIn::Path, &format!("Which {what}.")).required(Required::True).schema(Some(schema)).build()
}

fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

fn json<T: ToSchema>(text: &str) -> Response {
    typed::<T>(text, "application/json")
}

fn problem() -> Response {
    typed::<ProblemDocument>("A problem detail (RFC 9457)", "application/problem+json")
}

fn typed<T: ToSchema>(text: &str, content_type: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(reference::<T>())).build();
    ResponseBuilder::new().description(text).content(content_type, content).build()
}

fn text(description: &str, content_type: &str, schema: Type) -> Response {
    let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(schema))).build();
    ResponseBuilder::new().description(description).content(content_type, content).build()
}
